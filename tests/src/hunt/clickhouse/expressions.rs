//! What ClickHouse's expressions are made of: literals of each class, and templates. Lists are divided by ` ; `, which stands
//! in no definition.

use super::words::KEYWORDS;
use crate::hunt::grammar::Grammar;

pub const GRAMMAR: Grammar =
    Grammar { literals: LITERALS, groups: GROUPS, templates: TEMPLATES, quote: '`', keywords: KEYWORDS };

const GROUPS: &[(&str, &str)] = &[
    ("u", "u8 ; u32 ; u64"),
    ("i", "u8 ; u32 ; u64 ; i32 ; i64"),
    ("n", "u8 ; u32 ; u64 ; i32 ; i64 ; f"),
    ("t", "s ; lc"),
    ("d", "date ; dt ; dt64"),
    ("key", "u32 ; u64 ; i64 ; s ; lc ; date ; dt ; uuid ; e ; fs ; b"),
    ("null", "ns ; nn ; nt"),
    ("any", "u64 ; i32 ; f ; s ; date ; dt ; uuid ; b ; e ; ns ; nn"),
];

const LITERALS: &[(&str, &str)] = &[
    ("u8", "0 ; 1 ; 7"),
    ("u32", "0 ; 1 ; 1000"),
    ("u64", "0 ; 1 ; 4294967296"),
    ("i32", "0 ; -1 ; 42"),
    ("i64", "-5 ; 0 ; 10000000000"),
    ("wide", "toInt64(1) ; 0"),
    ("f", "0.5 ; 1.0 ; -2.25 ; 1e3 ; 1.50 ; 1e-5"),
    ("bf", "0.5"),
    ("dec", "toDecimal32('1.5', 2) ; toDecimal64(2, 3)"),
    ("b", "true ; false"),
    ("s", r"'a' ; '' ; 'A b' ; 'it\'s' ; 'x%' ; 'ü'"),
    ("fs", "'abcd' ; toFixedString('ab', 4)"),
    ("lc", "'a' ; ''"),
    ("date", "toDate('2020-01-01') ; '2020-01-01'::Date ; CAST('2020-01-31' AS Date)"),
    (
        "dt",
        r"toDateTime('2020-01-01 00:00:00') ; toDateTime('2020-01-01 00:00:00', 'UTC') ;
        CAST('2020-01-01 00:00:00' AS DateTime)",
    ),
    ("dt64", "toDateTime64('2020-01-01 00:00:00', 3)"),
    ("uuid", "toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') ; '61f0c404-5cb3-11e7-907b-a6006ad3dba0'::UUID"),
    ("ip4", "toIPv4('10.0.0.1')"),
    ("ip6", "toIPv6('::1')"),
    ("e", "'a'"),
    ("ns", "NULL ; toNullable('a')"),
    ("nn", "toUInt32OrNull('5') ; toNullable(1)"),
    ("nt", "toNullable(toDateTime('2020-01-01 00:00:00'))"),
    ("nx", "NULL"),
    ("as", "['a', 'b'] ; array('x') ; splitByChar(',', 'a,b')"),
    ("an", "[1, 2, 3] ; [0]"),
    ("ax", "[]"),
    ("m", "map('a', 'b')"),
    ("mx", "map('a', 1)"),
    ("tu", "('a', 1) ; tuple('x', 2)"),
    ("tx", "(1, 2)"),
    ("j", "'{}'"),
    ("sa", "0"),
    ("st", "0"),
];

