//! Words that PostgreSQL turns into a point in time when it reads a definition: `now`, `today`, `tomorrow`, `yesterday`.
//!
//! `default 'now'` on a column of a time type is the moment at which the table was made, for every row for ever, and another
//! one each time that the definition is read. A call of `now()` is what was meant.

use super::{Call, Dialect, Expr, ExprFault, Kinds, Literal, functions, typing};
use crate::diagnostic::codes::types as codes;
use crate::name::Name;
use crate::types::postgres::Type;
use crate::types::shown;

const WORDS: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];

/// Whether a text, read as a point in time, is another one each time.
pub(super) fn is_moment(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    words.any(|word| WORDS.iter().any(|moment| moment.eq_ignore_ascii_case(word)))
}

/// Words that stand in a point in time beside its numbers: all others are names of zones, which a server looks up among its
/// files, and which it takes out again when it keeps the point in time.
const BESIDE: [&str; 12] = ["t", "z", "utc", "gmt", "ad", "bc", "am", "pm", "infinity", "epoch", "allballs", "j"];
const NAMES: [&str; 19] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
    "fri", "sat", "sun",
];

/// Whether a text, read as a point in time, names a zone.
pub(super) fn names_zone(text: &str) -> bool {
    let known = |word: &str| {
        let word = word.to_ascii_lowercase();
        BESIDE.contains(&word.as_str()) || NAMES.iter().any(|name| word.starts_with(name))
    };
    let begins = text.trim_start().starts_with(|letter: char| letter.is_ascii_digit());
    begins && text.split(|letter: char| !letter.is_alphabetic()).any(|word| !word.is_empty() && !known(word))
}

/// Whether a text may not be read as a point in time.
pub(super) fn is_refused(text: &str) -> bool {
    is_moment(text) || names_zone(text)
}

/// A type whose texts are read so, or an array of it.
pub(super) fn is_time(of: &Type) -> bool {
    match of {
        Type::Array(of) => is_time(of),
        other => other.is_time() || matches!(other, Type::Time(_)),
    }
}

pub(super) fn fault(at: usize, text: &str) -> ExprFault {
    if !is_moment(text) {
        let message = format!("{} names a time zone within a point in time", shown(text));
        return ExprFault::new(codes::TIME_ZONE, at, message)
            .help("write its offset instead, such as `+02`; where a text is meant, write `cast('..' as text)`");
    }
    let message = format!("{} is a point in time that is fixed when the definition is carried out", shown(text));
    ExprFault::new(codes::MOMENT, at, message)
        .help("call `now()` or `current_date`; where a text is meant, write `cast('..' as text)`")
}

/// The first text in an expression of PostgreSQL that is such a word, or names a zone, and may be read as a point in time. `result` is the
/// type that the whole becomes, where it is known, and `column` says what a column is.
pub(crate) fn moments(expr: &Expr, result: Option<&Type>, column: &dyn Fn(&Name) -> Kinds) -> Option<String> {
    let mut any = false;
    expr.walk(&mut |part| any |= matches!(part, Expr::Literal(Literal::Text(text)) if is_refused(text)));
    if !any {
        return None;
    }
    if let (Expr::Literal(Literal::Text(text)), true) = (expr, result.is_some_and(is_time)) {
        return is_refused(text).then(|| text.clone());
    }
    let mut found = None;
    expr.walk(&mut |part| {
        for beside in groups(part) {
            let text = beside.iter().find_map(|inner| match inner {
                Expr::Literal(Literal::Text(text)) if is_refused(text) => Some(text),
                _ => None,
            });
            if found.is_none() && text.is_some() && !reads_text(part, &beside, column) {
                found = text.cloned();
            }
        }
    });
    found
}

/// Parts of a node that are brought to one type.
fn groups(expr: &Expr) -> Vec<Vec<&Expr>> {
    let Expr::Case { operand, branches, otherwise } = expr else { return vec![expr.parts()] };
    let compared = operand.as_deref().into_iter().chain(branches.iter().map(|(condition, _)| condition));
    let results = branches.iter().map(|(_, result)| result).chain(otherwise.as_deref());
    vec![compared.collect(), results.collect()]
}

/// Whether no text in a node is read as a point in time: it takes none, or they stand beside values of other types.
fn reads_text(expr: &Expr, beside: &[&Expr], column: &dyn Fn(&Name) -> Kinds) -> bool {
    match expr {
        Expr::Cast(..) | Expr::Like { .. } => true,
        Expr::Call(call) if takes_text(call) => true,
        Expr::Call(call) if !is_any(call) => false,
        _ => beside.iter().all(|part| is_no_time(part, column)),
    }
}

/// Functions that take and give any type, the same for all arguments.
fn is_any(call: &Call) -> bool {
    matches!(call.function.as_str(), "coalesce" | "greatest" | "least" | "nullif" | "min" | "max")
}

fn takes_text(call: &Call) -> bool {
    functions::takes_text(&call.function)
        || matches!(call.function.as_str(), "concat" | "concat_ws" | "to_jsonb" | "encode" | "decode")
        || call.function.starts_with("jsonb_")
}

