//! The one quoting function of each engine.
//!
//! Always quotes, and takes any content: a server's names may hold anything. What comes out is one token of the engine,
//! whatever went in; the property tests below read it back.

/// PostgreSQL, with `standard_conforming_strings` on or off.
pub mod postgres {
    use crate::name::Name;

    /// A quoted identifier.
    pub fn identifier(name: &Name) -> String {
        let mut out = String::with_capacity(name.as_str().len() + 2);
        out.push('"');
        for c in name.as_str().chars() {
            match c {
                '"' => out.push_str("\"\""),
                _ => out.push(without_nul(c)),
            }
        }
        out.push('"');
        out
    }

    /// A string literal. The `E` form is used only where a backslash makes the plain form depend on a setting.
    pub fn literal(text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 3);
        out.push_str(if text.contains('\\') { "E'" } else { "'" });
        for c in text.chars() {
            match c {
                '\'' => out.push_str("''"),
                '\\' => out.push_str("\\\\"),
                _ => out.push(without_nul(c)),
            }
        }
        out.push('\'');
        out
    }

    /// PostgreSQL can hold no NUL and its protocol ends a statement there, so that one becomes U+FFFD. A plugin's text
    /// never has one: names and expressions with a NUL are refused before.
    fn without_nul(c: char) -> char {
        if c == '\0' { '\u{fffd}' } else { c }
    }
}

/// ClickHouse.
pub mod clickhouse {
    use crate::name::Name;

    /// A quoted identifier.
    pub fn identifier(name: &Name) -> String {
        quoted(name.as_str(), '`')
    }

    /// A string literal.
    pub fn literal(text: &str) -> String {
        quoted(text, '\'')
    }

    fn quoted(text: &str, mark: char) -> String {
        let mut out = String::with_capacity(text.len() + 2);
        out.push(mark);
        for c in text.chars() {
            let escaped = match c {
                '\\' => '\\',
                '\0' => '0',
                '\u{8}' => 'b',
                '\u{c}' => 'f',
                '\r' => 'r',
                '\n' => 'n',
                '\t' => 't',
                _ if c == mark => mark,
                _ => {
                    out.push(c);
                    continue;
                }
            };
            out.push('\\');
            out.push(escaped);
        }
        out.push(mark);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{clickhouse, postgres};
    use crate::name::Name;
    use crate::types::token::{Flavour, SERVER, Token, tokens};
    use proptest::prelude::*;

    fn read_back(text: &str, flavour: Flavour) -> Vec<Token> {
        tokens(text, flavour, SERVER).expect("one token").into_iter().map(|spanned| spanned.token).collect()
    }

    #[test]
    fn each_engine_has_its_own_escapes() {
        assert_eq!(postgres::identifier(&Name::from_server("a\"b")), "\"a\"\"b\"");
        assert_eq!(postgres::literal("it's"), "'it''s'");
        assert_eq!(postgres::literal("a\\'b"), "E'a\\\\''b'");
        assert_eq!(postgres::literal("a\0b"), "'a\u{fffd}b'");
        assert_eq!(clickhouse::identifier(&Name::from_server("a`b\\")), "`a\\`b\\\\`");
        assert_eq!(clickhouse::literal("it's\n\0"), "'it\\'s\\n\\0'");
        assert_eq!(clickhouse::literal("a`\"b"), "'a`\"b'");
    }

    proptest! {
        #[test]
        fn postgres_reads_back_what_went_in(text in "(?s)[^\0]{0,40}|['\"\\\\;$-]{0,12}") {
            let name = Name::from_server(text.clone());
            prop_assert_eq!(read_back(&postgres::identifier(&name), Flavour::Postgres), vec![Token::Quoted(text.clone())]);
            prop_assert_eq!(read_back(&postgres::literal(&text), Flavour::Postgres), vec![Token::Text(text)]);
        }

        #[test]
        fn clickhouse_reads_back_what_went_in(text in "(?s).{0,40}|['`\"\\\\;\n\0-]{0,12}") {
            let name = Name::from_server(text.clone());
            prop_assert_eq!(read_back(&clickhouse::identifier(&name), Flavour::ClickHouse), vec![Token::Quoted(text.clone())]);
            prop_assert_eq!(read_back(&clickhouse::literal(&text), Flavour::ClickHouse), vec![Token::Text(text)]);
        }
    }
}
