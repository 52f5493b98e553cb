//! `concept_attributes`: attributes of concepts.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("concept_attributes")
        .comment("attributes of concepts")
        .column(Column::new("attribute_id", ty::string()))
        .column(Column::new("concept_id", ty::string()))
        .column(Column::new("attribute_name", ty::string()))
        .column(Column::new("attribute_value", ty::string()))
        .column(Column::new("description", ty::string()))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("source", ty::string()))
        .column(Column::new("usage_count", ty::uint32()))
        .column(Column::new("discovery_time", ty::date_time()))
        .order_by(["attribute_id", "concept_id", "discovery_time"])
}
