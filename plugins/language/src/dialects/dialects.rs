//! `dialects`: dialects and where they are spoken.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("dialects")
        .comment("dialects and where they are spoken")
        .column(Column::new("dialect_id", ty::string()))
        .column(Column::new("dialect_name", ty::string()))
        .column(Column::new("dialect_code", ty::string()))
        .column(Column::new("region", ty::string()))
        .column(Column::new("description", ty::string()))
        .column(Column::new("parent_dialect", ty::string()).default("''").comment("empty: it descends from no other"))
        .column(Column::new("popularity", ty::float32()).default("0"))
        .column(Column::new("source", ty::string()).comment("where it was learned"))
        .column(Column::new("discovery_time", ty::date_time()).default("now()"))
        .order_by(["dialect_id", "discovery_time"])
}
