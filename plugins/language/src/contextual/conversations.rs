//! `conversations`: conversations and how long they went on.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("conversations")
        .comment("conversations and how long they went on")
        .column(Column::new("conversation_id", ty::string()))
        .column(Column::new("title", ty::string()))
        .column(Column::new("user_id", ty::string()))
        .column(Column::new("type", ty::string()))
        .column(Column::new("start_time", ty::date_time()))
        .column(Column::new("end_time", ty::date_time()))
        .column(Column::new("message_count", ty::uint32()))
        .column(Column::new("metadata", ty::string()).comment("JSON"))
        .column(Column::new("created_at", ty::date_time()).default("now()"))
        .partition_by("toYYYYMM(created_at)")
        .order_by(["conversation_id", "created_at"])
        .sharding_key("cityHash64(conversation_id)")
}
