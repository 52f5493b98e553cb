//! How much memory an expression takes at most: a server computes the constant parts when a table is made, and the whole
//! for every row.
//!
//! An upper bound from the sizes of the literals and from what [`Growth`] says of each function, with a fixed size for what
//! a column holds. It errs to the large side, by saturating sums and products, and costs one walk.

use super::functions::{self, Growth};
use super::{BinaryOp, Call, CastType, Dialect, Expr, ExprFault, Literal};
use crate::diagnostic::codes::types as codes;
use crate::name::Name;
use crate::types::{clickhouse, postgres};

/// What a column counts as.
const COLUMN: u64 = 256;
/// The most for one result, be it the whole or a part of it.
const MOST: u64 = 64 * 1_024;
/// The most for all results of an expression together.
const MOST_TOGETHER: u64 = 1_024 * 1_024;
/// A word of a time format, and digits of a number format, for each of its letters.
const WORD: u64 = 12;
/// A point in time, a boolean, a number of a machine word.
const SMALL: u64 = 64;

/// Parts of an expression once the expressions of the columns that it names stand in their places. ClickHouse gives up at
/// 500,000, of which each is folded anew.
const MOST_PARTS: u64 = 10_000;

/// What a column can hold, and of how many parts what computes it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Bytes of a value.
    pub(crate) bytes: u64,
    /// Parts of its expression.
    pub(crate) parts: u64,
}

impl Default for Weight {
    /// A column that whoever inserts fills.
    fn default() -> Self {
        Self { bytes: COLUMN, parts: 1 }
    }
}

impl Weight {
    /// Of nothing.
    pub(crate) const NONE: Weight = Weight { bytes: 0, parts: 0 };

    /// The larger of each.
    pub(crate) fn larger(self, other: Self) -> Self {
        Self { bytes: self.bytes.max(other.bytes), parts: self.parts.max(other.parts) }
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_add(other.bytes), parts: self.parts.saturating_add(other.parts) }
    }

    /// Whether neither is above a bound.
    pub(crate) fn within(self, most: Self) -> bool {
        self.bytes <= most.bytes && self.parts <= most.parts
    }
}

/// Refuses an expression of which a result can be too large.
pub(super) fn check(expr: &Expr, dialect: Dialect) -> Result<(), ExprFault> {
    weigh(expr, dialect, &|_| Weight::default()).map(|_| ())
}

/// The same with what is known of the columns that it names; what the expression can hold.
pub(crate) fn weigh(expr: &Expr, dialect: Dialect, column: &dyn Fn(&Name) -> Weight) -> Result<Weight, ExprFault> {
    let bytes = Walk { dialect, together: 0, column }.size(expr)?;
    let parts = parts(expr, column);
    if parts > MOST_PARTS {
        let message =
            format!("the expression has {parts} parts once its columns are put in; {MOST_PARTS} are possible");
        return Err(ExprFault::new(codes::RESULT_SIZE, 0, message));
    }
    Ok(Weight { bytes, parts })
}

fn parts(expr: &Expr, column: &dyn Fn(&Name) -> Weight) -> u64 {
    match expr {
        Expr::Column(name) => column(name).parts,
        _ => expr.parts().into_iter().fold(1, |sum, part| parts(part, column).saturating_add(sum)),
    }
}

struct Walk<'c> {
    dialect: Dialect,
    together: u64,
    column: &'c dyn Fn(&Name) -> Weight,
}

