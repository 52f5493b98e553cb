//! Types of PostgreSQL: which go together in operators and casts, and which one a value of several becomes.
//!
//! As `pg_operator` and `pg_cast` have it. A literal in quotes has no type of its own there: it is read as what the other
//! side is.

use super::Found;
use super::readable::readable;
use crate::expr::BinaryOp;
use crate::expr::kinds::Kinds;
use crate::types::postgres::Type;

pub(super) const INT2: Kinds = Kinds::bit(0);
pub(super) const INT4: Kinds = Kinds::bit(1);
pub(super) const INT8: Kinds = Kinds::bit(2);
pub(super) const NUMERIC: Kinds = Kinds::bit(3);
pub(super) const FLOAT4: Kinds = Kinds::bit(4);
pub(super) const FLOAT8: Kinds = Kinds::bit(5);
pub(super) const TEXT: Kinds = Kinds::bit(6);
pub(super) const CHAR: Kinds = Kinds::bit(7);
pub(super) const BOOL: Kinds = Kinds::bit(8);
pub(super) const DATE: Kinds = Kinds::bit(9);
pub(super) const TIME: Kinds = Kinds::bit(10);
pub(super) const TIMESTAMP: Kinds = Kinds::bit(11);
pub(super) const TIMESTAMPTZ: Kinds = Kinds::bit(12);
pub(super) const INTERVAL: Kinds = Kinds::bit(13);
pub(super) const UUID: Kinds = Kinds::bit(14);
pub(super) const JSON: Kinds = Kinds::bit(15);
pub(super) const JSONB: Kinds = Kinds::bit(16);
pub(super) const BYTEA: Kinds = Kinds::bit(17);
pub(super) const INET: Kinds = Kinds::bit(18);
pub(super) const CIDR: Kinds = Kinds::bit(19);
pub(super) const MACADDR: Kinds = Kinds::bit(20);
/// `time with time zone`, which no column has and `timezone` gives.
pub(super) const TIMETZ: Kinds = Kinds::bit(21);

pub(super) const INTEGERS: Kinds = INT2.or(INT4).or(INT8);
pub(super) const FLOATS: Kinds = FLOAT4.or(FLOAT8);
pub(super) const NUMBERS: Kinds = INTEGERS.or(NUMERIC).or(FLOATS);
pub(super) const TEXTS: Kinds = TEXT.or(CHAR);
pub(super) const DAYS: Kinds = DATE.or(TIMESTAMP).or(TIMESTAMPTZ);
pub(super) const NETWORKS: Kinds = INET.or(CIDR);
/// What is taken where a length of time is wanted.
pub(super) const LENGTHS: Kinds = TIME.or(INTERVAL);

/// Names for messages; the first that covers a set names it.
pub(super) const NAMES: &[(Kinds, &str)] = &[
    (INT2, "smallint"),
    (INT4, "integer"),
    (INT8, "bigint"),
    (INTEGERS, "an integer"),
    (NUMERIC, "numeric"),
    (FLOAT4, "real"),
    (FLOAT8, "double precision"),
    (NUMBERS, "a number"),
    (TEXTS, "text"),
    (BOOL, "boolean"),
    (DATE, "date"),
    (TIME, "time"),
    (TIMESTAMP, "timestamp"),
    (TIMESTAMPTZ, "timestamptz"),
    (DAYS, "a day or a point in time"),
    (INTERVAL, "interval"),
    (LENGTHS, "a length of time"),
    (UUID, "uuid"),
    (JSON, "json"),
    (JSONB, "jsonb"),
    (BYTEA, "bytea"),
    (NETWORKS, "a network address"),
    (MACADDR, "macaddr"),
    (TIMETZ, "time with time zone"),
    (Kinds::ARRAYS, "an array"),
];

/// Types that are brought to one of them where values of several meet.
const FAMILIES: [Kinds; 13] =
    [NUMBERS, TEXTS, DAYS, NETWORKS, BOOL, TIME, INTERVAL, UUID, JSON, JSONB, BYTEA, MACADDR, TIMETZ];

/// Types whose values are compared with each other. Values of json are compared with none.
const COMPARED: [Kinds; 11] = [NUMBERS, TEXTS, DAYS, LENGTHS, NETWORKS, BOOL, UUID, JSONB, BYTEA, MACADDR, TIMETZ];

