//! Every expression of the seed and the catalogue, and how it is rendered.

use super::*;

#[test]
fn postgres_expressions_are_rendered_in_quotes() {
    for (text, clause, rendered) in [
        ("NOW()", Clause::Default, "now()"),
        ("now()", Clause::Default, "now()"),
        ("TRUE", Clause::Default, "true"),
        ("false", Clause::Default, "false"),
        ("''", Clause::Default, "''"),
        ("-1", Clause::Default, "-1"),
        ("gen_random_uuid()", Clause::Default, "gen_random_uuid()"),
        ("'{}'::jsonb", Clause::Default, "CAST('{}' AS jsonb)"),
        ("current_timestamp", Clause::Default, "now()"),
        ("current_date", Clause::Default, "CURRENT_DATE"),
        ("strength between 0 and 1", Clause::Check, "\"strength\" BETWEEN 0 AND 1"),
        ("accuracy >= 0 and accuracy <= 1", Clause::Check, "(\"accuracy\" >= 0) AND (\"accuracy\" <= 1)"),
        ("role in ('user', 'assistant', 'system')", Clause::Check, "\"role\" IN ('user', 'assistant', 'system')"),
        ("lower(email)", Clause::IndexKey, "lower(\"email\")"),
        ("timestamp", Clause::SortKey, "\"timestamp\""),
        ("deleted_at is null", Clause::IndexWhere, "\"deleted_at\" IS NULL"),
        ("sum(response_time)", Clause::Select, "sum(\"response_time\")"),
        ("count(*)", Clause::Select, "count(*)"),
        ("count(distinct user_id)", Clause::Select, "count(DISTINCT \"user_id\")"),
        ("count(*) filter (where success)", Clause::Select, "count(*) FILTER (WHERE \"success\")"),
        ("sum(total) / sum(n)", Clause::Select, "sum(\"total\") / sum(\"n\")"),
        ("last(value, time)", Clause::Select, "last(\"value\", \"time\")"),
        ("extract(year from ts)", Clause::Generated, "EXTRACT('year' FROM \"ts\")"),
        ("ts at time zone 'UTC'", Clause::Generated, "timezone('UTC', \"ts\")"),
        ("tags ->> 'model'", Clause::IndexKey, "\"tags\" ->> 'model'"),
        ("a || ' ' || b", Clause::Generated, "(\"a\" || ' ') || \"b\""),
        ("case when a > 0 then 'x' else 'y' end", Clause::Generated, "CASE WHEN (\"a\" > 0) THEN 'x' ELSE 'y' END"),
        ("not (a or b) and c", Clause::Check, "(NOT (\"a\" OR \"b\")) AND \"c\""),
        ("a is distinct from b", Clause::Check, "\"a\" IS DISTINCT FROM \"b\""),
        (
            "created_at > timestamptz '2026-01-01' - interval '1 day'",
            Clause::Check,
            "\"created_at\" > (CAST('2026-01-01' AS timestamp with time zone) - (INTERVAL '1 days'))",
        ),
        ("\"select\" > 1", Clause::Check, "\"select\" > 1"),
        ("name like 'a\\_%'", Clause::Check, "\"name\" LIKE E'a\\\\_%'"),
    ] {
        assert_eq!(parsed(text, Dialect::Postgres, clause).render(Dialect::Postgres), rendered, "{text}");
    }
}

#[test]
fn clickhouse_expressions_are_rendered_in_quotes() {
    for (text, clause, rendered) in [
        ("now()", Clause::Default, "now()"),
        ("''", Clause::Default, "''"),
        ("0", Clause::Default, "0"),
        ("toDate(event_time)", Clause::Default, "toDate(`event_time`)"),
        ("toYYYYMM(event_date)", Clause::PartitionKey, "toYYYYMM(`event_date`)"),
        ("toYYYYMM(started_at)", Clause::PartitionKey, "toYYYYMM(`started_at`)"),
        ("tuple()", Clause::PartitionKey, "tuple()"),
        ("(domain, toYYYYMM(date))", Clause::PartitionKey, "tuple(`domain`, toYYYYMM(`date`))"),
        ("dialect_id", Clause::SortKey, "`dialect_id`"),
        ("timestamp", Clause::SortKey, "`timestamp`"),
        ("date", Clause::SortKey, "`date`"),
        ("toDate(event_time)", Clause::Select, "toDate(`event_time`)"),
        ("count()", Clause::Select, "count()"),
        ("count(*)", Clause::Select, "count()"),
        ("avgState(latency)", Clause::Select, "avgState(`latency`)"),
        ("avgState(toUInt8(success))", Clause::Select, "avgState(toUInt8(`success`))"),
        ("quantile(0.95)(latency)", Clause::Select, "quantile(0.95)(`latency`)"),
        ("sumIf(tokens, success = 1)", Clause::Select, "sumIf(`tokens`, `success` = 1)"),
        ("cityHash64(user_id)", Clause::SortKey, "cityHash64(`user_id`)"),
        ("latency >= 0 and domain != ''", Clause::Filter, "(`latency` >= 0) AND (`domain` <> '')"),
        ("event_time + interval 5 day", Clause::Default, "`event_time` + toIntervalDay(5)"),
        ("tags['a']", Clause::Generated, "arrayElement(`tags`, 'a')"),
        ("x::Nullable(String)", Clause::Default, "CAST(`x` AS Nullable(String))"),
        ("cast(x, 'UInt8')", Clause::Default, "CAST(`x` AS UInt8)"),
        ("[1, 2]", Clause::Default, "[1, 2]"),
        ("match(word, '\\\\d+')", Clause::Filter, "match(`word`, '\\\\d+')"),
    ] {
        assert_eq!(parsed(text, Dialect::ClickHouse, clause).render(Dialect::ClickHouse), rendered, "{text}");
    }
}

