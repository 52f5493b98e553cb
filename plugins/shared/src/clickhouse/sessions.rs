//! `sessions`: sessions of users, the newest state of each.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("sessions")
        .namespace("default")
        .comment("sessions of users, the newest state of each")
        .column(Column::new("session_id", ty::string()))
        .column(Column::new("user_id", ty::uint64()))
        .column(Column::new("model", ty::low_cardinality(&ty::string())))
        .column(Column::new("started_at", ty::date_time()).codec("Delta, ZSTD(1)"))
        .column(Column::new("ended_at", ty::nullable(&ty::date_time())).comment("null while it goes on"))
        .column(Column::new("message_count", ty::uint32()))
        .column(Column::new("tokens_used", ty::uint64()).codec("T64, ZSTD(1)"))
        .column(Column::new("ip_address", ty::string()))
        .column(Column::new("user_agent", ty::string()))
        .column(Column::new("updated_at", ty::date_time()).default("now()").codec("Delta, ZSTD(1)"))
        .engine("ReplacingMergeTree(updated_at)")
        .partition_by("toYYYYMM(started_at)")
        .order_by(["user_id", "session_id"])
        .sharding_key("cityHash64(user_id)")
}
