//! What each connection of this tool may use of a server, so that no definition makes an apply fill or stop it: the
//! server's own limits, set for the connection alone. Whoever runs a deployment sets them; they bound the host, while
//! those beside them bound what a model's application does later.

use super::{Amount, MOST, MOST_KILOBYTES, MOST_MILLISECONDS, Value, YEAR};
use crate::definition::Backend;
use std::collections::BTreeMap;

/// A limit of a connection.
#[derive(Debug, Clone)]
pub struct Own {
    /// Kind of database.
    pub backend: Backend,
    /// As the engine names it.
    pub name: &'static str,
    /// What it takes.
    pub amount: Amount,
    /// What holds where nobody has said anything; none: what the server has.
    pub default: Option<Value>,
}

const SECOND: u64 = 1_000;
const MEGABYTE: u64 = 1 << 20;
const GIGABYTE: u64 = 1 << 30;

/// Every limit of every engine. How long a statement may take is said of the target itself, as `statement_timeout`.
pub const OWN: &[Own] = &[
    // Waiting for a lock stands in everybody's way who comes after.
    of(Backend::Timescaledb, LOCK_TIMEOUT, Amount::time(1, 1, MOST_MILLISECONDS), Some(Value::Time(5 * SECOND))),
    of(Backend::Timescaledb, "maintenance_work_mem", Amount::size(1_024, MEGABYTE, MOST_KILOBYTES), None),
    // An index over a billion rows sorts in so much.
    of(
        Backend::Timescaledb,
        TEMP_FILE_LIMIT,
        Amount::size(1_024, 1_024, MOST_KILOBYTES),
        Some(Value::Size(64 * GIGABYTE)),
    ),
    of(Backend::Timescaledb, "work_mem", Amount::size(1_024, 64 * 1_024, MOST_KILOBYTES), None),
    of(Backend::Clickhouse, MAX_EXECUTION_TIME, Amount::time(SECOND, SECOND, YEAR), None),
    of(Backend::Clickhouse, MAX_MEMORY_USAGE, Amount::size(1, MEGABYTE, MOST), Some(Value::Size(GIGABYTE))),
];

/// How long a statement waits for a lock.
pub const LOCK_TIMEOUT: &str = "lock_timeout";
/// Temporary files of a connection.
pub const TEMP_FILE_LIMIT: &str = "temp_file_limit";
/// How long a statement runs on the server; what nobody has said is the target's `statement_timeout`.
pub const MAX_EXECUTION_TIME: &str = "max_execution_time";
/// Memory of a statement.
pub const MAX_MEMORY_USAGE: &str = "max_memory_usage";

const fn of(backend: Backend, name: &'static str, amount: Amount, default: Option<Value>) -> Own {
    Own { backend, name, amount, default }
}

/// Finds a limit of an engine.
pub fn own(backend: Backend, name: &str) -> Option<&'static Own> {
    owns(backend).find(|one| one.name == name)
}

/// The limits of an engine.
pub fn owns(backend: Backend) -> impl Iterator<Item = &'static Own> {
    OWN.iter().filter(move |one| one.backend == backend)
}

/// What somebody has said of a target's connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// By name.
    pub by: BTreeMap<&'static str, Value>,
}

/// A limit as it is to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The value.
    pub value: Value,
    /// Whether somebody has said so. What nobody has said makes no limit of the server's wider.
    pub said: bool,
}

impl Said {
    /// What is to hold of a limit; none: what the server has.
    pub fn wish(&self, one: &Own) -> Option<Wish> {
        match self.by.get(one.name) {
            Some(value) => Some(Wish { value: value.clone(), said: true }),
            None => one.default.clone().map(|value| Wish { value, said: false }),
        }
    }
}

/// A limit that cannot be set for a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheld {
    /// Which.
    pub name: &'static str,
    /// Whether somebody has said it.
    pub said: bool,
    /// Why, after `because`: `the user may not set it`.
    pub why: String,
    /// What to do.
    pub help: String,
}