pub(super) fn kinds_of(of: &Type) -> Kinds {
    match of {
        Type::SmallInt => INT2,
        Type::Integer => INT4,
        Type::BigInt => INT8,
        Type::Numeric(_) => NUMERIC,
        Type::Real => FLOAT4,
        Type::DoublePrecision => FLOAT8,
        Type::Text | Type::Varchar(_) => TEXT,
        Type::Char(_) => CHAR,
        Type::Boolean => BOOL,
        Type::Date => DATE,
        Type::Time(_) => TIME,
        Type::Timestamp(_) => TIMESTAMP,
        Type::TimestampTz(_) => TIMESTAMPTZ,
        Type::Interval => INTERVAL,
        Type::Uuid => UUID,
        Type::Json => JSON,
        Type::Jsonb => JSONB,
        Type::Bytea => BYTEA,
        Type::Inet => INET,
        Type::Cidr => CIDR,
        Type::Macaddr => MACADDR,
        // The elements of an array are no arrays: PostgreSQL keeps no dimensions.
        Type::Array(of) => kinds_of(of).arrays(),
    }
}

/// The type of a number as it is written.
pub(super) fn number(digits: &str) -> Kinds {
    match digits.trim_start_matches('-').parse::<i64>() {
        Ok(value) if i32::try_from(value).is_ok() => INT4,
        Ok(_) => INT8,
        Err(_) => NUMERIC,
    }
}

/// An array of these; one of arrays has their elements.
pub(super) fn array_of(element: Kinds) -> Kinds {
    element.arrays().or(element.and(Kinds::ARRAYS))
}

/// What two values that an operator stands between may be, and what it gives.
struct Row(Kinds, Kinds, Kinds);

const ADD: &[Row] = &[
    Row(DATE, INT2.or(INT4), DATE),
    Row(INT2.or(INT4), DATE, DATE),
    Row(DATE, LENGTHS, TIMESTAMP),
    Row(LENGTHS, DATE, TIMESTAMP),
    Row(DATE, TIMETZ, TIMESTAMPTZ),
    Row(TIMETZ, DATE, TIMESTAMPTZ),
    Row(TIME.or(TIMETZ), LENGTHS, TIME.or(TIMETZ)),
    Row(LENGTHS, TIME.or(TIMETZ), TIME.or(TIMETZ)),
    Row(INTERVAL, INTERVAL, INTERVAL),
    Row(TIMESTAMP.or(TIMESTAMPTZ), LENGTHS, TIMESTAMP.or(TIMESTAMPTZ)),
    Row(LENGTHS, TIMESTAMP.or(TIMESTAMPTZ), TIMESTAMP.or(TIMESTAMPTZ)),
    Row(NETWORKS, INTEGERS, INET),
    Row(INTEGERS, NETWORKS, INET),
];
const SUBTRACT: &[Row] = &[
    Row(DATE, DATE, INT4),
    Row(DATE, INT2.or(INT4), DATE),
    Row(DATE, LENGTHS, TIMESTAMP),
    Row(DAYS, DAYS, INTERVAL),
    Row(TIMESTAMP.or(TIMESTAMPTZ), LENGTHS, TIMESTAMP.or(TIMESTAMPTZ)),
    Row(TIME, TIME, INTERVAL),
    Row(TIME.or(TIMETZ), LENGTHS, TIME.or(TIMETZ)),
    Row(LENGTHS, LENGTHS, INTERVAL),
    Row(JSONB, TEXTS.or(INT2).or(INT4).or(TEXTS.arrays()), JSONB),
    Row(NETWORKS, NETWORKS, INT8),
    Row(NETWORKS, INTEGERS, INET),
];
const MULTIPLY: &[Row] = &[Row(LENGTHS, NUMBERS, INTERVAL), Row(NUMBERS, LENGTHS, INTERVAL)];
const DIVIDE: &[Row] = &[Row(LENGTHS, NUMBERS, INTERVAL)];
const CONCAT: &[Row] = &[
    Row(TEXTS, Kinds::NO_ARRAYS, TEXT),
    Row(Kinds::NO_ARRAYS, TEXTS, TEXT),
    Row(JSONB, JSONB, JSONB),
    Row(BYTEA, BYTEA, BYTEA),
    Row(Kinds::ARRAYS, Kinds::ANY, Kinds::ARRAYS),
    Row(Kinds::ANY, Kinds::ARRAYS, Kinds::ARRAYS),
];
const FIELD: &[Row] = &[Row(JSON.or(JSONB), TEXTS.or(INT2).or(INT4), JSON.or(JSONB))];
const FIELD_TEXT: &[Row] = &[Row(JSON.or(JSONB), TEXTS.or(INT2).or(INT4), TEXT)];
const CONTAINS: &[Row] = &[Row(JSONB, JSONB, BOOL), Row(Kinds::ARRAYS, Kinds::ARRAYS, BOOL)];
const MATCHES: &[Row] = &[Row(TEXTS, TEXTS, BOOL)];
/// `like`, which is an operator too.
const LIKE: &[Row] = &[Row(TEXTS, TEXTS, BOOL), Row(BYTEA, BYTEA, BOOL)];