impl Walk<'_> {
    fn size(&mut self, expr: &Expr) -> Result<u64, ExprFault> {
        let parts = expr.parts().into_iter().map(|part| self.size(part)).collect::<Result<Vec<_>, _>>()?;
        let size = match expr {
            Expr::Column(name) => return Ok((self.column)(name).bytes),
            Expr::Literal(value) => return Ok(literal(value)),
            Expr::Interval(_) => return Ok(SMALL),
            Expr::Unary(..) | Expr::Array(_) | Expr::Tuple(_) => sum(&parts).saturating_add(8 * length(&parts)),
            Expr::Binary(_, op, _) => binary(*op, &parts),
            Expr::Logic(..)
            | Expr::In { .. }
            | Expr::Quantified { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::Is { .. } => SMALL,
            Expr::Case { .. } => largest(&parts),
            Expr::Cast(of, to) => cast(of, to, sum(&parts)),
            Expr::Call(call) => self.call(call, &parts),
        };
        self.together = self.together.saturating_add(size);
        if size > MOST || self.together > MOST_TOGETHER {
            return Err(fault(expr, size));
        }
        Ok(size)
    }

    fn call(&self, call: &Call, parts: &[u64]) -> u64 {
        let part = |position: usize| parts.get(position).copied().unwrap_or_default();
        match functions::growth(self.dialect, &call.function) {
            Growth::Fixed(bytes) => bytes,
            Growth::Largest => largest(parts),
            Growth::Sum => sum(parts).saturating_add(8 * length(parts)),
            Growth::Times(times) => sum(parts).saturating_mul(times).saturating_add(SMALL),
            Growth::Joined => sum(parts).saturating_add(part(0).saturating_mul(length(parts))),
            Growth::Formatted => part(1).saturating_mul(WORD).saturating_add(SMALL),
            Growth::Replaced => {
                let place = match call.arguments.get(1) {
                    Some(Expr::Literal(Literal::Text(text))) => text.len().max(1) as u64,
                    _ => 1,
                };
                if part(2) <= place { part(0) } else { replaced(part(0) / place, part(2), part(0)) }
            }
            Growth::PatternReplaced => replaced(part(0).saturating_add(1), part(2), part(0)),
            Growth::Sized => match call.arguments.get(1) {
                Some(Expr::Literal(Literal::Number(digits))) => digits.parse().unwrap_or(u64::MAX),
                _ => u64::MAX,
            },
        }
    }
}

/// What is put in at so many places, and what was there.
fn replaced(places: u64, with: u64, of: u64) -> u64 {
    places.saturating_mul(with).saturating_add(of)
}

fn sum(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |sum, part| sum.saturating_add(*part))
}

fn largest(parts: &[u64]) -> u64 {
    parts.iter().copied().max().unwrap_or_default()
}

fn length(parts: &[u64]) -> u64 {
    parts.len() as u64
}

fn literal(value: &Literal) -> u64 {
    match value {
        Literal::Null | Literal::Boolean(_) => 8,
        // Written out, with its exponent.
        Literal::Number(digits) if digits.contains(['e', 'E']) => 128,
        Literal::Number(digits) => digits.len() as u64,
        Literal::Text(text) => text.len() as u64,
    }
}

fn binary(op: BinaryOp, parts: &[u64]) -> u64 {
    let result = op.is_arithmetic() || matches!(op, BinaryOp::Concat | BinaryOp::JsonField | BinaryOp::JsonText);
    if result { sum(parts).saturating_add(8) } else { SMALL }
}

/// A padded text has its length; a text of something else has its escapes and its quotes.
fn cast(of: &Expr, to: &CastType, size: u64) -> u64 {
    match to {
        CastType::Postgres(postgres::Type::Char(length)) => u64::from(*length).saturating_mul(4).max(size),
        CastType::ClickHouse(to) if matches!(to.plain(), clickhouse::Type::FixedString(_)) => {
            u64::from(to.width().unwrap_or_default()).max(size)
        }
        _ if matches!(of, Expr::Literal(_) | Expr::Column(_) | Expr::Cast(..)) => size.saturating_add(SMALL),
        CastType::Postgres(to) if to.is_text() || matches!(to, postgres::Type::Json | postgres::Type::Jsonb) => {
            size.saturating_mul(2).saturating_add(SMALL)
        }
        CastType::ClickHouse(to) if *to.plain() == clickhouse::Type::String => {
            size.saturating_mul(2).saturating_add(SMALL)
        }
        _ => size.saturating_add(SMALL),
    }
}

