//! `concept_relations`: how concepts are related.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("concept_relations")
        .comment("how concepts are related")
        .column(Column::new("relation_id", ty::string()))
        .column(Column::new("source_concept_id", ty::string()))
        .column(Column::new("target_concept_id", ty::string()))
        .column(Column::new("relation_type", ty::string()))
        .column(Column::new("description", ty::string()))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("source", ty::string()))
        .column(Column::new("usage_count", ty::uint32()))
        .column(Column::new("discovery_time", ty::date_time()))
        .order_by(["relation_id", "source_concept_id", "target_concept_id", "discovery_time"])
}
