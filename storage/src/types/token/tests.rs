//! What becomes a token, and what is refused before it can.

use super::*;
use crate::diagnostic::Code;

fn all(text: &str, flavour: Flavour) -> Vec<Token> {
    tokens(text, flavour, AUTHOR).expect(text).into_iter().map(|spanned| spanned.token).collect()
}

fn refused(text: &str, flavour: Flavour) -> Code {
    tokens(text, flavour, AUTHOR).expect_err(text).code
}

#[test]
fn strings_are_read_by_each_engines_rules() {
    use Flavour::{ClickHouse, Milvus, Postgres};
    let text = |t: &str| vec![Token::Text(t.to_owned())];
    assert_eq!(all("'it''s'", Postgres), text("it's"));
    assert_eq!(all("'a\\'", Postgres), text("a\\"));
    assert_eq!(all("E'a\\\\b\\''", Postgres), text("a\\b'"));
    assert_eq!(all("'a\\'b'", ClickHouse), text("a'b"));
    assert_eq!(all("'\\d+\\%'", ClickHouse), text("\\d+\\%"));
    assert_eq!(all("\"abc\"", Milvus), text("abc"));
    assert_eq!(all("\"a\"\"b\"", Postgres), vec![Token::Quoted("a\"b".to_owned())]);
    assert_eq!(all("`a\\`b`", ClickHouse), vec![Token::Quoted("a`b".to_owned())]);
}

#[test]
fn numbers_end_where_they_end() {
    for number in ["1", "1.", "1.5", ".5", "1e10", "1.5E-3", "10000000000."] {
        assert_eq!(all(number, Flavour::ClickHouse), vec![Token::Number(number.to_owned())]);
    }
    for text in ["0x1f", "1abc", "1_000", "1e", "1e+"] {
        assert_eq!(refused(text, Flavour::Postgres), codes::EXPRESSION_SYNTAX, "{text}");
    }
}

#[test]
fn what_no_grammar_uses_is_refused() {
    for (text, code) in [
        ("a -- x", codes::EXPRESSION_COMMENT),
        ("a /* x */", codes::EXPRESSION_COMMENT),
        ("a; drop table x", codes::EXPRESSION_REFUSED),
        ("$1", codes::EXPRESSION_REFUSED),
        ("$$x$$", codes::EXPRESSION_REFUSED),
        ("{p:UInt8}", codes::EXPRESSION_REFUSED),
        ("a ? b : c", codes::EXPRESSION_REFUSED),
        ("a \\ b", codes::EXPRESSION_REFUSED),
        ("a\u{a0}b", codes::EXPRESSION_REFUSED),
        ("x'ff'", codes::EXPRESSION_REFUSED),
        ("U&'x'", codes::EXPRESSION_REFUSED),
        ("N'x'", codes::EXPRESSION_REFUSED),
        ("'abc", codes::EXPRESSION_SYNTAX),
        ("\"abc", codes::EXPRESSION_SYNTAX),
        ("'a\0b'", codes::EXPRESSION_SYNTAX),
    ] {
        for flavour in [Flavour::Postgres, Flavour::ClickHouse] {
            assert_eq!(refused(text, flavour), code, "{text}");
        }
    }
    assert_eq!(refused("`a`", Flavour::Postgres), codes::EXPRESSION_REFUSED);
    assert_eq!(refused("E'\\x41'", Flavour::Postgres), codes::EXPRESSION_REFUSED);
    assert_eq!(refused("'abc\\", Flavour::ClickHouse), codes::EXPRESSION_SYNTAX);
}

#[test]
fn size_is_bounded_before_parsing() {
    assert_eq!(refused(&"(".repeat(100_000), Flavour::Postgres), codes::EXPRESSION_SIZE);
    assert_eq!(refused(&"(".repeat(41), Flavour::Postgres), codes::EXPRESSION_SIZE);
    assert_eq!(refused(&"a.".repeat(500_000), Flavour::ClickHouse), codes::EXPRESSION_SIZE);
}

#[test]
fn an_operator_of_jsonb_is_no_placeholder_and_no_comment() {
    for (text, named) in [("meta ? 'a'", "`?`"), ("meta #>> 'a'", "`#>>`"), ("meta ?| 'a'", "`?|`")] {
        let fault = tokens(text, Flavour::Postgres, AUTHOR).err().unwrap();
        assert_eq!(fault.code, codes::EXPRESSION_REFUSED, "{text}");
        assert!(fault.message.contains(named) && fault.help.unwrap().contains("->>"), "{}", fault.message);
    }
    assert_eq!(refused("a # x", Flavour::ClickHouse), codes::EXPRESSION_COMMENT);
}
