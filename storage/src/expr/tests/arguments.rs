//! Arguments that are more than a value: what is taken in each place, and what is not.

use super::*;
use crate::diagnostic::codes::types as codes;
use crate::expr::functions::roles::{self, Role};

fn code(text: &str, dialect: Dialect, clause: Clause) -> Option<crate::diagnostic::Code> {
    parse(text, dialect, clause).err().map(|fault| {
        assert!(fault.help.is_some() || fault.code == codes::TYPE_ARGUMENT, "{text}: {fault}");
        fault.code
    })
}

#[test]
fn a_zone_is_a_literal_of_the_list_wherever_a_function_takes_one() {
    let zones = [
        "'file:/etc/passwd'",
        "'/etc/passwd'",
        "'../UTC'",
        "'utc'",
        "'UTC '",
        "''",
        "a",
        "upper('utc')",
        "'UT' || 'C'",
        "null",
        "case when a = 1 then 'UTC' else 'UTC' end",
        "1",
    ];
    for dialect in [Dialect::Postgres, Dialect::ClickHouse] {
        let mut seen = 0;
        for name in roles::names(dialect).collect::<std::collections::BTreeSet<_>>() {
            for (position, _) in roles::of(dialect, name).filter(|(_, role)| *role == Role::Zone) {
                // What stands before a zone, so that nothing else is wrong.
                let before: &[&str] = match name {
                    "timezone" | "now" => &[],
                    "date_trunc" => &["'day'", "a"],
                    "dateDiff" => &["'day'", "a", "a"],
                    "formatDateTime" => &["a", "'%Y'"],
                    "toStartOfInterval" => &["a", "interval 1 day"],
                    "toStartOfWeek" | "toDateTime64" => &["a", "3"],
                    "now64" => &["3"],
                    _ => &["a"],
                };
                assert_eq!(before.len() + 1, position, "{name}");
                let behind = if name == "timezone" { ", a" } else { "" };
                let call = |zone: &str| {
                    let arguments: Vec<&str> = before.iter().copied().chain([zone]).collect();
                    format!("{name}({}{behind})", arguments.join(", "))
                };
                let clause = if name.starts_with("now") { Clause::Default } else { Clause::Generated };
                assert_eq!(code(&call("'Europe/Berlin'"), dialect, clause), None, "{}", call("'Europe/Berlin'"));
                for zone in zones {
                    let text = call(zone);
                    assert_eq!(code(&text, dialect, Clause::Generated), Some(codes::TIME_ZONE), "{text}");
                }
                seen += 1;
            }
        }
        assert!(seen >= 2, "{dialect:?}");
    }
    for zone in ["'file:/x'", "'utc'", "a", "upper('utc')", "interval '1 hour'"] {
        let text = format!("b at time zone {zone}");
        assert_eq!(code(&text, Dialect::Postgres, Clause::Generated), Some(codes::TIME_ZONE), "{text}");
    }
    for text in ["cast(a, 'DateTime(\\'/etc/passwd\\')')", "a::DateTime64(3, 'utc')", "cast(a as Array(DateTime('x')))"]
    {
        assert_eq!(code(text, Dialect::ClickHouse, Clause::Generated), Some(codes::TIME_ZONE), "{text}");
    }
    let text = "time_bucket(interval '1 day', a, 'file:/x')";
    assert_eq!(code(text, Dialect::Postgres, Clause::Select), Some(codes::TIME_ZONE));
}

