//! Types of expressions, without a server: which types a value may be of, and where an engine would refuse what it is put
//! to.
//!
//! From inside to outside, in one walk that makes nothing for a node. What is not surely known is any type, and nothing is
//! said of it: an author is never refused for what an engine takes. The tables behind it are held against the live engines
//! by `storage/tests/*_types.rs`.

mod aggregates;
mod call;
mod clickhouse;
mod clickhouse_functions;
mod folding;
mod postgres;
mod postgres_functions;
mod readable;
mod signature;
#[cfg(test)]
mod tests;
mod walk;

use super::kinds::Kinds;
use super::{Dialect, Expr, ExprFault, Literal};
use crate::diagnostic::codes::types as codes;
use crate::name::Name;
use crate::types::{clickhouse as clickhouse_types, postgres as postgres_types, shown};
use walk::Walk;

/// What a part of an expression is. A text of PostgreSQL is kept, for it is read as what stands beside it.
#[derive(Debug, Clone, Copy)]
struct Found<'e> {
    kinds: Kinds,
    text: Option<&'e str>,
}

impl Found<'_> {
    const ANY: Found<'static> = Found { kinds: Kinds::ANY, text: None };

    fn is(kinds: Kinds) -> Found<'static> {
        Found { kinds, text: None }
    }

    /// What it is beside another value: a text is what it can be read as. `same` says of which types an operator has two.
    fn beside(&self, other: &Found<'_>, same: &dyn Fn(Kinds) -> bool) -> Kinds {
        let Some(text) = self.text else { return self.kinds };
        if other.text.is_some() || other.kinds == Kinds::ANY {
            return Kinds::ANY;
        }
        let wanted = if other.kinds.each().all(same) { other.kinds } else { Kinds::ANY };
        readable::read_as(text, wanted)
    }
}

/// What an expression is, and what is wrong in it.
#[derive(Debug)]
pub(crate) struct Typed {
    /// The types that it may be of.
    pub(crate) kinds: Kinds,
    /// What an engine would refuse.
    pub(crate) faults: Vec<ExprFault>,
    /// What in it depends on a setting of the server, of PostgreSQL.
    pub(crate) changing: Option<String>,
}

/// Types of a PostgreSQL type.
pub(crate) fn of_postgres(of: &postgres_types::Type) -> Kinds {
    postgres::kinds_of(of)
}

/// Types of a ClickHouse type.
pub(crate) fn of_clickhouse(of: &clickhouse_types::Type) -> Kinds {
    clickhouse::kinds_of(of)
}

/// Judges an expression; `column` says what a column is.
pub(crate) fn judge(expr: &Expr, dialect: Dialect, column: &dyn Fn(&Name) -> Kinds) -> Typed {
    let mut walk = Walk { dialect, column, stack: Vec::new(), faults: Vec::new(), changing: None, skipped: false };
    let kinds = walk.of(expr).kinds;
    Typed { kinds, faults: walk.faults, changing: walk.changing }
}

/// The column that a value is stored in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column<'t> {
    /// Of PostgreSQL.
    Postgres(&'t postgres_types::Type),
    /// Of ClickHouse.
    ClickHouse(&'t clickhouse_types::Type),
}

impl Column<'_> {
    fn reads(self, text: &str) -> bool {
        match self {
            Column::Postgres(of) => readable::readable(text, postgres::kinds_of(of)),
            Column::ClickHouse(of) => folding::reads(text, of),
        }
    }

    fn takes(self, kinds: Kinds) -> bool {
        match self {
            Column::Postgres(of) => postgres::assigned(kinds, postgres::kinds_of(of)),
            Column::ClickHouse(of) => clickhouse::cast(kinds, clickhouse::kinds_of(of)),
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Column::Postgres(_) => Dialect::Postgres,
            Column::ClickHouse(_) => Dialect::ClickHouse,
        }
    }
}

impl std::fmt::Display for Column<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Column::Postgres(of) => of.fmt(f),
            Column::ClickHouse(of) => of.fmt(f),
        }
    }
}

