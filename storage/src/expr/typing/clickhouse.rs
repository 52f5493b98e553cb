//! Types of ClickHouse: which go together in operators and casts.
//!
//! As ClickHouse 26.9 says when it is asked for every pair; older servers take less. `LowCardinality` is left off, since
//! functions look through it, and null stays null. Where values of several types meet, newer servers make a `Variant`, of which
//! nothing is known.

use super::Found;
use crate::expr::BinaryOp;
use crate::expr::kinds::Kinds;
use crate::types::clickhouse::{Bits, Type};

/// `UInt8`, which is also what conditions are.
pub(super) const UINT8: Kinds = Kinds::bit(0);
pub(super) const UINT: Kinds = Kinds::bit(1);
pub(super) const INT: Kinds = Kinds::bit(2);
/// Integers of 128 and 256 bits.
pub(super) const WIDE: Kinds = Kinds::bit(3);
pub(super) const FLOAT: Kinds = Kinds::bit(4);
pub(super) const BFLOAT: Kinds = Kinds::bit(5);
pub(super) const DECIMAL: Kinds = Kinds::bit(6);
pub(super) const BOOL: Kinds = Kinds::bit(7);
pub(super) const STRING: Kinds = Kinds::bit(8);
pub(super) const FIXED: Kinds = Kinds::bit(9);
pub(super) const DATE: Kinds = Kinds::bit(10);
pub(super) const DATE32: Kinds = Kinds::bit(11);
pub(super) const DATETIME: Kinds = Kinds::bit(12);
pub(super) const DATETIME64: Kinds = Kinds::bit(13);
pub(super) const UUID: Kinds = Kinds::bit(14);
pub(super) const IPV4: Kinds = Kinds::bit(15);
pub(super) const IPV6: Kinds = Kinds::bit(16);
pub(super) const ENUM: Kinds = Kinds::bit(17);
pub(super) const MAP: Kinds = Kinds::bit(18);
pub(super) const TUPLE: Kinds = Kinds::bit(19);
pub(super) const JSON: Kinds = Kinds::bit(20);
pub(super) const STATE: Kinds = Kinds::bit(21);
pub(super) const INTERVAL: Kinds = Kinds::bit(22);
/// An array within an array.
const NESTED: Kinds = Kinds::bit(23);
/// Null, beside whatever else a value may be.
const NULL: Kinds = Kinds::bit(24);

pub(super) const SMALL: Kinds = UINT8.or(UINT).or(INT).or(BOOL);
pub(super) const INTEGERS: Kinds = SMALL.or(WIDE);
pub(super) const FLOATS: Kinds = FLOAT.or(BFLOAT);
pub(super) const NUMBERS: Kinds = INTEGERS.or(FLOATS).or(DECIMAL);
pub(super) const STRINGS: Kinds = STRING.or(FIXED);
pub(super) const DATES: Kinds = DATE.or(DATE32);
pub(super) const TIMES: Kinds = DATES.or(DATETIME).or(DATETIME64);
pub(super) const ADDRESSES: Kinds = IPV4.or(IPV6);
/// What a Bloom filter takes; not known of lengths of time.
pub(super) const HASHED: Kinds =
    INTEGERS.or(FLOATS).or(STRINGS).or(DATE).or(DATETIME).or(DATETIME64).or(UUID).or(ADDRESSES).or(ENUM).or(INTERVAL);
/// What a Bloom filter of words takes.
pub(super) const WORDED: Kinds = STRINGS.or(IPV6);
/// What a condition may be.
pub(super) const CONDITIONS: Kinds = SMALL.or(FLOAT);
/// What a comparison gives.
pub(super) const TRUTH: Kinds = UINT8.or(BOOL);

/// Names for messages; the first that covers a set names it.
pub(super) const NAMES: &[(Kinds, &str)] = &[
    (UINT8, "UInt8"),
    (UINT, "an unsigned integer"),
    (INT, "an integer"),
    (BOOL, "Bool"),
    (INTEGERS, "an integer"),
    (FLOATS, "a float"),
    (DECIMAL, "a Decimal"),
    (NUMBERS, "a number"),
    (STRING, "String"),
    (FIXED, "FixedString"),
    (STRINGS, "a text"),
    (DATES, "a day"),
    (DATETIME, "DateTime"),
    (DATETIME64, "DateTime64"),
    (TIMES, "a day or a point in time"),
    (UUID, "UUID"),
    (IPV4, "IPv4"),
    (IPV6, "IPv6"),
    (ENUM, "an enum"),
    (MAP, "a map"),
    (TUPLE, "a tuple"),
    (JSON, "JSON"),
    (STATE, "the state of an aggregate"),
    (INTERVAL, "a length of time"),
    (Kinds::ARRAYS, "an array"),
];

