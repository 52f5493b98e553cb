//! What PostgreSQL's definitions are made of, but for expressions: types with their spellings and defaults, and names.
//! Lists are divided by ` ; `, which stands in no definition.

/// A class of types.
pub struct Kind {
    pub class: &'static str,
    /// Types, in spellings that PostgreSQL takes.
    pub types: &'static str,
    /// Defaults, in spellings that PostgreSQL takes for each of the types.
    pub defaults: &'static str,
    /// Defaults that are refused, or should be.
    pub odd: &'static str,
}

const fn kind(class: &'static str, types: &'static str, defaults: &'static str, odd: &'static str) -> Kind {
    Kind { class, types, defaults, odd }
}

const TIMES: &str = "'yesterday-ish' ; '2020-13-01' ; 5 ; 'now' ; true";

pub const KINDS: &[Kind] = &[
    kind(
        "small",
        "smallint ; int2",
        "0 ; 1 ; -1 ; '1' ; '-7' ; 32767 ; 1 + 1 ; length('ab')",
        "32768 ; 'x' ; 1.5 ; true",
    ),
    kind(
        "int",
        "integer ; int ; int4 ; INTEGER",
        r"0 ; 1 ; -1 ; '1' ; ' 7 ' ; 2147483647 ; -2147483648 ; cast('5' as integer) ; 2 * 3 ; abs(-4) ;
        coalesce(null, 3)",
        "2147483648 ; '1.5' ; 'x' ; gen_random_uuid() ; now() ; 't'",
    ),
    kind(
        "big",
        "bigint ; int8",
        "0 ; 1 ; -1 ; '1' ; 9223372036854775807 ; -9223372036854775808 ; 1e3 ; 2147483648 ; length('abc')",
        "gen_random_uuid() ; 'x' ; 9223372036854775808 ; random() ; true",
    ),
    kind(
        "num",
        "numeric ; numeric(12,2) ; decimal(10,4) ; numeric(8) ; DECIMAL",
        r"0 ; 1 ; 0.5 ; '1.50' ; '1' ; -0.25 ; 1.0 ; 1e2 ; 1.5e-2 ; 0.10 ; 'NaN' ; round(2.345, 2) ; 1 / 4.0 ;
        00.5",
        "'x' ; true ; 'infinity' ; 1e99 ; .5 ; 5.",
    ),
    kind(
        "real",
        "real ; float4 ; float(10)",
        "0 ; 1 ; 0.5 ; '1.5' ; 'NaN' ; 'Infinity' ; -1.25 ; 1e10",
        "'x' ; '1e99' ; false",
    ),
    kind(
        "dbl",
        "double precision ; float8 ; float ; float(53)",
        "0 ; 1 ; 0.5 ; '1.5' ; '-Infinity' ; random() ; sqrt(2) ; 1e-10 ; power(2, 10) ; ln(10)",
        "'x' ; now()",
    ),
    kind(
        "text",
        "text ; TEXT",
        r"'' ; 'a' ; 'it''s' ; 'a' || 'b' ; lower('ABC') ; md5('a') ; 'x'::text ; cast(5 as text) ;
        to_char(now(), 'YYYY') ; concat('a', 1) ; '\n' ; 'a\b' ; 'naïve ☃' ; '%_' ; replace('abc', 'b', '') ;
        gen_random_uuid()::text ; cast(now() as text)",
        "5 ; true ; now() ; current_user",
    ),
    kind(
        "vc",
        "varchar ; varchar(40) ; character varying(200) ; VARCHAR(255)",
        "'' ; 'a' ; 'it''s' ; upper('x') ; 'x'::varchar(3) ; left('abc', 2) ; 'a' || 'b'",
        "5 ; gen_random_uuid()",
    ),
    kind("char", "char(3) ; character(10) ; char", "'a' ; '' ; 'x'::char(1)", "'abcdefghijklmnop' ; 7"),
    kind(
        "bool",
        "boolean ; bool",
        "true ; false ; 't' ; 'f' ; 'yes' ; 'off' ; '1' ; not true ; 1 > 0 ; 'true'",
        "1 ; 0 ; 'maybe' ; null",
    ),
    kind(
        "date",
        "date",
        r"'2020-01-01' ; '2020-1-1' ; date '2020-02-29' ; current_date ; '20200101' ; 'infinity' ; 'epoch' ;
        'January 8, 1999' ; now() ; current_date + 1 ; cast('2020-01-01' as date) ; make_date(2020, 1, 1)",
        TIMES,
    ),
    kind(
        "time",
        "time ; time(0) ; time without time zone",
        "'08:30' ; '08:30:00.5' ; '8:30 PM' ; time '23:59' ; 'allballs' ; '040506'",
        "'25:00' ; 5",
    ),
    kind(
        "ts",
        "timestamp ; timestamp(3) ; timestamp without time zone",
        r"'2020-01-01' ; '2020-01-01 00:00:00' ; 'epoch' ; localtimestamp ; now() ; 'infinity' ;
        timestamp '2020-01-01 12:00' ; '2020-01-01T00:00:00' ; now() at time zone 'UTC'",
        TIMES,
    ),
    kind(
        "tstz",
        "timestamptz ; timestamptz(3) ; timestamp with time zone ; TIMESTAMPTZ",
        r"now() ; current_timestamp ; '2020-01-01 00:00:00+00' ; '2020-01-01' ; 'epoch' ; 'infinity' ;
        clock_timestamp() ; statement_timestamp() ; transaction_timestamp() ; now() + interval '1 day' ;
        date_trunc('day', now()) ; '2020-01-01 02:00+02' ; timestamptz '2020-01-01 00:00:00+00' ;
        to_timestamp(0) ; CURRENT_TIMESTAMP",
        TIMES,
    ),
    kind(
        "iv",
        "interval",
        r"'1 day' ; '90 minutes' ; interval '1 hour' ; 'PT5M' ; '1-2' ; '0' ; interval '1 year 2 months' ;
        '1 week' ; interval '36 hours' ; '@ 1 minute' ; interval '-1 day'",
        "5 ; 'soon'",
    ),
    kind(
        "uuid",
        "uuid ; UUID",
        r"gen_random_uuid() ; '00000000-0000-0000-0000-000000000000' ; 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' ;
        '{a0eebc999c0b4ef8bb6d6bb9bd380a11}' ; '00000000-0000-0000-0000-000000000000'::uuid",
        "'x' ; 5",
    ),
    kind("json", "json", r#"'{}' ; '[]' ; '{"a": 1}' ; 'null' ; '{"b":1,"a":2}'"#, "'{' ; 5 ; jsonb_build_object()"),
    kind(
        "jsonb",
        "jsonb ; JSONB",
        r#"'{}' ; '[]' ; '{"a": 1}' ; '{"a":1}' ; '{"b":1,"a":2}' ; jsonb_build_object() ;
        jsonb_build_object('a', 1) ; jsonb_build_array(1, 'x') ; '{}'::jsonb ; to_jsonb(1) ; 'true' ; 'null'"#,
        "'{' ; 5 ; true",
    ),
    kind("bytea", "bytea", r"'' ; '\x00ff' ; 'abc' ; decode('00ff', 'hex') ; sha256('a')", r"5 ; '\xz'"),
    kind("inet", "inet", "'10.0.0.1' ; '10.0.0.1/32' ; '10.0.0.0/8' ; '::1' ; '2001:DB8::1'", "'10.0.0' ; 5"),
    kind("cidr", "cidr", "'10.0.0.0/8' ; '10' ; '192.168.1' ; '::/0'", "'10.0.0.1/8'"),
    kind("mac", "macaddr", "'08:00:2b:01:02:03' ; '08-00-2B-01-02-03' ; '08002b:010203'", "'08:00'"),
    kind(
        "texts",
        "text[] ; varchar(10)[] ; TEXT[]",
        r#"'{}' ; '{a,b}' ; '{a, b}' ; array['a', 'b'] ; array[]::text[] ; '{"a b"}' ; cast('{}' as text[])"#,
        "'a' ; array[1] ; array[]",
    ),
    kind(
        "ints",
        "integer[] ; int[]",
        "'{}' ; '{1,2}' ; '{ 1, 2 }' ; array[1, 2] ; array[]::integer[]",
        "'{a}' ; array['a']",
    ),
    kind(
        "nums",
        "bigint[] ; numeric(6,2)[] ; double precision[] ; uuid[] ; date[] ; boolean[] ; timestamptz[] ; jsonb[]",
        "'{}' ; array[]::text[]",
        "array[1] ; 'x'",
    ),
];

/// Names of columns that nothing else has.
pub const PLAIN: &str = r"a ; b ; id ; ts ; price ; qty ; title ; owner_id ; first_name ; is_open ; n1 ; _x ;
        very_long_name_of_a_column_that_is_close_to_what_is_allowed_here";

pub const KEYWORDS: &str = r"all ; and ; array ; as ; asc ; between ; case ; cast ; check ; column ; constraint ; create ;
        current_date ; current_user ; date ; day ; default ; desc ; distinct ; do ; else ; end ; exists ;
        extract ; false ; filter ; for ; foreign ; from ; grant ; group ; having ; hour ; in ; index ;
        interval ; into ; is ; key ; left ; like ; limit ; lower ; natural ; not ; null ; offset ; on ; only ;
        or ; order ; over ; partition ; placing ; position ; primary ; range ; references ; right ; row ;
        select ; set ; some ; substring ; table ; text ; then ; time ; timestamp ; to ; trim ; true ; type ;
        union ; unique ; user ; using ; value ; values ; when ; where ; window ; with ; year";
