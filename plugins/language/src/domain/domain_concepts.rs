//! `domain_concepts`: concepts of a field of knowledge.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("domain_concepts")
        .comment("concepts of a field of knowledge")
        .column(Column::new("concept_id", ty::string()))
        .column(Column::new("domain_id", ty::string()))
        .column(Column::new("concept_name", ty::string()))
        .column(Column::new("definition", ty::string()))
        .column(Column::new("examples", ty::array(&ty::string())))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("source", ty::string()))
        .column(Column::new("usage_count", ty::uint32()))
        .column(Column::new("discovery_time", ty::date_time()))
        .order_by(["concept_id", "domain_id", "discovery_time"])
}
