//! Arguments that are more than a value to the server: a name that it looks up, a size that it allocates, a text that it
//! compiles. Each of them is a literal, from a closed list or within a bound; see docs/arguments.md.

use super::Dialect;

/// What an argument has to be. Arguments without a role are values, whose size [`super::Growth`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::expr) enum Role {
    /// The name of a time zone: to ClickHouse that of a file.
    Zone,
    /// A time zone, or a point or length of time as a value with its type.
    ZoneOrTime,
    /// One of these words, in any case.
    Choice(&'static [&'static str]),
    /// A whole number within bounds: digits, a mode, a size in bytes.
    Integer(i64, i64),
    /// A format of times or numbers.
    Format,
    /// A regular expression.
    Pattern,
    /// A place in a text, or a regular expression, which PostgreSQL tells apart by the type.
    Place,
    /// Letters that change how a regular expression is read.
    Flags,
    /// A length that is more than nothing.
    Width,
    /// An exponent, unless it is computed from a row.
    Exponent,
    /// What is divided by, which is not 0.
    Divisor,
    /// A literal of any kind, which says the type of the result.
    Literal,
}

/// Fields of a point in time that `extract` and `date_part` take out.
pub(in crate::expr) const FIELDS: &[&str] = &[
    "century",
    "day",
    "decade",
    "dow",
    "doy",
    "epoch",
    "hour",
    "isodow",
    "isoyear",
    "julian",
    "microseconds",
    "millennium",
    "milliseconds",
    "minute",
    "month",
    "quarter",
    "second",
    "timezone",
    "timezone_hour",
    "timezone_minute",
    "week",
    "year",
];

/// What `date_trunc` cuts to.
const PRECISIONS: &[&str] = &[
    "microseconds",
    "milliseconds",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "decade",
    "century",
    "millennium",
];

/// Units of `dateDiff`, with ClickHouse's short forms.
const UNITS: &[&str] = &[
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "ss",
    "s",
    "minute",
    "mi",
    "n",
    "hour",
    "hh",
    "h",
    "day",
    "dd",
    "d",
    "week",
    "wk",
    "ww",
    "month",
    "mm",
    "m",
    "quarter",
    "qq",
    "q",
    "year",
    "yyyy",
    "yy",
];

/// More digits than any type of the engines has behind its point.
const DIGITS: Role = Role::Integer(-76, 76);

/// Position from 1, role, and the functions that it holds for.
type Row = (usize, Role, &'static str);

const CLICKHOUSE: &[Row] = &[
    (1, Role::Zone, "now"),
    (1, Role::Integer(0, 9), "now64"),
    (1, Role::Choice(UNITS), "dateDiff"),
    (
        2,
        Role::Zone,
        "toDate toDateTime toUnixTimestamp fromUnixTimestamp64Milli parseDateTimeBestEffort \
         parseDateTimeBestEffortOrNull parseDateTimeBestEffortOrZero toTimeZone now64",
    ),
    (2, Role::Format, "formatDateTime fromUnixTimestamp"),
    (2, Role::Pattern, "match extract extractAll replaceRegexpAll replaceRegexpOne"),
    (2, Role::Integer(0, 9), "toDateTime64 toWeek toStartOfWeek toDecimal32"),
    (2, Role::Integer(0, 18), "toDecimal64"),
    (2, Role::Integer(0, 38), "toDecimal128"),
    (2, Role::Integer(1, 256), "toFixedString"),
    (2, DIGITS, "ceil floor round trunc"),
    (2, Role::Literal, "tupleElement"),
    (2, Role::Width, "toStartOfInterval"),
    (2, Role::Divisor, "divide intDiv modulo"),
    (3, Role::Zone, "toDateTime64 formatDateTime toStartOfInterval toStartOfWeek"),
    (4, Role::Zone, "dateDiff"),
];

const POSTGRES: &[Row] = &[
    (1, Role::Zone, "timezone"),
    (1, Role::Choice(PRECISIONS), "date_trunc"),
    (1, Role::Choice(FIELDS), "extract date_part"),
    (1, Role::Width, "time_bucket date_bin"),
    (2, DIGITS, "round trunc"),
    (2, Role::Exponent, "power pow"),
    (2, Role::Divisor, "mod div"),
    (2, Role::Format, "to_char to_date"),
    (2, Role::Choice(&["base64", "escape", "hex"]), "encode decode"),
    (2, Role::Pattern, "regexp_replace"),
    (2, Role::Place, "substring substr"),
    (2, Role::Integer(1, 6), "array_length"),
    (3, Role::Place, "substring substr"),
    (3, Role::Zone, "date_trunc"),
    (3, Role::ZoneOrTime, "time_bucket"),
    (4, Role::ZoneOrTime, "time_bucket"),
    (5, Role::ZoneOrTime, "time_bucket"),
    (4, Role::Flags, "regexp_replace"),
    (4, Role::Integer(1, 1_000), "histogram"),
];

/// Positions, from 1, at which the function takes more than a value.
pub(in crate::expr) fn of(dialect: Dialect, function: &str) -> impl Iterator<Item = (usize, Role)> {
    let rows = match dialect {
        Dialect::Postgres => POSTGRES,
        Dialect::ClickHouse => CLICKHOUSE,
        Dialect::Milvus => &[],
    };
    let named = move |names: &str| names.split_ascii_whitespace().any(|name| name == function);
    rows.iter().filter(move |(.., names)| named(names)).map(|(position, role, _)| (*position, *role))
}

#[cfg(test)]
pub(in crate::expr) fn names(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let rows = if dialect == Dialect::Postgres { POSTGRES } else { CLICKHOUSE };
    rows.iter().flat_map(|(.., names)| names.split_ascii_whitespace())
}
