//! Whether a text can be read as a type of PostgreSQL: what a server does with a literal in quotes when it reads a
//! definition.
//!
//! Says no only where every version says no, so that a form that is not known here passes.

use super::postgres::{
    BOOL, BYTEA, DAYS, FLOAT4, FLOAT8, INT2, INT4, INT8, INTEGERS, INTERVAL, JSON, JSONB, MACADDR, NETWORKS, NUMERIC,
    TEXTS, TIME, UUID,
};
use crate::expr::kinds::Kinds;
use serde::de::IgnoredAny;

/// Whether the text can be read as one of these types.
pub(super) fn readable(text: &str, kinds: Kinds) -> bool {
    kinds.meets(TEXTS) || kinds == Kinds::ANY || kinds.each().any(|one| reads(text, one))
}

/// Those of the types that the text can be read as.
pub(super) fn read_as(text: &str, kinds: Kinds) -> Kinds {
    kinds.each().filter(|one| one.meets(TEXTS) || reads(text, *one)).fold(Kinds::NONE, Kinds::or)
}

fn reads(text: &str, one: Kinds) -> bool {
    let text = text.trim();
    if one.meets(Kinds::ARRAYS) {
        return text.starts_with('[') || text.starts_with('{') && text.ends_with('}');
    }
    match one {
        one if one.meets(INTEGERS) => integer(text, one),
        NUMERIC => numeric(text),
        FLOAT4 => float(text, &|text| text.parse::<f32>().ok().map(|value| (value.is_finite(), value == 0.0))),
        FLOAT8 => float(text, &|text| text.parse::<f64>().ok().map(|value| (value.is_finite(), value == 0.0))),
        BOOL => boolean(text),
        one if one.meets(DAYS) => day(text),
        TIME => clock(text) && (has_digit(text) || is_word(text, &["allballs", "now"])),
        INTERVAL => has_digit(text) || is_word(text.trim_start_matches(['-', '+']), &["infinity"]),
        UUID => uuid(text),
        JSON | JSONB => json(text),
        BYTEA => bytes(text),
        one if one.meets(NETWORKS) => text.bytes().all(|byte| byte.is_ascii_hexdigit() || b":./".contains(&byte)),
        MACADDR => text.bytes().all(|byte| byte.is_ascii_hexdigit() || b":-.".contains(&byte)),
        _ => true,
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `0x1F` and its like, which newer servers read.
fn has_prefix(text: &str) -> bool {
    let mut letters = text.trim_start_matches(['-', '+']).bytes();
    letters.next() == Some(b'0') && letters.next().is_some_and(|byte| b"xXoObB".contains(&byte))
}

fn integer(text: &str, one: Kinds) -> bool {
    let digits = text.replace('_', "");
    let fits = match one {
        INT2 => digits.parse::<i16>().is_ok(),
        INT4 => digits.parse::<i32>().is_ok(),
        INT8 => digits.parse::<i64>().is_ok(),
        _ => true,
    };
    fits || has_prefix(text)
}

/// A number of `numeric` has at most 131,072 digits before its point and 16,383 behind it.
fn numeric(text: &str) -> bool {
    let digits = text.replace('_', "");
    let Ok(value) = digits.parse::<f64>() else { return has_prefix(text) };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((&digits, "0"));
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX);
    let length = i64::try_from(mantissa.len()).unwrap_or(i64::MAX);
    let zero = value == 0.0 && !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    zero && exponent.abs() < 16_383 || (-16_384..=131_072 + length).contains(&exponent)
}

/// What is not 0 and becomes 0, or infinite, is out of range.
fn float(text: &str, read: &dyn Fn(&str) -> Option<(bool, bool)>) -> bool {
    let Some((finite, zero)) = read(text) else { return has_prefix(text) };
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    if zero {
        return !digits.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    }
    finite || !has_digit(text)
}

/// A beginning of a word that no other begins with.
fn boolean(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    matches!(text.as_str(), "0" | "1" | "on")
        || begins("true", 1)
        || begins("false", 1)
        || begins("yes", 1)
        || begins("no", 1)
        || begins("off", 2)
}

/// Of forms that are written in numbers alone, whether month, day and hour are such; words are taken as they are.
fn day(text: &str) -> bool {
    const WORDS: [&str; 7] = ["epoch", "infinity", "now", "today", "tomorrow", "yesterday", "allballs"];
    if !has_digit(text) {
        let mut words = text.split_ascii_whitespace().map(|word| word.trim_start_matches(['-', '+']));
        return words.any(|word| is_word(word, &WORDS));
    }
    let (date, rest) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return true };
    let all_digits = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !all_digits || year.len() < 4 {
        return true;
    }
    let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
    let (year, month, day) = (number(year), number(month), number(day));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap || rest.to_ascii_uppercase().contains("BC") => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day) && clock(rest)
}

