//! The functions that a plugin may call, for each engine.
//!
//! On a list stands what computes a value from its arguments: nothing that reads a file, a table, a dictionary or a
//! setting, opens a connection, waits, or makes rows. A name is taken in any case and rendered as it stands here. Each
//! says how large its result can become, and [`roles`] which of its arguments are more than a value. What was looked at
//! stands in docs/arguments.md, which a test holds to these lists.

mod clickhouse;
mod growth;
mod postgres;
pub(super) mod roles;

pub(super) use growth::Growth;

use super::{Call, Dialect};
use crate::types::clickhouse::{is_aggregate as is_clickhouse_aggregate, known_aggregates};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How much a function depends on beside its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// On nothing.
    Immutable,
    /// On the time at which the statement began.
    Stable,
    /// On the moment or on chance.
    Volatile,
    /// On many rows.
    Aggregate,
}

/// A function on a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) least: u8,
    pub(super) most: u8,
    pub(super) kind: Kind,
    pub(super) growth: Growth,
}

/// An aggregate of ClickHouse: what it makes of many rows is bounded by those rows and by its parameters.
const AGGREGATE: Function =
    Function { name: "", least: 0, most: MANY, kind: Kind::Aggregate, growth: Growth::Fixed(1_024) };

/// Any number of arguments.
const MANY: u8 = u8::MAX;

/// The least and the most arguments, how large the result becomes, and the names of which that holds, with spaces between
/// them.
type Row = (u8, u8, Growth, &'static str);

fn rows(dialect: Dialect) -> [(Kind, &'static [Row]); 4] {
    match dialect {
        Dialect::Postgres => [
            (Kind::Immutable, postgres::IMMUTABLE),
            (Kind::Stable, postgres::STABLE),
            (Kind::Volatile, postgres::VOLATILE),
            (Kind::Aggregate, postgres::AGGREGATES),
        ],
        Dialect::ClickHouse => [
            (Kind::Immutable, clickhouse::IMMUTABLE),
            (Kind::Stable, clickhouse::STABLE),
            (Kind::Volatile, clickhouse::VOLATILE),
            (Kind::Aggregate, &[]),
        ],
        Dialect::Milvus => [Kind::Immutable, Kind::Stable, Kind::Volatile, Kind::Aggregate].map(|kind| (kind, &[][..])),
    }
}

/// Every function of an engine but ClickHouse's aggregates, which have combinators.
pub(super) fn listed(dialect: Dialect) -> impl Iterator<Item = Function> {
    rows(dialect).into_iter().flat_map(|(kind, rows)| {
        rows.iter().flat_map(move |(least, most, growth, names)| {
            let (least, most, growth) = (*least, *most, *growth);
            names.split_ascii_whitespace().map(move |name| Function { name, least, most, kind, growth })
        })
    })
}

/// The lists by name, in lower case: a definition may call ten thousand functions.
type Index = BTreeMap<String, Function>;
static POSTGRES: LazyLock<Index> = LazyLock::new(|| index(Dialect::Postgres));
static CLICKHOUSE: LazyLock<Index> = LazyLock::new(|| index(Dialect::ClickHouse));

fn index(dialect: Dialect) -> Index {
    listed(dialect).map(|function| (function.name.to_ascii_lowercase(), function)).collect()
}

/// A function by its name, in any case, or by another name of it. The name comes back as the engine stores it.
pub(super) fn find(dialect: Dialect, name: &str) -> Option<(String, Function)> {
    let canonical = alias(dialect, name);
    if dialect == Dialect::ClickHouse && is_clickhouse_aggregate(canonical) {
        return Some((canonical.to_owned(), AGGREGATE));
    }
    let lower = canonical.to_ascii_lowercase();
    let index = match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::ClickHouse => &CLICKHOUSE,
        Dialect::Milvus => return None,
    };
    if let Some(function) = index.get(&lower) {
        return Some((function.name.to_owned(), *function));
    }
    // `COUNT(x)` and `Sum(x)` are taken by ClickHouse too.
    let lower_is_aggregate = dialect == Dialect::ClickHouse && known_aggregates().contains(&lower.as_str());
    lower_is_aggregate.then_some((lower, AGGREGATE))
}

/// The name that stands for an alias; any other name stands for itself.
pub(super) fn alias(dialect: Dialect, name: &str) -> &str {
    let aliases = match dialect {
        Dialect::Postgres => postgres::ALIASES,
        Dialect::ClickHouse => clickhouse::ALIASES,
        Dialect::Milvus => &[],
    };
    let found = aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    found.map_or(name, |(_, canonical)| canonical)
}

/// Names to suggest.
pub(super) fn names(dialect: Dialect) -> Vec<&'static str> {
    let aggregates = if dialect == Dialect::ClickHouse { known_aggregates() } else { &[] };
    listed(dialect).map(|function| function.name).chain(aggregates.iter().copied()).collect()
}

/// Whether the name is an aggregate of PostgreSQL, TimescaleDB or ClickHouse.
pub(super) fn is_aggregate(name: &str) -> bool {
    is_clickhouse_aggregate(name)
        || postgres::AGGREGATES.iter().any(|(.., names)| names.split_ascii_whitespace().any(|one| one == name))
}

/// Whether the function gives another value each time, in any engine.
pub(super) fn is_changing(name: &str) -> bool {
    let of = |dialect| listed(dialect).find(|function| function.name == name).map(|function| function.kind);
    [Dialect::Postgres, Dialect::ClickHouse]
        .into_iter()
        .any(|dialect| matches!(of(dialect), Some(Kind::Stable | Kind::Volatile | Kind::Aggregate)))
        || is_clickhouse_aggregate(name)
}

/// How large the result of a function on the list becomes; an unknown one has been refused before.
pub(super) fn growth(dialect: Dialect, name: &str) -> Growth {
    find(dialect, name).map_or(Growth::Fixed(u64::MAX), |(_, function)| function.growth)
}

/// Functions of PostgreSQL that are called without parentheses.
pub(super) fn is_bare(call: &Call) -> bool {
    matches!(call.function.as_str(), "current_timestamp" | "current_date" | "localtimestamp")
        && call.arguments.is_empty()
}

/// Functions of PostgreSQL whose arguments are text, so that the server writes `(c)::text` for a column of varchar.
pub(super) fn takes_text(name: &str) -> bool {
    matches!(
        name,
        "lower"
            | "upper"
            | "initcap"
            | "length"
            | "octet_length"
            | "reverse"
            | "md5"
            | "ascii"
            | "btrim"
            | "ltrim"
            | "rtrim"
            | "left"
            | "right"
            | "strpos"
            | "starts_with"
            | "substring"
            | "replace"
            | "split_part"
            | "translate"
            | "regexp_replace"
    )
}
