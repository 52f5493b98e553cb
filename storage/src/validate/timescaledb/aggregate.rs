//! Continuous aggregates: over a hypertable, or over another aggregate.

use super::BACKEND;
use super::derived::Names;
use super::typed::Columns;
use crate::definition::ObjectKind;
use crate::definition::timescaledb::{Aggregate, Selected};
use crate::diagnostic::codes;
use crate::expr::{self, Clause, Dialect, Kinds};
use crate::name::{Name, Place};
use crate::raw::{self, Duration, DurationUnit};
use crate::types::postgres::Type;
use crate::types::zone;
use crate::validate::{Check, cut};
use std::collections::{BTreeMap, BTreeSet};

/// Where a value stands that must be the same for every session.
const AGGREGATED: &str = "a continuous aggregate";

/// What an aggregate can read: its columns, its time column, and, over an aggregate, the bucket below.
struct Source {
    columns: BTreeSet<Name>,
    /// What the columns are; of an aggregate that is not judged yet, nothing is known.
    kinds: Columns,
    time_column: String,
    bucket: Option<Duration>,
    /// Whether the buckets below are of a time zone, so that they are not all as long.
    zoned: bool,
}

impl Source {
    fn kinds_of(&self, name: &Name) -> Kinds {
        self.kinds.get(name).copied().unwrap_or(Kinds::ANY)
    }

    fn time(&self) -> Kinds {
        self.kinds.get(self.time_column.as_str()).copied().unwrap_or(Kinds::ANY)
    }
}