pub(super) fn kinds_of(of: &Type) -> Kinds {
    match of {
        Type::UInt(Bits::B8) => UINT8,
        Type::UInt(Bits::B16 | Bits::B32 | Bits::B64) => UINT,
        Type::Int(Bits::B8 | Bits::B16 | Bits::B32 | Bits::B64) => INT,
        Type::UInt(_) | Type::Int(_) => WIDE,
        Type::Float32 | Type::Float64 => FLOAT,
        Type::BFloat16 => BFLOAT,
        Type::Bool => BOOL,
        Type::String => STRING,
        Type::FixedString(_) => FIXED,
        Type::Date => DATE,
        Type::Date32 => DATE32,
        Type::DateTime(_) => DATETIME,
        Type::DateTime64(..) => DATETIME64,
        Type::Decimal(..) => DECIMAL,
        Type::Uuid => UUID,
        Type::Ipv4 => IPV4,
        Type::Ipv6 => IPV6,
        Type::Enum8(_) | Type::Enum16(_) => ENUM,
        Type::Array(of) => array_of(kinds_of(of)),
        Type::Map(..) => MAP,
        Type::Tuple(_) => TUPLE,
        Type::AggregateFunction { .. } => STATE,
        Type::Json => JSON,
        Type::Nullable(of) => kinds_of(of).or(NULL),
        Type::LowCardinality(of) | Type::SimpleAggregateFunction(_, of) => kinds_of(of),
    }
}

/// The type of a number as it is written.
pub(super) fn number(digits: &str) -> Kinds {
    if digits.parse::<u8>().is_ok() {
        UINT8
    } else if digits.parse::<u64>().is_ok() {
        UINT
    } else if digits.parse::<i64>().is_ok() {
        INT
    } else {
        FLOAT
    }
}

/// An array of these.
pub(super) fn array_of(element: Kinds) -> Kinds {
    let nested = if element.meets(Kinds::ARRAYS) { NESTED.arrays() } else { Kinds::NONE };
    element.arrays().or(nested)
}

/// What the arrays among these hold.
pub(super) fn element_of(array: Kinds) -> Kinds {
    let elements = array.elements();
    if elements.meets(NESTED) { elements.or(Kinds::ARRAYS) } else { elements }
}

struct Row(Kinds, Kinds, Kinds);

const ARITHMETIC: Kinds = NUMBERS.or(ADDRESSES);
const WHOLE: Kinds = SMALL.or(WIDE);
const MOVED: Kinds = TIMES.or(TUPLE);
const MOVES: Kinds = SMALL.or(FLOATS).or(INTERVAL).or(TUPLE);

const ADD: &[Row] = &[
    Row(MOVED, MOVES, TIMES.or(TUPLE)),
    Row(MOVES, MOVED, TIMES.or(TUPLE)),
    Row(STRING, INTERVAL, DATETIME64),
    Row(INTERVAL, STRING.or(TIMES), TIMES),
    Row(INTERVAL, INTERVAL, INTERVAL.or(TUPLE)),
    Row(STATE, STATE, STATE),
    Row(Kinds::ARRAYS, Kinds::ARRAYS, Kinds::ARRAYS),
];
const SUBTRACT: &[Row] = &[
    Row(MOVED, MOVES, TIMES.or(TUPLE)),
    Row(TIMES, TIMES, INT.or(DECIMAL)),
    Row(STRING, INTERVAL, DATETIME64),
    Row(INTERVAL, INTERVAL, INTERVAL.or(TUPLE)),
    Row(Kinds::ARRAYS, Kinds::ARRAYS, Kinds::ARRAYS),
];
const MULTIPLY: &[Row] = &[
    Row(TUPLE, NUMBERS, TUPLE),
    Row(NUMBERS, TUPLE, TUPLE),
    Row(TUPLE, TUPLE, NUMBERS),
    Row(STATE, SMALL, STATE),
    Row(NUMBERS, Kinds::ARRAYS, Kinds::ARRAYS),
    Row(Kinds::ARRAYS, NUMBERS, Kinds::ARRAYS),
];
const DIVIDE: &[Row] = &[
    Row(TUPLE, NUMBERS, TUPLE),
    Row(NUMBERS, Kinds::ARRAYS, Kinds::ARRAYS),
    Row(Kinds::ARRAYS, NUMBERS, Kinds::ARRAYS),
];
const MODULO: &[Row] = &[
    Row(TUPLE, NUMBERS, TUPLE),
    Row(TIMES, NUMBERS, NUMBERS),
    Row(NUMBERS, Kinds::ARRAYS, Kinds::ARRAYS),
    Row(Kinds::ARRAYS, NUMBERS, Kinds::ARRAYS),
];

