//! Judges the arguments of a plugin's calls by their [`Role`]: what is more than a value is a literal, from a closed list or
//! within a bound. A column or an expression in such a place is refused too: what it will be nobody knows.

use super::functions::roles::{self, Role};
use super::{Call, CastType, Dialect, Expr, ExprFault, Literal, UnaryOp, constant, pattern};
use crate::diagnostic::codes::types as codes;
use crate::types::{clickhouse, postgres, shown, zone};

/// Longest format of times and numbers.
const MOST_FORMAT: usize = 256;
/// The largest exponent of a constant power.
const MOST_EXPONENT: f64 = 64.0;
/// Letters that PostgreSQL reads behind a regular expression.
const FLAGS: &str = "bceginmpqstwx";

/// Judges every argument of a call, and the parameters of an aggregate.
pub(super) fn check(dialect: Dialect, at: usize, call: &Call) -> Result<(), ExprFault> {
    for (position, role) in roles::of(dialect, &call.function) {
        if let Some(argument) = call.arguments.get(position - 1) {
            let place = Place { dialect, at, function: &call.function, position };
            place.check(role, argument)?;
        }
    }
    Ok(())
}

/// Which argument of which call is looked at.
struct Place<'c> {
    dialect: Dialect,
    at: usize,
    function: &'c str,
    position: usize,
}

impl Place<'_> {
    fn check(&self, role: Role, argument: &Expr) -> Result<(), ExprFault> {
        match role {
            Role::Zone => zone::check(self.text(argument, "a time zone", codes::TIME_ZONE)?, self.at),
            Role::ZoneOrTime => self.zone_or_time(argument),
            Role::Choice(words) => self.choice(argument, words),
            Role::Integer(least, most) => self.integer(argument, least, most),
            Role::Format => self.format(argument),
            Role::Pattern => pattern::check(self.text(argument, "a regular expression", codes::PATTERN)?, self.at),
            Role::Place => self.place(argument),
            Role::Flags => self.flags(argument),
            Role::Width => self.width(argument),
            Role::Exponent => self.exponent(argument),
            Role::Divisor => constant::divisor(argument, self.at),
            Role::Literal => match argument {
                Expr::Literal(Literal::Number(_) | Literal::Text(_)) => Ok(()),
                _ => Err(self.wanted("a literal", "write the number or the name itself")),
            },
        }
    }

    fn wanted(&self, what: &str, help: &str) -> ExprFault {
        let message = format!("argument {} of `{}` is not {what}", self.position, self.function);
        ExprFault::new(codes::FUNCTION_LITERAL, self.at, message).help(help)
    }

    fn text<'e>(&self, argument: &'e Expr, what: &str, code: crate::diagnostic::Code) -> Result<&'e str, ExprFault> {
        if let Expr::Literal(Literal::Text(text)) = argument {
            return Ok(text);
        }
        let message = format!("argument {} of `{}` is not {what} in quotes", self.position, self.function);
        let help = "write it as a literal; a column or an expression is not taken in this place";
        Err(ExprFault::new(code, self.at, message).help(help))
    }

    fn choice(&self, argument: &Expr, words: &[&str]) -> Result<(), ExprFault> {
        let help = format!("write one of {}", words.join(", "));
        match argument {
            Expr::Literal(Literal::Text(text)) if words.iter().any(|word| word.eq_ignore_ascii_case(text)) => Ok(()),
            _ => Err(self.wanted("a word of its list in quotes", &help)),
        }
    }

    fn integer(&self, argument: &Expr, least: i64, most: i64) -> Result<(), ExprFault> {
        match argument {
            Expr::Literal(Literal::Number(digits))
                if digits.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)) =>
            {
                Ok(())
            }
            _ => Err(self.wanted(&format!("a number from {least} to {most}"), "write the number itself")),
        }
    }

    fn format(&self, argument: &Expr) -> Result<(), ExprFault> {
        let text = self.text(argument, "a format", codes::FUNCTION_LITERAL)?;
        if text.len() <= MOST_FORMAT {
            return Ok(());
        }
        Err(self.wanted(&format!("a format of at most {MOST_FORMAT} bytes"), "write a shorter one"))
    }

    fn flags(&self, argument: &Expr) -> Result<(), ExprFault> {
        let text = self.text(argument, "letters", codes::FUNCTION_LITERAL)?;
        if text.len() <= FLAGS.len() && text.chars().all(|letter| FLAGS.contains(letter)) {
            return Ok(());
        }
        Err(self.wanted("made of the letters of regular expressions", "write `'g'`, `'i'` or both"))
    }

    /// PostgreSQL reads a text in this place as a regular expression, and tells it by its type, which is not known here.
    fn place(&self, argument: &Expr) -> Result<(), ExprFault> {
        match argument {
            Expr::Literal(Literal::Text(text)) => pattern::check(text, self.at),
            _ if self.dialect == Dialect::ClickHouse || is_number(argument) => Ok(()),
            _ => Err(self.wanted(
                "seen to be a number or a regular expression in quotes",
                "write `cast(x as integer)` around a column of numbers",
            )),
        }
    }

    fn width(&self, argument: &Expr) -> Result<(), ExprFault> {
        let wide = match argument {
            Expr::Interval(width) => width.is_positive(),
            Expr::Call(call) if call.function.starts_with("toInterval") => {
                matches!(call.arguments.as_slice(), [Expr::Literal(Literal::Number(digits))] if positive(digits))
            }
            Expr::Literal(Literal::Number(digits)) => self.dialect == Dialect::Postgres && positive(digits),
            _ => false,
        };
        if wide {
            Ok(())
        } else {
            Err(self.wanted("a length of time above 0", "write `interval '1 day'`, or the like"))
        }
    }

    /// A zone in quotes; an origin or an offset carries its type, so that the server does not guess at a text.
    fn zone_or_time(&self, argument: &Expr) -> Result<(), ExprFault> {
        match argument {
            Expr::Interval(_) | Expr::Literal(Literal::Number(_) | Literal::Null) => Ok(()),
            Expr::Cast(of, CastType::Postgres(to))
                if (to.is_time() || to.is_integer()) && of.as_literal().is_some() =>
            {
                Ok(())
            }
            _ => zone::check(self.text(argument, "a time zone", codes::TIME_ZONE)?, self.at),
        }
    }

    fn exponent(&self, argument: &Expr) -> Result<(), ExprFault> {
        let computed = !argument.columns().is_empty();
        if computed || constant::number(argument).is_some_and(|number| number.abs() <= MOST_EXPONENT) {
            return Ok(());
        }
        Err(self.wanted(&format!("an exponent from -{MOST_EXPONENT} to {MOST_EXPONENT}"), "write the number itself"))
    }
}

