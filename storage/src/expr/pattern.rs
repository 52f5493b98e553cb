//! Regular expressions, which a server compiles: how many states they have, before it does.

use super::ExprFault;
use crate::diagnostic::codes::types as codes;

const MOST_BYTES: usize = 512;
/// Letters and classes, each as often as it is repeated. PostgreSQL compiles 10,000 in 90 ms, and RE2 300,000 into 72 MB.
const MOST_STATES: u64 = 2_000;
const MOST_GROUPS: usize = 20;

/// Refuses a regular expression that is long, deep, or multiplied out of counted repetitions, or that refers back to what it
/// matched.
pub(super) fn check(text: &str, at: usize) -> Result<(), ExprFault> {
    let fault = |message: String| {
        Err(ExprFault::new(codes::PATTERN, at, message).help("write a shorter one, with fewer counted repetitions"))
    };
    if text.len() > MOST_BYTES {
        return fault(format!("a regular expression of {} bytes; at most {MOST_BYTES} are taken", text.len()));
    }
    match states(text) {
        Err(what) => fault(format!("the regular expression {what}")),
        Ok(states) if states > MOST_STATES => {
            fault(format!("the regular expression has {states} states; at most {MOST_STATES} are taken"))
        }
        Ok(_) => Ok(()),
    }
}

/// An upper bound. What is no regular expression is counted like one: the server refuses it.
fn states(text: &str) -> Result<u64, &'static str> {
    let mut rest = text.chars().peekable();
    // Of each open group: what it has so far, and its last atom, which a repetition multiplies.
    let mut open: Vec<(u64, u64)> = Vec::new();
    let (mut sum, mut last) = (0_u64, 0_u64);
    while let Some(letter) = rest.next() {
        let atom = match letter {
            '(' if open.len() == MOST_GROUPS => return Err("nests too many groups"),
            '(' => {
                open.push((sum, last));
                (sum, last) = (0, 0);
                continue;
            }
            ')' => {
                let whole = sum.saturating_add(last).max(1);
                (sum, last) = open.pop().unwrap_or_default();
                whole
            }
            '{' => {
                let count: String = rest.by_ref().take_while(|letter| *letter != '}').collect();
                let times = count.split(',').filter_map(|count| count.trim().parse::<u64>().ok()).max();
                last = last.saturating_mul(times.unwrap_or(1).max(1));
                continue;
            }
            '*' | '+' | '?' => continue,
            '\\' => match rest.next() {
                Some('1'..='9') => return Err("refers back to what it matched"),
                _ => 1,
            },
            '[' => {
                class(&mut rest);
                1
            }
            _ => 1,
        };
        sum = sum.saturating_add(last);
        last = atom;
    }
    let outer: u64 = open.iter().fold(0, |all, (sum, last)| all.saturating_add(*sum).saturating_add(*last));
    Ok(sum.saturating_add(last).saturating_add(outer))
}

/// Skips to the end of `[..]`, whose first letter may be `]`.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    rest.next_if_eq(&'^');
    rest.next_if_eq(&']');
    while let Some(letter) = rest.next() {
        match letter {
            ']' => return,
            '\\' => {
                rest.next();
            }
            '[' if matches!(rest.peek(), Some(':' | '.' | '=')) => {
                rest.by_ref().find(|letter| *letter == ']');
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_counted_with_their_repetitions() {
        for (text, count) in [
            ("", 0),
            ("abc", 3),
            ("\\d{4}-\\d{2}", 7),
            ("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", 36),
            ("(a{1,100}){1,100}", 10_000),
            ("((a{200}){50}){10}", 100_000),
            ("[]{5}]b", 2),
            ("[[:alpha:]_]{3}", 3),
            ("\\{5}", 3),
            ("a{5,}", 5),
        ] {
            assert_eq!(states(text), Ok(count), "{text}");
        }
    }

    #[test]
    fn what_is_dear_to_compile_is_refused() {
        for text in ["(a{1,100}){1,100}", "((a{1,40}){1,40}){1,40}", &"a{1000}".repeat(3), &"a".repeat(513), "(a)\\1"] {
            assert_eq!(check(text, 0).unwrap_err().code, codes::PATTERN, "{text}");
        }
        assert!(check(&format!("{}a{}", "(".repeat(21), ")".repeat(21)), 0).is_err());
        for text in ["^[a-z]+@[a-z.]+$", "\\s+", "(foo|bar)?", "\\d{1,3}(\\.\\d{1,3}){3}", "a{3}b{1000}"] {
            assert!(check(text, 0).is_ok(), "{text}");
        }
    }
}
