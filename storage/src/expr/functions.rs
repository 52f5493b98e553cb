//! The functions that a plugin may call, for each engine.
//!
//! On a list stands what computes a value from its arguments: nothing that reads a file, a table, a dictionary or a
//! setting, opens a connection, waits, or makes rows. A name is taken in any case and rendered as it stands here.

use super::{Call, Dialect};
use crate::types::clickhouse;

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
}

/// Any number of arguments.
const MANY: u8 = u8::MAX;

type Row = (u8, u8, &'static [&'static str]);

const POSTGRES: &[Row] = &[
    (1, 1, &[
        "abs", "ceil", "ceiling", "floor", "sqrt", "exp", "ln", "sign", "lower", "upper", "initcap", "length", "char_length",
        "octet_length", "reverse", "md5", "sha256", "ascii", "to_hex", "jsonb_typeof", "jsonb_array_length",
        "json_typeof", "json_array_length", "cardinality", "to_timestamp", "isfinite",
    ]),
    (1, 2, &["round", "trunc", "log", "btrim", "trim", "ltrim", "rtrim"]),
    (2, 2, &[
        "power", "pow", "mod", "div", "nullif", "left", "right", "strpos", "starts_with", "encode", "decode", "array_length",
        "array_position", "array_append", "extract", "date_part", "age", "timezone",
    ]),
    (2, 3, &["substring", "substr", "date_trunc"]),
    (3, 3, &["replace", "split_part", "translate", "make_date", "date_bin"]),
    (3, 4, &["regexp_replace"]),
    (1, MANY, &["coalesce", "greatest", "least"]),
    (2, MANY, &["jsonb_extract_path", "jsonb_extract_path_text"]),
    (2, 5, &["time_bucket"]),
];
const POSTGRES_STABLE: &[Row] = &[
    (0, 0, &["now", "current_timestamp", "current_date", "localtimestamp", "transaction_timestamp", "statement_timestamp"]),
    (1, 1, &["to_jsonb"]),
    (2, 2, &["to_char", "to_date"]),
    (1, MANY, &["concat"]),
    (2, MANY, &["concat_ws"]),
    (0, MANY, &["jsonb_build_object", "jsonb_build_array"]),
];
const POSTGRES_VOLATILE: &[Row] = &[(0, 0, &["gen_random_uuid", "clock_timestamp", "random"])];
const POSTGRES_AGGREGATES: &[Row] = &[
    (0, 1, &["count"]),
    (1, 1, &[
        "sum", "avg", "min", "max", "bool_and", "bool_or", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop",
        "var_samp", "bit_and", "bit_or",
    ]),
    (2, 2, &["first", "last", "corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept"]),
    (4, 4, &["histogram"]),
];

