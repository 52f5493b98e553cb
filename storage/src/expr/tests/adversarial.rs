//! What a plugin must not get through, and what must not break the parser.

use super::*;
use crate::diagnostic::{Code, codes as all_codes};
use proptest::prelude::*;

fn refused(text: &str, dialect: Dialect, clause: Clause, code: Code) {
    match parse(text, dialect, clause) {
        Ok(found) => panic!("{text} became {}", found.render(dialect)),
        Err(fault) => assert_eq!(fault.code, code, "{text}: {fault}"),
    }
}

#[test]
fn what_is_outside_the_language_is_refused_everywhere() {
    for dialect in [Dialect::Postgres, Dialect::ClickHouse] {
        for (text, code) in [
            ("a -- x", codes::EXPRESSION_COMMENT),
            ("a /* x */", codes::EXPRESSION_COMMENT),
            ("1; drop table users", codes::EXPRESSION_REFUSED),
            ("(select 1)", codes::EXPRESSION_REFUSED),
            ("select 1", codes::EXPRESSION_REFUSED),
            ("a in (select b)", codes::EXPRESSION_REFUSED),
            ("exists (select 1)", codes::EXPRESSION_REFUSED),
            ("lower((select 1))", codes::EXPRESSION_REFUSED),
            ("lower(select 1)", codes::EXPRESSION_REFUSED),
            ("a in users", codes::EXPRESSION_SYNTAX),
            ("$1", codes::EXPRESSION_REFUSED),
            ("?", codes::EXPRESSION_REFUSED),
            ("{p:UInt8}", codes::EXPRESSION_REFUSED),
            (":p", codes::EXPRESSION_REFUSED),
            ("@x", codes::EXPRESSION_REFUSED),
            ("a) engine = X", codes::EXPRESSION_SYNTAX),
            ("a b", codes::EXPRESSION_SYNTAX),
            ("a,b", codes::EXPRESSION_SYNTAX),
            ("", codes::EXPRESSION_SYNTAX),
            ("()", codes::EXPRESSION_SYNTAX),
            ("(a", codes::EXPRESSION_SYNTAX),
            ("a +", codes::EXPRESSION_SYNTAX),
            ("t.a", codes::EXPRESSION_REFUSED),
            ("pg_catalog.lower(a)", codes::EXPRESSION_REFUSED),
            ("a.*", codes::EXPRESSION_REFUSED),
            ("*", codes::EXPRESSION_REFUSED),
            ("a < b < c", codes::EXPRESSION_SYNTAX),
            ("a ^ 2", codes::EXPRESSION_REFUSED),
            ("a collate x", codes::EXPRESSION_SYNTAX),
            ("row_number() over ()", codes::FUNCTION_UNKNOWN),
            ("lower(a) over ()", codes::EXPRESSION_REFUSED),
            ("lower(distinct a)", codes::EXPRESSION_REFUSED),
            ("lower()", codes::FUNCTION_ARGUMENTS),
            ("lower(a, b)", codes::FUNCTION_ARGUMENTS),
            ("lower(*)", codes::FUNCTION_ARGUMENTS),
            ("sum(a)", codes::FUNCTION_PLACE),
            ("\"A b\"", all_codes::name::NAME_PROFILE),
            ("\"a\"\"; drop\"", all_codes::name::NAME_PROFILE),
        ] {
            refused(text, dialect, Clause::Generated, code);
        }
    }
}

#[test]
fn functions_that_reach_out_are_unknown() {
    for name in [
        "pg_read_file",
        "nextval",
        "set_config",
        "dblink",
        "lo_import",
        "pg_sleep",
        "query_to_xml",
        "current_setting",
        "pg_terminate_backend",
        "version",
        "session_user",
        "generate_series",
        "repeat",
        "lpad",
    ] {
        refused(&format!("{name}('x')"), Dialect::Postgres, Clause::Default, codes::FUNCTION_UNKNOWN);
    }
    for name in [
        "file",
        "url",
        "remote",
        "executable",
        "dictGet",
        "s3",
        "getSetting",
        "hostName",
        "sleep",
        "currentUser",
        "joinGet",
        "arrayJoin",
        "getMacro",
        "throwIf",
        "evalMLMethod",
        "catboostEvaluate",
        "numbers",
        "rangex",
        "reinterpret",
    ] {
        refused(&format!("{name}('x')"), Dialect::ClickHouse, Clause::Default, codes::FUNCTION_UNKNOWN);
    }
    refused("'x'::regclass", Dialect::Postgres, Clause::Default, codes::TYPE_UNKNOWN);
    refused("cast(a, 'Nullable(Array(String))')", Dialect::ClickHouse, Clause::Default, codes::TYPE_COMBINATION);
}