#[test]
fn milvus_takes_literals_only() {
    let milvus = |text: &str| parse(text, Dialect::Milvus, Clause::Default);
    assert_eq!(milvus("0.5").unwrap(), Expr::Literal(Literal::Number("0.5".to_owned())));
    assert_eq!(milvus("-3").unwrap(), Expr::Literal(Literal::Number("-3".to_owned())));
    assert_eq!(milvus("'it''s'").unwrap(), Expr::text("it's"));
    assert_eq!(milvus("\"a\"").unwrap(), Expr::text("a"));
    assert_eq!(milvus("true").unwrap(), Expr::Literal(Literal::Boolean(true)));
    for text in ["now()", "1 + 1", "a", "[1]", "null", "not true", "'a' || 'b'", "interval '1 day'", ""] {
        assert!(milvus(text).is_err(), "{text}");
    }
}

#[test]
fn a_text_of_milvus_is_written_as_it_is_read() {
    for text in ["'\\'", "'it''s'", "\"a'b\"", "'\\n'"] {
        let found = parse(text, Dialect::Milvus, Clause::Default).unwrap();
        assert_eq!(parse(&found.render(Dialect::Milvus), Dialect::Milvus, Clause::Default).unwrap(), found, "{text}");
    }
}

#[test]
fn columns_and_aggregates_are_found() {
    let found = parsed("case when a > b then sum(c) else count(*) end", Dialect::Postgres, Clause::Select);
    let names: Vec<String> = found.columns().iter().map(Name::to_string).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert!(found.has_aggregate());
    assert!(!parsed("lower(a)", Dialect::Postgres, Clause::IndexKey).has_aggregate());
    assert!(parsed("avgStateIf(a, b)", Dialect::ClickHouse, Clause::Select).has_aggregate());
}

#[test]
fn what_is_rendered_reads_back_as_the_same() {
    for (text, dialect) in [
        ("a + b * c - d / e % f", Dialect::Postgres),
        ("not a and b or c is not null", Dialect::Postgres),
        ("a between 1 + 1 and 2 and b not like 'x%'", Dialect::Postgres),
        ("- a - -1", Dialect::Postgres),
        ("case a when 1 then 'x' when 2 then 'y' end || 'z'", Dialect::Postgres),
        ("(a or b) and (c or not d)", Dialect::ClickHouse),
        ("x not in (1, 2) and tuple(a, b) = (1, 2)", Dialect::ClickHouse),
        ("multiIf(a = 1, 'it\\'s', b, '\\n', '')", Dialect::ClickHouse),
        ("-x::Int32", Dialect::ClickHouse),
    ] {
        let found = parsed(text, dialect, Clause::Generated);
        let rendered = found.render(dialect);
        assert_eq!(parse(&rendered, dialect, Clause::Generated).unwrap(), found, "{rendered}");
    }
}

/// Another's grammar as a second reader: what we render is one expression to it too, to the end.
#[test]
fn another_parser_reads_what_is_rendered() {
    use sqlparser::dialect::{ClickHouseDialect, Dialect as Grammar, PostgreSqlDialect};
    use sqlparser::parser::Parser;
    use sqlparser::tokenizer::Token;
    for (text, dialect) in [
        ("a in ('it''s', 'b\\') and b between -1 and 1 or not c", Dialect::Postgres),
        ("extract(epoch from a) + 1 > 0 and b ->> 'x' = 'y'", Dialect::Postgres),
        ("case when a is null then interval '1 day' else interval '2 hours' end", Dialect::Postgres),
        ("coalesce(a, '') || ';' || '--'", Dialect::Postgres),
        ("multiIf(a = 1, '--', b > 2, ';', '/*')", Dialect::ClickHouse),
        ("cast(a as LowCardinality(String)) like '%\\'%'", Dialect::ClickHouse),
        ("if(a in (1, 2), [1, 2], [3])", Dialect::ClickHouse),
    ] {
        let rendered = parsed(text, dialect, Clause::Generated).render(dialect);
        let grammar: &dyn Grammar =
            if dialect == Dialect::Postgres { &PostgreSqlDialect {} } else { &ClickHouseDialect {} };
        let mut parser = Parser::new(grammar).try_with_sql(&rendered).unwrap();
        parser.parse_expr().unwrap_or_else(|fault| panic!("{rendered}: {fault}"));
        assert_eq!(parser.next_token().token, Token::EOF, "{rendered}");
    }
}
