//! Conversations, their messages, and what was understood of them.

mod context_knowledge;
mod conversations;
mod messages;
mod user_intents;

use whale_plugin::clickhouse::Table;

pub(crate) fn tables() -> [Table; 4] {
    [conversations::table(), messages::table(), user_intents::table(), context_knowledge::table()]
}