#[test]
fn sizes_names_and_formats_are_literals_within_bounds() {
    let (pg, ch) = (Dialect::Postgres, Dialect::ClickHouse);
    for (text, dialect, wanted) in [
        ("toFixedString(a, 16777215)", ch, codes::FUNCTION_LITERAL),
        ("toFixedString(a, length(a))", ch, codes::FUNCTION_LITERAL),
        ("round(a, 100)", ch, codes::FUNCTION_LITERAL),
        ("round(a, b)", pg, codes::FUNCTION_LITERAL),
        ("toDecimal32(a, 10)", ch, codes::FUNCTION_LITERAL),
        ("toDateTime64(a, 10)", ch, codes::FUNCTION_LITERAL),
        ("dateDiff('fortnight', a, b)", ch, codes::FUNCTION_LITERAL),
        ("dateDiff(a, a, b)", ch, codes::FUNCTION_LITERAL),
        ("date_trunc('aeon', a)", pg, codes::FUNCTION_LITERAL),
        ("date_part(a, b)", pg, codes::FUNCTION_LITERAL),
        ("formatDateTime(a, b)", ch, codes::FUNCTION_LITERAL),
        ("toStartOfInterval(a, interval 0 day)", ch, codes::FUNCTION_LITERAL),
        ("toStartOfInterval(a, interval b day)", ch, codes::FUNCTION_LITERAL),
        ("date_bin(interval '0 s', a, b)", pg, codes::FUNCTION_LITERAL),
        ("time_bucket(interval '-1 day', a)", pg, codes::FUNCTION_LITERAL),
        ("encode(a, b)", pg, codes::FUNCTION_LITERAL),
        ("decode(a, 'rot13')", pg, codes::FUNCTION_LITERAL),
        ("power(9.9, 1000)", pg, codes::FUNCTION_LITERAL),
        ("power(9.9, power(2, 60))", pg, codes::FUNCTION_LITERAL),
        ("array_length(a, 100)", pg, codes::FUNCTION_LITERAL),
        ("tupleElement(a, b)", ch, codes::FUNCTION_LITERAL),
        ("substring(a, b)", pg, codes::FUNCTION_LITERAL),
        ("substring(a from b for c)", pg, codes::FUNCTION_LITERAL),
        ("substring(a from '((x{1,200}){1,200})')", pg, codes::PATTERN),
        ("regexp_replace(a, b, '')", pg, codes::PATTERN),
        ("regexp_replace(a, 'x', '', 'z')", pg, codes::FUNCTION_LITERAL),
        ("a ~ b", pg, codes::PATTERN),
        ("a !~* '((x{1,200}){1,200})'", pg, codes::PATTERN),
        ("match(a, b)", ch, codes::PATTERN),
        ("extractAll(a, '(x{1,1000}){1,1000}')", ch, codes::PATTERN),
        ("a::char(10485760)", pg, codes::TYPE_ARGUMENT),
        ("cast(a as FixedString(16777215))", ch, codes::TYPE_ARGUMENT),
        ("cast(a, 'AggregateFunction(sum, UInt64)')", ch, codes::STATE_VALUE),
        ("a::Array(AggregateFunction(sum, UInt64))", ch, codes::STATE_VALUE),
        ("cast(a as Map(String, AggregateFunction(count)))", ch, codes::STATE_VALUE),
        ("cast(a as Tuple(AggregateFunction(count)))", ch, codes::STATE_VALUE),
    ] {
        assert_eq!(code(text, dialect, Clause::Generated), Some(wanted), "{text}");
    }
    for (text, dialect) in [
        ("toFixedString(a, 256)", ch),
        ("round(a, -2)", pg),
        ("toStartOfInterval(a, interval 5 minute, 'UTC')", ch),
        ("dateDiff('DAY', a, b)", ch),
        ("date_trunc('Month', a)", pg),
        ("date_bin(interval '15 minutes', a, timestamp '2026-01-01 00:00:00')", pg),
        ("power(a, b)", pg),
        ("power(10, -3)", pg),
        ("substring(a from 2 for 3)", pg),
        ("substring(a, strpos(a, '-') + 1)", pg),
        ("substring(a from '[0-9]{4}')", pg),
        ("substring(a, b, c)", ch),
        ("a ~ '^[a-z]+$'", pg),
        ("match(a, '^\\\\d{4}')", ch),
        ("regexp_replace(a, '\\s+', ' ', 'gi')", pg),
        ("cast(a as SimpleAggregateFunction(sum, UInt64))", ch),
    ] {
        assert_eq!(code(text, dialect, Clause::Generated), None, "{text}");
    }
    for text in ["topK(100000)(a)", "quantile(2)(a)", "sum(1)(a)", "uniqCombined(99)(a)", "topK('x')(a)"] {
        assert_eq!(code(text, ch, Clause::Select), Some(codes::FUNCTION_LITERAL), "{text}");
    }
    for text in ["topK(10)(a)", "quantile(0.5)(a)", "quantilesState(0.1, 0.9)(a)", "uniqCombined(17)(a)"] {
        assert_eq!(code(text, ch, Clause::Select), None, "{text}");
    }
}

#[test]
fn a_servers_text_is_read_whatever_an_older_version_took() {
    for text in [
        "toTimeZone(a, 'file:/etc/passwd')",
        "CAST(a, 'DateTime(\\'/etc/passwd\\')')",
        "toFixedString(a, 16777215)",
        "CAST(unhex('00'), 'AggregateFunction(uniqCombined(20), UInt64)')",
        "intDiv(1, 0)",
        "match(a, b)",
        "1e400",
        "CAST(a, 'FixedString(16777215)')",
    ] {
        server(text, Dialect::ClickHouse);
    }
    for text in
        ["timezone('utc'::text, a)", "('now'::text)::timestamp with time zone", "(a / 0)", "(c ~ d)", "1e131071"]
    {
        server(text, Dialect::Postgres);
    }
}