/// What an operator gives; none where it does not stand between such values.
pub(super) fn binary(op: BinaryOp, left: &Found<'_>, right: &Found<'_>) -> Option<Kinds> {
    if op.is_comparison() {
        return compared(left, right).then_some(BOOL);
    }
    let rows = match op {
        BinaryOp::Add => ADD,
        BinaryOp::Subtract => SUBTRACT,
        BinaryOp::Multiply => MULTIPLY,
        BinaryOp::Divide => DIVIDE,
        BinaryOp::Concat => CONCAT,
        BinaryOp::JsonField => FIELD,
        BinaryOp::JsonText => FIELD_TEXT,
        BinaryOp::Contains | BinaryOp::ContainedBy => CONTAINS,
        op if op.is_match() => MATCHES,
        _ => &[],
    };
    stands(op, rows, left, right)
}

/// Whether a text, or bytes, have a pattern.
pub(super) fn like(value: &Found<'_>, pattern: &Found<'_>) -> Option<Kinds> {
    stands(BinaryOp::Matches, LIKE, value, pattern)
}

fn stands(op: BinaryOp, rows: &[Row], left: &Found<'_>, right: &Found<'_>) -> Option<Kinds> {
    let same = |one: Kinds| arithmetic(op, one, one) != Kinds::NONE || rows.iter().any(|row| row.is_of_one(one));
    let (left, right) = (left.beside(right, &same), right.beside(left, &same));
    let mut gives = arithmetic(op, left, right);
    for row in rows.iter().filter(|row| left.meets(row.0) && right.meets(row.1)) {
        gives = gives.or(row.gives(left, right));
    }
    if gives.is_none() { None } else { Some(gives) }
}

impl Row {
    /// Whether the operator has this very type on both sides, which is then what a literal is read as.
    fn is_of_one(&self, one: Kinds) -> bool {
        let exact = |of: Kinds| of.meets(one) && !(one == TIME && of == LENGTHS) && one != CIDR;
        exact(self.0) && exact(self.1)
    }

    /// Of several types that it may give, those that stand on one of its sides; an array may get another element.
    fn gives(&self, left: Kinds, right: Kinds) -> Kinds {
        let own = self.2.and(left.and(self.0).or(right.and(self.1)));
        if own.is_none() || self.2 == Kinds::ARRAYS { self.2 } else { own }
    }
}

/// Operators between numbers.
fn arithmetic(op: BinaryOp, left: Kinds, right: Kinds) -> Kinds {
    let taken = match op {
        BinaryOp::Modulo => INTEGERS.or(NUMERIC),
        op if op.is_arithmetic() => NUMBERS,
        _ => return Kinds::NONE,
    };
    promoted(left.and(taken), right.and(taken))
}

/// The type in which two numbers are computed.
fn promoted(left: Kinds, right: Kinds) -> Kinds {
    let mut gives = Kinds::NONE;
    for one in left.each() {
        for other in right.each() {
            gives = gives.or(match (one, other) {
                (one, other) if one == other => one,
                (one, other) if one.or(other).meets(FLOATS) => FLOAT8,
                (one, other) if one.or(other).meets(NUMERIC) => NUMERIC,
                (one, other) if one.or(other).meets(INT8) => INT8,
                _ => INT4,
            });
        }
    }
    gives
}

/// What `-` gives of a value.
pub(super) fn negated(of: Kinds) -> Kinds {
    of.and(NUMBERS.or(INTERVAL)).or(if of.meets(TIME) { INTERVAL } else { Kinds::NONE })
}

/// Whether two values can be compared.
pub(super) fn compared(left: &Found<'_>, right: &Found<'_>) -> bool {
    let same = |one: Kinds| one != JSON && one != CIDR;
    let (left, right) = (left.beside(right, &same), right.beside(left, &same));
    meet(left, right)
        || left.meets(Kinds::ARRAYS) && right.meets(Kinds::ARRAYS) && meet(left.elements(), right.elements())
}

fn meet(left: Kinds, right: Kinds) -> bool {
    COMPARED.iter().any(|family| left.meets(*family) && right.meets(*family))
}

