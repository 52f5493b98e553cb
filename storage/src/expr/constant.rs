//! Numbers that an expression holds: how large they may be, and what of a constant is certain before a server computes it.

use super::{BinaryOp, Call, CastType, Dialect, Expr, ExprFault, Literal, UnaryOp, functions};
use crate::diagnostic::codes::types as codes;
use crate::types::{clickhouse, postgres, shown};

/// Digits that a number of PostgreSQL has when it is written out.
const MOST_DIGITS: usize = 100;

/// Refuses a number that an engine writes out in thousands of digits, or stores as another one.
pub(super) fn bounded(digits: &str, dialect: Dialect, at: usize) -> Result<(), ExprFault> {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let count = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let fits = match dialect {
        _ if count > MOST_DIGITS => false,
        Dialect::Postgres => {
            exponent.parse::<i16>().is_ok_and(|exponent| count + usize::from(exponent.unsigned_abs()) <= MOST_DIGITS)
        }
        Dialect::ClickHouse if digits.contains(['.', 'e', 'E']) => {
            let value = digits.parse::<f64>().unwrap_or(f64::INFINITY);
            value.is_finite() && (value != 0.0 || !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9')))
        }
        Dialect::ClickHouse => digits.parse::<u64>().is_ok() || digits.parse::<i64>().is_ok(),
        Dialect::Milvus => true,
    };
    if fits {
        return Ok(());
    }
    let message = format!("the number {} is out of bounds", shown(digits));
    Err(ExprFault::new(codes::NUMBER_BOUNDS, at, message).help(match dialect {
        Dialect::ClickHouse => "an integer has up to 64 bits, another number is a Float64; for more, cast a text",
        _ => "a number has at most 100 digits when it is written out",
    }))
}

/// The value of a constant as far as it is certain: of what rounds, wraps or divides, only that it is not 0.
pub(super) fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Literal(Literal::Number(digits) | Literal::Text(digits)) => digits.trim().parse().ok(),
        Expr::Literal(Literal::Boolean(value)) => Some(f64::from(u8::from(*value))),
        Expr::Unary(UnaryOp::Minus, of) => number(of).map(|of| -of),
        Expr::Binary(left, op, right) => two(number(left)?, *op, number(right)?),
        Expr::Cast(of, to) => converted(number(of)?, is_float(to)),
        Expr::Call(call) => called(call),
        _ => None,
    }
}

fn called(call: &Call) -> Option<f64> {
    match (call.function.as_str(), call.arguments.as_slice()) {
        ("abs" | "assumeNotNull" | "toNullable", [of]) => number(of).map(f64::abs),
        ("negate", [of]) => number(of).map(|of| -of),
        ("plus", [left, right]) => two(number(left)?, BinaryOp::Add, number(right)?),
        ("minus", [left, right]) => two(number(left)?, BinaryOp::Subtract, number(right)?),
        ("multiply", [left, right]) => two(number(left)?, BinaryOp::Multiply, number(right)?),
        (name, [of]) if name.starts_with("toFloat") => number(of),
        (name, [of]) if name.starts_with("toInt") || name.starts_with("toUInt") => converted(number(of)?, false),
        _ => None,
    }
}

fn two(left: f64, op: BinaryOp, right: f64) -> Option<f64> {
    match op {
        BinaryOp::Add => Some(left + right),
        BinaryOp::Subtract => Some(left - right),
        BinaryOp::Multiply => Some(left * right),
        // Between integers a server cuts what is behind the point.
        BinaryOp::Divide => Some((left / right).trunc()),
        _ => None,
    }
}

/// A conversion may cut, and the narrowest type wraps at 128.
fn converted(value: f64, float: bool) -> Option<f64> {
    match value {
        value if float => Some(value),
        value if value.abs() < 128.0 => Some(value.trunc()),
        _ => None,
    }
}

fn is_float(to: &CastType) -> bool {
    match to {
        CastType::Postgres(to) => {
            matches!(to, postgres::Type::Real | postgres::Type::DoublePrecision | postgres::Type::Numeric(None))
        }
        CastType::ClickHouse(to) => matches!(to.plain(), clickhouse::Type::Float32 | clickhouse::Type::Float64),
        CastType::Foreign(_) => false,
    }
}

