//! `dialect_conversion_rules`: how to turn one dialect into another.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("dialect_conversion_rules")
        .comment("how to turn one dialect into another")
        .column(Column::new("rule_id", ty::string()))
        .column(Column::new("source_dialect", ty::string()))
        .column(Column::new("target_dialect", ty::string()))
        .column(Column::new("rule_type", ty::string()))
        .column(Column::new("rule_pattern", ty::string()))
        .column(Column::new("replacement", ty::string()))
        .column(Column::new("description", ty::string()))
        .column(Column::new("examples", ty::array(&ty::string())))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("source", ty::string()))
        .column(Column::new("usage_count", ty::uint32()).default("1"))
        .column(Column::new("discovery_time", ty::date_time()).default("now()"))
        .order_by(["rule_id", "source_dialect", "target_dialect", "discovery_time"])
}
