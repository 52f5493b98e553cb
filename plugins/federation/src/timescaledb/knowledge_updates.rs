//! `knowledge_updates`: what of the knowledge changed, and when.

use super::Chunks;
use whale_plugin::timescaledb::{Column, Columnstore, Hypertable, Index, Table, asc, desc, ty};

pub(crate) fn table(chunks: &Chunks) -> Table {
    Table::new("knowledge_updates")
        .comment("what of the knowledge changed, and when")
        .column(Column::new("id", ty::bigint()).identity())
        .column(Column::new("knowledge_id", ty::bigint()))
        .column(Column::new("previous_version", ty::integer()).nullable().comment("null: it was new"))
        .column(Column::new("current_version", ty::integer()))
        .column(Column::new("updated_at", ty::timestamptz()).default("now()"))
        .column(Column::new("changes", ty::jsonb()).nullable())
        .primary_key(["id", "updated_at"])
        .check("previous_version < current_version")
        .index(Index::on([asc("knowledge_id"), desc("updated_at")]))
        .hypertable(Hypertable::by_time("updated_at", chunks.logs))
        .columnstore(Columnstore::unsegmented().order_by([asc("knowledge_id"), desc("updated_at"), desc("id")]))
}
