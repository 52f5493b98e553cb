//! Continuous aggregates.

use super::Index;
use crate::Duration;
use crate::contract::{self, Refresh, Selected};
use crate::header::{self, object_methods};

/// A view over a hypertable that TimescaleDB keeps up to date, a row a bucket and group.
pub struct ContinuousAggregate(pub(crate) contract::ContinuousAggregate);

object_methods!(ContinuousAggregate);

impl ContinuousAggregate {
    /// Over a hypertable or another aggregate, by its time column, in buckets of a length; the bucket is the column
    /// `bucket`.
    #[track_caller]
    pub fn new(name: &str, source: &str, time_column: &str, bucket: Duration) -> Self {
        Self(contract::ContinuousAggregate {
            header: header::object(name),
            source: source.to_owned(),
            time_column: time_column.to_owned(),
            bucket,
            bucket_name: "bucket".to_owned(),
            time_zone: None,
            group_by: Vec::new(),
            aggregates: Vec::new(),
            only_where: None,
            real_time: false,
            refresh: None,
            indexes: Vec::new(),
        })
    }

    /// Another name for the bucket's column.
    pub fn bucket_name(mut self, name: &str) -> Self {
        self.0.bucket_name = name.to_owned();
        self
    }

    /// Groups by a column of the source.
    pub fn group_by(self, column: &str) -> Self {
        self.group_by_expression(column, column)
    }

    /// Groups by an expression, and names it.
    pub fn group_by_expression(mut self, name: &str, value: &str) -> Self {
        self.0.group_by.push(Selected { name: name.to_owned(), value: value.to_owned() });
        self
    }

    /// An aggregated column.
    pub fn aggregate(mut self, name: &str, value: &str) -> Self {
        self.0.aggregates.push(Selected { name: name.to_owned(), value: value.to_owned() });
        self
    }

    /// Only rows for which this holds.
    pub fn only_where(mut self, condition: &str) -> Self {
        self.0.only_where = Some(condition.to_owned());
        self
    }

    /// Queries also see rows that are not aggregated yet.
    pub fn real_time(mut self) -> Self {
        self.0.real_time = true;
        self
    }

    /// Takes in changes between two ages, this often: `refresh(days(3), hours(1), hours(1))`. `None` for the first is
    /// from the beginning, for the second up to the newest bucket.
    pub fn refresh(
        mut self,
        oldest: impl Into<Option<Duration>>,
        newest: impl Into<Option<Duration>>,
        every: Duration,
    ) -> Self {
        self.0.refresh = Some(Refresh { start_offset: oldest.into(), end_offset: newest.into(), every });
        self
    }

    /// The bucket's time zone, such as `Europe/Berlin`.
    pub fn time_zone(mut self, zone: &str) -> Self {
        self.0.time_zone = Some(zone.to_owned());
        self
    }

    /// Adds an index, instead of those that TimescaleDB makes for each group column.
    pub fn index(mut self, index: Index) -> Self {
        self.0.indexes.push(index.0);
        self
    }
}
