//! Expressions, as authors write them, as engines store them, and as an attacker would.

use super::*;
use crate::diagnostic::codes::types as codes;

mod adversarial;
mod arguments;
mod rewritings;
mod seed;

fn parsed(text: &str, dialect: Dialect, clause: Clause) -> Expr {
    parse(text, dialect, clause).unwrap_or_else(|fault| panic!("{text}: {fault} {:?}", fault.help))
}

fn server(text: &str, dialect: Dialect) -> Expr {
    parse_server(text, dialect).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}