const TEMPLATES: &[(&str, &str)] = &[
    (
        "u64",
        r"{u} + {u} ; {u} * {u} ; cityHash64({any}) ; cityHash64({t}, {u}) ; sipHash64({s}) ; xxHash64({t}) ;
        intHash64({u}) ; length({t}) ; lengthUTF8({s}) ; length({as}) ; toUInt64({n}) ; toUInt64OrZero({s}) ;
        toYYYYMMDD({d}) ; indexOf({as}, {s}) ; JSONExtractUInt({s}, 'a') ; JSONLength({s}) ; arraySum({an}) ;
        bitAnd({u}, 255) ; bitOr({u}, {u}) ; bitXor({u}, {u}) ; position({s}, 'a') ;
        positionCaseInsensitive({s}, {s}) ; intDiv({u}, 10) ; abs({i}) ; if({b}, {u}, {u}) ;
        least({u64}, {u64}) ; murmurHash3_64({s}) ; halfMD5({s}) ; assumeNotNull({nn}) ; length({m}) ;
        toUnixTimestamp({dt})",
    ),
    (
        "u32",
        r"toYYYYMM({d}) ; toYear({d}) ; toUInt32({i}) ; toUnixTimestamp({dt}) ; toDayOfYear({d}) ;
        toISOWeek({date}) ; xxHash32({s}) ; CRC32({s}) ; toUInt16({u}) ; {u32} % 100 ; rand() % 10 ;
        toUInt32OrZero({s})",
    ),
    (
        "u8",
        r"toHour({dt}) ; toMinute({dt}) ; toDayOfWeek({d}) ; toMonth({d}) ; toQuarter({d}) ; {u} % 8 ;
        modulo({u}, 4) ; toUInt8({b}) ; {n} > {n} ; has({as}, {s}) ; empty({t}) ; notEmpty({as}) ;
        toDayOfMonth({d}) ; isNull({null}) ; toWeek({date}) % 2 ; toSecond({dt})",
    ),
    (
        "i64",
        r"{i} - {i} ; toInt64({n}) ; -{i} ; negate({i}) ; dateDiff('day', {date}, {date}) ;
        dateDiff('second', {dt}, {dt}) ; toInt64OrZero({s}) ; JSONExtractInt({s}, 'a', 'b') ; intDiv({i}, 3) ;
        toUnixTimestamp64Milli({dt64}) ; multiply({i}, {i}) ; minus({i}, 1) ; {i64} * 2 + 1 ; ifNull({nn}, 0) ;
        coalesce({nn}, 0) ; greatest({i64}, {i64}) ; multiIf({n} > 10, 1, {n} > 5, 2, 3) ; CAST({n}, 'Int64') ;
        {n}::Int64 ; CASE WHEN {b} THEN {i} ELSE 0 END ; CASE {t} WHEN 'a' THEN 1 WHEN 'b' THEN 2 ELSE 3 END",
    ),
    ("i32", "toInt32({n}) ; toInt8({b}) ; toInt16({i}) ; sign({i})"),
    (
        "f",
        r"{n} / 2 ; {n} / {n} ; {f} * {n} ; {f} + {n} ; sqrt({n}) ; log({f}) ; log2({f}) ; exp({f}) ;
        pow({n}, 2) ; round({f}, 2) ; floor({f}) ; ceil({f}) ; trunc({f}) ; toFloat64({n}) ;
        toFloat64OrZero({s}) ; JSONExtractFloat({s}, 'x') ; arrayAvg({an}) ; divide({n}, 4) ;
        CAST({i} AS Float64) ; abs({f}) ; round({n}) ; {n} * 0.5 ; L2Distance({an}, {an}) ; if({b}, {f}, 0.) ;
        ln({f}) ; power({f}, 2)",
    ),
    ("dec", "toDecimal64({n}, 2) ; {dec} + {dec} ; toDecimal32({i}, 2) ; {dec} * {i}"),
    (
        "s",
        r"lower({t}) ; upper({t}) ; concat({t}, {t}) ; {t} || {t} ; {t} || '-' || {t} ; substring({s}, 1, 3) ;
        substring({s}, 2) ; substringUTF8({s}, 1, 2) ; toString({any}) ; trimBoth({s}) ; trim({s}) ;
        replaceAll({s}, 'a', 'b') ; replaceOne({s}, 'a', 'b') ; replaceRegexpAll({s}, '[0-9]+', '#') ;
        extract({s}, '[a-z]+') ; reverse({s}) ; hex({s}) ; hex(MD5({s})) ; base64Encode({s}) ; domain({s}) ;
        path({s}) ; cutQueryString({s}) ; topLevelDomain({s}) ; JSONExtractString({s}, 'a') ;
        JSONExtractRaw({s}, 'a', 1) ; formatDateTime({dt}, '%Y-%m-%d') ; if({b}, {s}, {s}) ; ifNull({ns}, '') ;
        coalesce({ns}, {s}) ; assumeNotNull({ns}) ; multiIf({b}, 'a', {b}, 'b', 'c') ; arrayElement({as}, 1) ;
        {as}[1] ; {m}['a'] ; CAST({n} AS String) ; {i}::String ; CASE WHEN {b} THEN {s} ELSE '' END ;
        lowerUTF8({s}) ; tupleElement({tu}, 1) ; splitByChar('.', {s})[1] ; greatest({s}, {s}) ;
        toString({uuid}) ; unhex({s}) ; arrayElement(splitByString('::', {s}), 2) ; toFixedString({fs}, 16)",
    ),
    ("lc", "toLowCardinality({s}) ; lower({lc})"),
    (
        "b",
        r"{n} > {n} ; {n} = 1 ; {n} <> {n} ; {n} != 0 ; {n} == {n} ; {n} >= 0.5 ; {n} IN (1, 2, 3) ;
        {n} NOT IN (1, 2) ; {t} IN ('a', 'b') ; {t} = 'a' ; {t} != '' ; {t} LIKE 'a%' ; {t} NOT LIKE '%b' ;
        {s} ILIKE '%C%' ; like({s}, 'a%') ; match({s}, '^[a-z]+$') ; {n} BETWEEN 0 AND 10 ;
        {n} NOT BETWEEN {n} AND {n} ; {b} AND {b} ; {b} OR {b} ; NOT {b} ; not({b}) ; and({b}, {b}) ;
        or({b}, {b}, {b}) ; {null} IS NULL ; {null} IS NOT NULL ; isNotNull({null}) ; {d} > {d} ;
        {date} >= '2020-01-01' ; {dt} >= '2020-01-01 00:00:00' ; {dt} < now() ; startsWith({s}, 'a') ;
        endsWith({s}, 'b') ; has({as}, 'a') ; hasAny({as}, ['a', 'b']) ; hasAll({as}, {as}) ; empty({s}) ;
        notEmpty({t}) ; {e} = 'a' ; {e} IN ('a', 'b') ; {uuid} = '00000000-0000-0000-0000-000000000000' ;
        {uuid} != {uuid} ; toBool({u8}) ; isNaN({f}) ; isValidJSON({s}) ; JSONHas({s}, 'a') ;
        JSONExtractBool({s}, 'a') ; {tu} = ('a', 1) ; ({n}, {s}) IN ((1, 'a'), (2, 'b')) ; equals({n}, {n}) ;
        greater({n}, {n}) ; less({d}, {d}) ; {n} % 2 = 0 ; CAST({i}, 'Bool') ; {b} = true",
    ),
    (
        "date",
        r"toDate({dt}) ; toStartOfMonth({d}) ; toStartOfWeek({d}) ; toStartOfWeek({date}, 1) ; toMonday({d}) ;
        toStartOfQuarter({d}) ; toStartOfYear({d}) ; addDays({date}, 1) ; subtractMonths({date}, {u8}) ;
        {date} + 1 ; {date} - INTERVAL 1 DAY ; {date} + INTERVAL 1 MONTH ; toLastDayOfMonth({d}) ;
        toDate32({date}) ; toDate({s}) ; if({b}, {date}, {date}) ; toDate({dt}, 'Europe/Berlin') ;
        CAST({dt} AS Date)",
    ),
    (
        "dt",
        r"toStartOfHour({dt}) ; toStartOfDay({dt}) ; toStartOfMinute({dt}) ; toStartOfFiveMinutes({dt}) ;
        toStartOfFifteenMinutes({dt}) ; toStartOfInterval({dt}, INTERVAL 15 MINUTE) ;
        toStartOfInterval({dt}, INTERVAL 1 HOUR, 'UTC') ; toStartOfInterval({dt}, toIntervalMinute(10)) ;
        {dt} + INTERVAL 1 HOUR ; {dt} - toIntervalDay(7) ; addHours({dt}, 1) ; subtractMinutes({dt}, 5) ;
        toTimeZone({dt}, 'UTC') ; toDateTime({dt64}) ; toDateTime({s}, 'UTC') ; fromUnixTimestamp({u32}) ;
        parseDateTimeBestEffort({s}) ; parseDateTimeBestEffortOrZero({s}) ; ifNull({nt}, now()) ;
        toDateTime({date}) ; greatest({dt}, {dt}) ; {dt} + 60",
    ),
    (
        "dt64",
        r"toDateTime64({dt}, 3) ; toStartOfSecond({dt64}) ; fromUnixTimestamp64Milli({i64}) ;
        {dt64} + INTERVAL 1 SECOND ; toDateTime64({s}, 6, 'UTC')",
    ),
    ("uuid", "toUUID({s}) ; if({b}, {uuid}, {uuid})"),
    ("ip4", "toIPv4({s})"),
    ("ip6", "toIPv6({s})"),
    ("fs", "toFixedString({s}, 4) ; MD5({s})"),
    ("ns", "nullIf({s}, '') ; toNullable({s}) ; lower({ns}) ; concat({ns}, 'a') ; if({b}, {s}, NULL)"),
    ("nn", "toUInt32OrNull({s}) ; nullIf({u32}, 0) ; {nn} + 1 ; toNullable({u32}) ; toInt64OrNull({ns})"),
    ("nt", "parseDateTimeBestEffortOrNull({s}) ; toDate({nt})"),
    (
        "as",
        r"splitByChar(',', {s}) ; splitByString(', ', {s}) ; arrayDistinct({as}) ; arraySort({as}) ;
        arrayConcat({as}, {as}) ; [{s}, {s}] ; array({s}) ; mapKeys({m}) ; mapValues({m}) ;
        arraySlice({as}, 1, 2) ; extractAll({s}, '[a-z]+') ; arrayReverse({as})",
    ),
    ("an", "[{u}, {u}] ; arrayDistinct({an}) ; arrayConcat({an}, {an}) ; arraySort({an})"),
    ("m", "map({s}, {s}) ; map('a', {s}, 'b', {s})"),
    ("tu", "({s}, {u}) ; tuple({s}, {u})"),
    ("e", r"CAST({s}, 'Enum8(\'a\' = 1, \'b\' = 2)') ; if({b}, 'a', 'b')"),
];
