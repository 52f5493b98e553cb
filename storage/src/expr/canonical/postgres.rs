//! What PostgreSQL makes of an expression: `in` becomes `= ANY (ARRAY[..])`, literals and columns get casts, special
//! words become functions.

use super::number;
use crate::expr::{BinaryOp, Call, CastType, Expr, Interval, Literal, functions};
use crate::types::postgres::Type;
use serde_json::Value;

pub(super) fn fold(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(Literal::Number(digits)) => Expr::Literal(Literal::Number(number::exact(&digits))),
        Expr::Cast(of, to) => cast(*of, to),
        Expr::Quantified { value, op, all, array } => quantified(value, op, all, array),
        Expr::In { value, list, negated } => membership(*value, list, negated),
        Expr::Binary(left, op, right) if op.is_comparison() || op == BinaryOp::Concat || op.is_match() => {
            Expr::Binary(Box::new(bare(*left)), op, Box::new(bare(*right)))
        }
        Expr::Like { value, pattern, any_case, negated } => {
            Expr::Like { value: Box::new(bare(*value)), pattern: Box::new(bare(*pattern)), any_case, negated }
        }
        Expr::Case { operand, branches, otherwise } => {
            // A missing else is stored as `ELSE NULL::type`.
            let otherwise = otherwise.filter(|otherwise| **otherwise != Expr::Literal(Literal::Null));
            Expr::Case { operand, branches, otherwise }
        }
        Expr::Call(of) => call(of),
        other => other,
    }
}

/// A default without the cast to its own column's type.
pub(super) fn default(expr: Expr, column: &Type) -> Expr {
    let plain = match expr {
        Expr::Cast(of, CastType::Postgres(to)) if to == *column && of.as_literal().is_some() => *of,
        other => other,
    };
    match plain {
        Expr::Literal(Literal::Text(text)) if *column == Type::Jsonb => Expr::text(json(&text).unwrap_or(text)),
        other => other,
    }
}

/// A text of JSON as jsonb keeps it, without its spaces. One with a decimal stays as it is: jsonb keeps its digits, and
/// reading it here would not.
fn json(text: &str) -> Option<String> {
    fn exact(value: &Value) -> bool {
        match value {
            Value::Array(parts) => parts.iter().all(exact),
            Value::Object(fields) => fields.values().all(exact),
            scalar => !scalar.is_f64(),
        }
    }
    let value: Value = serde_json::from_str(text).ok()?;
    exact(&value).then(|| value.to_string())
}

fn call(mut call: Call) -> Expr {
    call.function = functions::alias(crate::expr::Dialect::Postgres, &call.function).to_owned();
    if functions::takes_text(&call.function) {
        call.arguments = call.arguments.into_iter().map(bare).collect();
    }
    Expr::Call(call)
}

/// A column without the cast to text that the server puts around a varchar where a text is wanted.
fn bare(expr: Expr) -> Expr {
    match expr {
        Expr::Cast(of, CastType::Postgres(Type::Text)) if of.as_column().is_some() => *of,
        other => other,
    }
}

/// Casts that a server writes at literals and that change nothing about them.
fn cast(of: Expr, to: CastType) -> Expr {
    let same = match (&of, &to) {
        (Expr::Literal(Literal::Text(text)), CastType::Postgres(Type::Interval)) => {
            return Interval::parse(text).map_or_else(|| Expr::Cast(Box::new(of.clone()), to.clone()), Expr::Interval);
        }
        (Expr::Literal(Literal::Text(text)), CastType::Postgres(to)) if to.is_number() => {
            if number::is_number(text) && holds(to, text) {
                return Expr::Literal(Literal::Number(number::exact(text)));
            }
            false
        }
        (Expr::Literal(Literal::Null), _)
        | (Expr::Literal(Literal::Text(_)), CastType::Postgres(Type::Text | Type::Varchar(None))) => true,
        (Expr::Literal(Literal::Text(_)), CastType::Foreign(name)) => name == "bpchar",
        (Expr::Literal(Literal::Number(digits)), CastType::Postgres(to)) => holds(to, digits),
        (Expr::Literal(Literal::Boolean(_)), CastType::Postgres(to)) => *to == Type::Boolean,
        (Expr::Interval(_), CastType::Postgres(to)) => *to == Type::Interval,
        (Expr::Array(parts), CastType::Postgres(Type::Array(of))) => {
            matches!(**of, Type::Text | Type::Varchar(None))
                && parts.iter().all(|part| matches!(part, Expr::Literal(_)))
        }
        _ => false,
    };
    if same { of } else { Expr::Cast(Box::new(of), to) }
}

/// Whether a type takes a number as it is, without rounding or another scale.
fn holds(to: &Type, digits: &str) -> bool {
    match to {
        Type::Real | Type::DoublePrecision | Type::Numeric(None) => true,
        to => to.is_integer() && number::is_integer(digits),
    }
}

/// `= ANY (ARRAY[..])` is `in`, `<> ALL (ARRAY[..])` is `not in`.
fn quantified(value: Box<Expr>, op: BinaryOp, all: bool, array: Box<Expr>) -> Expr {
    let negated = match (op, all) {
        (BinaryOp::Equal, false) => false,
        (BinaryOp::NotEqual, true) => true,
        _ => return Expr::Quantified { value, op, all, array },
    };
    match *array {
        Expr::Array(list) if !list.is_empty() => membership(*value, list, negated),
        other => Expr::Quantified { value, op, all, array: Box::new(other) },
    }
}

/// A list of one is stored as a comparison.
fn membership(of: Expr, mut list: Vec<Expr>, negated: bool) -> Expr {
    let of = Box::new(bare(of));
    match (list.len(), list.pop()) {
        (1, Some(one)) => {
            let op = if negated { BinaryOp::NotEqual } else { BinaryOp::Equal };
            Expr::Binary(of, op, Box::new(bare(one)))
        }
        (_, rest) => {
            list.extend(rest);
            Expr::In { value: of, list: list.into_iter().map(bare).collect(), negated }
        }
    }
}
