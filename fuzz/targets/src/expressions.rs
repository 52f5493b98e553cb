//! The language of expressions, for each engine and place.
//!
//! Laws: no text makes a parser panic; what a plugin may write is read back from what we send as the same; sending that
//! again changes nothing; and canonical forms are their own.

use crate::grammar;
use arbitrary::Unstructured;
use whale_storage::expr::{Clause, Dialect, Expr, parse, parse_server, parse_server_list};

/// Engines with expressions.
pub const DIALECTS: [Dialect; 3] = [Dialect::Postgres, Dialect::ClickHouse, Dialect::Milvus];

/// Places of an expression.
pub const CLAUSES: [Clause; 10] = [
    Clause::Default,
    Clause::Check,
    Clause::Generated,
    Clause::IndexKey,
    Clause::IndexWhere,
    Clause::PartitionKey,
    Clause::SortKey,
    Clause::Select,
    Clause::GroupKey,
    Clause::Filter,
];

/// The first byte says which engine and place; the rest is the text.
pub fn run(data: &[u8]) {
    let Some((which, rest)) = data.split_first() else { return };
    let which = usize::from(*which);
    let text = crate::text(rest);
    check(&text, DIALECTS[which % 3], CLAUSES[which / 3 % 10]);
}

/// An expression of the language, drawn from the bytes.
pub fn built(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let Ok(which) = bytes.arbitrary::<u8>() else { return };
    let dialect = DIALECTS[usize::from(which % 2)];
    let text = grammar::expression(&mut bytes, dialect);
    check(&text, dialect, CLAUSES[usize::from(which / 2 % 10)]);
}

/// What a plugin's text is read as, with what is sent, if it is of the language.
pub fn check(text: &str, dialect: Dialect, clause: Clause) -> Option<(Expr, String)> {
    if let Ok(found) = parse_server(text, dialect) {
        canonical(&found, dialect);
        let _ = found.render(dialect);
    }
    let _ = parse_server_list(text, dialect);
    let found = match parse(text, dialect, clause) {
        Ok(found) => found,
        Err(fault) => {
            assert!(fault.at.is_none_or(|at| at <= text.len()), "{text:?}: {fault} is behind the end");
            return None;
        }
    };
    let sent = found.render(dialect);
    let back = parse_server(&sent, dialect).unwrap_or_else(|fault| panic!("{text:?} is sent as {sent:?}: {fault}"));
    assert_eq!(canonical(&back, dialect), canonical(&found, dialect), "{text:?} is sent as {sent:?}");
    let again = back.render(dialect);
    assert_eq!(parse_server(&again, dialect).map(|found| found.render(dialect)), Ok(again), "{text:?}, {sent:?}");
    Some((found, sent))
}

fn canonical(found: &Expr, dialect: Dialect) -> Expr {
    let canonical = found.canonical(dialect);
    assert_eq!(canonical.canonical(dialect), canonical, "{}", found.render(dialect));
    canonical
}
