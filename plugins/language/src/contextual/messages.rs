//! `messages`: messages of conversations.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("messages")
        .comment("messages of conversations")
        .column(Column::new("message_id", ty::string()))
        .column(Column::new("conversation_id", ty::string()))
        .column(Column::new("role", ty::string()).comment("user, assistant or system"))
        .column(Column::new("content", ty::string()))
        .column(Column::new("importance", ty::float32()).comment("0 to 1"))
        .column(Column::new("created_at", ty::date_time()))
        .column(Column::new("metadata", ty::string()).comment("JSON"))
        .partition_by("toYYYYMM(created_at)")
        .order_by(["message_id", "conversation_id", "created_at"])
        .sharding_key("cityHash64(conversation_id)")
        .skip_index("by_conversation", "conversation_id", "bloom_filter(0.01)", 4)
}