#[test]
fn each_clause_takes_what_belongs_there() {
    let (pg, ch) = (Dialect::Postgres, Dialect::ClickHouse);
    for (text, dialect, clause, code) in [
        ("a", pg, Clause::Default, codes::COLUMN_PLACE),
        ("lower(a)", pg, Clause::Default, codes::COLUMN_PLACE),
        ("\"x\"", pg, Clause::Default, codes::COLUMN_PLACE),
        ("null", pg, Clause::Default, codes::EXPRESSION_REFUSED),
        ("sum(a)", pg, Clause::Default, codes::FUNCTION_PLACE),
        ("sum(a)", pg, Clause::Check, codes::FUNCTION_PLACE),
        ("sum(sum(a))", pg, Clause::Select, codes::FUNCTION_PLACE),
        ("avg(countIf(a))", ch, Clause::Select, codes::FUNCTION_PLACE),
        ("a > now()", pg, Clause::Check, codes::FUNCTION_PLACE),
        ("a > current_timestamp", pg, Clause::IndexWhere, codes::FUNCTION_PLACE),
        ("a > clock_timestamp()", pg, Clause::IndexWhere, codes::FUNCTION_PLACE),
        ("gen_random_uuid()", pg, Clause::Generated, codes::FUNCTION_PLACE),
        ("random()", pg, Clause::IndexKey, codes::FUNCTION_PLACE),
        ("now()", pg, Clause::Filter, codes::FUNCTION_PLACE),
        ("now()", ch, Clause::PartitionKey, codes::FUNCTION_PLACE),
        ("rand()", ch, Clause::SortKey, codes::FUNCTION_PLACE),
        ("rand()", ch, Clause::Select, codes::FUNCTION_PLACE),
        ("1", ch, Clause::SortKey, codes::COLUMN_PLACE),
        ("a = any (array[1])", pg, Clause::Check, codes::EXPRESSION_REFUSED),
        ("has(x -> x, a)", ch, Clause::Default, codes::EXPRESSION_REFUSED),
        ("a -> 'x'", ch, Clause::Default, codes::EXPRESSION_REFUSED),
        ("a ~ 'x'", ch, Clause::Default, codes::EXPRESSION_REFUSED),
        ("a ? 1 : 2", ch, Clause::Default, codes::EXPRESSION_REFUSED),
        ("quantile(a)(b)", ch, Clause::Select, codes::FUNCTION_ARGUMENTS),
        ("lower(1)(a)", ch, Clause::Select, codes::EXPRESSION_REFUSED),
        ("Foo", ch, Clause::Default, all_codes::name::NAME_PROFILE),
    ] {
        refused(text, dialect, clause, code);
    }
    assert!(parse("Foo > 1", pg, Clause::Check).is_ok(), "PostgreSQL folds");
    assert!(parse("rand()", ch, Clause::Default).is_ok());
    assert!(parse("toDate(a)", ch, Clause::Default).is_ok());
}

#[test]
fn faults_say_where_and_what_to_do() {
    let fault = parse("a + lowwer(b)", Dialect::Postgres, Clause::Check).unwrap_err();
    assert_eq!((fault.at, fault.help.as_deref()), (Some(4), Some("did you mean `lower`?")));
    let fault = parse("toyyymm(d)", Dialect::ClickHouse, Clause::PartitionKey).unwrap_err();
    assert_eq!(fault.help.as_deref(), Some("did you mean `toYYYYMM`?"));
    let fault = parse("a = \u{1b}[31m", Dialect::Postgres, Clause::Check).unwrap_err();
    assert!(!fault.to_string().contains('\u{1b}'));
}

