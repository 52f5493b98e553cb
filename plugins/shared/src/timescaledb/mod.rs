//! Users, their chats, and measurements of models.

mod chat_messages;
mod chats;
mod time_series;
mod users;

use whale_plugin::Duration;
use whale_plugin::timescaledb::{ContinuousAggregate, Table};

pub(crate) fn tables(chunk: Duration) -> [Table; 4] {
    [users::table(), chats::table(), chat_messages::table(), time_series::table(chunk)]
}

pub(crate) fn aggregates() -> [ContinuousAggregate; 2] {
    [time_series::hourly(), time_series::daily()]
}