/// What an operator gives; none where it does not stand between such values.
pub(super) fn binary(op: BinaryOp, left: Kinds, right: Kinds) -> Option<Kinds> {
    let rows = match op {
        BinaryOp::Add => ADD,
        BinaryOp::Subtract => SUBTRACT,
        BinaryOp::Multiply => MULTIPLY,
        BinaryOp::Divide => DIVIDE,
        BinaryOp::Modulo => MODULO,
        // Everything has a text.
        BinaryOp::Concat => return Some(STRING.or(MAP).or(TUPLE).or(Kinds::ARRAYS)),
        _ => return Some(Kinds::ANY),
    };
    let mut gives = if left.meets(ARITHMETIC) && right.meets(ARITHMETIC) {
        computed(op, left.and(ARITHMETIC), right.and(ARITHMETIC))
    } else {
        Kinds::NONE
    };
    for Row(first, second, result) in rows {
        if left.meets(*first) && right.meets(*second) {
            gives = gives.or(*result);
        }
    }
    if gives.is_none() { None } else { Some(gives) }
}

/// The type in which two numbers are computed.
fn computed(op: BinaryOp, left: Kinds, right: Kinds) -> Kinds {
    let both = left.or(right);
    if both.is_within(WHOLE.or(ADDRESSES)) {
        return match op {
            BinaryOp::Divide => FLOAT,
            _ if both.meets(WIDE.or(IPV6)) => INTEGERS,
            _ => SMALL,
        };
    }
    let mut gives = if both.meets(DECIMAL) { DECIMAL } else { Kinds::NONE };
    if both.meets(FLOATS) {
        gives = gives.or(FLOATS);
    }
    if left.meets(WHOLE.or(ADDRESSES)) && right.meets(WHOLE.or(ADDRESSES)) {
        gives.or(INTEGERS).or(FLOAT)
    } else {
        gives
    }
}

/// `intDiv` and its like.
pub(super) fn divided(left: Kinds, right: Kinds) -> Option<Kinds> {
    binary(BinaryOp::Modulo, left.without(TIMES), right).map(|gives| gives.or(INTEGERS))
}

/// What becomes null where one of its parts is.
pub(super) fn null_of(parts: impl Iterator<Item = Kinds>) -> Kinds {
    parts.fold(Kinds::NONE, |null, part| null.or(part.and(NULL)))
}

/// A set without null, for messages.
pub(super) fn known(kinds: Kinds) -> Kinds {
    kinds.without(NULL)
}

/// What `-` gives of a value.
pub(super) fn negated(of: Kinds) -> Kinds {
    let integers = if of.meets(SMALL) { INT } else { Kinds::NONE };
    of.and(FLOATS.or(DECIMAL).or(WIDE).or(TUPLE).or(INTERVAL)).or(integers)
}

/// Types that are compared with each other.
const COMPARED: [(Kinds, Kinds); 13] = [
    // A text is not read before there is a value.
    (STRINGS, NULL),
    (NUMBERS, NUMBERS.or(DATETIME).or(DATETIME64).or(ENUM).or(IPV4).or(INTERVAL)),
    (STRING, STRINGS.or(ENUM)),
    (FIXED, STRINGS.or(ENUM).or(IPV6)),
    (TIMES, TIMES),
    (DATETIME, ENUM.or(INTERVAL)),
    (UUID, UUID),
    (ADDRESSES, ADDRESSES),
    (ENUM, ENUM.or(INTERVAL)),
    (MAP, MAP),
    (TUPLE, TUPLE),
    (JSON.or(STATE), JSON.or(STATE)),
    (INTERVAL, INTERVAL),
];

