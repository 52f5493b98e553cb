//! `federation_logs`: every exchange between two models.

use super::Chunks;
use whale_plugin::timescaledb::{Column, Columnstore, Hypertable, Index, Table, asc, desc, ty};

pub(crate) fn table(chunks: &Chunks) -> Table {
    Table::new("federation_logs")
        .comment("every exchange between two models, and whether it succeeded")
        .column(Column::new("id", ty::bigint()).identity())
        .column(Column::new("source_model", ty::text()))
        .column(Column::new("target_model", ty::text()))
        .column(Column::new("knowledge_id", ty::bigint()).nullable())
        .column(Column::new("timestamp", ty::timestamptz()).default("now()"))
        .column(Column::new("success", ty::boolean()))
        .column(Column::new("details", ty::jsonb()).nullable())
        .primary_key(["id", "timestamp"])
        .index(Index::on([asc("source_model"), asc("target_model"), desc("timestamp")]))
        .hypertable(Hypertable::by_time("timestamp", chunks.logs))
        .columnstore(
            Columnstore::segment_by(["source_model", "target_model"]).order_by([desc("timestamp"), desc("id")]),
        )
}
