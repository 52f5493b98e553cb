//! Signatures of the functions of ClickHouse that a plugin may call, as ClickHouse 26.9 says when it is asked for each with
//! every type. An argument that is a literal by its role is not looked at here.

use super::clickhouse::{
    ADDRESSES, BOOL, DATE, DATE32, DATES, DATETIME, DATETIME64, DECIMAL, ENUM, FIXED, FLOAT, FLOATS, INT, INTEGERS,
    INTERVAL, IPV4, IPV6, JSON, MAP, NUMBERS, SMALL, STATE, STRING, STRINGS, TIMES, TRUTH, TUPLE, UINT, UINT8, UUID,
    WIDE,
};
use super::signature::{Gives, Row, many, row};
use crate::expr::kinds::Kinds;

const ANY: Kinds = Kinds::ANY;
const ARRAYS: Kinds = Kinds::ARRAYS;
/// What is converted to a number, a day or a point in time.
const CONVERTED: Kinds = SMALL.or(WIDE).or(FLOATS).or(STRINGS).or(TIMES).or(ENUM).or(INTERVAL);
/// Numbers that are no 128 bits wide.
const NARROW: Kinds = SMALL.or(FLOATS).or(DECIMAL);
const COUNTS: Kinds = SMALL.or(FLOAT);
const TEXT_OR_JSON: Kinds = STRING.or(JSON);

const fn is(kinds: Kinds) -> Gives {
    Gives::Kinds(kinds)
}

