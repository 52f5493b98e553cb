//! One value for all forms that mean the same in one engine: an author's, and what the server makes of it.
//!
//! From inside to outside, each rule looks at one node whose parts are canonical already. A rule stands here only if a
//! live engine was seen to rewrite so, or the two forms cannot mean different things. Where that is open they stay
//! distinct: a false difference is refused in the open, a false equality would hide drift.

mod clickhouse;
mod number;
mod postgres;

use super::{BinaryOp, Dialect, Expr, Literal, LogicOp, UnaryOp};
use crate::types::postgres::Type;

impl Expr {
    /// The value that all equal forms share in an engine. Canonical forms are for comparing, not for sending.
    #[must_use]
    pub fn canonical(&self, dialect: Dialect) -> Expr {
        fold(self.clone(), dialect)
    }

    /// The same for a default of a PostgreSQL column: the server casts a literal to the column's type when it stores
    /// it, which is what an insert would do anyway.
    #[must_use]
    pub fn canonical_default(&self, column: &Type) -> Expr {
        postgres::default(self.canonical(Dialect::Postgres), column)
    }
}

fn fold(expr: Expr, dialect: Dialect) -> Expr {
    let expr = expr.map_parts(&mut |part| fold(part, dialect));
    let expr = common(expr);
    match dialect {
        Dialect::Postgres => postgres::fold(expr),
        Dialect::ClickHouse => clickhouse::fold(expr),
        Dialect::Milvus => expr,
    }
}

/// What holds in every engine.
fn common(expr: Expr) -> Expr {
    match expr {
        Expr::Between { value, low, high, negated } => {
            let (op, least, most) = if negated {
                (LogicOp::Or, BinaryOp::Less, BinaryOp::Greater)
            } else {
                (LogicOp::And, BinaryOp::GreaterOrEqual, BinaryOp::LessOrEqual)
            };
            let low = Expr::Binary(value.clone(), least, low);
            flat(op, vec![low, Expr::Binary(value, most, high)])
        }
        Expr::Logic(op, all) => flat(op, all),
        Expr::Unary(UnaryOp::Minus, of) => match *of {
            Expr::Literal(Literal::Number(digits)) if !digits.starts_with('-') => {
                Expr::Literal(Literal::Number(format!("-{digits}")))
            }
            other => Expr::Unary(UnaryOp::Minus, Box::new(other)),
        },
        other => other,
    }
}

/// `a and (b and c)` is `a and b and c`.
fn flat(op: LogicOp, all: Vec<Expr>) -> Expr {
    let parts = all.into_iter().flat_map(|part| match part {
        Expr::Logic(inner, parts) if inner == op => parts,
        other => vec![other],
    });
    Expr::Logic(op, parts.collect())
}
