//! What PostgreSQL's expressions are made of: literals of each class, and templates. Lists are divided by ` ; `, which stands
//! in no definition.

use super::words::KEYWORDS;
use crate::hunt::grammar::Grammar;

pub const GRAMMAR: Grammar =
    Grammar { literals: LITERALS, groups: GROUPS, templates: TEMPLATES, quote: '"', keywords: KEYWORDS };

const GROUPS: &[(&str, &str)] = &[
    ("i", "small ; int ; big"),
    ("x", "small ; int ; big ; num"),
    ("n", "small ; int ; big ; num ; real ; dbl"),
    ("t", "text ; vc ; char"),
    ("day", "date ; ts"),
    ("moment", "date ; ts ; tstz"),
    ("net", "inet ; cidr"),
    ("any", "int ; num ; text ; bool ; date ; tstz ; uuid ; jsonb ; dbl ; texts"),
];

const LITERALS: &[(&str, &str)] = &[
    ("small", "0 ; 1 ; 7"),
    ("int", "0 ; 1 ; -1 ; 42 ; 100000 ; '7'"),
    ("big", "0 ; 1 ; 2147483648 ; -5"),
    ("num", "0.5 ; 1.50 ; -2.25 ; 100 ; 1e3 ; 0.0"),
    ("real", "0.5 ; 1 ; -1.5"),
    ("dbl", "0.5 ; 1 ; 1e-3 ; -1.5"),
    ("text", "'a' ; '' ; 'A b' ; 'it''s' ; 'x%' ; 'ü' ; text 'a' ; cast('a' as text)"),
    ("vc", "'a' ; '' ; 'open' ; 'a'::varchar"),
    ("char", "'a' ; 'abc'"),
    ("bool", "true ; false"),
    ("date", "date '2020-01-01' ; cast('2020-01-31' as date) ; '1999-12-31'::date ; '2020-01-01'"),
    ("time", "time '08:30' ; '12:00'::time ; '23:59:59'"),
    ("ts", "timestamp '2020-01-01 00:00:00' ; '2020-01-01 12:30'::timestamp ; '2020-01-01'"),
    ("tstz", "timestamptz '2020-01-01 00:00:00+00' ; '2020-01-01 12:00+02'::timestamptz ; 'infinity' ; '2020-01-01'"),
    ("iv", "interval '1 day' ; interval '90 minutes' ; interval '1 month' ; '1 hour'"),
    ("uuid", "'00000000-0000-0000-0000-000000000000' ; 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid"),
    ("json", "'{}'::json"),
    ("jsonb", r#"'{}' ; '{"a":1}' ; '[1, 2]'::jsonb ; '{"b": 1, "a": [true, null]}'::jsonb"#),
    ("bytea", r"''::bytea ; '\x00' ; decode('ff', 'hex')"),
    ("inet", "'10.0.0.1' ; '10.0.0.0/8'::inet"),
    ("cidr", "'10.0.0.0/8'::cidr"),
    ("mac", "'08:00:2b:01:02:03' ; '08-00-2B-01-02-03'::macaddr"),
    ("texts", "'{}' ; array['a', 'b'] ; '{a,b}'::text[] ; array[]::text[]"),
    ("ints", "'{}' ; array[1, 2] ; '{1,2}'::integer[]"),
    ("nums", "'{}'"),
];

const TEMPLATES: &[(&str, &str)] = &[
    (
        "i",
        r"{i} + {i} ; {i} - {i} ; {i} * {i} ; {i} / 2 ; {i} % 10 ; {i} / nullif({i}, 0) ; -{i} ; mod({i}, 7) ;
        abs({i}) ; coalesce({i}, {i}) ; greatest({i}, {i}) ; case when {bool} then {i} else {i} end",
    ),
    (
        "int",
        r"length({t}) ; octet_length({t}) ; ascii({text}) ; strpos({text}, {t!}) ; cardinality({texts}) ;
        array_length({ints}, 1) ; jsonb_array_length({jsonb}) ; cast({x} as integer) ; {text}::integer ;
        {date} - {date} ; coalesce({int}, 0) ; array_position({texts}, {text}) ; char_length({vc}) ;
        length({bytea}) ; nullif({int}, {int!})",
    ),
    ("big", "{big} + {small} ; cast({n} as bigint) ; {int}::bigint * 1000 ; least({big}, {big})"),
    (
        "num",
        r"{num} + {num} ; {num} * {i} ; {num} - {i} ; {x} / 2.0 ; round({num}, 2) ; trunc({num}) ;
        trunc({num}, 1) ; ceil({num}) ; floor({num}) ; sqrt({num}) ; power({num}, 2) ; exp({num}) ; ln({num}) ;
        sign({num}) ; cast({n} as numeric(10,2)) ; {n}::numeric ; coalesce({num}, 0) ; nullif({num}, 0) ;
        extract(year from {day}) ; extract(epoch from {iv}) ; extract(hour from {time}) ; mod({num}, 3) ;
        div({num}, 2) ; {num} % 2",
    ),
    (
        "dbl",
        r"{dbl} + {dbl} ; {dbl} * {n} ; {dbl} / {i} ; sqrt({dbl}) ; power({dbl}, 2) ; round({dbl}) ; abs({dbl}) ;
        cast({n} as double precision) ; {n}::float8 ; date_part('year', {day}) ; date_part('epoch', {ts}) ;
        ln({dbl}) ; log({dbl}) ; ceil({dbl}) ; coalesce({dbl}, 0) ; greatest({n}, {dbl})",
    ),
    ("real", "{real} * {real} ; cast({n} as real) ; {real} + {real}"),
    (
        "n",
        r"{n} + {n} ; {n} - {n} ; {n} * {n} ; {n} / 2 ; {n} / nullif({n}, 0) ; -{n} ; abs({n}) ;
        coalesce({n}, {n}) ; coalesce({n}, 0) ; greatest({n}, {n}) ; least({n}, {n}, 10) ;
        case when {bool} then {n} else {n} end ; case {t} when {t!} then {n} else 0 end ; round({n})",
    ),
    (
        "text",
        r"lower({t}) ; upper({t}) ; initcap({text}) ; {t} || {t} ; {t} || '-' || {t} ; md5({t}) ; btrim({t}) ;
        trim({text}) ; ltrim({t}, '0') ; trim(both 'x' from {t}) ; substring({text} from 1 for 3) ;
        substring({text}, 2) ; substring({text} from 'a.c') ; left({t}, 3) ; right({t}, 2) ;
        replace({t}, 'a', 'b') ; split_part({t}, ',', 1) ; translate({t}, 'abc', 'xyz') ;
        regexp_replace({t}, '[0-9]+', '#', 'g') ; reverse({t}) ; coalesce({t}, {t}) ; coalesce({text}, '') ;
        nullif({text}, '') ; cast({x} as text) ; {uuid}::text ; {bool}::text ; cast({int} as varchar) ;
        {jsonb} ->> 'a' ; {jsonb} -> 'a' ->> 'b' ; jsonb_extract_path_text({jsonb}, 'a', 'b') ;
        jsonb_typeof({jsonb}) ; to_hex({int}) ; encode({bytea}, 'hex') ; encode(sha256({bytea}), 'base64') ;
        case when {bool} then {t} else {t} end ; case when {bool} then {text} end ; greatest({t}, {t}) ;
        {t}::text ; {inet}::text ; {text} || {int}",
    ),
    (
        "bool",
        r#"{n} > {n} ; {n} >= {n} ; {n} < {n} ; {n} <> {n} ; {n} = {n} ; {n} > 0 ; {n} >= 0.5 ; {t} = {t} ;
        {t} <> '' ; {t} > {t} ; {t} in ('a', 'b', 'c') ; {t} not in ('a', 'b') ; {t} in ('a') ;
        {n} in (1, 2, 3) ; {n} not in (1, 2.5) ; {n} between 0 and 100 ; {n} not between {n} and {n} ;
        {n} between 0.5 and 1 ; {t} like 'a%' ; {t} not like '%x_' ; {t} ilike 'A%' ; {t} ~ '^[a-z]+$' ;
        {t} ~* 'abc' ; {t} !~ '[0-9]' ; {any} is null ; {any} is not null ; {bool} is true ;
        {bool} is not false ; {bool} = true ; not {bool} ; {bool} and {bool} ; {bool} or {bool} ;
        {bool} and {bool} and {bool} ; {bool} or {bool} and {bool} ; {moment} > {moment} ;
        {date} > '2000-01-01' ; {date} between '1900-01-01' and '2100-01-01' ; {ts} >= '2020-01-01' ;
        {tstz} < 'infinity' ; {ts} < {ts} ; {date} <= {date} ; {tstz} >= {tstz} ; {iv} > interval '0' ;
        {iv} > '1 hour' ; {iv} <= {iv} ; {time} between '08:00' and '18:00' ; {time} > {time} ;
        {uuid} <> '00000000-0000-0000-0000-000000000000' ; {uuid} in ('00000000-0000-0000-0000-000000000000') ;
        {uuid} = {uuid} ; {jsonb} @> '{"a":1}' ; {jsonb} <@ {jsonb} ; {jsonb} <> '{}' ; {jsonb} = {jsonb} ;
        jsonb_typeof({jsonb}) = 'object' ; {texts} <> '{}' ; {texts} @> array['a'] ; {texts} @> '{a}' ;
        {texts} = {texts} ; {ints} @> array[1] ; {inet} <> '10.0.0.1' ; {inet} = {inet} ; {mac} = {mac} ;
        {mac} <> '00:00:00:00:00:00' ; {bytea} <> '' ; length({t}) > 0 ; length({bytea}) = 32 ;
        starts_with({text}, 'a') ; {any} is distinct from {any!} ; {n} is distinct from {n} ;
        {t} is not distinct from {t} ; coalesce({bool}, false) ; case when {bool} then {bool} else false end ;
        isfinite({moment}) ; ({n} > 0) = ({n} < 10) ; extract(year from {day}) = 2020 ; {char} in ('a', 'b') ;
        {bool} in (true, false) ; cardinality({texts}) < 10"#,
    ),
    (
        "date",
        r"{date} + 1 ; {date} - {int} ; cast({ts} as date) ; {ts}::date ; make_date(2020, 1, 1) ;
        coalesce({date}, '2000-01-01') ; coalesce({date}, {date}) ; greatest({date}, {date}) ;
        case when {bool} then {date} else {date} end ; to_date({text}, 'YYYY-MM-DD') ; make_date({int}, 1, 1)",
    ),
    (
        "ts",
        r"{ts} + {iv} ; {ts} - interval '1 day' ; date_trunc('day', {ts}) ; date_trunc('hour', {ts}) ;
        {date} + interval '1 hour' ; {tstz} at time zone 'UTC' ; {tstz} at time zone 'Europe/Berlin' ;
        cast({date} as timestamp) ; coalesce({ts}, 'infinity') ; coalesce({ts}, {ts}) ; {date} + {time} ;
        date_bin(interval '15 minutes', {ts}, timestamp '2000-01-01') ; timezone('UTC', {tstz})",
    ),
    (
        "tstz",
        r"{ts} at time zone 'UTC' ; coalesce({tstz}, {tstz}) ; coalesce({tstz}, 'infinity') ;
        to_timestamp({dbl}) ; to_timestamp({int}) ; greatest({tstz}, {tstz}) ;
        case when {bool} then {tstz} else {tstz} end ; {tstz} + interval '1 hour' ;
        date_trunc('day', {tstz}, 'UTC') ;
        date_bin(interval '1 hour', {tstz}, timestamptz '2000-01-01 00:00:00+00') ; date_trunc('day', {tstz}) ;
        nullif({tstz}, {tstz})",
    ),
    (
        "iv",
        r"{iv} + {iv} ; {iv} * 2 ; {ts} - {ts} ; {tstz} - {tstz} ; age({ts}, {ts}) ;
        coalesce({iv}, interval '0') ; {iv} / 2 ; {time} - {time}",
    ),
    ("time", "cast({ts} as time) ; {time} + interval '1 hour' ; coalesce({time}, '00:00')"),
    (
        "uuid",
        r"coalesce({uuid}, '00000000-0000-0000-0000-000000000000') ; coalesce({uuid}, {uuid}) ;
        cast({text} as uuid) ; case when {bool} then {uuid} else {uuid} end",
    ),
    (
        "jsonb",
        r"{jsonb} -> 'a' ; {jsonb} -> 0 ; jsonb_extract_path({jsonb}, 'a') ; coalesce({jsonb}, '{}') ;
        {jsonb} || {jsonb} ; cast({text} as jsonb) ; {json}::jsonb",
    ),
    ("json", "{json} -> 'a' ; {text}::json"),
    ("bytea", "sha256({bytea}) ; decode({text}, 'hex') ; {bytea} || {bytea} ; coalesce({bytea}, '')"),
    ("texts", "coalesce({texts}, '{}') ; {texts} || {texts} ; array_append({texts}, {text}) ; array[{text}, {text}]"),
    ("ints", "coalesce({ints}, '{}') ; array[{int}, {int}] ; array_append({ints}, {int})"),
    ("inet", "coalesce({inet}, '0.0.0.0') ; {cidr}::inet"),
    ("mac", "coalesce({mac}, '00:00:00:00:00:00')"),
    ("vc", "cast({t} as varchar(10)) ; coalesce({vc}, 'x') ; coalesce({vc}, {vc})"),
    ("char", "cast({t} as char(3)) ; coalesce({char}, 'x')"),
    // Over many rows.
    (
        "aggregate",
        r"count(*) ; count({any}) ; count(distinct {any}) ; sum({n}) ; avg({n}) ; min({n}) ; max({n}) ; min({t}) ;
        max({moment}) ; min({date}) ; bool_and({bool}) ; bool_or({bool}) ; stddev({n}) ; stddev_pop({n}) ;
        variance({n}) ; var_samp({num}) ; bit_and({i}) ; bit_or({i}) ; first({any}, {moment}) ;
        last({n}, {tstz}) ; corr({n}, {n}) ; covar_pop({dbl}, {dbl}) ; regr_slope({dbl}, {n}) ;
        histogram({dbl}, 0, 100, 10) ; sum({num} * {num}) ; sum({n}) filter (where {bool}) ;
        count(*) filter (where {bool}) ; coalesce(sum({n}), 0) ; sum({n}) / nullif(count(*), 0) ;
        max({n}) - min({n}) ; avg({iv}) ; sum({iv}) ; sum(case when {bool} then 1 else 0 end) ;
        round(avg({num}), 2) ; avg({n})::numeric(10,2) ; max({uuid})",
    ),
];