/// Whether an hour that is written is one.
fn clock(text: &str) -> bool {
    let begins: String = text.chars().take_while(char::is_ascii_digit).collect();
    let mut rest = text.chars().skip(begins.len());
    if begins.is_empty() || begins.len() > 2 || rest.next() != Some(':') {
        return true;
    }
    let minutes: String = rest.take_while(char::is_ascii_digit).collect();
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    number(&begins) <= 24 && (minutes.len() > 2 || number(&minutes) <= 59)
}

/// Thirty-two hexadecimal digits, with hyphens between any fours of them.
fn uuid(text: &str) -> bool {
    let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// A value nested deeper than is read here may still be one.
fn json(text: &str) -> bool {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => true,
        Err(fault) => fault.to_string().starts_with("recursion limit"),
    }
}

fn bytes(text: &str) -> bool {
    let Some(digits) = text.strip_prefix("\\x") else { return true };
    let mut count = 0;
    let hexadecimal = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).all(|byte| {
        count += 1;
        byte.is_ascii_hexdigit()
    });
    hexadecimal && count % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::super::postgres::{CHAR, DATE, INET, TEXT, TIMESTAMP, TIMESTAMPTZ};
    use super::*;

    #[test]
    fn what_no_server_reads_is_known() {
        for (text, kinds) in [
            ("1.5", INTEGERS),
            ("70000", INT2),
            ("3000000000", INT4),
            ("Infinity", INTEGERS),
            ("1e400000", NUMERIC),
            ("1e-400000", NUMERIC),
            ("abc", NUMERIC.or(FLOAT8)),
            ("1e400", FLOAT8),
            ("1e-400", FLOAT8),
            ("1e39", FLOAT4),
            ("o", BOOL),
            ("yesterday-ish", TIMESTAMPTZ),
            ("abc", DATE),
            ("2020-02-30", DATE),
            ("2020-13-01", DATE),
            ("2020-01-01 25:00", TIMESTAMP),
            ("25:00", TIME),
            ("abc", INTERVAL),
            ("not-a-uuid", UUID),
            ("{a:1}", JSONB),
            ("", JSON),
            ("\\x1", BYTEA),
            ("\\xzz", BYTEA),
            ("host", INET),
            ("xx-11-22-33-44-55", MACADDR),
            ("1,2", INT4.arrays()),
        ] {
            assert!(!readable(text, kinds), "{text}");
        }
    }

    #[test]
    fn what_a_server_reads_passes() {
        for (text, kinds) in [
            ("1_000", INT4),
            ("0x1F", INT8),
            (" +5 ", INT2),
            ("1e3", NUMERIC),
            ("NaN", NUMERIC),
            ("inf", NUMERIC),
            ("-Infinity", FLOAT8),
            ("0e-500", FLOAT8),
            ("of", BOOL),
            (" YES ", BOOL),
            ("epoch", TIMESTAMPTZ),
            ("-infinity", DATE),
            ("2020-1-1", DATE),
            ("2020-02-29 24:00", TIMESTAMP),
            ("Jan 8 1999", DATE),
            ("08:30", TIME),
            ("allballs", TIME),
            ("90 minutes", INTERVAL),
            ("P1D", INTERVAL),
            ("{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}", UUID),
            ("1e400", JSONB),
            ("\\x00 ff", BYTEA),
            ("abc", BYTEA),
            ("::1/128", INET),
            ("0011.2233.4455", MACADDR),
            ("{a, b}", TEXT.arrays()),
            ("[0:1]={1,2}", INT4.arrays()),
            ("anything", CHAR),
        ] {
            assert!(readable(text, kinds), "{text}");
        }
    }
}
