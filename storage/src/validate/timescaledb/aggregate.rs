//! Continuous aggregates: over a hypertable, or over another aggregate.

use super::BACKEND;
use super::derived::Names;
use crate::definition::ObjectKind;
use crate::definition::timescaledb::{Aggregate, Selected};
use crate::diagnostic::codes;
use crate::expr::{Clause, Dialect};
use crate::name::{Name, Place};
use crate::raw::{self, Duration, DurationUnit};
use crate::types::postgres::Type;
use crate::types::zone;
use crate::validate::{Check, cut};
use std::collections::{BTreeMap, BTreeSet};

/// What an aggregate can read: its columns, its time column, and, over an aggregate, the bucket below.
struct Source<'r> {
    columns: BTreeSet<Name>,
    /// The table's, whose types are known; of an aggregate none.
    typed: &'r [raw::PgColumn],
    time_column: String,
    bucket: Option<Duration>,
}

impl Source<'_> {
    fn type_of(&self, name: &str) -> Option<Type> {
        let column = self.typed.iter().find(|column| column.header.name == name)?;
        Type::parse(&column.data_type).ok()
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
        let mut sources: BTreeMap<&str, Source<'_>> =
            tables.iter().filter_map(|table| Some((table.header.id.as_str(), from_table(table)?))).collect();
        sources.extend(aggregates.iter().map(|one| (one.header.id.as_str(), from_aggregate(one))));
        let all: Vec<_> = aggregates.iter().filter_map(|one| self.aggregate(one, &sources, names)).collect();
        self.no_cycle(aggregates);
        all
    }

    fn aggregate(
        &mut self,
        one: &raw::ContinuousAggregate,
        sources: &BTreeMap<&str, Source<'_>>,
        names: &mut Names,
    ) -> Option<Aggregate> {
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
                self.moments("only_where", &found, None, &|name| source.type_of(name));
                Some(found)
            }
            None => None,
        };
        self.refresh(one);
        let own: BTreeSet<Name> = from_aggregate(one).columns;
        let indexes: Vec<_> = one.indexes.iter().map(|index| self.index(index, &own, &|_| None, names)).collect();
        if one.indexes.iter().any(|index| index.unique) {
            self.error(
                codes::timescaledb::AGGREGATE,
                "indexes",
                "an index of a continuous aggregate cannot be unique",
                "leave `unique` off",
            );
        }
        Some(Aggregate {
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
        })
    }

    fn bucket(&mut self, one: &raw::ContinuousAggregate, source: &Source<'_>) {
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
        if one.aggregates.is_empty() {
            self.error(
                codes::timescaledb::AGGREGATE,
                "aggregates",
                "it has no aggregated column",
                "add one, such as count(*)",
            );
        }
    }

    fn selected(
        &mut self,
        all: &[raw::Selected],
        path: &str,
        source: &Source<'_>,
        aggregated: bool,
    ) -> Option<Vec<Selected>> {
        let mut selected = Vec::new();
        for one in all {
            let path = format!("{path}/{}", cut(&one.name));
            let name = self.name(BACKEND, Place::Column, &path, &one.name);
            let value = self.expression(&path, &one.value, Dialect::Postgres, Clause::Select, &source.columns);
            let (Some(name), Some(value)) = (name, value) else { continue };
            self.moments(&path, &value, None, &|name| source.type_of(name));
            if value.has_aggregate() != aggregated {
                let (message, help) = if aggregated {
                    ("it calls no aggregate", "call one, or move the column to group_by")
                } else {
                    ("it calls an aggregate", "move the column to aggregates")
                };
                self.error(codes::timescaledb::AGGREGATE, &path, message, help);
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

fn from_table(table: &raw::PgTable) -> Option<Source<'_>> {
    let hypertable = table.hypertable.as_ref()?;
    let columns = table.columns.iter().filter_map(|column| Name::checked(&column.header.name).ok()).collect();
    Some(Source { columns, typed: &table.columns, time_column: hypertable.time_column.clone(), bucket: None })
}

fn from_aggregate(one: &raw::ContinuousAggregate) -> Source<'_> {
    let names = one.group_by.iter().chain(&one.aggregates).map(|selected| &selected.name).chain([&one.bucket_name]);
    let columns = names.filter_map(|name| Name::checked(name).ok()).collect();
    Source { columns, typed: &[], time_column: one.bucket_name.clone(), bucket: Some(one.bucket) }
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
