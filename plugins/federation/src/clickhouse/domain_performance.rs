//! `domain_performance`: how a domain does on a day, and the view that feeds it.
//!
//! States of averages, which merge: `SELECT date, domain, sum(query_count), avgMerge(avg_latency), avgMerge(accuracy),
//! avgMerge(user_satisfaction) FROM federation.domain_performance GROUP BY date, domain`.

use whale_plugin::clickhouse::{Column, MaterializedView, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("domain_performance")
        .comment("how a domain does on a day; averages with avgMerge")
        .column(Column::new("date", ty::date()))
        .column(Column::new("domain", ty::low_cardinality(&ty::string())))
        .column(Column::new("query_count", ty::simple_aggregate_function("sum", &ty::uint64())))
        .column(Column::new("avg_latency", ty::aggregate_function("avg", &ty::float32())).comment("milliseconds"))
        .column(Column::new("accuracy", ty::aggregate_function("avg", &ty::uint8())).comment("part that succeeded"))
        .column(
            Column::new("user_satisfaction", ty::aggregate_function("avg", &ty::float32()))
                .comment("written by the application"),
        )
        .engine("AggregatingMergeTree")
        .partition_by("toYYYYMM(date)")
        .order_by(["date", "domain"])
}

pub(crate) fn feed() -> MaterializedView {
    MaterializedView::new("domain_performance_feed", "model_interactions", "domain_performance")
        .comment("feeds domain_performance from model_interactions")
        .select("date", "toDate(event_time)")
        .select("domain", "domain")
        .select("query_count", "count()")
        .select("avg_latency", "avgState(latency)")
        .select("accuracy", "avgState(toUInt8(success))")
        .group_by(["toDate(event_time)", "domain"])
}
