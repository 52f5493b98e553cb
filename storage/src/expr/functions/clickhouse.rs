//! Functions of ClickHouse, but for aggregates, which have combinators and stand with the types.

use super::{MANY, Row};

pub(super) const IMMUTABLE: &[Row] = &[
    (
        1,
        1,
        "toYYYYMM toYYYYMMDD toYear toQuarter toMonth toDayOfYear toDayOfMonth toDayOfWeek toISOWeek toHour \
         toMinute toSecond toMonday toStartOfYear toStartOfISOYear toStartOfQuarter toStartOfMonth \
         toLastDayOfMonth toStartOfDay toStartOfHour toStartOfMinute toStartOfSecond toStartOfFiveMinutes \
         toStartOfTenMinutes toStartOfFifteenMinutes toUnixTimestamp64Milli toUnixTimestamp64Micro \
         toIntervalSecond toIntervalMinute toIntervalHour toIntervalDay toIntervalWeek toIntervalMonth \
         toIntervalQuarter toIntervalYear toIntervalMillisecond toDate32 lower upper lowerUTF8 upperUTF8 length \
         lengthUTF8 empty notEmpty reverse trimBoth trimLeft trimRight domain domainWithoutWWW protocol path \
         topLevelDomain cutQueryString toString toUInt8 toUInt16 toUInt32 toUInt64 toInt8 toInt16 toInt32 toInt64 \
         toFloat32 toFloat64 toUInt32OrZero toUInt64OrZero toInt64OrZero toFloat64OrZero toUInt32OrNull \
         toUInt64OrNull toInt64OrNull toFloat64OrNull toUUID toIPv4 toIPv6 toBool MD5 SHA1 SHA256 halfMD5 hex \
         unhex base64Encode base64Decode CRC32 intHash32 intHash64 isValidJSON isNull isNotNull assumeNotNull \
         toNullable abs sqrt exp log log2 log10 sign negate isNaN isFinite not arrayDistinct arraySort \
         arrayReverse arraySum arrayMin arrayMax arrayAvg mapKeys mapValues finalizeAggregation L2Norm \
         toLowCardinality",
    ),
    (
        1,
        2,
        "toDate toDateTime toUnixTimestamp fromUnixTimestamp fromUnixTimestamp64Milli parseDateTimeBestEffort \
         parseDateTimeBestEffortOrNull parseDateTimeBestEffortOrZero toWeek ceil floor round trunc",
    ),
    (1, 3, "toStartOfWeek"),
    (
        2,
        2,
        "toFixedString toDecimal32 toDecimal64 toDecimal128 toTimeZone addSeconds addMinutes addHours addDays \
         addWeeks addMonths addYears subtractSeconds subtractMinutes subtractHours subtractDays subtractWeeks \
         subtractMonths subtractYears startsWith endsWith match extract extractAll like notLike ilike nullIf \
         ifNull pow plus minus multiply divide intDiv intDivOrZero modulo equals notEquals less lessOrEquals \
         greater greaterOrEquals bitAnd bitOr bitXor bitShiftLeft bitShiftRight arrayElement has hasAny hasAll \
         indexOf tupleElement L2Distance cosineDistance roundDown",
    ),
    (
        2,
        3,
        "toDateTime64 substring substringUTF8 position positionCaseInsensitive splitByChar splitByString \
         formatDateTime toStartOfInterval arraySlice",
    ),
    (3, 3, "if replaceAll replaceOne replaceRegexpAll replaceRegexpOne"),
    (3, 4, "dateDiff"),
    (3, MANY, "multiIf"),
    (4, MANY, "caseWithExpression"),
    (2, MANY, "and or"),
    (0, MANY, "tuple array map"),
    (
        1,
        MANY,
        "concat coalesce greatest least arrayConcat cityHash64 sipHash64 xxHash32 xxHash64 murmurHash3_64 \
         JSONExtractString JSONExtractInt JSONExtractUInt JSONExtractFloat JSONExtractBool JSONExtractRaw JSONHas \
         JSONLength",
    ),
];
pub(super) const STABLE: &[Row] = &[(0, 1, "now today"), (0, 2, "now64"), (0, 0, "yesterday")];
pub(super) const VOLATILE: &[Row] = &[(0, 1, "generateUUIDv4 generateUUIDv7 rand rand64")];

pub(super) const ALIASES: &[(&str, &str)] = &[
    ("current_timestamp", "now"),
    ("current_date", "today"),
    ("curdate", "today"),
    ("lcase", "lower"),
    ("ucase", "upper"),
    ("substr", "substring"),
    ("mid", "substring"),
    ("ceiling", "ceil"),
    ("truncate", "trunc"),
    ("power", "pow"),
    ("ln", "log"),
    ("trim", "trimBoth"),
    ("ltrim", "trimLeft"),
    ("rtrim", "trimRight"),
    ("replace", "replaceAll"),
    ("date_diff", "dateDiff"),
    ("datediff", "dateDiff"),
    ("year", "toYear"),
    ("month", "toMonth"),
    ("day", "toDayOfMonth"),
    ("hour", "toHour"),
    ("minute", "toMinute"),
    ("second", "toSecond"),
    ("median", "quantile"),
];
