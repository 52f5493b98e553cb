//! What ClickHouse's definitions are made of, but for expressions: types with their spellings and defaults, and names.
//! Lists are divided by ` ; `, which stands in no definition.

/// A class of types.
pub struct Kind {
    pub class: &'static str,
    /// Types, in spellings that ClickHouse takes.
    pub types: &'static str,
    /// Defaults, in spellings that ClickHouse takes for each of the types.
    pub defaults: &'static str,
    /// Defaults that are refused, or should be.
    pub odd: &'static str,
    /// Codecs that fit each of the types.
    pub codecs: &'static str,
}

const ANY: &str = "ZSTD ; ZSTD(3) ; LZ4 ; LZ4HC ; LZ4HC(9) ; NONE ; Default ; CODEC(ZSTD(1))";
const WHOLE: &str = r"Delta, ZSTD ; DoubleDelta, LZ4 ; T64 ; T64, ZSTD(2) ; Gorilla, LZ4 ; Delta(4), LZ4 ; T64('bit'), LZ4 ;
        Delta ; DoubleDelta, T64 ; Gorilla, T64 ; ZSTD(9)";
const FLOATS: &str = "Gorilla ; Gorilla, ZSTD ; FPC ; FPC(12), LZ4 ; FPC(8, 8) ; Delta, LZ4 ; ZSTD(5)";

const fn kind(
    class: &'static str,
    types: &'static str,
    defaults: &'static str,
    odd: &'static str,
    codecs: &'static str,
) -> Kind {
    Kind { class, types, defaults, odd, codecs }
}

