//! What ClickHouse makes of an expression: everything is a function there, so that operators, `case` and functions of
//! the same meaning come back in one of their forms.

use super::{flat, number};
use crate::expr::{BinaryOp, Call, Dialect, Expr, Literal, LogicOp, State, UnaryOp, functions};

pub(super) fn fold(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(Literal::Number(digits)) => Expr::Literal(Literal::Number(number::float(&digits))),
        Expr::Binary(left, BinaryOp::Concat, right) => concat(vec![*left, *right]),
        Expr::Case { operand, branches, otherwise } => case(operand, branches, otherwise),
        Expr::Call(of) => call(of),
        other => other,
    }
}

fn call(mut call: Call) -> Expr {
    if let Some((name, _)) = functions::find(Dialect::ClickHouse, &call.function) {
        call.function = name;
    }
    if !call.parameters.is_empty() || call.distinct || call.filter.is_some() {
        return Expr::Call(call);
    }
    let Call { function, arguments, .. } = call;
    match operator(&function, arguments) {
        Ok(found) => found,
        Err(arguments) => Expr::Call(Call::new(function, arguments)),
    }
}

/// The operator that a function is the long form of; else the arguments, unchanged.
fn operator(function: &str, arguments: Vec<Expr>) -> Result<Expr, Vec<Expr>> {
    let negated = matches!(function, "notLike" | "isNotNull");
    match (function, arguments.len()) {
        ("tuple", _) => Ok(Expr::Tuple(arguments)),
        ("array", _) => Ok(Expr::Array(arguments)),
        ("concat", 2..) => Ok(concat(arguments)),
        ("multiIf", 3) => Ok(Expr::Call(Call::new("if", arguments))),
        ("and", 2..) => Ok(flat(LogicOp::And, arguments)),
        ("or", 2..) => Ok(flat(LogicOp::Or, arguments)),
        ("not" | "negate" | "isNull" | "isNotNull", 1) => {
            let mut given = arguments.into_iter();
            let of = given.next().map(Box::new).ok_or_else(Vec::new)?;
            Ok(match function {
                "not" => Expr::Unary(UnaryOp::Not, of),
                "negate" => super::common(Expr::Unary(UnaryOp::Minus, of)),
                _ => Expr::Is { value: of, state: State::Null, negated },
            })
        }
        (_, 2) => two(function, arguments, negated),
        _ => Err(arguments),
    }
}

fn two(function: &str, mut arguments: Vec<Expr>, negated: bool) -> Result<Expr, Vec<Expr>> {
    let like = matches!(function, "like" | "notLike" | "ilike");
    let op = binary(function);
    if !like && op.is_none() {
        return Err(arguments);
    }
    let (Some(right), Some(left)) = (arguments.pop().map(Box::new), arguments.pop().map(Box::new)) else {
        return Err(arguments);
    };
    Ok(match op {
        Some(op) => Expr::Binary(left, op, right),
        None => Expr::Like { value: left, pattern: right, any_case: function == "ilike", negated },
    })
}

fn binary(function: &str) -> Option<BinaryOp> {
    Some(match function {
        "plus" => BinaryOp::Add,
        "minus" => BinaryOp::Subtract,
        "multiply" => BinaryOp::Multiply,
        "divide" => BinaryOp::Divide,
        "modulo" => BinaryOp::Modulo,
        "equals" => BinaryOp::Equal,
        "notEquals" => BinaryOp::NotEqual,
        "less" => BinaryOp::Less,
        "lessOrEquals" => BinaryOp::LessOrEqual,
        "greater" => BinaryOp::Greater,
        "greaterOrEquals" => BinaryOp::GreaterOrEqual,
        _ => return None,
    })
}

/// `a || b || c` is stored as calls of `concat` in one another.
fn concat(parts: Vec<Expr>) -> Expr {
    let parts = parts.into_iter().flat_map(|part| match part {
        Expr::Call(call) if call.function == "concat" && call.arguments.len() > 1 => call.arguments,
        other => vec![other],
    });
    Expr::Call(Call::new("concat", parts.collect()))
}

/// `case when` is stored as `multiIf`, with one branch the same as `if`.
fn case(of: Option<Box<Expr>>, branches: Vec<(Expr, Expr)>, otherwise: Option<Box<Expr>>) -> Expr {
    let of_nothing = of.is_none();
    let otherwise = otherwise.map_or(Expr::Literal(Literal::Null), |otherwise| *otherwise);
    let conditions = branches.into_iter().flat_map(|(condition, result)| [condition, result]);
    let arguments: Vec<Expr> =
        of.map(|of| *of).into_iter().chain(conditions).chain(std::iter::once(otherwise)).collect();
    let name = match (of_nothing, arguments.len()) {
        (true, 3) => "if",
        (true, _) => "multiIf",
        (false, _) => "caseWithExpression",
    };
    Expr::Call(Call::new(name, arguments))
}