fn positive(digits: &str) -> bool {
    digits.parse::<i64>().is_ok_and(|number| number > 0)
}

/// Whether an expression of PostgreSQL cannot be a text.
fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Number(_)) | Expr::Unary(UnaryOp::Minus, _) => true,
        Expr::Binary(left, op, right) => op.is_arithmetic() && (is_number(left) || is_number(right)),
        Expr::Cast(_, CastType::Postgres(to)) => to.is_number() && !matches!(to, postgres::Type::Array(_)),
        Expr::Call(call) => {
            matches!(call.function.as_str(), "length" | "octet_length" | "strpos" | "cardinality" | "array_length")
        }
        _ => false,
    }
}

/// Parameters of a parametric aggregate of ClickHouse, which are literals already.
pub(super) fn parameters(at: usize, function: &str, given: &[Expr]) -> Result<(), ExprFault> {
    let fault = |message: String| {
        ExprFault::new(codes::FUNCTION_LITERAL, at, message).help("parameters are numbers, each within its bounds")
    };
    let texts = given.iter().map(|parameter| match parameter {
        Expr::Literal(Literal::Number(digits)) => Ok(digits.as_str()),
        other => {
            Err(fault(format!("{} is not a parameter of `{function}`", shown(&other.render(Dialect::ClickHouse)))))
        }
    });
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    clickhouse::aggregate_parameters(function, &texts).map_err(fault)
}