/// The type to which values are brought that stand for one: in `case`, `coalesce`, an array. None where there is none.
pub(super) fn common(all: &[Found<'_>]) -> Option<Kinds> {
    let typed = || all.iter().filter(|one| one.text.is_none() && one.kinds != Kinds::ANY);
    if typed().next().is_none() {
        let any = all.iter().any(|one| one.text.is_none());
        return Some(if any { Kinds::ANY } else { TEXT });
    }
    let arrays = FAMILIES.iter().map(|family| family.arrays());
    let mut gives = Kinds::NONE;
    for family in FAMILIES.into_iter().chain(arrays) {
        if !typed().all(|one| one.kinds.meets(family)) {
            continue;
        }
        let kinds = typed().fold(Kinds::NONE, |all, one| all.or(one.kinds.and(family)));
        if all.iter().filter_map(|one| one.text).all(|text| readable(text, kinds)) {
            gives = gives.or(if kinds.meets(FLOAT4) { kinds.or(FLOAT8) } else { kinds });
        }
    }
    let unknown = all.iter().any(|one| one.text.is_none() && one.kinds == Kinds::ANY);
    match gives {
        Kinds::NONE => None,
        gives if unknown => Some(family_of(gives)),
        gives => Some(gives),
    }
}

/// Beside values of which nothing is known, another type of the family may come out.
fn family_of(kinds: Kinds) -> Kinds {
    let arrays = FAMILIES.iter().map(|family| family.arrays());
    let families = FAMILIES.into_iter().chain(arrays).filter(|family| kinds.meets(*family));
    families.fold(Kinds::NONE, Kinds::or)
}

/// What a value can be stored as, without being asked to: a default, a computed column.
pub(super) fn assigned(from: Kinds, to: Kinds) -> bool {
    casts(from, to, ASSIGNED)
}

/// Whether a value can be cast.
pub(super) fn cast(from: Kinds, to: Kinds) -> bool {
    // Through its text every type becomes any text, and a text any type; so do the elements of an array.
    let through = |from: Kinds, to: Kinds| from.meets(TEXTS) || to.meets(TEXTS);
    let both = from.meets(Kinds::ARRAYS) && to.meets(Kinds::ARRAYS);
    through(from, to)
        || both && through(from.elements(), to.elements())
        || casts(from, to, ASSIGNED)
        || casts(from, to, ASKED_FOR)
}

/// Whether a cast depends on a setting: the zone of the session, or how a day is written.
pub(super) fn changes(from: Kinds, to: Kinds) -> bool {
    let written = DAYS.or(TIME).or(INTERVAL).or(TIMETZ);
    let zoned = |one: Kinds, other: Kinds| one == TIMESTAMPTZ && other.is_within(DATE.or(TIMESTAMP).or(TIME));
    zoned(from, to)
        || from.is_within(DATE.or(TIMESTAMP)) && to == TIMESTAMPTZ
        || from.is_within(TEXTS) && to.is_within(written)
        || from.is_within(written.without(TIME)) && to.is_within(TEXTS)
}

/// Whether a method of indexes has an operator class for such a key by default.
pub(super) fn indexed(method: &str, kinds: Kinds) -> bool {
    let taken = match method {
        "gin" => Kinds::ARRAYS.or(JSONB),
        "gist" => return kinds == Kinds::ANY,
        "brin" => NUMBERS.or(TEXTS).or(DAYS).or(LENGTHS).or(TIMETZ).or(UUID).or(BYTEA).or(NETWORKS).or(MACADDR),
        _ => Kinds::ANY.without(JSON),
    };
    kinds.meets(taken)
}

/// From which types to which; to a type from itself, always.
const ASSIGNED: &[(Kinds, Kinds)] = &[
    (NUMBERS, NUMBERS),
    (Kinds::ANY, TEXTS),
    (DATE, TIMESTAMP.or(TIMESTAMPTZ)),
    (TIMESTAMP, DATE.or(TIME).or(TIMESTAMPTZ)),
    (TIMESTAMPTZ, DATE.or(TIME).or(TIMESTAMP).or(TIMETZ)),
    (INTERVAL, TIME),
    (TIME, INTERVAL.or(TIMETZ)),
    (TIMETZ, TIME),
    (JSON.or(JSONB), JSON.or(JSONB)),
    (NETWORKS, NETWORKS),
];
/// Numbers and bytes are cast into each other from PostgreSQL 18 on.
const ASKED_FOR: &[(Kinds, Kinds)] =
    &[(BOOL, INT4), (INT4, BOOL), (JSONB, NUMBERS.or(BOOL)), (INTEGERS, BYTEA), (BYTEA, INTEGERS)];

fn casts(from: Kinds, to: Kinds, list: &[(Kinds, Kinds)]) -> bool {
    let one = |from: Kinds, to: Kinds| {
        from.meets(to) || list.iter().any(|(these, those)| from.meets(*these) && to.meets(*those))
    };
    one(from, to) || one(from.elements(), to.elements()) && to.meets(Kinds::ARRAYS) && from.meets(Kinds::ARRAYS)
}
