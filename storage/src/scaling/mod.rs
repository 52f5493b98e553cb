//! What a model may use of each engine: limits that whoever runs a deployment sets for it, in the engines' own words.
//!
//! One table, [`SETTINGS`], names every setting with its range; reading whale.toml, comparing and writing all go by it.
//! Values are compared as values: `65536kB` is `64MB`. Pure.

pub mod own;
mod value;

pub use value::{Amount, Fault, Unit, Value};

use crate::catalog::{PartKey, PartKind, Shape};
use crate::definition::Backend;
use crate::diagnostic::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// A setting that a model can have.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Kind of database.
    pub backend: Backend,
    /// Its name; of a quota after `quota.`.
    pub name: &'static str,
    /// What it takes.
    pub amount: Amount,
}

/// What PostgreSQL can hold of a size, in bytes, and of a time, in milliseconds.
const MOST_KILOBYTES: u64 = 2_147_483_647 * 1_024;
const MOST_MILLISECONDS: u64 = 2_147_483_647;
/// The most connections a PostgreSQL server can have.
const MOST_CONNECTIONS: u64 = 262_143;
/// A size or a count that no server has; ClickHouse counts in 64 bits, and we stay below what its numbers can say exactly.
const MOST: u64 = 1 << 52;
/// A year of seconds, in milliseconds.
const YEAR: u64 = 365 * 86_400_000;

/// Every setting of every engine.
pub const SETTINGS: &[Setting] = &[
    of(Backend::Timescaledb, "connections", Amount::count(1, MOST_CONNECTIONS)),
    of(Backend::Timescaledb, "idle_in_transaction_session_timeout", Amount::time(1, 1, MOST_MILLISECONDS)),
    of(Backend::Timescaledb, "lock_timeout", Amount::time(1, 1, MOST_MILLISECONDS)),
    of(Backend::Timescaledb, "max_parallel_workers_per_gather", Amount::count(0, 1_024)),
    of(Backend::Timescaledb, "statement_timeout", Amount::time(1, 1, MOST_MILLISECONDS)),
    of(Backend::Timescaledb, "temp_file_limit", Amount::size(1_024, 1_024, MOST_KILOBYTES)),
    of(Backend::Timescaledb, "work_mem", Amount::size(1_024, 64 * 1_024, MOST_KILOBYTES)),
    of(Backend::Clickhouse, "max_concurrent_queries_for_user", Amount::count(1, 100_000)),
    of(Backend::Clickhouse, "max_execution_time", Amount::time(1_000, 1_000, YEAR)),
    of(Backend::Clickhouse, "max_memory_usage", Amount::size(1, 1_024 * 1_024, MOST)),
    of(Backend::Clickhouse, "max_threads", Amount::count(1, 10_000)),
    of(Backend::Clickhouse, "quota.execution_time", Amount::time(1_000, 1_000, YEAR)),
    of(Backend::Clickhouse, "quota.interval", Amount::time(1_000, 1_000, YEAR)),
    of(Backend::Clickhouse, "quota.queries", Amount::count(1, MOST)),
    of(Backend::Clickhouse, "quota.read_bytes", Amount::size(1, 1, MOST)),
    of(Backend::Clickhouse, "quota.read_rows", Amount::count(1, MOST)),
    of(Backend::Clickhouse, "quota.result_rows", Amount::count(1, MOST)),
    of(Backend::Clickhouse, "quota.written_bytes", Amount::size(1, 1, MOST)),
    of(Backend::Milvus, "replicas", Amount::count(1, 1_024)),
    of(Backend::Milvus, "resource_groups", Amount::Names),
];

const fn of(backend: Backend, name: &'static str, amount: Amount) -> Setting {
    Setting { backend, name, amount }
}

/// Finds a setting of an engine.
pub fn find(backend: Backend, name: &str) -> Option<&'static Setting> {
    all(backend).find(|setting| setting.name == name)
}

/// The settings of an engine.
pub fn all(backend: Backend) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.backend == backend)
}