const CLICKHOUSE: &[Row] = &[
    (1, 1, &[
        "toYYYYMM", "toYYYYMMDD", "toYear", "toQuarter", "toMonth", "toDayOfYear", "toDayOfMonth", "toDayOfWeek",
        "toISOWeek", "toHour", "toMinute", "toSecond", "toMonday", "toStartOfYear", "toStartOfISOYear",
        "toStartOfQuarter", "toStartOfMonth", "toLastDayOfMonth", "toStartOfDay", "toStartOfHour", "toStartOfMinute",
        "toStartOfSecond", "toStartOfFiveMinutes", "toStartOfTenMinutes", "toStartOfFifteenMinutes",
        "toUnixTimestamp64Milli", "toUnixTimestamp64Micro", "toIntervalSecond", "toIntervalMinute", "toIntervalHour",
        "toIntervalDay", "toIntervalWeek", "toIntervalMonth", "toIntervalQuarter", "toIntervalYear",
        "toIntervalMillisecond", "toDate32", "lower", "upper", "lowerUTF8", "upperUTF8", "length", "lengthUTF8", "empty",
        "notEmpty", "reverse", "trimBoth", "trimLeft", "trimRight", "domain", "domainWithoutWWW", "protocol", "path",
        "topLevelDomain", "cutQueryString", "toString", "toUInt8", "toUInt16", "toUInt32", "toUInt64", "toInt8",
        "toInt16", "toInt32", "toInt64", "toFloat32", "toFloat64", "toUInt32OrZero", "toUInt64OrZero", "toInt64OrZero",
        "toFloat64OrZero", "toUInt32OrNull", "toUInt64OrNull", "toInt64OrNull", "toFloat64OrNull", "toUUID", "toIPv4",
        "toIPv6", "toBool", "MD5", "SHA1", "SHA256", "halfMD5", "hex", "unhex", "base64Encode", "base64Decode", "CRC32",
        "intHash32", "intHash64", "isValidJSON", "isNull", "isNotNull", "assumeNotNull", "toNullable", "abs", "sqrt",
        "exp", "log", "log2", "log10", "sign", "negate", "isNaN", "isFinite", "not", "arrayDistinct", "arraySort",
        "arrayReverse", "arraySum", "arrayMin", "arrayMax", "arrayAvg", "mapKeys", "mapValues", "finalizeAggregation",
        "L2Norm", "toLowCardinality",
    ]),
    (1, 2, &[
        "toDate", "toDateTime", "toUnixTimestamp", "fromUnixTimestamp", "fromUnixTimestamp64Milli",
        "parseDateTimeBestEffort", "parseDateTimeBestEffortOrNull", "parseDateTimeBestEffortOrZero", "toWeek", "ceil",
        "floor", "round", "trunc",
    ]),
    (1, 3, &["toStartOfWeek"]),
    (2, 2, &[
        "toFixedString", "toDecimal32", "toDecimal64", "toDecimal128", "toTimeZone", "addSeconds", "addMinutes", "addHours",
        "addDays", "addWeeks", "addMonths", "addYears", "subtractSeconds", "subtractMinutes", "subtractHours",
        "subtractDays", "subtractWeeks", "subtractMonths", "subtractYears", "startsWith", "endsWith", "match", "extract",
        "extractAll", "like", "notLike", "ilike", "nullIf", "ifNull", "pow", "plus", "minus", "multiply", "divide",
        "intDiv", "intDivOrZero", "modulo", "equals", "notEquals", "less", "lessOrEquals", "greater", "greaterOrEquals",
        "bitAnd", "bitOr", "bitXor", "bitShiftLeft", "bitShiftRight", "arrayElement", "has", "hasAny", "hasAll",
        "indexOf", "tupleElement", "L2Distance", "cosineDistance", "roundDown",
    ]),
    (2, 3, &[
        "toDateTime64", "substring", "substringUTF8", "position", "positionCaseInsensitive", "splitByChar",
        "splitByString", "formatDateTime", "toStartOfInterval", "arraySlice",
    ]),
    (3, 3, &["if", "replaceAll", "replaceOne", "replaceRegexpAll", "replaceRegexpOne"]),
    (3, 4, &["dateDiff"]),
    (3, MANY, &["multiIf"]),
    (4, MANY, &["caseWithExpression"]),
    (2, MANY, &["and", "or"]),
    (0, MANY, &["tuple", "array", "map"]),
    (1, MANY, &[
        "concat", "coalesce", "greatest", "least", "arrayConcat", "cityHash64", "sipHash64", "xxHash32", "xxHash64",
        "murmurHash3_64", "JSONExtractString", "JSONExtractInt", "JSONExtractUInt", "JSONExtractFloat",
        "JSONExtractBool", "JSONExtractRaw", "JSONHas", "JSONLength",
    ]),
];
const CLICKHOUSE_STABLE: &[Row] = &[(0, 1, &["now", "today"]), (0, 2, &["now64"]), (0, 0, &["yesterday"])];
const CLICKHOUSE_VOLATILE: &[Row] = &[(0, 1, &["generateUUIDv4", "generateUUIDv7", "rand", "rand64"])];

/// Other names of the same function, without case, that an engine stores as the second.
const ALIASES: &[(Dialect, &str, &str)] = &[
    (Dialect::Postgres, "current_timestamp", "now"),
    (Dialect::Postgres, "transaction_timestamp", "now"),
    (Dialect::Postgres, "trim", "btrim"),
    (Dialect::Postgres, "substr", "substring"),
    (Dialect::Postgres, "ceiling", "ceil"),
    (Dialect::Postgres, "char_length", "length"),
    (Dialect::Postgres, "character_length", "length"),
    (Dialect::Postgres, "pow", "power"),
    (Dialect::ClickHouse, "current_timestamp", "now"),
    (Dialect::ClickHouse, "current_date", "today"),
    (Dialect::ClickHouse, "curdate", "today"),
    (Dialect::ClickHouse, "lcase", "lower"),
    (Dialect::ClickHouse, "ucase", "upper"),
    (Dialect::ClickHouse, "substr", "substring"),
    (Dialect::ClickHouse, "mid", "substring"),
    (Dialect::ClickHouse, "ceiling", "ceil"),
    (Dialect::ClickHouse, "truncate", "trunc"),
    (Dialect::ClickHouse, "power", "pow"),
    (Dialect::ClickHouse, "ln", "log"),
    (Dialect::ClickHouse, "trim", "trimBoth"),
    (Dialect::ClickHouse, "ltrim", "trimLeft"),
    (Dialect::ClickHouse, "rtrim", "trimRight"),
    (Dialect::ClickHouse, "replace", "replaceAll"),
    (Dialect::ClickHouse, "date_diff", "dateDiff"),
    (Dialect::ClickHouse, "datediff", "dateDiff"),
    (Dialect::ClickHouse, "year", "toYear"),
    (Dialect::ClickHouse, "month", "toMonth"),
    (Dialect::ClickHouse, "day", "toDayOfMonth"),
    (Dialect::ClickHouse, "hour", "toHour"),
    (Dialect::ClickHouse, "minute", "toMinute"),
    (Dialect::ClickHouse, "second", "toSecond"),
    (Dialect::ClickHouse, "median", "quantile"),
];