/// Refuses a value that a column does not take: a default, or what it is computed from.
pub(crate) fn stored(expr: &Expr, kinds: Kinds, to: Column<'_>) -> Result<(), ExprFault> {
    match expr {
        Expr::Literal(Literal::Text(text)) if to.reads(text) => Ok(()),
        Expr::Literal(Literal::Text(text)) => Err(unreadable(text, &shown(&to.to_string()))),
        _ if to.takes(kinds) => Ok(()),
        _ => {
            let is = named(to.dialect(), kinds);
            let message = format!("the value is {is}, and the column {}", shown(&to.to_string()));
            Err(ExprFault::of_part(codes::VALUE_TYPE, message)
                .help("give it a value of the column's type, or cast it to that"))
        }
    }
}

/// Refuses a condition that is no boolean.
pub(crate) fn condition(expr: &Expr, kinds: Kinds, dialect: Dialect) -> Result<(), ExprFault> {
    let taken = match dialect {
        Dialect::Postgres => postgres::BOOL,
        Dialect::ClickHouse => clickhouse::CONDITIONS,
        Dialect::Milvus => Kinds::ANY,
    };
    let holds = match expr {
        Expr::Literal(Literal::Text(text)) if dialect == Dialect::Postgres => readable::readable(text, taken),
        _ => kinds.meets(taken),
    };
    if holds {
        return Ok(());
    }
    let message = format!("the condition is {}, and no truth", named(dialect, kinds));
    Err(ExprFault::of_part(codes::VALUE_TYPE, message).help("compare it with something: `x > 0`, `x is not null`"))
}

fn unreadable(text: &str, shown_as: &str) -> ExprFault {
    ExprFault::of_part(codes::UNREADABLE, format!("{} cannot be read as {shown_as}", shown(text)))
        .help("write a value of that type; the engine reads it when the object is made")
}

/// Whether a value of PostgreSQL is surely no day and no point in time.
pub(crate) fn is_no_time(kinds: Kinds) -> bool {
    let times = postgres::DAYS.or(postgres::TIME).or(postgres::TIMETZ);
    !kinds.meets(times.or(times.arrays()))
}

/// Whether a value of PostgreSQL is surely a whole number.
pub(crate) fn is_integer(kinds: Kinds) -> bool {
    !kinds.is_none() && kinds.is_within(postgres::INTEGERS)
}

/// Whether a value of PostgreSQL is surely a day or a point in time that has no zone.
pub(crate) fn has_no_zone(kinds: Kinds) -> bool {
    !kinds.is_none() && kinds.is_within(postgres::DATE.or(postgres::TIMESTAMP))
}

/// Whether a value of ClickHouse is surely a float.
pub(crate) fn is_float(kinds: Kinds) -> bool {
    !kinds.is_none() && kinds.is_within(clickhouse::FLOATS)
}

/// Whether a value of ClickHouse surely has no order: a state, or JSON.
pub(crate) fn has_no_order(kinds: Kinds) -> bool {
    !kinds.is_none() && kinds.is_within(clickhouse::STATE.or(clickhouse::JSON))
}

/// Whether a Bloom filter of ClickHouse takes a value, or the elements of an array.
pub(crate) fn is_hashed(kinds: Kinds) -> bool {
    kinds.meets(clickhouse::HASHED.or(clickhouse::HASHED.arrays()))
}

/// Whether a Bloom filter of words or parts of them takes a value, or the elements of an array.
pub(crate) fn is_worded(kinds: Kinds) -> bool {
    kinds.meets(clickhouse::WORDED.or(clickhouse::WORDED.arrays()))
}

/// Whether an index method of PostgreSQL takes such a key, without an extension.
pub(crate) fn indexed(method: &str, kinds: Kinds) -> bool {
    postgres::indexed(method, kinds)
}

/// A set in words.
pub(crate) fn named(dialect: Dialect, kinds: Kinds) -> String {
    let names = match dialect {
        Dialect::Postgres => postgres::NAMES,
        _ => clickhouse::NAMES,
    };
    let kinds = if dialect == Dialect::Postgres { kinds } else { clickhouse::known(kinds) };
    if let Some((_, name)) = names.iter().find(|(of, _)| kinds.is_within(*of)) {
        return (*name).to_owned();
    }
    if kinds.is_within(Kinds::ARRAYS) {
        return "an array".to_owned();
    }
    let single = names.iter().filter(|(of, _)| of.each().count() == 1 && kinds.meets(*of));
    let words: Vec<&str> = single.map(|(_, name)| *name).take(4).collect();
    words.join(" or ")
}
