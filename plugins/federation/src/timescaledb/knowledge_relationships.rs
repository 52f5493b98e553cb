//! `knowledge_relationships`: the graph of knowledge.

use whale_plugin::timescaledb::{Column, Index, Table, asc, ty};

pub(crate) fn table() -> Table {
    Table::new("knowledge_relationships")
        .comment("the graph of knowledge: what leads from where to where, and how strongly")
        .column(Column::new("id", ty::bigint()).identity())
        .column(Column::new("source_id", ty::bigint()))
        .column(Column::new("target_id", ty::bigint()))
        .column(Column::new("relationship_type", ty::varchar(100)))
        .column(Column::new("strength", ty::real()).comment("0 to 1"))
        .column(Column::new("created_at", ty::timestamptz()).default("now()"))
        .primary_key(["id"])
        .unique(["source_id", "target_id", "relationship_type"])
        .check("strength between 0 and 1")
        .index(Index::on([asc("source_id"), asc("relationship_type")]))
        .index(Index::on([asc("target_id"), asc("relationship_type")]))
}
