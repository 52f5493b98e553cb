//! `events`: events of the system, for analysis.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("events")
        .namespace("default")
        .comment("events of the system, for analysis")
        .column(Column::new("event_date", ty::date()))
        .column(Column::new("event_time", ty::date_time()))
        .column(Column::new("event_type", ty::string()))
        .column(Column::new("user_id", ty::uint64()))
        .column(Column::new("session_id", ty::string()))
        .column(Column::new("properties", ty::string()).comment("JSON"))
        .column(Column::new("ip_address", ty::string()))
        .column(Column::new("user_agent", ty::string()))
        .partition_by("toYYYYMM(event_date)")
        .order_by(["event_type", "event_time"])
        .sharding_key("cityHash64(user_id)")
}