#[test]
fn bombs_are_refused_before_they_cost_anything() {
    let many = |text: &str, count: usize| text.repeat(count);
    for text in [
        many("(", 100_000),
        format!("{}a{}", many("(", 100), many(")", 100)),
        many("NOT ", 1_000) + "a",
        many("- ", 1_000) + "a",
        many("a.", 500_000),
        "x".repeat(1 << 20),
        format!("a{}", many(" + a", 200)),
        format!("a{}", many("||a", 1_000)),
        format!("a{}", many("::text", 500)),
        format!("{}1{}", many("case when a then ", 100), many(" end", 100)),
        format!("{}1{}", many("lower(", 70), many(")", 70)),
        format!("a{}", many(" is null", 400)),
    ] {
        for dialect in [Dialect::Postgres, Dialect::ClickHouse] {
            refused(&text, dialect, Clause::Generated, codes::EXPRESSION_SIZE);
        }
    }
    // Each level is read once, whatever its form: this one would take longer than the universe otherwise.
    let nested = format!("{}a{}", many("substring(", 38), many(", 1)", 38));
    assert!(parse(&nested, Dialect::Postgres, Clause::Generated).is_ok());
}

#[test]
fn the_largest_that_a_server_may_say_is_read() {
    let deep = format!("{}a{}", "(".repeat(118), ")".repeat(118));
    assert!(parse_server(&deep, Dialect::Postgres).is_ok());
    let calls = format!("{}a{}", "lower((".repeat(58), ")::text)".repeat(58));
    let found = parse_server(&calls, Dialect::Postgres).unwrap();
    assert_eq!(found.canonical(Dialect::Postgres), found.canonical(Dialect::Postgres).canonical(Dialect::Postgres));
    let wide = format!("c in ({})", vec!["'value'"; 6_000].join(","));
    assert!(parse_server(&wide, Dialect::Postgres).is_ok());
    let logic = format!("a{}", " and a".repeat(5_000));
    assert!(parse_server(&logic, Dialect::ClickHouse).is_ok());
}

#[test]
fn a_servers_unknown_function_is_quoted_if_it_is_ever_rendered() {
    let found = server("evil_schema.f(1)", Dialect::Postgres);
    assert_eq!(found.render(Dialect::Postgres), "\"evil_schema.f\"(1)");
    let found = server("nextval('a_seq'::regclass)", Dialect::Postgres);
    assert_eq!(found.render(Dialect::Postgres), "\"nextval\"(CAST('a_seq' AS \"regclass\"))");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,80}",
        prop::collection::vec(
            prop::sample::select(vec![
                "a", "b", "(", ")", ",", "'x'", "'", "\"", "`", "\\", "1", "1.5", "+", "-", "*", "/", "=", "<", "in",
                "not", "and", "or", "is", "null", "case", "when", "then", "end", "between", "like", "cast", "as",
                "text", "::", "[", "]", "lower", "sum", "interval", "array", "any", "--", "/*", ";", ".", "->>", "||",
                "extract", "from",
            ]),
            0..24
        )
        .prop_map(|words| words.join(" ")),
    ]
}

proptest! {
    #[test]
    fn nothing_panics_and_what_passes_reads_back(text in text()) {
        for dialect in [Dialect::Postgres, Dialect::ClickHouse, Dialect::Milvus] {
            let _ = parse_server(&text, dialect).map(|found| found.canonical(dialect).render(dialect));
            for clause in [Clause::Default, Clause::Generated, Clause::Select] {
                if let Ok(found) = parse(&text, dialect, clause) {
                    let rendered = found.render(dialect);
                    // A backslash is written in a form that only servers' texts may have: `E'\\'`.
                    let back = parse(&rendered, dialect, clause).or_else(|_| parse_server(&rendered, dialect));
                    prop_assert_eq!(back.as_ref().map(|back| back.canonical(dialect)), Ok(found.canonical(dialect)), "{}", rendered);
                }
            }
        }
    }
}
