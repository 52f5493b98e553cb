//! Facts of parts, each made in one place from what both sides can say.

use crate::catalog::{Fact, Facts, PartKey, PartKind, Shape};
use crate::definition::timescaledb::{SortKey, Table};
use crate::expr::{CastType, Dialect, Expr, Interval};
use crate::name::Name;
use crate::raw::{Direction, Duration, Identity, Nulls, ReferenceAction};
use crate::types::postgres::Type;

const SECOND: i64 = 1_000_000;

/// Adds a column.
pub(super) fn column(
    shape: &mut Shape,
    name: &str,
    data_type: Fact,
    nullable: bool,
    value: Option<(&'static str, Fact)>,
) {
    let nulls = if nullable { "allowed" } else { "refused" };
    let key = PartKey::new(PartKind::Column, name);
    shape.put(key, [("type", data_type), ("nulls", nulls.into())].into_iter().chain(value));
}

/// What an identity column holds. Always written as `GENERATED .. AS IDENTITY`.
pub(super) fn identity(identity: Identity) -> (&'static str, Fact) {
    let text = match identity {
        Identity::Always => "always",
        Identity::ByDefault => "by default",
    };
    ("identity", text.into())
}

/// An expression of ours.
pub(super) fn expression(expr: &Expr) -> Fact {
    expr.canonical(Dialect::Postgres).render(Dialect::Postgres).into()
}

/// An expression as a server says it.
pub(super) fn server_expression(text: &str) -> Fact {
    match crate::expr::parse_server(text, Dialect::Postgres) {
        Ok(expr) => expression(&expr),
        Err(_) => Fact::Opaque(text.to_owned()),
    }
}

/// A default of ours. The server writes the column's type at a literal, which says nothing.
pub(super) fn default(expr: &Expr, data_type: &Type) -> Fact {
    let canonical = expr.canonical(Dialect::Postgres);
    let bare = match canonical {
        Expr::Cast(of, CastType::Postgres(to)) if of.as_literal().is_some() && same_family(&to, data_type) => *of,
        other => other,
    };
    bare.render(Dialect::Postgres).into()
}

/// A default as a server says it.
pub(super) fn server_default(text: &str, data_type: &str) -> Fact {
    match (crate::expr::parse_server(text, Dialect::Postgres), Type::parse_server(data_type)) {
        (Ok(expr), Ok(data_type)) => default(&expr, &data_type),
        (Ok(expr), Err(_)) => expression(&expr),
        (Err(_), _) => Fact::Opaque(text.to_owned()),
    }
}

/// Whether two types differ at most in their length or precision.
fn same_family(a: &Type, b: &Type) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// A type as a server says it.
pub(super) fn server_type(text: &str) -> Fact {
    Type::parse_server(text).map_or_else(|_| Fact::Opaque(text.to_owned()), |parsed| parsed.to_string().into())
}

/// Names in order.
pub(super) fn names<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| name.as_ref().to_owned()).collect::<Vec<_>>().join(", ")
}

/// One key of an order; `by` is canonical.
pub(super) fn key(by: &str, descending: bool, nulls_first: bool) -> String {
    let direction = if descending { " descending" } else { "" };
    // What PostgreSQL does when nothing is said.
    let nulls = match (descending, nulls_first) {
        (true, false) => " nulls last",
        (false, true) => " nulls first",
        _ => "",
    };
    format!("{by}{direction}{nulls}")
}

/// One key of an order of ours.
pub(super) fn sort_key(sort: &SortKey) -> String {
    let by = expression(&sort.by);
    key(by.text(), sort.direction == Direction::Descending, nulls_first(sort))
}

/// Whether nulls stand first.
pub(super) fn nulls_first(sort: &SortKey) -> bool {
    match sort.nulls {
        Nulls::First => true,
        Nulls::Last => false,
        Nulls::EngineDefault => sort.direction == Direction::Descending,
    }
}

/// The order inside a batch of a columnstore. The time column is always part of it: where the author left it out, the
/// server adds it, newest first.
pub(in super::super) fn store_order(table: &Table) -> Vec<SortKey> {
    let Some((store, hypertable)) = table.columnstore.as_ref().zip(table.hypertable.as_ref()) else {
        return Vec::new();
    };
    let mut order = store.order_by.clone();
    if !order.iter().any(|key| key.by.as_column() == Some(&hypertable.time_column)) {
        order.push(SortKey {
            by: Expr::Column(hypertable.time_column.clone()),
            direction: Direction::Descending,
            nulls: Nulls::First,
        });
    }
    order
}

