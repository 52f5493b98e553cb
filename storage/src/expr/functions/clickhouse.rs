//! Functions of ClickHouse, but for aggregates, which have combinators and stand with the types.

use super::growth::SMALL;
use super::{Growth, MANY, Row};

pub(super) const IMMUTABLE: &[Row] = &[
    (
        1,
        1,
        SMALL,
        "toYYYYMM toYYYYMMDD toYear toQuarter toMonth toDayOfYear toDayOfMonth toDayOfWeek toISOWeek toHour \
         toMinute toSecond toMonday toStartOfYear toStartOfISOYear toStartOfQuarter toStartOfMonth \
         toLastDayOfMonth toStartOfDay toStartOfHour toStartOfMinute toStartOfSecond toStartOfFiveMinutes \
         toStartOfTenMinutes toStartOfFifteenMinutes toUnixTimestamp64Milli toUnixTimestamp64Micro \
         toIntervalSecond toIntervalMinute toIntervalHour toIntervalDay toIntervalWeek toIntervalMonth \
         toIntervalQuarter toIntervalYear toIntervalMillisecond toDate32 length lengthUTF8 empty notEmpty \
         toUInt8 toUInt16 toUInt32 toUInt64 toInt8 toInt16 toInt32 toInt64 \
         toFloat32 toFloat64 toUInt32OrZero toUInt64OrZero toInt64OrZero toFloat64OrZero toUInt32OrNull \
         toUInt64OrNull toInt64OrNull toFloat64OrNull toUUID toIPv4 toIPv6 toBool MD5 SHA1 SHA256 halfMD5 \
         CRC32 intHash32 intHash64 isValidJSON isNull isNotNull abs sqrt exp log log2 log10 sign negate isNaN \
         isFinite not arraySum arrayMin arrayMax arrayAvg L2Norm",
    ),
    (
        1,
        1,
        Growth::Sum,
        "lower upper lowerUTF8 upperUTF8 reverse trimBoth trimLeft trimRight domain domainWithoutWWW protocol path \
         topLevelDomain cutQueryString unhex base64Decode assumeNotNull toNullable arrayDistinct arraySort \
         arrayReverse mapKeys mapValues finalizeAggregation toLowCardinality",
    ),
    (1, 1, Growth::Times(2), "hex base64Encode toString"),
    (
        1,
        2,
        SMALL,
        "toDate toDateTime toUnixTimestamp fromUnixTimestamp64Milli parseDateTimeBestEffort \
         parseDateTimeBestEffortOrNull parseDateTimeBestEffortOrZero toWeek ceil floor round trunc",
    ),
    (1, 2, Growth::Formatted, "fromUnixTimestamp"),
    (1, 3, SMALL, "toStartOfWeek"),
    (
        2,
        2,
        SMALL,
        "toDecimal32 toDecimal64 toDecimal128 toTimeZone addSeconds addMinutes addHours addDays \
         addWeeks addMonths addYears subtractSeconds subtractMinutes subtractHours subtractDays subtractWeeks \
         subtractMonths subtractYears startsWith endsWith match like notLike ilike \
         pow divide intDiv intDivOrZero modulo equals notEquals less lessOrEquals \
         greater greaterOrEquals has hasAny hasAll indexOf L2Distance cosineDistance",
    ),
    (
        2,
        2,
        Growth::Sum,
        "extract plus minus multiply bitAnd bitOr bitXor bitShiftLeft bitShiftRight arrayElement tupleElement roundDown",
    ),
    (2, 2, Growth::Largest, "nullIf ifNull"),
    // Each element has an offset beside its bytes.
    (2, 2, Growth::Times(10), "extractAll"),
    (2, 2, Growth::Sized, "toFixedString"),
    (2, 3, SMALL, "toDateTime64 position positionCaseInsensitive toStartOfInterval"),
    (2, 3, Growth::Sum, "substring substringUTF8 arraySlice"),
    (2, 3, Growth::Times(10), "splitByChar splitByString"),
    (2, 3, Growth::Formatted, "formatDateTime"),
    (3, 3, Growth::Largest, "if"),
    (3, 3, Growth::Sum, "replaceOne"),
    (3, 3, Growth::Replaced, "replaceAll"),
    (3, 3, Growth::PatternReplaced, "replaceRegexpAll replaceRegexpOne"),
    (3, 4, SMALL, "dateDiff"),
    (3, MANY, Growth::Largest, "multiIf"),
    (4, MANY, Growth::Largest, "caseWithExpression"),
    (2, MANY, SMALL, "and or"),
    (0, MANY, Growth::Sum, "tuple array map"),
    (1, MANY, Growth::Sum, "concat arrayConcat"),
    (1, MANY, Growth::Largest, "coalesce greatest least"),
    (
        1,
        MANY,
        SMALL,
        "cityHash64 sipHash64 xxHash32 xxHash64 murmurHash3_64 JSONExtractInt JSONExtractUInt JSONExtractFloat \
         JSONExtractBool JSONHas JSONLength",
    ),
    (1, MANY, Growth::Sum, "JSONExtractString JSONExtractRaw"),
];
pub(super) const STABLE: &[Row] = &[(0, 1, SMALL, "now"), (0, 2, SMALL, "now64"), (0, 0, SMALL, "today yesterday")];
pub(super) const VOLATILE: &[Row] = &[(0, 1, SMALL, "generateUUIDv4 generateUUIDv7 rand rand64")];

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
