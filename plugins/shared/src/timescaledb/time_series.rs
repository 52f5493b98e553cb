//! `time_series`: measurements of models, and their aggregates by hour and by day.
//!
//! The day is made of hours: aggregates keep sums and counts, and never an average of averages.

use whale_plugin::timescaledb::{Column, Columnstore, ContinuousAggregate, Hypertable, Index, Table, asc, desc, ty};
use whale_plugin::{Duration, days, hours};

pub(crate) fn table(chunk: Duration) -> Table {
    Table::new("time_series")
        .namespace("public")
        .comment("measurements of models")
        .column(Column::new("time", ty::timestamptz()))
        .column(Column::new("model", ty::text()))
        .column(Column::new("metric", ty::text()))
        .column(Column::new("value", ty::double_precision()))
        .column(Column::new("tags", ty::jsonb()).nullable())
        .index(Index::on([asc("model"), asc("metric"), desc("time")]))
        .hypertable(Hypertable::by_time("time", chunk))
        .columnstore(Columnstore::segment_by(["model", "metric"]))
}

pub(crate) fn hourly() -> ContinuousAggregate {
    ContinuousAggregate::new("time_series_hourly", "time_series", "time", hours(1))
        .namespace("public")
        .comment("measurements by hour; the average is value_sum / value_count")
        .group_by("model")
        .group_by("metric")
        .aggregate("value_sum", "sum(value)")
        .aggregate("value_count", "count(value)")
        .aggregate("value_min", "min(value)")
        .aggregate("value_max", "max(value)")
        .refresh(days(3), hours(1), hours(1))
}

pub(crate) fn daily() -> ContinuousAggregate {
    ContinuousAggregate::new("time_series_daily", "time_series_hourly", "bucket", days(1))
        .namespace("public")
        .comment("measurements by day; the average is value_sum / value_count")
        .group_by("model")
        .group_by("metric")
        .aggregate("value_sum", "sum(value_sum)")
        .aggregate("value_count", "sum(value_count)")
        .aggregate("value_min", "min(value_min)")
        .aggregate("value_max", "max(value_max)")
        .refresh(days(7), days(1), days(1))
}