fn fault(expr: &Expr, size: u64) -> ExprFault {
    let what = match expr {
        Expr::Call(call) => format!("the result of `{}`", call.function),
        Expr::Cast(..) => "the result of a cast".to_owned(),
        _ => "a result".to_owned(),
    };
    let message = if size > MOST {
        format!("{what} can have {size} bytes; at most {MOST} are taken, where a column counts as {COLUMN}")
    } else {
        format!("the results in the expression can have more than {MOST_TOGETHER} bytes together")
    };
    ExprFault::new(codes::RESULT_SIZE, 0, message)
        .help("write a constant as it is, and leave what multiplies a text to the application")
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::codes::types as codes;
    use crate::expr::{Clause, Dialect, parse};

    fn nested(times: usize, before: &str, of: &str, after: &str) -> String {
        format!("{}{of}{}", before.repeat(times), after.repeat(times))
    }

    #[test]
    fn what_multiplies_is_refused_before_it_fills_memory() {
        let tenfold = |times| nested(times, "replaceAll(", "'aaaaaaaaaa'", ", 'a', 'aaaaaaaaaa')");
        for text in [
            tenfold(4),
            tenfold(8),
            tenfold(30),
            nested(6, "replaceRegexpAll(", "'a'", ", 'a', '\\\\0\\\\0\\\\0')"),
            nested(20, "hex(", "'a'", ")"),
            nested(12, "toString([", "'a'", "])"),
            nested(3, "replaceAll(", "s", ", '', s)"),
            nested(20, "replaceAll(", "s", ", 'a', 'bb')"),
            format!("concat({0}, concat({0}))", vec!["s"; 200].join(", ")),
            format!("length({0}) + length({0})", tenfold(4)),
            format!("replaceAll(s, 'a', '{}')", "x".repeat(1_000)),
        ] {
            let fault = parse(&text, Dialect::ClickHouse, Clause::Default).unwrap_err();
            assert_eq!(fault.code, codes::RESULT_SIZE, "{text}: {fault}");
        }
        for text in [
            nested(5, "replace(", "'aaaaaaaaaa'", ", 'a', 'aaaaaaaaaa')"),
            nested(12, "regexp_replace(", "'aaaaaaaa'", ", 'a', 'aa', 'g')"),
            nested(10, "encode(", "'aaaa'", "::bytea, 'escape')"),
            nested(8, "to_jsonb(", "'\"\"\"\"'", "::text)::text"),
            nested(6, "concat_ws(", "'aaaaaaaaaaaaaaaa'", ", 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i')"),
        ] {
            let fault = parse(&text, Dialect::Postgres, Clause::Default).unwrap_err();
            assert_eq!(fault.code, codes::RESULT_SIZE, "{text}: {fault}");
        }
    }

    #[test]
    fn what_authors_write_is_taken() {
        for text in [
            nested(8, "replaceAll(", "s", ", 'a', 'b')"),
            nested(4, "replaceRegexpAll(", "s", ", '\\\\s+', ' ')"),
            format!("concat({})", vec!["s"; 100].join(", ")),
            format!("multiIf({}, '')", vec!["s = 'x', 'some text of an author'"; 80].join(", ")),
            format!("'{}'", "x".repeat(4_000)),
            "hex(SHA256(concat(s, lower(s))))".to_owned(),
            format!("s in ({})", vec!["'abc'"; 500].join(", ")),
        ] {
            parse(&text, Dialect::ClickHouse, Clause::Default).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        }
        for text in ["a || ' ' || b || ' ' || c", "regexp_replace(lower(a), '[^a-z]+', '-', 'g')", "a * b + c / 2"] {
            parse(text, Dialect::Postgres, Clause::Generated).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        }
    }

    #[test]
    fn no_function_grows_without_saying_how() {
        for dialect in [Dialect::Postgres, Dialect::ClickHouse] {
            for name in crate::expr::functions::names(dialect) {
                let growth = crate::expr::functions::growth(dialect, name);
                assert_ne!(growth, super::Growth::Fixed(u64::MAX), "{name}");
            }
        }
    }
}
