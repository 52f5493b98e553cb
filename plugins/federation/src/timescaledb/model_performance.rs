//! `model_performance`: how fast and how exact models answer, and that by hour and by day.
//!
//! The day is made of hours: aggregates keep sums and counts, and never an average of averages.

use super::Chunks;
use whale_plugin::timescaledb::{Column, Columnstore, ContinuousAggregate, Hypertable, Index, Table, asc, desc, ty};
use whale_plugin::{days, hours};

pub(crate) fn table(chunks: &Chunks) -> Table {
    Table::new("model_performance")
        .comment("how fast and how exact models answer")
        .column(Column::new("timestamp", ty::timestamptz()))
        .column(Column::new("model_id", ty::text()))
        .column(Column::new("query_type", ty::text()))
        .column(Column::new("response_time", ty::double_precision()).comment("milliseconds"))
        .column(Column::new("accuracy_score", ty::real()).nullable().comment("0 to 1; null: not judged"))
        .column(Column::new("usage_context", ty::jsonb()).nullable())
        .check("response_time >= 0")
        .check("accuracy_score between 0 and 1")
        .index(Index::on([asc("model_id"), asc("query_type"), desc("timestamp")]))
        .hypertable(Hypertable::by_time("timestamp", chunks.performance))
        .columnstore(Columnstore::segment_by(["model_id", "query_type"]).order_by([desc("timestamp")]))
}

pub(crate) fn hourly() -> ContinuousAggregate {
    ContinuousAggregate::new("model_performance_hourly", "model_performance", "timestamp", hours(1))
        .comment("answers by hour; averages are sum / count")
        .group_by("model_id")
        .group_by("query_type")
        .aggregate("answers", "count(*)")
        .aggregate("response_time_sum", "sum(response_time)")
        .aggregate("response_time_max", "max(response_time)")
        .aggregate("accuracy_sum", "sum(cast(accuracy_score as double precision))")
        .aggregate("accuracy_count", "count(accuracy_score)")
        .refresh(days(3), hours(1), hours(1))
}

pub(crate) fn daily() -> ContinuousAggregate {
    ContinuousAggregate::new("model_performance_daily", "model_performance_hourly", "bucket", days(1))
        .comment("answers by day; averages are sum / count")
        .group_by("model_id")
        .group_by("query_type")
        .aggregate("answers", "sum(answers)")
        .aggregate("response_time_sum", "sum(response_time_sum)")
        .aggregate("response_time_max", "max(response_time_max)")
        .aggregate("accuracy_sum", "sum(accuracy_sum)")
        .aggregate("accuracy_count", "sum(accuracy_count)")
        .refresh(days(7), days(1), days(1))
}
