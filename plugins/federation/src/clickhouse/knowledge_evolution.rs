//! `knowledge_evolution`: how the knowledge of a domain grows and ages. Recomputed rows replace the old ones.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("knowledge_evolution")
        .comment("how the knowledge of a domain grows and ages, a day; read with FINAL")
        .column(Column::new("date", ty::date()))
        .column(Column::new("domain", ty::low_cardinality(&ty::string())))
        .column(Column::new("new_entries", ty::uint64()))
        .column(Column::new("updated_entries", ty::uint64()))
        .column(Column::new("deprecated_entries", ty::uint64()))
        .column(Column::new("quality_trend", ty::float64()).comment("change of the mean quality since the day before"))
        .engine("ReplacingMergeTree")
        .partition_by("toYYYYMM(date)")
        .order_by(["date", "domain"])
}
