//! The parsers of types, and of what is written like them: table engines, codecs, skip indexes, kinds of indexes, metrics.
//!
//! Laws: none panics, whatever it is given, and what one has read it writes in a form that it reads as the same again.

use std::fmt::{Debug, Display};
use whale_storage::types::{TypeFault, clickhouse, milvus, postgres};

/// The first byte says which parser; the rest is its text.
pub fn run(data: &[u8]) {
    let Some((which, rest)) = data.split_first() else { return };
    let text = crate::text(rest);
    match which % 10 {
        0 => comes_back(&text, postgres::Type::parse),
        1 => said_back(&text, clickhouse::Type::parse, clickhouse::Type::parse_server),
        2 => comes_back(&text, clickhouse::TableEngine::parse),
        3 => comes_back(&text, clickhouse::TableEngine::parse_server),
        4 => comes_back(&text, clickhouse::Codecs::parse),
        5 => comes_back(&text, clickhouse::SkipIndexKind::parse),
        6 => comes_back(&text, milvus::Type::parse),
        7 => comes_back(&text, milvus::IndexKind::parse),
        8 => comes_back(&text, milvus::Metric::parse),
        _ => codecs(&text),
    }
}

fn comes_back<T: Display + Debug + PartialEq>(text: &str, parse: impl Fn(&str) -> Result<T, TypeFault>) {
    said_back(text, &parse, &parse);
}

/// The same where a server's text is read by another function than an author's.
fn said_back<T: Display + Debug + PartialEq>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, TypeFault>,
    parse_server: impl Fn(&str) -> Result<T, TypeFault>,
) {
    match parse(text) {
        Ok(found) => {
            let written = found.to_string();
            assert_eq!(parse_server(&written).as_ref(), Ok(&found), "{text:?} is written as {written:?}");
        }
        Err(fault) => assert!(fault.at.is_none_or(|at| at <= text.len()), "{text:?}: {fault} is behind the end"),
    }
}

/// A chain of codecs beside a type: the canonical form is the same once more.
fn codecs(text: &str) {
    let Some((codecs, column)) = text.split_once('|') else { return };
    let (Ok(codecs), Ok(column)) = (clickhouse::Codecs::parse(codecs), clickhouse::Type::parse(column)) else { return };
    let canonical = codecs.canonical(&column);
    assert_eq!(canonical.canonical(&column), canonical, "{text:?}");
    if codecs.check(&column).is_ok() {
        comes_back(&canonical.to_string(), clickhouse::Codecs::parse);
    }
}
