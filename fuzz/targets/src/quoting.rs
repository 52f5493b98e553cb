//! Quoting of identifiers and literals, read back by lexers of our own: written after what the engines document, and
//! sharing nothing with the tokenizer of `whale_storage`.
//!
//! Laws: one token comes out, the text comes back, and whatever follows the token is left as it was.

use whale_storage::name::Name;
use whale_storage::quote::{clickhouse, postgres};

/// Any bytes as text, through every quoting function.
pub fn run(data: &[u8]) {
    let text = crate::text(data);
    let name = Name::from_server(text.clone());
    let held = text.replace('\0', "\u{fffd}");
    for after in ["", ";", "' OR 1", "\" OR 1", "` OR 1", "\\", "\n'x'"] {
        // Two literals with a line end between them are one to PostgreSQL, so that only blanks may follow there.
        if after != "\n'x'" {
            let follows = format!(" {after}");
            assert_eq!(
                read(&postgres::identifier(&name), &follows, identifier_of_postgres),
                (held.clone(), follows.clone())
            );
            for conforming in [true, false] {
                let back = read(&postgres::literal(&text), &follows, |all| literal_of_postgres(all, conforming));
                assert_eq!(back, (held.clone(), follows.clone()), "standard_conforming_strings = {conforming}");
            }
        }
        let follows = format!(" {after}");
        assert_eq!(
            read(&clickhouse::identifier(&name), &follows, |all| quoted_of_clickhouse(all, '`')),
            (text.to_string(), follows.clone())
        );
        assert_eq!(
            read(&clickhouse::literal(&text), &follows, |all| quoted_of_clickhouse(all, '\'')),
            (text.to_string(), follows)
        );
    }
}

fn read(quoted: &str, follows: &str, reader: impl Fn(&str) -> Option<(String, String)>) -> (String, String) {
    reader(&format!("{quoted}{follows}")).unwrap_or_else(|| panic!("{quoted:?} is no token"))
}

/// PostgreSQL, 4.1.1: any character but NUL between double quotes; a doubled one is one.
fn identifier_of_postgres(text: &str) -> Option<(String, String)> {
    doubled(text.strip_prefix('"')?, '"', false)
}

/// PostgreSQL, 4.1.2.1 and 4.1.2.2: a quote is doubled; a backslash is itself, unless the constant begins with `E` or
/// `standard_conforming_strings` is off.
fn literal_of_postgres(text: &str, conforming: bool) -> Option<(String, String)> {
    match text.strip_prefix('E') {
        Some(rest) => doubled(rest.strip_prefix('\'')?, '\'', true),
        None => doubled(text.strip_prefix('\'')?, '\'', !conforming),
    }
}

fn doubled(inner: &str, mark: char, escapes: bool) -> Option<(String, String)> {
    let mut out = String::new();
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\0' => return None,
            '\\' if escapes => out.push(match rest.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                // Numbers of characters: no form of ours.
                '0'..='7' | 'x' | 'u' | 'U' => return None,
                other => other,
            }),
            c if c == mark => match rest.as_str().strip_prefix(mark) {
                Some(_) => {
                    rest.next();
                    out.push(mark);
                }
                None => return Some((out, rest.as_str().to_owned())),
            },
            c => out.push(c),
        }
    }
    None
}

/// ClickHouse, "String" under Syntax: escapes with a backslash, a doubled mark is one, an unknown escape keeps its
/// backslash.
fn quoted_of_clickhouse(text: &str, mark: char) -> Option<(String, String)> {
    let mut out = String::new();
    let mut rest = text.strip_prefix(mark)?.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next()? {
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                '0' => out.push('\0'),
                'a' => out.push('\u{7}'),
                'v' => out.push('\u{b}'),
                'e' => out.push('\u{1b}'),
                // Bytes by number, and nothing at all: no forms of ours.
                'x' | 'N' => return None,
                kept @ ('\\' | '\'' | '"' | '`' | '/' | '=') => out.push(kept),
                other => out.extend(['\\', other]),
            },
            c if c == mark => match rest.as_str().strip_prefix(mark) {
                Some(_) => {
                    rest.next();
                    out.push(mark);
                }
                None => return Some((out, rest.as_str().to_owned())),
            },
            c => out.push(c),
        }
    }
    None
}
