//! `context_knowledge`: what was learned from a conversation.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("context_knowledge")
        .comment("what was learned from a conversation")
        .column(Column::new("knowledge_id", ty::string()))
        .column(Column::new("conversation_id", ty::string()))
        .column(Column::new("message_id", ty::string()))
        .column(Column::new("knowledge_type", ty::string()))
        .column(Column::new("content", ty::string()))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("source", ty::string()))
        .column(Column::new("created_at", ty::date_time()))
        .partition_by("toYYYYMM(created_at)")
        .order_by(["knowledge_id", "conversation_id", "created_at"])
        .sharding_key("cityHash64(conversation_id)")
        .skip_index("by_conversation", "conversation_id", "bloom_filter(0.01)", 4)
}