/// Refuses a constant that is 0, or of which nobody sees that it is not: each row would fail.
pub(super) fn divisor(expr: &Expr, at: usize) -> Result<(), ExprFault> {
    let mut changes = !expr.columns().is_empty();
    expr.walk(&mut |part| changes |= matches!(part, Expr::Call(call) if functions::is_changing(&call.function)));
    let known = number(expr);
    if changes || known.is_some_and(|number| number.abs() > 0.0) {
        return Ok(());
    }
    let message = if known == Some(0.0) {
        "a division by 0, which fails for every row"
    } else {
        "a division by a constant that is not seen to be other than 0"
    };
    Err(ExprFault::new(codes::ZERO_DIVISOR, at, message).help("divide by a number, or by `nullif(column, 0)`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Clause, parse};

    #[test]
    fn a_divisor_is_not_0_in_any_form() {
        let of = |dialect, text: &str| parse(text, dialect, Clause::Generated).map_err(|fault| fault.code);
        for text in [
            "a / 0",
            "a / 0.0",
            "a % 0",
            "a / - 0",
            "a / (1 - 1)",
            "a / (0 * 5)",
            "a / 0e5",
            "a / '0'",
            "a / (1 / 2)",
            "1 / 0",
            "a / cast(0 as integer)",
            "a / cast(0.4 as integer)",
            "mod(a, 0)",
            "div(a, 0.0)",
            "a / length('')",
            "a / abs(0)",
            "a / cast('0' as bigint)",
            "a / false",
            "a / null",
        ] {
            assert_eq!(of(Dialect::Postgres, text).unwrap_err(), codes::ZERO_DIVISOR, "{text}");
        }
        for text in [
            "intDiv(1, 0)",
            "intDiv(a, 0)",
            "modulo(a, 0)",
            "a % 0",
            "a / 0",
            "divide(a, 0)",
            "intDiv(a, 1 - 1)",
            "intDiv(a, toUInt8(0))",
            "intDiv(a, toUInt8(256))",
            "intDiv(a, toInt32(0.5))",
            "intDiv(a, negate(0))",
            "intDiv(a, minus(2, 2))",
            "intDiv(a, CAST(0.9, 'UInt8'))",
            "intDiv(a, length(''))",
            "a % CAST(0, 'UInt8')",
        ] {
            assert_eq!(of(Dialect::ClickHouse, text).unwrap_err(), codes::ZERO_DIVISOR, "{text}");
        }
        for text in ["a / 2", "a % 10", "a / 0.5", "a / (24 * 60)", "a / b", "a / nullif(b, 0)", "mod(a, 7)", "a / -3"]
        {
            assert!(of(Dialect::Postgres, text).is_ok(), "{text}");
        }
        for text in ["intDiv(a, 1000)", "a % 16", "a / b", "intDiv(a, toUInt8(3))", "a / 0.001", "intDivOrZero(a, 0)"] {
            assert!(of(Dialect::ClickHouse, text).is_ok(), "{text}");
        }
    }

    #[test]
    fn numbers_stay_within_what_an_engine_keeps_as_it_is() {
        let code = |text: &str, dialect| parse(text, dialect, Clause::Default).map_err(|fault| fault.code).err();
        let nines = "9".repeat(100);
        for text in ["1e131071", "1e-131071", "1e100", "1e99999999999", &format!("{nines}9"), "-1e200", "0.1e-120"] {
            assert_eq!(code(text, Dialect::Postgres), Some(codes::NUMBER_BOUNDS), "{text}");
        }
        for text in ["1e99", "1e-99", "0.5", "-12345678901234567890", &nines] {
            assert_eq!(code(text, Dialect::Postgres), None, "{text}");
        }
        for text in ["1e400", "1e-400", "18446744073709551616", "-9223372036854775809", &nines] {
            assert_eq!(code(text, Dialect::ClickHouse), Some(codes::NUMBER_BOUNDS), "{text}");
        }
        for text in ["1e308", "1e-300", "0e0", "0.0", "18446744073709551615", "-9223372036854775808"] {
            assert_eq!(code(text, Dialect::ClickHouse), None, "{text}");
        }
    }
}