/// Whether two values can be compared. A text in quotes is read as what stands beside it.
pub(super) fn compared(left: &Found<'_>, right: &Found<'_>) -> bool {
    if left.text.is_some() || right.text.is_some() {
        return true;
    }
    let meet = |left: Kinds, right: Kinds| {
        COMPARED.iter().any(|(these, those)| {
            left.meets(*these) && right.meets(*those) || left.meets(*those) && right.meets(*these)
        })
    };
    let (left, right) = (left.kinds, right.kinds);
    meet(left, right) || left.meets(Kinds::ARRAYS) && right.meets(Kinds::ARRAYS)
}

pub(super) fn like(value: Kinds, pattern: Kinds) -> bool {
    value.meets(STRINGS.or(ENUM)) && pattern.meets(STRINGS)
}

/// What values become that stand for one: what all of them are, or anything.
pub(super) fn common(all: &[Found<'_>]) -> Kinds {
    let Some(first) = all.first() else { return Kinds::ANY };
    let null = all.iter().fold(Kinds::NONE, |null, one| null.or(one.kinds.and(NULL)));
    let first = first.kinds.without(NULL);
    if all.iter().all(|one| one.kinds.without(NULL) == first) {
        return first.or(null);
    }
    // What is written with few digits becomes whatever number stands beside it.
    let narrow = UINT8.or(BOOL);
    let mut wider = all.iter().map(|one| one.kinds.without(NULL)).filter(|kinds| !kinds.is_within(narrow));
    match wider.next() {
        Some(one) if one.is_within(NUMBERS) && wider.all(|other| other == one) => one.or(narrow).or(null),
        _ => Kinds::ANY,
    }
}

/// What aggregates give; of which type depends on more than is looked at here.
pub(super) fn aggregate(function: &str) -> Kinds {
    let plain = |name: &str| function == name || function.strip_suffix("If") == Some(name);
    if ["count", "uniq", "uniqExact", "uniqCombined", "uniqCombined64", "uniqHLL12"].into_iter().any(plain) {
        UINT
    } else if ["avg", "avgWeighted", "corr", "stddevPop", "stddevSamp", "varPop", "varSamp"].into_iter().any(plain) {
        FLOAT.or(DECIMAL).or(TIMES)
    } else if ["groupArray", "groupUniqArray", "topK"].into_iter().any(plain) {
        Kinds::ARRAYS
    } else {
        Kinds::ANY
    }
}

/// To which types a value of a type is never converted when a table is made.
const NOT_CAST: [(Kinds, Kinds); 11] = [
    (SMALL.without(BOOL).or(FLOAT), FIXED),
    (WIDE.or(UUID).or(ADDRESSES), FIXED.or(DECIMAL).or(DATETIME64).or(ENUM)),
    (BFLOAT.or(DECIMAL).or(TIMES), FIXED.or(ENUM)),
    (NUMBERS.or(TIMES).or(UUID).or(ADDRESSES).or(FIXED).or(ENUM), COMPOUND.or(JSON)),
    (ENUM, DECIMAL.or(DATETIME64)),
    (STRING, MAP),
    (MAP, DECIMAL.or(DATETIME64).or(ENUM).or(FIXED).or(STATE).or(TUPLE)),
    (TUPLE, SIMPLE_ONLY.or(Kinds::ARRAYS)),
    (JSON, SIMPLE_ONLY.or(COMPOUND)),
    (STATE, SIMPLE_ONLY.or(MAP).or(TUPLE).or(JSON).or(Kinds::ARRAYS)),
    (Kinds::ARRAYS, SIMPLE_ONLY.or(TUPLE).or(JSON)),
];
const COMPOUND: Kinds = MAP.or(STATE).or(TUPLE).or(Kinds::ARRAYS);
const SIMPLE_ONLY: Kinds = DECIMAL.or(DATETIME64).or(ENUM).or(FIXED).or(STATE);

/// Whether a value may be converted. Of the types that it may be, one has to be taken as one of those.
pub(super) fn cast(from: Kinds, to: Kinds) -> bool {
    if to.meets(Kinds::ARRAYS) && from.is_within(Kinds::ARRAYS) {
        return true;
    }
    let (from, to) = (from.without(NULL), to.without(NULL));
    from.each().any(|one| {
        one.meets(to) && one != STATE
            || one == STATE && to.meets(STATE)
            || to.each().any(|other| !NOT_CAST.iter().any(|(these, those)| one.meets(*these) && other.meets(*those)))
    })
}
