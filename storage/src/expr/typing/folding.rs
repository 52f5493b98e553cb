//! Constants that ClickHouse computes when it makes a table, and refuses: texts that are no such value, and a few calls
//! that fail for these very arguments.
//!
//! Says no only where every version says no. A text for a `Nullable` type becomes null and is taken.

use crate::diagnostic::codes::types as codes;
use crate::expr::{Call, Expr, ExprFault, Literal};
use crate::types::clickhouse::{Bits, Type};
use crate::types::shown;

/// Whether a text can be read as a type.
pub(super) fn reads(text: &str, of: &Type) -> bool {
    let digits = || text.bytes().filter(u8::is_ascii_digit).count();
    match of {
        Type::UInt(_) => whole(text.strip_prefix('+').unwrap_or(text)),
        Type::Int(_) => whole(text.strip_prefix(['+', '-']).unwrap_or(text)),
        Type::Float32 | Type::Float64 | Type::BFloat16 => digits() > 0 || names_float(text),
        Type::Decimal(..) | Type::DateTime(_) | Type::DateTime64(..) => digits() > 0,
        Type::Bool => {
            text.starts_with(['t', 'T', 'f', 'F', 'y', 'Y', 'n', 'N', 'o', 'O', 'e', 'E', 'd', 'D', '0', '1'])
        }
        // A day has four digits of its year, and two more at least.
        Type::Date | Type::Date32 => digits() >= 6,
        Type::Uuid => uuid(text),
        Type::Ipv4 => ipv4(text),
        Type::Ipv6 => {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        }
        Type::FixedString(bytes) => u32::try_from(text.len()).is_ok_and(|length| length <= *bytes),
        Type::Enum8(values) | Type::Enum16(values) => {
            values.iter().any(|(name, _)| name == text) || text.parse::<i64>().is_ok()
        }
        Type::Array(_) => text.trim_start().starts_with('['),
        Type::Tuple(_) => text.trim_start().starts_with('('),
        Type::LowCardinality(of) | Type::SimpleAggregateFunction(_, of) => reads(text, of),
        Type::Json | Type::Map(..) => text.trim_start().starts_with('{'),
        Type::String | Type::Nullable(_) | Type::AggregateFunction { .. } => true,
    }
}

fn whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn names_float(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    text.starts_with("inf") || text.starts_with("nan")
}

fn uuid(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"-{}".contains(&byte))
}

fn ipv4(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

/// What a function turns a text into, of those that refuse one that is no such value.
fn target(function: &str) -> Option<Type> {
    Some(match function {
        "toUUID" => Type::Uuid,
        "toIPv4" => Type::Ipv4,
        "toIPv6" => Type::Ipv6,
        "toDate" => Type::Date,
        "toDate32" => Type::Date32,
        "toDateTime" | "parseDateTimeBestEffort" => Type::DateTime(None),
        "toDateTime64" => Type::DateTime64(3, None),
        "toBool" => Type::Bool,
        "toFloat32" | "toFloat64" => Type::Float64,
        "toDecimal32" | "toDecimal64" | "toDecimal128" => Type::Decimal(38, 0),
        "toUInt8" | "toUInt16" | "toUInt32" | "toUInt64" => Type::UInt(Bits::B64),
        "toInt8" | "toInt16" | "toInt32" | "toInt64" => Type::Int(Bits::B64),
        _ => return None,
    })
}

/// What is wrong with a call of constants.
pub(super) fn call(call: &Call) -> Option<ExprFault> {
    let fault = |message: String, help: &str| Some(ExprFault::of_part(codes::UNREADABLE, message).help(help));
    let name = call.function.as_str();
    match (name, call.arguments.as_slice()) {
        (_, [Expr::Literal(Literal::Text(text)), ..]) if target(name).is_some_and(|to| !reads(text, &to)) => fault(
            format!("`{name}` of {}, which is no such value", shown(text)),
            "ClickHouse computes constants when it makes the object: write a value that it can read",
        ),
        ("base64Decode", [Expr::Literal(Literal::Text(text))]) if !is_base64(text) => {
            fault(format!("{} is not base64", shown(text)), "encode it in base64, with `=` at its end where need be")
        }
        ("toFixedString", [Expr::Literal(Literal::Text(text)), Expr::Literal(Literal::Number(bytes))])
            if bytes.parse::<usize>().is_ok_and(|bytes| text.len() > bytes) =>
        {
            fault(format!("{} has more than {bytes} bytes", shown(text)), "make the FixedString longer")
        }
        ("tupleElement", [Expr::Tuple(parts), Expr::Literal(Literal::Number(place)), ..])
            if !place.parse::<usize>().is_ok_and(|place| (1..=parts.len()).contains(&place)) =>
        {
            fault(format!("the tuple has {} elements, and no {place}", parts.len()), "count from 1")
        }
        ("intDiv" | "modulo", [Expr::Literal(Literal::Number(of)), Expr::Literal(Literal::Number(by))]) => {
            overflow(of, by)
        }
        _ => None,
    }
}

/// A division whose result has no place in its type.
pub(super) fn overflow(of: &str, by: &str) -> Option<ExprFault> {
    let overflows = of.parse::<i64>() == Ok(i64::MIN) && by.parse::<i64>() == Ok(-1);
    overflows.then(|| {
        ExprFault::of_part(codes::UNREADABLE, "the least integer is divided by -1, and its result is no integer")
            .help("write the result itself")
    })
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len() % 4 != 1 && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Type {
        Type::parse(text).unwrap()
    }

    #[test]
    fn texts_that_are_no_such_value() {
        for (text, to) in [
            ("abc", "UInt64"),
            ("-1", "UInt64"),
            ("1.5", "UInt8"),
            (" 5", "Int32"),
            ("", "Int8"),
            ("x", "Float64"),
            ("x", "Decimal(9, 2)"),
            ("x", "DateTime"),
            ("", "DateTime64(3)"),
            ("9999", "Date"),
            ("x", "UUID"),
            ("1.2.3", "IPv4"),
            ("host", "IPv6"),
            ("xxx", "FixedString(2)"),
            ("b", "Enum8('a' = 1)"),
            ("x", "Array(UInt8)"),
            ("x", "JSON"),
            ("?", "Bool"),
        ] {
            assert!(!reads(text, &of(to)), "{text} as {to}");
        }
        for (text, to) in [
            ("300", "UInt8"),
            ("+5", "UInt8"),
            ("nan", "Float64"),
            ("2020-1-1", "Date"),
            ("20200101", "Date"),
            ("1577836800", "DateTime"),
            ("yes", "Bool"),
            ("00000000000000000000000000000000", "UUID"),
            ("x", "Nullable(UInt8)"),
            ("1", "Enum8('a' = 1)"),
            ("[1]", "Array(UInt8)"),
            ("anything", "LowCardinality(String)"),
        ] {
            assert!(reads(text, &of(to)), "{text} as {to}");
        }
    }
}