impl Check<'_> {
    /// Aggregates that pass.
    pub(in crate::validate) fn aggregates(
        &mut self,
        aggregates: &[raw::ContinuousAggregate],
        tables: &[raw::PgTable],
        names: &mut Names,
    ) -> Vec<Aggregate> {
        if aggregates.is_empty() {
            return Vec::new();
        }
        let mut sources: BTreeMap<&str, Source> =
            tables.iter().filter_map(|table| Some((table.header.id.as_str(), from_table(table)?))).collect();
        sources.extend(aggregates.iter().map(|one| (one.header.id.as_str(), from_aggregate(one))));
        let mut all = Vec::new();
        for one in aggregates {
            let Some((aggregate, kinds)) = self.aggregate(one, &sources, names) else { continue };
            if let Some(source) = sources.get_mut(one.header.id.as_str()) {
                source.kinds = kinds;
            }
            all.push(aggregate);
        }
        self.no_cycle(aggregates);
        all
    }

    fn aggregate(
        &mut self,
        one: &raw::ContinuousAggregate,
        sources: &BTreeMap<&str, Source>,
        names: &mut Names,
    ) -> Option<(Aggregate, Columns)> {
        self.begin(BACKEND, &one.header);
        names.begin(self, ObjectKind::ContinuousAggregate, &one.header);
        let header = self.header(BACKEND, &one.header);
        let target = self.reference(BACKEND, "source", &one.source)?;
        let id = one.source.rsplit('/').next().unwrap_or_default();
        let Some(source) = sources.get(id) else {
            self.error(
                codes::timescaledb::AGGREGATE,
                "source",
                format!("{} is a plain table", target.name),
                "a continuous aggregate reads a hypertable or another aggregate",
            );
            return None;
        };
        self.bucket(one, source);
        let bucket_name = self.name(BACKEND, Place::Column, "bucket_name", &one.bucket_name);
        let group_by = self.selected(&one.group_by, "group_by", source, false);
        let aggregates = self.selected(&one.aggregates, "aggregates", source, true);
        let output = one.group_by.iter().chain(&one.aggregates).map(|selected| selected.name.as_str());
        self.distinct("columns", "columns", output.chain([one.bucket_name.as_str()]));
        let only_where = match &one.only_where {
            Some(text) => {
                let found = self.expression("only_where", text, Dialect::Postgres, Clause::Filter, &source.columns)?;
                self.moments("only_where", &found, None, &|name| source.kinds_of(name));
                Some(found)
            }
            None => None,
        };
        self.refresh(one);
        let own: BTreeSet<Name> = from_aggregate(one).columns;
        let indexes: Vec<_> = one.indexes.iter().map(|index| self.index(index, &own, &|_| Kinds::ANY, names)).collect();
        if one.indexes.iter().any(|index| index.unique) {
            self.error(
                codes::timescaledb::AGGREGATE,
                "indexes",
                "an index of a continuous aggregate cannot be unique",
                "leave `unique` off",
            );
        }
        let aggregate = Aggregate {
            header: header?,
            source: target.name,
            time_column: Name::checked(&one.time_column).ok()?,
            bucket: one.bucket,
            bucket_name: bucket_name?,
            time_zone: one.time_zone.clone(),
            group_by: group_by?,
            aggregates: aggregates?,
            only_where,
            real_time: one.real_time,
            refresh: one.refresh,
            indexes: indexes.into_iter().collect::<Option<_>>()?,
        };
        let kinds = self.typed_aggregate(&aggregate, source);
        Some((aggregate, kinds))
    }

    /// Refuses what PostgreSQL would refuse for its types; what the columns of the aggregate are.
    fn typed_aggregate(&mut self, aggregate: &Aggregate, source: &Source) -> Columns {
        let column = |name: &Name| source.kinds_of(name);
        let mut kinds = Columns::from([(aggregate.bucket_name.clone(), source.time())]);
        let groups = aggregate.group_by.iter().map(|one| ("group_by", one));
        for (place, one) in groups.chain(aggregate.aggregates.iter().map(|one| ("aggregates", one))) {
            let path = || format!("{place}/{}", one.name);
            let is = self.types(&path, &one.value, Dialect::Postgres, Some(AGGREGATED), &column);
            kinds.insert(one.name.clone(), is.unwrap_or(Kinds::ANY));
        }
        if let Some(condition) = &aggregate.only_where {
            self.truth(&|| "only_where".to_owned(), condition, Some(AGGREGATED), &column);
        }
        let own = |name: &Name| kinds.get(name).copied().unwrap_or(Kinds::ANY);
        for index in &aggregate.indexes {
            self.typed_index(index, &own);
        }
        kinds
    }

    fn bucket(&mut self, one: &raw::ContinuousAggregate, source: &Source) {
        if one.time_column != source.time_column {
            self.error(
                codes::timescaledb::AGGREGATE,
                "time_column",
                format!("{:?} is not the time column of {}", cut(&one.time_column), cut(&one.source)),
                format!("name {}", cut(&source.time_column)),
            );
        }
        if one.bucket.count == 0 {
            self.error(codes::timescaledb::AGGREGATE, "bucket", "a bucket is empty", "give it a width");
        }
        if let Some(below) = source.bucket.filter(|below| !multiple(one.bucket, *below)) {
            self.error(
                codes::timescaledb::AGGREGATE,
                "bucket",
                format!("a bucket of {} is not a multiple of the one below, {}", shown(one.bucket), shown(below)),
                "over buckets of months only months and years fit, over shorter ones any multiple",
            );
        }
        if let Some(zone) = &one.time_zone {
            self.parsed("time_zone", zone::check(zone, 0));
        }
        self.bucketed(one, source);
        if one.aggregates.is_empty() {
            self.error(
                codes::timescaledb::AGGREGATE,
                "aggregates",
                "it has no aggregated column",
                "add one, such as count(*)",
            );
        }
    }

    /// Whether the time column can be cut into such buckets.
    fn bucketed(&mut self, one: &raw::ContinuousAggregate, source: &Source) {
        let (time, name) = (source.time(), cut(&one.time_column));
        let mut fault = |path: &str, message: String, help: &str| {
            self.error(codes::timescaledb::AGGREGATE, path, message, help);
        };
        if expr::is_integer(time) {
            let message = format!("{name} is an integer, and the bucket a length of time");
            fault(
                "bucket",
                message,
                "make the time column a timestamptz; buckets of integers are not part of a definition",
            );
        } else if one.time_zone.is_some() && expr::has_no_zone(time) {
            let help = "leave the zone out, or make the time column a timestamptz";
            fault("time_zone", format!("{name} has no time zone, so that its buckets have none"), help);
        }
        if source.zoned && one.time_zone.is_none() && !is_months(one.bucket) {
            let message = "the buckets below are of a time zone, and these are not".to_owned();
            fault("time_zone", message, "name the time zone of the aggregate below");
        }
    }

    fn selected(
        &mut self,
        all: &[raw::Selected],
        path: &str,
        source: &Source,
        aggregated: bool,
    ) -> Option<Vec<Selected>> {
        let mut selected = Vec::new();
        for one in all {
            let path = format!("{path}/{}", cut(&one.name));
            let name = self.name(BACKEND, Place::Column, &path, &one.name);
            let value = self.expression(&path, &one.value, Dialect::Postgres, Clause::Select, &source.columns);
            let (Some(name), Some(value)) = (name, value) else { continue };
            self.moments(&path, &value, None, &|name| source.kinds_of(name));
            if value.has_aggregate() != aggregated {
                let (message, help) = if aggregated {
                    ("it calls no aggregate", "call one, or move the column to group_by")
                } else {
                    ("it calls an aggregate", "move the column to aggregates")
                };
                self.error(codes::timescaledb::AGGREGATE, &path, message, help);
            } else if !aggregated && value.columns().is_empty() {
                let message = "it names no column, so that it groups nothing and the server leaves it out";
                self.error(codes::timescaledb::AGGREGATE, &path, message, "group by a column, or take it out");
            }
            selected.push(Selected { name, value });
        }
        (selected.len() == all.len()).then_some(selected)
    }

    fn refresh(&mut self, one: &raw::ContinuousAggregate) {
        let Some(refresh) = one.refresh else { return };
        let seconds = |duration: Duration| u64::from(duration.count) * unit_seconds(duration.unit);
        let offsets = [refresh.start_offset, refresh.end_offset, Some(refresh.every)];
        if offsets.iter().flatten().any(|duration| duration.count == 0) {
            self.error(
                codes::timescaledb::REFRESH,
                "refresh",
                "one of its lengths is 0",
                "leave an offset out, or give it a length",
            );
        }
        if let Some(start) = refresh.start_offset {
            let end = refresh.end_offset.map_or(0, seconds);
            if seconds(start) < end.saturating_add(2 * seconds(one.bucket)) {
                self.error(
                    codes::timescaledb::REFRESH,
                    "refresh",
                    "the window between start and end offset holds less than two buckets",
                    "move the start offset back; TimescaleDB refuses a narrower window",
                );
            }
        }
    }

    fn no_cycle(&mut self, aggregates: &[raw::ContinuousAggregate]) {
        let above: BTreeMap<&str, &str> = aggregates
            .iter()
            .map(|one| (one.header.id.as_str(), one.source.rsplit('/').next().unwrap_or_default()))
            .collect();
        for one in aggregates {
            let mut at = one.header.id.as_str();
            // A chain is at most as long as there are aggregates; each step of a longer one has been taken before.
            let mut steps = 0;
            while let Some(next) = above.get(at).filter(|_| steps <= 16) {
                at = next;
                steps += 1;
            }
            if steps > 16 {
                self.begin(BACKEND, &one.header);
                self.error(
                    codes::timescaledb::AGGREGATE,
                    "source",
                    "it reads itself, or stands on more than 16 aggregates",
                    "read a hypertable at the bottom",
                );
            }
        }
    }
}

