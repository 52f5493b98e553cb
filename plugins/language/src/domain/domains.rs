//! `domains`: fields of knowledge.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("domains")
        .comment("fields of knowledge")
        .column(Column::new("domain_id", ty::string()))
        .column(Column::new("domain_name", ty::string()))
        .column(Column::new("domain_code", ty::string()))
        .column(Column::new("parent_domain", ty::string()))
        .column(Column::new("description", ty::string()))
        .column(Column::new("popularity", ty::float32()))
        .column(Column::new("source", ty::string()))
        .column(Column::new("discovery_time", ty::date_time()))
        .order_by(["domain_id", "discovery_time"])
}