pub(super) const ROWS: &[Row] = &[
    row("toYYYYMM toYYYYMMDD toYear toDayOfYear", &[TIMES, ANY], is(UINT)),
    row("toQuarter toISOWeek toHour toMinute", &[TIMES, ANY], is(UINT8)),
    row("toMonth toDayOfMonth toSecond", &[TIMES.or(INTERVAL), ANY], is(UINT8.or(INT))),
    row("toDayOfWeek toWeek", &[TIMES.or(STRING), ANY, ANY], is(UINT8)),
    row(
        "toMonday toStartOfYear toStartOfISOYear toStartOfQuarter toStartOfMonth toLastDayOfMonth",
        &[TIMES, ANY],
        is(DATES),
    ),
    row("toStartOfWeek", &[TIMES.or(STRING), ANY, ANY], is(DATES)),
    row(
        "toStartOfDay toStartOfHour toStartOfMinute toStartOfFiveMinutes toStartOfTenMinutes toStartOfFifteenMinutes",
        &[TIMES, ANY],
        is(DATETIME.or(DATETIME64)),
    ),
    row("toStartOfInterval", &[TIMES, INTERVAL, ANY], is(TIMES)),
    row("toStartOfSecond", &[TIMES, ANY], is(DATETIME64)),
    row("toUnixTimestamp64Milli toUnixTimestamp64Micro", &[DATETIME64], is(INT)),
    row(
        "toIntervalSecond toIntervalMinute toIntervalHour toIntervalDay toIntervalWeek toIntervalMonth \
         toIntervalQuarter toIntervalYear toIntervalMillisecond",
        &[CONVERTED.or(DECIMAL)],
        is(INTERVAL),
    ),
    row("toDate32", &[CONVERTED], is(DATE32)),
    row("toDate", &[CONVERTED, ANY], is(DATE)),
    row("toDateTime", &[CONVERTED, ANY], is(DATETIME)),
    row("toDateTime64", &[CONVERTED.or(DECIMAL), ANY, ANY], is(DATETIME64)),
    row("length", &[STRINGS.or(MAP).or(ARRAYS)], is(UINT)),
    row("lengthUTF8 CRC32", &[STRINGS], is(UINT)),
    row("toUInt32OrZero toUInt64OrZero toUInt32OrNull toUInt64OrNull", &[STRINGS], is(UINT)),
    row("toInt64OrZero toInt64OrNull", &[STRINGS], is(INT)),
    row("toFloat64OrZero toFloat64OrNull", &[STRINGS], is(FLOAT)),
    row("empty notEmpty", &[STRINGS.or(ADDRESSES).or(UUID).or(JSON).or(MAP).or(ARRAYS)], is(TRUTH)),
    row("toUInt8", &[CONVERTED.or(DECIMAL)], is(UINT8)),
    row("toUInt16", &[CONVERTED.or(DECIMAL)], is(UINT)),
    row("toUInt32 toUInt64", &[CONVERTED.or(DECIMAL).or(IPV4)], is(UINT)),
    row("toUnixTimestamp", &[CONVERTED.or(DECIMAL).or(IPV4), ANY], is(UINT.or(INT))),
    row("toInt8 toInt16 toInt32 toInt64", &[CONVERTED.or(DECIMAL)], is(INT)),
    row("toFloat32 toFloat64", &[CONVERTED.or(DECIMAL)], is(FLOAT)),
    row("toUUID", &[STRINGS.or(UUID)], is(UUID)),
    row("toIPv4", &[STRINGS.or(ADDRESSES).or(UINT8).or(UINT).or(BOOL)], is(IPV4)),
    row("toIPv6", &[STRINGS.or(ADDRESSES).or(WIDE)], is(IPV6)),
    row("toBool", &[CONVERTED.or(DECIMAL).or(ADDRESSES).or(UUID)], is(BOOL)),
    row("MD5 SHA1 SHA256", &[STRINGS.or(IPV6)], is(FIXED)),
    many("halfMD5 cityHash64 sipHash64 xxHash32 xxHash64 murmurHash3_64", &[], ANY, is(UINT)),
    row("intHash32 intHash64", &[SMALL.or(DECIMAL).or(TIMES).or(IPV4)], is(UINT)),
    row("isValidJSON", &[TEXT_OR_JSON], is(TRUTH)),
    row("isNull isNotNull", &[ANY], is(TRUTH)),
    row("abs", &[NARROW.or(WIDE)], is(NUMBERS)),
    row("sqrt exp log log2 log10", &[NUMBERS], is(FLOAT)),
    row("sign", &[NARROW.or(WIDE)], is(INT)),
    row("negate", &[INTEGERS.or(FLOATS).or(DECIMAL)], is(INT.or(WIDE).or(FLOATS).or(DECIMAL))),
    row("negate", &[TUPLE.or(INTERVAL)], Gives::Same(0)),
    row("isNaN isFinite", &[NARROW.or(WIDE)], is(TRUTH)),
    row("not", &[super::clickhouse::CONDITIONS], is(TRUTH)),
    many("and or", &[], super::clickhouse::CONDITIONS, is(TRUTH)),
    row("arraySum", &[NUMBERS.arrays()], is(NUMBERS)),
    row("arrayAvg", &[NUMBERS.or(ENUM).or(INTERVAL).arrays()], is(FLOAT)),
    row("arrayMin arrayMax", &[ARRAYS], Gives::Element(0)),
    row("L2Norm", &[NUMBERS.arrays().or(TUPLE)], is(FLOAT)),
    row("L2Distance cosineDistance", &[NUMBERS.arrays(), NUMBERS.arrays()], is(FLOAT)),
    row("L2Distance cosineDistance", &[TUPLE, TUPLE], is(FLOAT)),
    row("lower upper", &[STRINGS], Gives::Same(0)),
    row(
        "lowerUTF8 upperUTF8 domain domainWithoutWWW protocol path topLevelDomain cutQueryString",
        &[STRING],
        is(STRING),
    ),
    row("extract", &[STRING, ANY], is(STRING)),
    row("extractAll", &[STRING, ANY], is(STRING.arrays())),
    row("reverse", &[STRINGS.or(ARRAYS).or(TUPLE)], Gives::Same(0)),
    row("trimBoth trimLeft trimRight unhex base64Decode base64Encode", &[STRINGS, ANY], is(STRING)),
    row("assumeNotNull toNullable", &[ANY], Gives::Same(0)),
    row("arrayDistinct arraySort arrayReverse", &[ARRAYS], Gives::Same(0)),
    many("arrayConcat", &[], ARRAYS, is(ARRAYS)),
    row("mapKeys mapValues", &[MAP], is(ARRAYS)),
    row("finalizeAggregation", &[STATE], is(ANY)),
    row(
        "toLowCardinality",
        &[SMALL.or(WIDE).or(FLOATS).or(STRINGS).or(DATES).or(DATETIME).or(UUID).or(ADDRESSES).or(INTERVAL)],
        Gives::Same(0),
    ),
    row("hex", &[NUMBERS.or(STRINGS).or(TIMES).or(ADDRESSES).or(UUID).or(STATE)], is(STRING)),
    row("toString", &[ANY, ANY], is(STRING)),
    many("concat", &[], ANY, is(STRING.or(MAP).or(TUPLE).or(ARRAYS))),
    row("fromUnixTimestamp64Milli", &[SMALL, ANY], is(DATETIME64)),
    row(
        "parseDateTimeBestEffort parseDateTimeBestEffortOrNull parseDateTimeBestEffortOrZero",
        &[STRINGS, ANY],
        is(DATETIME),
    ),
    row("ceil floor round trunc", &[NUMBERS, ANY], Gives::Same(0)),
    row("roundDown", &[NUMBERS, ARRAYS], Gives::Same(0)),
    row("fromUnixTimestamp", &[SMALL.or(WIDE).or(TIMES), ANY], is(DATETIME.or(STRING))),
    row("formatDateTime", &[TIMES, ANY, ANY], is(STRING)),
    row("toDecimal32 toDecimal64 toDecimal128", &[NARROW.or(WIDE).or(STRINGS).or(DATETIME64), ANY], is(DECIMAL)),
    row("toTimeZone", &[DATETIME.or(DATETIME64), ANY], Gives::Same(0)),
    row("toFixedString", &[STRINGS, ANY], is(FIXED)),
    row(
        "addDays addWeeks addMonths addYears subtractDays subtractWeeks subtractMonths subtractYears",
        &[TIMES.or(STRING), COUNTS],
        is(TIMES),
    ),
    row(
        "addSeconds addMinutes addHours subtractSeconds subtractMinutes subtractHours",
        &[TIMES.or(STRING), COUNTS],
        is(DATETIME.or(DATETIME64)),
    ),
    row("dateDiff", &[ANY, TIMES, TIMES, ANY], is(INT)),
    row("startsWith endsWith", &[STRINGS, STRINGS], is(TRUTH)),
    row("startsWith endsWith", &[ARRAYS, ARRAYS], is(TRUTH)),
    row("match like notLike ilike", &[STRINGS.or(ENUM), STRING], is(TRUTH)),
    row("pow", &[NARROW, NARROW], is(FLOAT)),
    row("has", &[ARRAYS.or(MAP).or(JSON), ANY], is(TRUTH)),
    row("hasAny hasAll", &[ARRAYS, ARRAYS], is(TRUTH)),
    row("indexOf", &[ARRAYS, ANY], is(UINT)),
    row("arrayElement", &[ARRAYS, SMALL.or(SMALL.arrays())], is(ANY)),
    row("arrayElement", &[MAP.or(JSON), ANY], is(ANY)),
    row("tupleElement", &[TUPLE.or(ARRAYS).or(JSON).or(MAP), ANY, ANY], is(ANY)),
    row("position positionCaseInsensitive", &[STRING.or(ENUM), STRING, UINT8.or(UINT).or(BOOL).or(WIDE)], is(UINT)),
    row("substring", &[STRINGS.or(ENUM), COUNTS, COUNTS], is(STRING)),
    row("substringUTF8", &[STRING, COUNTS, COUNTS], is(STRING)),
    row("arraySlice", &[ARRAYS, SMALL.or(WIDE), SMALL.or(WIDE)], Gives::Same(0)),
    row("splitByChar splitByString", &[STRING, STRING, ANY], is(STRING.arrays())),
    row("replaceOne replaceAll", &[STRINGS, STRING, STRING], is(STRING)),
    row("replaceRegexpAll replaceRegexpOne", &[STRINGS, STRING, STRING], is(STRING)),
    row("bitAnd bitOr bitXor", &[INTEGERS.or(ADDRESSES), INTEGERS.or(ADDRESSES)], is(INTEGERS)),
    row("bitAnd bitOr bitXor", &[FIXED, FIXED], is(FIXED)),
    row("bitShiftLeft bitShiftRight", &[INTEGERS.or(ADDRESSES), INTEGERS.or(ADDRESSES)], is(INTEGERS)),
    row("bitShiftLeft bitShiftRight", &[STRINGS, SMALL], Gives::Same(0)),
    row("if", &[TRUTH, ANY, ANY], Gives::Common(1)),
    many("multiIf caseWithExpression", &[], ANY, is(ANY)),
    row("nullIf", &[ANY, ANY], Gives::Same(0)),
    row("ifNull", &[ANY, ANY], Gives::Common(0)),
    many("coalesce greatest least", &[], ANY, Gives::Common(0)),
    row("array", &[], is(ARRAYS)),
    many("array", &[ANY], ANY, is(ARRAYS)),
    many("map", &[], ANY, is(MAP)),
    many("JSONExtractInt", &[TEXT_OR_JSON], SMALL.or(STRING), is(INT)),
    many("JSONExtractUInt JSONLength", &[TEXT_OR_JSON], SMALL.or(STRING), is(UINT)),
    many("JSONExtractFloat", &[TEXT_OR_JSON], SMALL.or(STRING), is(FLOAT)),
    many("JSONExtractBool JSONHas", &[TEXT_OR_JSON], SMALL.or(STRING), is(TRUTH)),
    many("JSONExtractString JSONExtractRaw", &[TEXT_OR_JSON], SMALL.or(STRING), is(STRING)),
    row("now", &[ANY], is(DATETIME)),
    row("now64", &[ANY, ANY], is(DATETIME64)),
    row("today yesterday", &[], is(DATE)),
    row("generateUUIDv4 generateUUIDv7", &[ANY], is(UUID)),
    row("rand rand64", &[ANY], is(UINT)),
];

/// Functions that are an operator's long form, and which.
pub(super) const OPERATORS: &[(&str, crate::expr::BinaryOp)] = {
    use crate::expr::BinaryOp;
    &[
        ("plus", BinaryOp::Add),
        ("minus", BinaryOp::Subtract),
        ("multiply", BinaryOp::Multiply),
        ("divide", BinaryOp::Divide),
        ("modulo", BinaryOp::Modulo),
        ("equals", BinaryOp::Equal),
        ("notEquals", BinaryOp::NotEqual),
        ("less", BinaryOp::Less),
        ("lessOrEquals", BinaryOp::LessOrEqual),
        ("greater", BinaryOp::Greater),
        ("greaterOrEquals", BinaryOp::GreaterOrEqual),
    ]
};