/// A value with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The value.
    pub value: Value,
    /// Its line.
    pub origin: Option<Origin>,
}

/// What a model may use of one engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// By name of the setting.
    pub by: BTreeMap<&'static str, Limit>,
    /// The table's path: `models.legal.scaling.milvus`, without a target's prefix.
    pub table: String,
    /// The line of the table.
    pub origin: Option<Origin>,
}

/// Values by name of the setting: what a backend writes.
pub type Values = BTreeMap<&'static str, Value>;

impl Limits {
    /// The values, without their places.
    pub fn values(&self) -> Values {
        self.by.iter().map(|(name, limit)| (*name, limit.value.clone())).collect()
    }

    /// The line of a setting, or of the table.
    pub fn origin_of(&self, name: &str) -> Option<&Origin> {
        self.by.get(name).and_then(|limit| limit.origin.as_ref()).or(self.origin.as_ref())
    }

    /// What these settings cannot mean together: the setting that it is about, what is wrong, and what to do.
    pub fn contradictions(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut found = Vec::new();
        let quota = |name: &&'static str| name.starts_with("quota.") && *name != "quota.interval";
        match (self.by.contains_key("quota.interval"), self.by.keys().copied().find(quota)) {
            (false, Some(name)) => found.push((name, "a quota counts within an interval", "add interval = \"1h\"")),
            (true, None) => found.push(("quota.interval", "a quota with nothing to count", "add queries = 1000")),
            _ => {}
        }
        let placement = Placement::of(self);
        let groups = u64::try_from(placement.groups.len()).unwrap_or(u64::MAX);
        if groups > 1 && u64::from(placement.replicas) != groups {
            found.push((
                "resource_groups",
                "Milvus puts all replicas into one group, or one into each of as many groups as replicas",
                "name one group, or as many as replicas",
            ));
        }
        if groups > 1 && placement.groups.contains(DEFAULT_GROUP) {
            let what = "Milvus does not mix its default resource group with others";
            found.push(("resource_groups", what, "leave __default_resource_group out, or name it alone"));
        }
        found
    }
}

/// The shape of what a role has: a part for each setting.
pub fn shape(values: &Values) -> Shape {
    let mut shape = Shape::default();
    for (name, value) in values {
        shape.put(part(name), [(VALUE, value.to_string())]);
    }
    shape
}

/// The part of a role that a setting is.
pub fn part(name: &str) -> PartKey {
    PartKey::new(PartKind::Setting, name)
}

/// The fact of a setting: its value.
pub const VALUE: &str = "value";

/// The group of query nodes in which Milvus loads what names none.
pub const DEFAULT_GROUP: &str = "__default_resource_group";

/// The facts of a placement.
pub const PLACED: [&str; 2] = ["replicas", "resource groups"];

/// How a collection is held in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// How many times.
    pub replicas: u32,
    /// On the nodes of which groups; empty: of the default one.
    pub groups: BTreeSet<String>,
    /// Which of the two somebody has asked for.
    pub settings: BTreeSet<String>,
}

impl Default for Placement {
    fn default() -> Self {
        Self { replicas: 1, groups: BTreeSet::new(), settings: BTreeSet::new() }
    }
}

impl Placement {
    /// What limits of Milvus ask for.
    pub fn of(limits: &Limits) -> Self {
        let mut placement = Self { settings: limits.by.keys().map(ToString::to_string).collect(), ..Self::default() };
        for limit in limits.by.values() {
            match &limit.value {
                Value::Count(replicas) => placement.replicas = u32::try_from(*replicas).unwrap_or(u32::MAX),
                Value::Names(groups) => placement.groups.clone_from(groups),
                Value::Size(_) | Value::Time(_) => {}
            }
        }
        placement
    }

    /// Its facts, as far as it is not what Milvus does by itself.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if self.replicas != 1 {
            facts.push((PLACED[0], self.replicas.to_string()));
        }
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        if !groups.is_empty() && groups != [DEFAULT_GROUP] {
            facts.push((PLACED[1], groups.join(", ")));
        }
        facts
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests;
