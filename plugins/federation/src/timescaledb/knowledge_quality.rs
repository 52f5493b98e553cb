//! `knowledge_quality`: what models think of each other's knowledge.

use super::Chunks;
use whale_plugin::timescaledb::{Column, Columnstore, Hypertable, Index, Table, asc, desc, ty};

pub(crate) fn table(chunks: &Chunks) -> Table {
    Table::new("knowledge_quality")
        .comment("what models think of each other's knowledge; by it answers are ranked")
        .column(Column::new("id", ty::bigint()).identity())
        .column(Column::new("knowledge_id", ty::bigint()))
        .column(Column::new("reviewer_model", ty::text()))
        .column(Column::new("accuracy", ty::real()).comment("0 to 1"))
        .column(Column::new("relevance", ty::real()).comment("0 to 1"))
        .column(Column::new("timestamp", ty::timestamptz()).default("now()"))
        .primary_key(["id", "timestamp"])
        .check("accuracy between 0 and 1")
        .check("relevance between 0 and 1")
        .index(Index::on([asc("knowledge_id"), desc("timestamp")]))
        .hypertable(Hypertable::by_time("timestamp", chunks.logs))
        // A chunk has a review or two of each piece of knowledge, which would be no segment.
        .columnstore(Columnstore::segment_by(["reviewer_model"]).order_by([
            asc("knowledge_id"),
            desc("timestamp"),
            desc("id"),
        ]))
}
