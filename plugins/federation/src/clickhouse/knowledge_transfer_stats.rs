//! `knowledge_transfer_stats`: what went from one domain to another on a day.
//!
//! A row is written anew when it is recomputed, since averages are never summed: the newest replaces the others, and
//! queries read with FINAL.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("knowledge_transfer_stats")
        .comment("what went from one domain to another on a day; read with FINAL")
        .column(Column::new("date", ty::date()))
        .column(Column::new("source_domain", ty::low_cardinality(&ty::string())))
        .column(Column::new("target_domain", ty::low_cardinality(&ty::string())))
        .column(Column::new("transfers_count", ty::uint64()))
        .column(Column::new("accepted_count", ty::uint64()))
        .column(Column::new("improved_performance", ty::float64()).comment("part by which answers became better"))
        .engine("ReplacingMergeTree")
        .partition_by("toYYYYMM(date)")
        .order_by(["date", "source_domain", "target_domain"])
}