fn is_no_time(expr: &Expr, column: &dyn Fn(&Name) -> Kinds) -> bool {
    match expr {
        Expr::Literal(Literal::Text(_) | Literal::Null)
        | Expr::Binary(_, super::BinaryOp::Concat | super::BinaryOp::JsonText, _) => true,
        // A text beside a value of another type is read as one of that type.
        Expr::Column(name) => typing::is_no_time(column(name)),
        Expr::Cast(_, super::CastType::Postgres(to)) => !is_time(to),
        Expr::Array(parts) => parts.iter().all(|part| is_no_time(part, column)),
        Expr::Call(call) if is_any(call) => call.arguments.iter().all(|part| is_no_time(part, column)),
        Expr::Call(call) => gives_text(call),
        // Conditions between the results are booleans, and no text is read as one.
        Expr::Case { branches, otherwise, .. } => {
            branches.iter().map(|(_, result)| result).chain(otherwise.as_deref()).all(|part| is_no_time(part, column))
        }
        _ => false,
    }
}

fn gives_text(call: &Call) -> bool {
    const TEXTS: [&str; 19] = [
        "lower",
        "upper",
        "initcap",
        "reverse",
        "md5",
        "btrim",
        "ltrim",
        "rtrim",
        "left",
        "right",
        "substring",
        "replace",
        "split_part",
        "translate",
        "regexp_replace",
        "concat",
        "concat_ws",
        "encode",
        "to_char",
    ];
    let stored = functions::alias(Dialect::Postgres, &call.function);
    TEXTS.contains(&stored) || stored == "jsonb_extract_path_text"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Clause, parse};

    #[test]
    fn a_zone_within_a_point_in_time_is_found() {
        for text in
            ["2020-01-01 00:00 Mars/Xx", "2020-01-01 00:00 America/../Europe/Berlin", "2020-01-01 CEST", "12:00 PST"]
        {
            assert!(names_zone(text), "{text}");
        }
        for text in [
            "2020-01-01 00:00:00+00",
            "2020-01-01T10:00:00Z",
            "1 Jan 2020",
            "January 8, 99 BC",
            "04:05 PM",
            "10:00 UTC",
            "infinity",
            "epoch",
            "a text",
            "Europe/Berlin",
            "",
        ] {
            assert!(!names_zone(text), "{text}");
        }
    }

    fn column(name: &Name) -> Kinds {
        match name.as_str() {
            "at" => typing::of_postgres(&Type::TimestampTz(None)),
            "day" => typing::of_postgres(&Type::Date),
            "status" => typing::of_postgres(&Type::Varchar(Some(20))),
            "n" => typing::of_postgres(&Type::Integer),
            _ => Kinds::ANY,
        }
    }

    fn found(text: &str, clause: Clause, result: Option<&Type>) -> bool {
        match parse(text, Dialect::Postgres, clause) {
            Ok(expr) => moments(&expr, result, &column).is_some(),
            Err(fault) => {
                assert_eq!(fault.code, codes::MOMENT, "{text}: {fault}");
                true
            }
        }
    }

    #[test]
    fn words_that_become_a_moment_are_found() {
        for text in ["now", "NOW", " today ", "today 10:00", "Tomorrow", "yesterday", "{now,today}", "now+00"] {
            assert!(is_moment(text), "{text}");
        }
        for text in ["", "known", "nowhere", "2026-01-01", "epoch", "infinity", "todays"] {
            assert!(!is_moment(text), "{text}");
        }
        for text in [
            "'now'::timestamptz",
            "timestamp 'today'",
            "date 'tomorrow'",
            "cast('yesterday' as date)",
            "time 'now'",
            "'{now}'::timestamptz[]",
            "cast('NOW' as timestamp with time zone)",
            "'now'::timestamp(3)",
            "timestamptz 'now' + interval '1 day'",
            "coalesce(date 'today', current_date)",
        ] {
            assert!(found(text, Clause::Default, None), "{text}");
        }
        for of in [Type::TimestampTz(None), Type::Timestamp(Some(3)), Type::Date, Type::Time(None)] {
            assert!(found("'now'", Clause::Default, Some(&of)) && found("' Today 10:00'", Clause::Default, Some(&of)));
        }
        assert!(found("'{now}'", Clause::Default, Some(&Type::Array(Box::new(Type::Date)))));
        for text in [
            "at < 'now'",
            "'today' > day",
            "at in ('yesterday', '2026-01-01')",
            "at between 'yesterday' and 'tomorrow'",
            "date_trunc('day', 'now') < at",
            "at > coalesce(at, 'now')",
            "unknown = 'now'",
            "extract(day from 'now') = n",
            "at is distinct from 'now'",
            "case when n > 1 then at else 'now' end > at",
            "at > ('today' - interval '1 day')",
        ] {
            assert!(found(text, Clause::Check, None), "{text}");
        }
    }

    #[test]
    fn texts_stay_texts() {
        for text in [
            "status = 'today'",
            "status in ('now', 'later')",
            "lower(status) <> 'tomorrow'",
            "status like 'now%'",
            "unknown = cast('now' as text)",
            "coalesce(status, 'today') = 'now'",
            "replace(status, 'now', 'then') = status",
            "case status when 'today' then 1 else 2 end = 1",
        ] {
            assert!(!found(text, Clause::Check, None), "{text}");
        }
        assert!(!found("'now'", Clause::Default, Some(&Type::Text)));
        assert!(!found("'today'", Clause::Default, Some(&Type::Varchar(None))));
        assert!(!found("now()", Clause::Default, Some(&Type::TimestampTz(None))));
        assert!(!found("'infinity'", Clause::Default, Some(&Type::TimestampTz(None))));
    }
}
