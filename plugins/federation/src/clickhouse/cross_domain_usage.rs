//! `cross_domain_usage`: questions of one domain that another helped to answer. Recomputed rows replace the old ones.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("cross_domain_usage")
        .comment("questions of one domain that another helped to answer, a day; read with FINAL")
        .column(Column::new("date", ty::date()))
        .column(Column::new("primary_domain", ty::low_cardinality(&ty::string())))
        .column(Column::new("secondary_domain", ty::low_cardinality(&ty::string())))
        .column(Column::new("query_count", ty::uint64()))
        .column(Column::new("performance_gain", ty::float64()).comment("part by which answers became better"))
        .engine("ReplacingMergeTree")
        .partition_by("toYYYYMM(date)")
        .order_by(["date", "primary_domain", "secondary_domain"])
}
