//! Sizes of a definition against what the plugin may have. Those that an engine bounds are judged with its own rules.

use super::Check;
use crate::capability::Size;
use crate::definition::{Object, milvus, timescaledb};
use crate::diagnostic::{Diagnostic, codes};
use crate::raw::{Duration, DurationUnit, LoadState};

impl Check<'_> {
    /// Refuses what is larger than was granted.
    pub(super) fn sizes(&mut self, objects: &[Object]) {
        let all = |size: fn(&Object) -> u64| objects.iter().map(size).fold(0, u64::saturating_add);
        self.total(Size::Objects, objects.len() as u64);
        self.total(Size::LoadedShards, all(loaded_shards));
        self.total(Size::JobRuns, all(job_runs));
        for object in objects {
            let columns = columns(object);
            self.size(object, Size::Columns, columns);
            self.size(object, Size::Partitions, partitions(object));
            self.size(object, Size::Dimension, dimensions(object).max().unwrap_or(0));
            self.size(object, Size::VectorDimensions, dimensions(object).sum());
        }
    }

    fn total(&mut self, size: Size, number: u64) {
        let Some(message) = self.above(size, number) else { return };
        let fault = Diagnostic::error(codes::name::ABOVE_GRANT, "define", format!("the plugin defines {message}"));
        let fault = fault.of(self.plugin.as_str()).help(help(size));
        self.faults.push(fault);
    }

    fn size(&mut self, object: &Object, size: Size, number: u64) {
        let Some(message) = self.above(size, number) else { return };
        let header = object.header();
        let id = header.id.split_once('/').map_or(header.id.as_str(), |(_, id)| id);
        let path = format!("{}/{id}", header.name.backend);
        let fault = Diagnostic::error(codes::name::ABOVE_GRANT, path, format!("{} has {message}", header.name.name))
            .help(help(size));
        let fault = fault.of(self.plugin.as_str()).at(header.origin.as_ref());
        self.faults.push(fault);
    }

    fn above(&self, size: Size, number: u64) -> Option<String> {
        let most = self.may.maxima.of(size).filter(|most| number > *most)?;
        Some(format!("{number} {}, and may have {most}", size.unit()))
    }
}

fn help(size: Size) -> String {
    let otherwise = match size.usual() {
        Some(most) => format!(" ({most} where [plugins.NAME] does not say it)"),
        None => String::new(),
    };
    format!("define less, or raise {}{otherwise} in whale.toml, in [plugins.NAME] or [ceiling]", size.key())
}

fn columns(object: &Object) -> u64 {
    let number = match object {
        Object::Table(table) => table.columns.len(),
        Object::Aggregate(aggregate) => 1 + aggregate.group_by.len() + aggregate.aggregates.len(),
        Object::ClickhouseTable(table) => table.columns.len(),
        Object::View(view) => view.select.len(),
        Object::Collection(collection) => collection.fields.len(),
    };
    number as u64
}

fn partitions(object: &Object) -> u64 {
    match object {
        Object::Table(timescaledb::Table { hypertable: Some(hypertable), .. }) => {
            hypertable.space.iter().map(|space| u64::from(space.partitions)).sum()
        }
        Object::Collection(collection) => match &collection.partitions {
            milvus::Partitions::Single => 1,
            milvus::Partitions::Named(names) => names.len() as u64,
            milvus::Partitions::ByKey(number) => u64::from(*number),
        },
        _ => 0,
    }
}

fn dimensions(object: &Object) -> impl Iterator<Item = u64> {
    let fields = if let Object::Collection(collection) = object { collection.fields.as_slice() } else { &[] };
    fields.iter().filter_map(|field| field.data_type.dimensions()).map(u64::from)
}

fn loaded_shards(object: &Object) -> u64 {
    match object {
        Object::Collection(collection) if collection.load == LoadState::Loaded => u64::from(collection.shards),
        _ => 0,
    }
}

/// Runs of an aggregate's job in an hour: of one that runs less often, one.
fn job_runs(object: &Object) -> u64 {
    const HOUR: u64 = 3_600;
    match object {
        Object::Aggregate(timescaledb::Aggregate { refresh: Some(refresh), .. }) => {
            HOUR.div_ceil(seconds(refresh.every).max(1))
        }
        _ => 0,
    }
}

/// At least so long: a month has 28 days here.
fn seconds(duration: Duration) -> u64 {
    let unit = match duration.unit {
        DurationUnit::Seconds => 1,
        DurationUnit::Minutes => 60,
        DurationUnit::Hours => 3_600,
        DurationUnit::Days => 86_400,
        DurationUnit::Weeks => 604_800,
        DurationUnit::Months => 28 * 86_400,
        DurationUnit::Years => 365 * 86_400,
    };
    u64::from(duration.count).saturating_mul(unit)
}
