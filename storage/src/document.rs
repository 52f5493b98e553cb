//! Definitions as files for those who review them.
//!
//! A document is what makes an object on its server, in the words that are sent to it, without what differs from run to
//! run: no mark, no time, no version. The same definition on the same server gives the same bytes. Backends write them;
//! what their files have in common is here.
//!
//! Invariant: no character of a plugin's text acts on what shows the file, none breaks a line of it, and none opens a command
//! of a CI server (`##[`, `##vso[`; what opens one at the beginning of a line alone stands in none). Inside a literal such a
//! character stands as the escape of its engine, with the same value.

use crate::definition::{Backend, Object};
use crate::foreign::{self, acts};
use std::fmt::Write as _;

/// A definition as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// How the file's name ends, without the dot.
    pub ending: &'static str,
    /// What stands in it.
    pub text: String,
}

/// How the name of a document ends, without the dot.
pub const fn ending(backend: Backend) -> &'static str {
    match backend {
        Backend::Timescaledb | Backend::Clickhouse => "sql",
        Backend::Milvus => "json",
    }
}

/// SQL under a few words on what it is. `sql` is to be fit to be shown.
pub(crate) fn of_sql(object: &Object, sql: &str) -> Document {
    let header = object.header();
    let backend = header.name.backend;
    // Names have passed the profile; an id is an author's text.
    let id = foreign::line(&header.id);
    let text = format!(
        "-- {} {} of {}, defined as {id}.\n-- Written by whale-host when it was applied; nothing reads this file back.\n\n{sql}",
        object.kind(),
        header.name,
        backend.title(),
    );
    Document { ending: ending(backend), text }
}

/// PostgreSQL's SQL with nothing in its literals that acts: those that have such a character take the `E` form.
pub(crate) fn visible_postgres(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(start) = rest.find(['\'', '"']) {
        let (before, quoted) = rest.split_at(start);
        let escapes = before.ends_with('E');
        let length = quoted_length(quoted, escapes);
        let (token, after) = quoted.split_at(length);
        out.push_str(before);
        if token.starts_with('"') || !(token.chars().any(acts) || token.contains("##")) {
            out.push_str(token);
        } else {
            if !escapes {
                out.push('E');
            }
            let mut before = ' ';
            for character in token.chars() {
                push_postgres(&mut out, character, character == '#' && before == '#');
                before = character;
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Length of the name or literal that a text begins with: up to its closing quote, of which two are one inside.
fn quoted_length(text: &str, escapes: bool) -> usize {
    let mut letters = text.char_indices();
    let Some((_, quote)) = letters.next() else { return 0 };
    let mut letters = letters.peekable();
    while let Some((place, letter)) = letters.next() {
        if letter == '\\' && escapes {
            letters.next();
        } else if letter == quote && letters.next_if(|(_, next)| *next == quote).is_none() {
            return place + letter.len_utf8();
        }
    }
    text.len()
}

fn push_postgres(out: &mut String, character: char, opens: bool) {
    // Writing to a `String` cannot fail.
    let _ = match character {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ if !opens && !acts(character) => out.write_char(character),
        _ if u32::from(character) <= 0xFFFF => write!(out, "\\u{:04X}", u32::from(character)),
        _ => write!(out, "\\U{:08X}", u32::from(character)),
    };
}

/// ClickHouse's SQL with nothing in its literals that acts. A line's end in a literal is an escape already, so those that
/// are left are ours.
pub(crate) fn visible_clickhouse(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut buffer = [0; 4];
    let mut before = ' ';
    for character in sql.chars() {
        let opens = character == '#' && before == '#';
        before = character;
        if !opens && (character == '\n' || !acts(character)) {
            out.push(character);
        } else {
            for byte in character.encode_utf8(&mut buffer).bytes() {
                let _ = write!(out, "\\x{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;
    use crate::quote::{clickhouse, postgres};
    use crate::types::token::{Flavour, SERVER, Token, tokens};
    use proptest::prelude::*;

    #[test]
    fn a_literal_that_acts_is_written_with_escapes() {
        assert_eq!(visible_postgres("IS 'a\nb'"), "IS E'a\\nb'");
        assert_eq!(visible_postgres("IS E'\\\\\u{1b}'' \u{e0041}'"), "IS E'\\\\\\u001B'' \\U000E0041'");
        assert_eq!(visible_postgres("SET (\n    x = '\"a\", \"b\"'\n)"), "SET (\n    x = '\"a\", \"b\"'\n)");
        assert_eq!(visible_clickhouse("'\u{202e}'\n"), "'\\xE2\\x80\\xAE'\n");
        assert_eq!(visible_postgres("IS '##vso[x] #'"), "IS E'#\\u0023vso[x] #'");
        assert_eq!(visible_clickhouse("'##[x]'"), "'#\\x23[x]'");
    }

    fn text() -> impl Strategy<Value = String> {
        "(?s)[^\0]{0,20}|['\"\\\\;E\n\t\u{1b}\u{202e}a]{0,12}"
    }

    proptest! {
        /// Whatever stands in a literal, one line stays one line, and nothing outside of it changes.
        #[test]
        fn nothing_is_left_that_acts(one in text(), other in text()) {
            let sql = format!(
                "COMMENT ON {} IS {},\n {}", postgres::identifier(&Name::from_server("a\"b")), postgres::literal(&one), postgres::literal(&other)
            );
            let shown = visible_postgres(&sql);
            prop_assert_eq!(shown.chars().filter(|c| acts(*c)).collect::<String>(), "\n");
            prop_assert!(shown.starts_with("COMMENT ON \"a\"\"b\" IS "));
            let shown = visible_clickhouse(&format!("{},\n{}", clickhouse::literal(&one), clickhouse::literal(&other)));
            prop_assert_eq!(shown.chars().filter(|c| acts(*c)).collect::<String>(), "\n");
        }

        /// What has nothing to hide is left as it is.
        #[test]
        fn what_can_be_seen_stays(text in "[a-z'\"\\\\;E ]{0,20}") {
            let literal = postgres::literal(&text);
            let shown = visible_postgres(&literal);
            prop_assert_eq!(&shown, &literal);
            let read: Vec<Token> =
                tokens(&shown, Flavour::Postgres, SERVER).expect("one token").into_iter().map(|spanned| spanned.token).collect();
            prop_assert_eq!(read, vec![Token::Text(text)]);
        }
    }
}
