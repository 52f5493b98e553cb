//! `dialect_features`: what sets a dialect apart.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("dialect_features")
        .comment("what sets a dialect apart")
        .column(Column::new("feature_id", ty::string()))
        .column(Column::new("dialect_id", ty::string()))
        .column(Column::new("feature_type", ty::string()).comment("phonetic, lexical, grammatical"))
        .column(Column::new("feature_pattern", ty::string()))
        .column(Column::new("description", ty::string()))
        .column(Column::new("examples", ty::array(&ty::string())))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("source", ty::string()))
        .column(Column::new("usage_count", ty::uint32()).default("1"))
        .column(Column::new("discovery_time", ty::date_time()).default("now()"))
        .order_by(["feature_id", "dialect_id", "discovery_time"])
}