fn rows(dialect: Dialect) -> [(Kind, &'static [Row]); 4] {
    match dialect {
        Dialect::Postgres => [
            (Kind::Immutable, POSTGRES),
            (Kind::Stable, POSTGRES_STABLE),
            (Kind::Volatile, POSTGRES_VOLATILE),
            (Kind::Aggregate, POSTGRES_AGGREGATES),
        ],
        Dialect::ClickHouse => [
            (Kind::Immutable, CLICKHOUSE),
            (Kind::Stable, CLICKHOUSE_STABLE),
            (Kind::Volatile, CLICKHOUSE_VOLATILE),
            (Kind::Aggregate, &[]),
        ],
        Dialect::Milvus => [Kind::Immutable, Kind::Stable, Kind::Volatile, Kind::Aggregate].map(|kind| (kind, &[][..])),
    }
}

/// Every function of an engine but ClickHouse's aggregates, which have combinators.
fn listed(dialect: Dialect) -> impl Iterator<Item = Function> {
    rows(dialect).into_iter().flat_map(|(kind, rows)| {
        rows.iter().flat_map(move |(least, most, names)| {
            names.iter().map(move |name| Function { name, least: *least, most: *most, kind })
        })
    })
}

/// A function by its name, in any case, or by another name of it. The name comes back as the engine stores it.
pub(super) fn find(dialect: Dialect, name: &str) -> Option<(String, Function)> {
    let canonical = alias(dialect, name);
    if dialect == Dialect::ClickHouse && clickhouse::is_aggregate(canonical) {
        let of = Function { name: "", least: 0, most: MANY, kind: Kind::Aggregate };
        return Some((canonical.to_owned(), of));
    }
    let same = |function: &Function| function.name == canonical;
    let alike = |function: &Function| function.name.eq_ignore_ascii_case(canonical);
    let found = listed(dialect).find(same).or_else(|| listed(dialect).find(alike));
    if let Some(function) = found {
        return Some((function.name.to_owned(), function));
    }
    // `COUNT(x)` and `Sum(x)` are taken by ClickHouse too.
    let lower = canonical.to_ascii_lowercase();
    let lower_is_aggregate = dialect == Dialect::ClickHouse && clickhouse::known_aggregates().contains(&lower.as_str());
    lower_is_aggregate.then_some((lower, Function { name: "", least: 0, most: MANY, kind: Kind::Aggregate }))
}

/// The name that stands for an alias; any other name stands for itself.
pub(super) fn alias(dialect: Dialect, name: &str) -> &str {
    let found = ALIASES.iter().find(|(of, alias, _)| *of == dialect && alias.eq_ignore_ascii_case(name));
    found.map_or(name, |(_, _, canonical)| canonical)
}

/// Names to suggest.
pub(super) fn names(dialect: Dialect) -> Vec<&'static str> {
    let aggregates = if dialect == Dialect::ClickHouse { clickhouse::known_aggregates() } else { &[] };
    listed(dialect).map(|function| function.name).chain(aggregates.iter().copied()).collect()
}

/// Whether the name is an aggregate of PostgreSQL, TimescaleDB or ClickHouse.
pub(super) fn is_aggregate(name: &str) -> bool {
    clickhouse::is_aggregate(name) || POSTGRES_AGGREGATES.iter().any(|(_, _, names)| names.contains(&name))
}

/// Functions of PostgreSQL that are called without parentheses.
pub(super) fn is_bare(call: &Call) -> bool {
    matches!(call.function.as_str(), "current_timestamp" | "current_date" | "localtimestamp") && call.arguments.is_empty()
}

/// Functions of PostgreSQL whose arguments are text, so that the server writes `(c)::text` for a column of varchar.
pub(super) fn takes_text(name: &str) -> bool {
    matches!(
        name,
        "lower" | "upper" | "initcap" | "length" | "octet_length" | "reverse" | "md5" | "ascii" | "btrim" | "ltrim" | "rtrim"
            | "left" | "right" | "strpos" | "starts_with" | "substring" | "replace" | "split_part" | "translate"
            | "regexp_replace"
    )
}