/// Facts of a foreign key. What happens when nothing is said is no fact.
pub(super) fn reference(
    columns: String,
    target: String,
    theirs: String,
    update: Option<&'static str>,
    delete: Option<&'static str>,
) -> Facts {
    let mut facts: Facts = [("columns", columns.into()), ("target", target.into()), ("target columns", theirs.into())]
        .into_iter()
        .collect();
    facts.extend(update.map(|action| ("on update", action.into())));
    facts.extend(delete.map(|action| ("on delete", action.into())));
    facts
}

/// An action of ours.
pub(super) fn action(action: ReferenceAction) -> Option<&'static str> {
    match action {
        ReferenceAction::NoAction => None,
        ReferenceAction::Restrict => Some("restrict"),
        ReferenceAction::Cascade => Some("cascade"),
        ReferenceAction::SetNull => Some("set null"),
        ReferenceAction::SetDefault => Some("set default"),
    }
}

/// `pg_constraint.confupdtype` and `confdeltype`.
pub(super) fn server_action(letter: &str) -> Option<&'static str> {
    match letter {
        "r" => Some("restrict"),
        "c" => Some("cascade"),
        "n" => Some("set null"),
        "d" => Some("set default"),
        _ => None,
    }
}

/// A length of time of ours.
pub(super) fn duration(duration: Duration) -> Interval {
    use crate::raw::DurationUnit as Unit;
    let count = i64::from(duration.count);
    let small = i32::try_from(duration.count).unwrap_or(i32::MAX);
    let months = |each: i32| Interval { months: small.saturating_mul(each), ..Interval::default() };
    let days = |each: i32| Interval { days: small.saturating_mul(each), ..Interval::default() };
    let clock = |each: i64| Interval { microseconds: count.saturating_mul(each * SECOND), ..Interval::default() };
    match duration.unit {
        Unit::Seconds => clock(1),
        Unit::Minutes => clock(60),
        Unit::Hours => clock(3_600),
        Unit::Days => days(1),
        Unit::Weeks => days(7),
        Unit::Months => months(1),
        Unit::Years => months(12),
    }
}

/// A length of time for people: `1 day`, `90 minutes`, `1 month 2 days`.
pub(super) fn interval_text(interval: Interval) -> String {
    let mut parts = Vec::new();
    let mut say = |count: i64, unit: &str| {
        let plural = if count == 1 { "" } else { "s" };
        parts.push(format!("{count} {unit}{plural}"));
    };
    if interval.months != 0 {
        say(i64::from(interval.months), "month");
    }
    if interval.days != 0 {
        say(i64::from(interval.days), "day");
    }
    let micros = interval.microseconds;
    if micros != 0 || interval == Interval::default() {
        let units = [(3_600 * SECOND, "hour"), (60 * SECOND, "minute"), (SECOND, "second")];
        let (of, unit) = units.into_iter().find(|(of, _)| micros % of == 0).unwrap_or((1, "microsecond"));
        say(micros / of, unit);
    }
    parts.join(" ")
}

/// A length of time as a server says it.
pub(super) fn server_interval(text: &str) -> Fact {
    Interval::parse(text).map_or_else(|| Fact::Opaque(text.to_owned()), |interval| interval_text(interval).into())
}

/// The width of a chunk. The server keeps it in microseconds, a month as thirty days.
pub(super) fn chunk_microseconds(width: Duration) -> i64 {
    let Interval { months, days, microseconds } = duration(width);
    let days = i64::from(months) * 30 + i64::from(days);
    days.saturating_mul(86_400 * SECOND).saturating_add(microseconds)
}

/// The width of a chunk for people.
pub(super) fn chunk_text(microseconds: i64) -> String {
    let day = 86_400 * SECOND;
    match i32::try_from(microseconds / day) {
        Ok(days) if microseconds % day == 0 => interval_text(Interval { days, ..Interval::default() }),
        _ => interval_text(Interval { microseconds, ..Interval::default() }),
    }
}

/// `namespace.name`.
pub(super) fn object(namespace: &Name, name: &Name) -> String {
    format!("{namespace}.{name}")
}
