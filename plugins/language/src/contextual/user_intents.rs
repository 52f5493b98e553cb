//! `user_intents`: what a message wants.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("user_intents")
        .comment("what a message wants")
        .column(Column::new("intent_id", ty::string()))
        .column(Column::new("message_id", ty::string()))
        .column(Column::new("conversation_id", ty::string()))
        .column(Column::new("intent_type", ty::string()))
        .column(Column::new("topics", ty::array(&ty::string())))
        .column(Column::new("urgency", ty::uint8()))
        .column(Column::new("emotion", ty::string()))
        .column(Column::new("context_dependency", ty::float32()).comment("0 to 1"))
        .column(Column::new("created_at", ty::date_time()))
        .partition_by("toYYYYMM(created_at)")
        .order_by(["intent_id", "message_id", "created_at"])
        .sharding_key("cityHash64(conversation_id)")
        .skip_index("by_conversation", "conversation_id", "bloom_filter(0.01)", 4)
}