pub const KINDS: &[Kind] = &[
    kind("u8", "UInt8 ; TINYINT UNSIGNED", "0 ; 1 ; 255 ; '1' ; 1 + 1 ; true", "256 ; -1 ; 'x' ; now()", WHOLE),
    kind(
        "u32",
        "UInt16 ; UInt32 ; INT UNSIGNED",
        "0 ; 1 ; 42 ; '7' ; toUInt16(5) ; rand() % 10 ; length('abc')",
        "-1 ; 'x' ; '2020-01-01'",
        WHOLE,
    ),
    kind(
        "u64",
        "UInt64 ; BIGINT UNSIGNED",
        "0 ; 1 ; 18446744073709551615 ; toUnixTimestamp(now()) ; cityHash64('a') ; rand64() ; '5'",
        "generateUUIDv4() ; 'x'",
        WHOLE,
    ),
    kind(
        "i32",
        "Int8 ; Int16 ; Int32 ; INT ; SMALLINT ; INTEGER",
        "0 ; -1 ; 1 ; '-5' ; toInt8(-3) ; -(1 + 1)",
        "'x' ; '1.5'",
        WHOLE,
    ),
    kind(
        "i64",
        "Int64 ; BIGINT",
        r"0 ; -1 ; -9223372036854775808 ; 9223372036854775807 ; toInt64OrZero('x') ;
        dateDiff('day', toDate('2020-01-01'), today())",
        "'x' ; now64()",
        WHOLE,
    ),
    kind("wide", "UInt128 ; Int128 ; UInt256 ; Int256", "0 ; 1 ; '7' ; CAST('5', 'Int128')", "'x'", ANY),
    kind(
        "f",
        "Float32 ; Float64 ; DOUBLE PRECISION ; REAL ; FLOAT",
        r"0 ; 0.5 ; 1 ; -1.5 ; 1e10 ; 1.50 ; '0.25' ; sqrt(2) ; 1 / 3 ; toFloat64('1.5') ; 0.1 + 0.2 ; 1e-7 ;
        100000000000000000000.0",
        "'x' ; .5 ; 5.",
        FLOATS,
    ),
    kind("bf", "BFloat16", "0 ; 0.5", "'x'", ANY),
    kind(
        "dec",
        "Decimal(10, 2) ; Decimal32(4) ; Decimal64(3) ; NUMERIC(18, 6) ; Decimal(38, 10) ; DEC(5)",
        "0 ; 1 ; '1.50' ; toDecimal32(1.5, 2) ; -1",
        "'x' ; 0.5",
        ANY,
    ),
    kind("b", "Bool ; BOOLEAN", "true ; false ; 1 ; 0 ; 'true' ; 1 = 1 ; NOT true", "'maybe' ; 2", ANY),
    kind(
        "s",
        "String ; TEXT ; VARCHAR ; String NOT NULL",
        r"'' ; 'a' ; 'it\'s' ; 'it''s' ; 'a\\b' ; 'tab\there' ; lower('ABC') ; concat('a', 'b') ; 'a' || 'b' ;
        toString(5) ; 'naïve ☃' ; generateUUIDv4() ; hex('a') ; formatDateTime(now(), '%Y') ; '%_' ;
        if(1 > 0, 'a', 'b') ; now() ; 5 ; toString(now()) ; '\n' ; ''''",
        "[1] ; currentUser()",
        ANY,
    ),
    kind(
        "fs",
        "FixedString(4) ; FixedString(16)",
        "'' ; 'abcd' ; toFixedString('ab', 4)",
        "5 ; 'abcdefghijklmnopqrst'",
        ANY,
    ),
    kind("lc", "LowCardinality(String) ; LowCardinality(FixedString(2))", "'' ; 'a' ; toLowCardinality('a')", "5", ANY),
    kind(
        "date",
        "Date ; Date32 ; DATE",
        r"today() ; '2020-01-01' ; toDate('2020-01-01') ; now() ; yesterday() ; toDate(0) ; today() - 1 ;
        toStartOfMonth(now()) ; today() + INTERVAL 1 DAY ; addDays(today(), 1)",
        "'x' ; '2020-13-01'",
        WHOLE,
    ),
    kind(
        "dt",
        "DateTime ; DateTime('UTC') ; DateTime('Europe/Berlin') ; TIMESTAMP",
        r"now() ; '2020-01-01 00:00:00' ; toDateTime('2020-01-01 00:00:00') ;
        toDateTime('2020-01-01 00:00:00', 'UTC') ; now() - INTERVAL 1 HOUR ; now() + toIntervalDay(1) ; 0 ;
        toStartOfHour(now()) ; fromUnixTimestamp(0) ; today() ; now('UTC') ;
        parseDateTimeBestEffort('2020-01-01')",
        "'x' ; '2020-01-01'",
        WHOLE,
    ),
    kind(
        "dt64",
        "DateTime64(3) ; DateTime64(6, 'UTC') ; DateTime64 ; DateTime64(0)",
        r"now64() ; now64(3) ; now() ; '2020-01-01 00:00:00.000' ; toDateTime64('2020-01-01 00:00:00', 3) ;
        now64(6, 'UTC') ; fromUnixTimestamp64Milli(0) ; 0",
        "'x'",
        "Delta, ZSTD ; DoubleDelta ; T64 ; LZ4",
    ),
    kind(
        "uuid",
        "UUID",
        r"generateUUIDv4() ; generateUUIDv7() ; '00000000-0000-0000-0000-000000000000' ;
        toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')",
        "'x' ; 5",
        ANY,
    ),
    kind("ip4", "IPv4", "'127.0.0.1' ; toIPv4('10.0.0.1') ; 0", "'x'", ANY),
    kind("ip6", "IPv6", "'::1' ; toIPv6('::1')", "'x'", ANY),
    kind(
        "e",
        r"Enum8('a' = 1, 'b' = 2) ; Enum('x', 'a', 'b') ; Enum16('a' = 1000, 'b' = -5) ; Enum8('b' = 2, 'a' = 1) ;
        Enum('it\'s' = 1, 'a' = 7, 'b' = 8)",
        "'a' ; 'b'",
        "'zzz' ; 5.5",
        ANY,
    ),
    kind(
        "ns",
        "Nullable(String) ; LowCardinality(Nullable(String)) ; String NULL ; Nullable(FixedString(3))",
        "'a' ; NULL || 'a' ; nullIf('', '') ; ''",
        "[1]",
        ANY,
    ),
    kind(
        "nn",
        "Nullable(UInt32) ; Nullable(Int64) ; INT NULL ; Nullable(Float64)",
        "0 ; 1 ; toUInt32OrNull('x') ; nullIf(1, 1)",
        "'x'",
        "ZSTD ; LZ4",
    ),
    kind("nt", "Nullable(DateTime) ; Nullable(Date) ; Nullable(DateTime64(3))", "now() ; today()", "'x'", ANY),
    kind(
        "nx",
        "Nullable(UUID) ; Nullable(Bool) ; Nullable(Decimal(10, 2)) ; Nullable(IPv4) ; Nullable(Enum8('a' = 1))",
        "NULL || NULL",
        "'x'",
        ANY,
    ),
    kind(
        "as",
        "Array(String) ; Array(LowCardinality(String))",
        "[] ; ['a', 'b'] ; array('a') ; splitByChar(',', 'a,b')",
        "'a' ; [1]",
        ANY,
    ),
    kind(
        "an",
        "Array(UInt64) ; Array(Int32) ; Array(Float64) ; Array(UInt8)",
        "[] ; [1, 2, 3] ; array(1) ; CAST([], 'Array(UInt8)')",
        "['a'] ; 5",
        "ZSTD ; LZ4 ; Delta, LZ4",
    ),
    kind(
        "ax",
        r"Array(Nullable(String)) ; Array(Array(String)) ; Array(Tuple(String, UInt64)) ; Array(DateTime) ;
        Array(UUID) ; Array(Map(String, UInt8))",
        "[]",
        "'a'",
        ANY,
    ),
    kind(
        "m",
        "Map(String, String) ; Map(LowCardinality(String), String)",
        "map() ; map('a', 'b') ; {}",
        "'a' ; []",
        ANY,
    ),
    kind(
        "mx",
        "Map(String, UInt64) ; Map(UInt32, Array(String)) ; Map(Date, Float64) ; Map(UUID, Nullable(String))",
        "map()",
        "'a'",
        ANY,
    ),
    kind(
        "tu",
        "Tuple(String, UInt64) ; Tuple(a String, b UInt64) ; Tuple(`order` String, n UInt64)",
        "('a', 1) ; tuple('a', 1)",
        "1",
        ANY,
    ),
    kind(
        "tx",
        r"Tuple(a Nullable(String), b Array(UInt8)) ; Tuple(Date, Tuple(UInt8, String)) ;
        Tuple(lat Float64, lon Float64)",
        "",
        "1",
        ANY,
    ),
    kind("j", "JSON", "'{}'", "5", "ZSTD"),
    kind(
        "sa",
        r"SimpleAggregateFunction(sum, UInt64) ; SimpleAggregateFunction(max, DateTime) ;
        SimpleAggregateFunction(anyLast, String) ; SimpleAggregateFunction(min, Float64) ;
        SimpleAggregateFunction(any, Nullable(String)) ;
        SimpleAggregateFunction(groupArrayArray, Array(String)) ; SimpleAggregateFunction(groupBitOr, UInt32) ;
        SimpleAggregateFunction(sum, Decimal(10, 2)) ; SimpleAggregateFunction(sum, UInt8) ;
        SimpleAggregateFunction(max, LowCardinality(String))",
        "",
        "0",
        ANY,
    ),
    kind(
        "st",
        r"AggregateFunction(uniq, String) ; AggregateFunction(avg, Float64) ; AggregateFunction(sum, UInt64) ;
        AggregateFunction(quantiles(0.5, 0.9), Float64) ; AggregateFunction(count) ;
        AggregateFunction(argMax, String, DateTime) ; AggregateFunction(sumIf, UInt64, UInt8) ;
        AggregateFunction(groupArray, String) ; AggregateFunction(topK(10), String) ;
        AggregateFunction(max, Nullable(Float64)) ; AggregateFunction(quantileTDigest(0.95), Float32) ;
        AggregateFunction(uniqCombined(14), UInt64) ; AggregateFunction(any, LowCardinality(String)) ;
        AggregateFunction(avgOrNull, Float64) ; AggregateFunction(median, Float64) ;
        AggregateFunction(sumMap, Array(UInt8), Array(UInt64))",
        "",
        "0",
        ANY,
    ),
];

/// Aggregates: the function, the classes of its arguments, and the type of its value; none where it is another for each
/// type of the argument.
pub const AGGREGATES: &[(&str, &str, Option<&str>)] = &[
    ("count", "", Some("UInt64")),
    ("sum", "u", Some("UInt64")),
    ("sum", "i64", Some("Int64")),
    ("sum", "f", Some("Float64")),
    ("min", "n", None),
    ("max", "d", None),
    ("max", "n", None),
    ("any", "t", None),
    ("anyLast", "any", None),
    ("avg", "n", Some("Float64")),
    ("uniq", "key", Some("UInt64")),
    ("uniqExact", "any", Some("UInt64")),
    ("uniqCombined(14)", "key", Some("UInt64")),
    ("uniqHLL12", "s", Some("UInt64")),
    ("quantile(0.9)", "n", Some("Float64")),
    ("quantiles(0.5, 0.9)", "n", Some("Array(Float64)")),
    ("quantileTDigest(0.95)", "n", None),
    ("quantileExact(0.5)", "n", None),
    ("quantileTiming(0.5)", "u", None),
    ("median", "n", Some("Float64")),
    ("argMax", "any ; d", None),
    ("argMin", "n ; d", None),
    ("groupArray", "s", Some("Array(String)")),
    ("groupUniqArray", "s", Some("Array(String)")),
    ("groupArray(10)", "u64", Some("Array(UInt64)")),
    ("topK(5)", "s", Some("Array(String)")),
    ("sumIf", "u ; b", Some("UInt64")),
    ("countIf", "b", Some("UInt64")),
    ("avgIf", "n ; b", Some("Float64")),
    ("uniqIf", "s ; b", Some("UInt64")),
    ("stddevPop", "n", Some("Float64")),
    ("varSamp", "n", Some("Float64")),
    ("corr", "n ; n", Some("Float64")),
    ("covarPop", "f ; f", Some("Float64")),
    ("groupBitOr", "u", None),
    ("sumMap", "an ; an", None),
    ("avgWeighted", "n ; u", Some("Float64")),
    ("sumWithOverflow", "u", None),
    ("anyOrNull", "s", Some("Nullable(String)")),
    ("maxIf", "n ; b", None),
    ("sumOrNull", "u", Some("Nullable(UInt64)")),
];

/// Names of columns that nothing else has.
pub const PLAIN: &str = "a ; b ; id ; ts ; price ; qty ; title ; owner_id ; first_name ; is_open ; n1 ; _x ; symbol";

pub const KEYWORDS: &str = r"add ; alias ; all ; and ; any ; array ; as ; asc ; between ; by ; case ; cast ; check ; codec ;
        comment ; constraint ; cube ; current_date ; database ; date ; day ; default ; desc ; distinct ; div ;
        else ; end ; engine ; except ; exists ; extract ; false ; filter ; final ; first ; for ; format ; from ;
        global ; group ; having ; hour ; ilike ; in ; index ; inf ; interval ; into ; is ; join ; key ; last ;
        left ; like ; limit ; materialized ; mod ; nan ; not ; now ; null ; nulls ; offset ; on ; or ; order ;
        over ; partition ; primary ; projection ; range ; right ; rows ; sample ; select ; set ; settings ;
        substring ; table ; then ; timestamp ; to ; top ; totals ; trim ; true ; ttl ; tuple ; type ; union ;
        using ; value ; values ; view ; when ; where ; window ; with";
