//! `usage_stats`: what users use of the models, a day.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("usage_stats")
        .namespace("default")
        .comment("what users use of the models, a day")
        .column(Column::new("date", ty::date()))
        .column(Column::new("user_id", ty::uint64()))
        .column(Column::new("model_name", ty::string()))
        .column(Column::new("tokens_input", ty::uint32()))
        .column(Column::new("tokens_output", ty::uint32()))
        .column(Column::new("processing_time_ms", ty::uint32()))
        .column(Column::new("request_count", ty::uint32()))
        .column(Column::new("average_latency_ms", ty::float32()))
        .column(Column::new("error_count", ty::uint16()))
        .engine("SummingMergeTree")
        .partition_by("toYYYYMM(date)")
        .order_by(["date", "user_id", "model_name"])
        .sharding_key("cityHash64(user_id)")
}