fn from_table(table: &raw::PgTable) -> Option<Source> {
    let hypertable = table.hypertable.as_ref()?;
    let named = table.columns.iter().filter_map(|column| Some((Name::checked(&column.header.name).ok()?, column)));
    let typed = named.clone().filter_map(|(name, column)| Some((name, Type::parse(&column.data_type).ok()?)));
    Some(Source {
        columns: named.map(|(name, _)| name).collect(),
        kinds: typed.map(|(name, data_type)| (name, expr::of_postgres(&data_type))).collect(),
        time_column: hypertable.time_column.clone(),
        bucket: None,
        zoned: false,
    })
}

fn from_aggregate(one: &raw::ContinuousAggregate) -> Source {
    let names = one.group_by.iter().chain(&one.aggregates).map(|selected| &selected.name).chain([&one.bucket_name]);
    Source {
        columns: names.filter_map(|name| Name::checked(name).ok()).collect(),
        kinds: Columns::new(),
        time_column: one.bucket_name.clone(),
        bucket: Some(one.bucket),
        zoned: one.time_zone.is_some(),
    }
}

fn is_months(bucket: Duration) -> bool {
    matches!(bucket.unit, DurationUnit::Months | DurationUnit::Years)
}

/// Whether a bucket is made of whole ones of another.
fn multiple(bucket: Duration, below: Duration) -> bool {
    let months = |duration: Duration| match duration.unit {
        DurationUnit::Months => Some(u64::from(duration.count)),
        DurationUnit::Years => Some(u64::from(duration.count) * 12),
        _ => None,
    };
    match (months(bucket), months(below)) {
        (Some(bucket), Some(below)) => below != 0 && bucket.is_multiple_of(below),
        // A month is made of whole days, and of whole parts of a day.
        (Some(_), None) => {
            let below = u64::from(below.count) * unit_seconds(below.unit);
            below != 0 && unit_seconds(DurationUnit::Days).is_multiple_of(below)
        }
        (None, Some(_)) => false,
        (None, None) => {
            let seconds = |duration: Duration| u64::from(duration.count) * unit_seconds(duration.unit);
            seconds(below) != 0 && seconds(bucket).is_multiple_of(seconds(below))
        }
    }
}

/// Seconds of a unit; of months and years, those of 30 and 365 days, for comparisons only.
fn unit_seconds(unit: DurationUnit) -> u64 {
    match unit {
        DurationUnit::Seconds => 1,
        DurationUnit::Minutes => 60,
        DurationUnit::Hours => 3_600,
        DurationUnit::Days => 86_400,
        DurationUnit::Weeks => 604_800,
        DurationUnit::Months => 2_592_000,
        DurationUnit::Years => 31_536_000,
    }
}

fn shown(duration: Duration) -> String {
    format!("{} {}", duration.count, format!("{:?}", duration.unit).to_lowercase())
}
