//! What engines were seen to make of expressions: author's form and stored form are one value.

use super::*;

fn same(dialect: Dialect, clause: Clause, pairs: &[(&str, &str)]) {
    for (written, stored) in pairs {
        let author = parsed(written, dialect, clause).canonical(dialect);
        let actual = server(stored, dialect).canonical(dialect);
        assert_eq!(author, actual, "{written}  and  {stored}");
        let sent = server(&parsed(written, dialect, clause).render(dialect), dialect).canonical(dialect);
        assert_eq!(author, sent, "{written}  as sent");
        assert_eq!(author.canonical(dialect), author, "{written}  twice");
    }
}

fn distinct(dialect: Dialect, clause: Clause, pairs: &[(&str, &str)]) {
    for (written, stored) in pairs {
        let author = parsed(written, dialect, clause).canonical(dialect);
        assert_ne!(author, server(stored, dialect).canonical(dialect), "{written}  and  {stored}");
    }
}

#[test]
fn postgres_defaults() {
    same(
        Dialect::Postgres,
        Clause::Default,
        &[
            ("NOW()", "now()"),
            ("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
            ("CURRENT_TIMESTAMP", "now()"),
            ("'x'", "'x'::character varying"),
            ("'x'", "'x'::text"),
            ("'x'", "'x'::bpchar"),
            ("0", "0"),
            ("0", "(0)::double precision"),
            ("1.0", "1.0"),
            ("-1", "'-1'::integer"),
            ("-1", "(-1)"),
            ("-1.5", "'-1.5'::numeric"),
            ("1e10", "'10000000000'::numeric"),
            ("true", "true"),
            ("'{}'::jsonb", "'{}'::jsonb"),
            ("interval '1 hour'", "'01:00:00'::interval"),
            ("interval '90 days'", "'90 days'::interval"),
            ("gen_random_uuid()", "gen_random_uuid()"),
            ("now() - interval '1 day'", "(now() - '1 day'::interval)"),
        ],
    );
}

#[test]
fn postgres_defaults_of_a_column() {
    use crate::types::postgres::Type;
    let of = |text: &str, column: &str| {
        let column = Type::parse(column).unwrap();
        let written = parsed(text, Dialect::Postgres, Clause::Default).canonical_default(&column);
        move |stored: &str| written == server(stored, Dialect::Postgres).canonical_default(&column)
    };
    assert!(of("'{}'", "jsonb")("'{}'::jsonb"));
    assert!(of("'{\"a\":1,\"b\":[true]}'", "jsonb")("'{\"a\": 1, \"b\": [true]}'::jsonb"));
    assert!(of("'2026-01-01'", "date")("'2026-01-01'::date"));
    assert!(of("'{a,b}'", "text[]")("'{a,b}'::text[]"));
    assert!(of("'ab'", "varchar(10)")("'ab'::character varying"));
    assert!(of("'ab'", "varchar(10)")("'ab'::character varying(10)"));
    assert!(of("0", "numeric(12,2)")("(0)::numeric(12,2)"));
    assert!(!of("'{\"a\":1}'", "jsonb")("'{\"a\": 2}'::jsonb"));
    assert!(!of("'{\"a\":1}'", "json")("'{\"a\": 1}'::json"));
    assert!(!of("'{\"a\":1.0}'", "jsonb")("'{\"a\": 1.00}'::jsonb"));
    assert!(!of("'ab'", "text")("'ab'::date"));
}

#[test]
fn postgres_checks_and_indexes() {
    same(
        Dialect::Postgres,
        Clause::Check,
        &[
            ("c in ('a','b')", "((c)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))"),
            ("c in ('a','b')", "(c = ANY (ARRAY['a'::text, 'b'::text]))"),
            (
                "c not in ('a','b')",
                "((c)::text <> ALL ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            ),
            ("c in ('a')", "((c)::text = 'a'::text)"),
            ("v in (1, 2)", "(v = ANY (ARRAY[(1)::double precision, (2)::double precision]))"),
            ("v between 0 and 1", "((v >= (0)::double precision) AND (v <= (1)::double precision))"),
            ("v not between 0 and 1", "((v < (0)::double precision) OR (v > (1)::double precision))"),
            ("v > -1", "(v > '-1'::integer)"),
            ("c like 'a%'", "((c)::text ~~ 'a%'::text)"),
            ("c not like 'a%'", "((c)::text !~~ 'a%'::text)"),
            ("c ilike 'a%'", "((c)::text ~~* 'a%'::text)"),
            ("c ~ '^a'", "((c)::text ~ '^a'::text)"),
            ("c <> ''", "((c)::text <> ''::text)"),
            ("c != d", "((c)::text <> (d)::text)"),
            ("a > 0 and b > 0 and c > 0", "((a > 0) AND (b > 0) AND (c > 0))"),
            ("a > 0 and (b > 0 and c > 0)", "((a > 0) AND ((b > 0) AND (c > 0)))"),
            ("length(c) > 3", "(length((c)::text) > 3)"),
            ("trim(c) <> ''", "(TRIM(BOTH FROM c) <> ''::text)"),
            ("substring(c, 1, 2) = 'ab'", "(\"substring\"((c)::text, 1, 2) = 'ab'::text)"),
            ("substring(c from 1 for 2) = 'ab'", "(SUBSTRING(c FROM 1 FOR 2) = 'ab'::text)"),
            ("left(c, 1) = 'a'", "(\"left\"((c)::text, 1) = 'a'::text)"),
            (
                "case when a > 0 then 'x' end = 'x'",
                "(CASE WHEN (a > 0) THEN 'x'::text ELSE NULL::text END = 'x'::text)",
            ),
            ("extract(year from ts) > 2000", "(EXTRACT(year FROM ts) > (2000)::numeric)"),
            ("ts at time zone 'UTC' > a", "((ts AT TIME ZONE 'UTC'::text) > a)"),
            ("ts at time zone 'UTC' > a", "(timezone('UTC'::text, ts) > a)"),
            ("a is not null", "(a IS NOT NULL)"),
            ("not a", "(NOT a)"),
            ("\"timestamp\" > a", "(\"timestamp\" > a)"),
        ],
    );
    same(
        Dialect::Postgres,
        Clause::IndexKey,
        &[
            ("lower(email)", "lower((email)::text)"),
            ("tags ->> 'model'", "(tags ->> 'model'::text)"),
            ("a || b", "((a)::text || (b)::text)"),
        ],
    );
}

#[test]
fn postgres_aggregates_of_any_version() {
    same(
        Dialect::Postgres,
        Clause::Select,
        &[
            ("time_bucket(interval '1 hour', ts)", "time_bucket('01:00:00'::interval, m.ts)"),
            ("time_bucket(interval '1 hour', ts)", "public.time_bucket('01:00:00'::interval, ts)"),
            ("count(*)", "count(*)"),
            ("sum(v)", "sum(m.v)"),
            ("COUNT(*) filter (where success)", "count(*) FILTER (WHERE m.success)"),
            ("sum(v) filter (where c = 'x')", "sum(v) FILTER (WHERE ((c)::text = 'x'::text))"),
        ],
    );
}

#[test]
fn postgres_keeps_apart_what_may_differ() {
    distinct(
        Dialect::Postgres,
        Clause::Default,
        &[
            ("1", "1.0"),
            ("1.0", "1.00"),
            ("'x'", "'x '"),
            ("'abc'", "'abc'::character varying(2)"),
            ("1.5", "(1.5)::integer"),
            ("1.25", "(1.25)::numeric(3,1)"),
            ("now()", "clock_timestamp()"),
            ("interval '1 day'", "'24:00:00'::interval"),
            ("1", "nextval('s.t_c_seq'::regclass)"),
        ],
    );
    distinct(
        Dialect::Postgres,
        Clause::Check,
        &[
            ("a > 0", "(a >= 0)"),
            ("a > 0 and b > 0", "((a > 0) OR (b > 0))"),
            ("c in ('a', 'b')", "(c <> ALL (ARRAY['a'::text, 'b'::text]))"),
            ("c in ('a', 'b')", "(c = ALL (ARRAY['a'::text, 'b'::text]))"),
            ("c like 'a%'", "(c ~~* 'a%'::text)"),
            ("lower(c) = 'x'", "(upper(c) = 'x'::text)"),
            ("a - (b - c) > 0", "(((a - b) - c) > 0)"),
        ],
    );
}

#[test]
fn clickhouse_expressions() {
    same(
        Dialect::ClickHouse,
        Clause::Generated,
        &[
            ("1.0", "1."),
            ("-1.50", "-1.5"),
            ("1e10", "10000000000."),
            ("n*2+1", "(n * 2) + 1"),
            ("u between 1 and 5", "(u >= 1) AND (u <= 5)"),
            ("u not between 1 and 5", "(u < 1) OR (u > 5)"),
            ("case when a = 1 then 'x' when a = 2 then 'y' else 'z' end", "multiIf(a = 1, 'x', a = 2, 'y', 'z')"),
            ("case when a = 1 then 'x' else 'z' end", "multiIf(a = 1, 'x', 'z')"),
            ("case when a = 1 then 'x' else 'z' end", "if(a = 1, 'x', 'z')"),
            ("case when a = 1 then 'x' end", "multiIf(a = 1, 'x', NULL)"),
            ("case a when 1 then 'x' else 'z' end", "caseWithExpression(a, 1, 'x', 'z')"),
            ("a||b", "concat(a, b)"),
            ("a||b||c", "concat(concat(a, b), c)"),
            ("a||b||c", "concat(a, b, c)"),
            ("CAST(a AS UInt8)", "CAST(a, 'UInt8')"),
            ("a::UInt8", "CAST(a, 'UInt8')"),
            ("a::Enum('x', 'y')", "CAST(a, 'Enum8(\\'x\\' = 1, \\'y\\' = 2)')"),
            ("d + INTERVAL 5 DAY", "d + toIntervalDay(5)"),
            ("LOWER(a)", "lower(a)"),
            ("If(a, 1, 2)", "if(a, 1, 2)"),
            ("NOW()", "now()"),
            ("CURRENT_DATE()", "today()"),
            ("CURRENT_TIMESTAMP", "now()"),
            ("(1)", "(1)"),
            ("(toYYYYMM(d))", "toYYYYMM(d)"),
            ("a = 1 and b = 2 and c = 3", "(a = 1) AND (b = 2) AND (c = 3)"),
            ("a != 1", "a != 1"),
            ("a <> 1", "notEquals(a, 1)"),
            ("plus(a, 1)", "a + 1"),
            ("not(a)", "NOT a"),
            ("isNull(a)", "a IS NULL"),
            ("a is not null", "isNotNull(a)"),
            ("s like 'a%'", "s LIKE 'a%'"),
            ("like(s, 'a%')", "s LIKE 'a%'"),
            ("s not like 'a%'", "s NOT LIKE 'a%'"),
            ("x in ('a', 'b')", "x IN ('a', 'b')"),
            ("array(1, 2)", "[1, 2]"),
            ("m['a']", "m['a']"),
            ("m['a']", "arrayElement(m, 'a')"),
            ("- x", "negate(x)"),
            ("substr(a, 1, 2)", "substring(a, 1, 2)"),
        ],
    );
}

#[test]
fn clickhouse_keys() {
    same(
        Dialect::ClickHouse,
        Clause::PartitionKey,
        &[
            ("toYYYYMM(event_date)", "toYYYYMM(event_date)"),
            ("(a, b)", "(a, b)"),
            ("tuple(a, b)", "(a, b)"),
            ("(a)", "a"),
            ("tuple()", "tuple()"),
        ],
    );
    let keys = parse_server_list("event_type, event_time, toDate(`event_time`)", Dialect::ClickHouse).unwrap();
    let rendered: Vec<String> = keys.iter().map(|key| key.render(Dialect::ClickHouse)).collect();
    assert_eq!(rendered, ["`event_type`", "`event_time`", "toDate(`event_time`)"]);
    assert_eq!(parse_server_list("", Dialect::ClickHouse).unwrap(), vec![]);
    assert_eq!(parse_server_list("(id)", Dialect::ClickHouse).unwrap().len(), 1);
    assert!(parse_server_list("a b", Dialect::ClickHouse).is_err());
}

#[test]
fn clickhouse_aggregates() {
    same(
        Dialect::ClickHouse,
        Clause::Select,
        &[
            ("avgState(latency)", "avgState(latency)"),
            ("COUNT(*)", "count()"),
            ("Sum(a)", "sum(a)"),
            ("quantile(0.50)(x)", "quantile(0.5)(x)"),
            ("count(distinct a)", "count(DISTINCT a)"),
        ],
    );
}

#[test]
fn clickhouse_keeps_apart_what_may_differ() {
    distinct(
        Dialect::ClickHouse,
        Clause::Generated,
        &[
            ("1", "1."),
            ("a - (b - c)", "(a - b) - c"),
            ("a::UInt8", "CAST(a, 'UInt16')"),
            ("toDate(a)", "toDateTime(a)"),
            ("quantile", "quantile(0.5)(x)"),
            ("d + interval 1 month", "d + toIntervalDay(30)"),
            ("'a'", "'A'"),
            ("lower(a)", "lowerUTF8(a)"),
            ("x in (1, 2)", "x NOT IN (1, 2)"),
            ("now()", "today()"),
        ],
    );
}
