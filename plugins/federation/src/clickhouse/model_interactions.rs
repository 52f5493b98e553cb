//! `model_interactions`: every request to a model.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("model_interactions")
        .comment("every request to a model")
        .column(Column::new("event_time", ty::date_time64(3)).codec("Delta, ZSTD(1)"))
        .column(Column::new("model_id", ty::low_cardinality(&ty::string())))
        .column(Column::new("request_type", ty::low_cardinality(&ty::string())))
        .column(Column::new("domain", ty::low_cardinality(&ty::string())))
        .column(Column::new("tokens_used", ty::uint32()).codec("T64, ZSTD(1)"))
        .column(Column::new("latency", ty::float32()).comment("milliseconds").codec("ZSTD(1)"))
        .column(Column::new("success", ty::bool()))
        .partition_by("toYYYYMM(event_time)")
        .order_by(["domain", "model_id", "event_time"])
        .sharding_key("cityHash64(domain, model_id)")
}
