//! Casts, and values with their type before them: `date '2026-01-01'`, `interval '1 day'`.

use super::{Parser, binding};
use crate::diagnostic::codes::types as codes;
use crate::expr::{Call, CastType, Dialect, Expr, ExprFault, Interval, Literal, moment};
use crate::types::token::Token;
use crate::types::{clickhouse, postgres, shown};

impl Parser {
    /// `cast(x as t)`; ClickHouse stores `CAST(x, 't')`.
    pub(super) fn cast(&mut self) -> Result<Expr, ExprFault> {
        self.cursor.advance();
        self.cursor.expect_symbol("(")?;
        self.refuse_query(0)?;
        let of = Box::new(self.expression(0)?);
        let to = if self.dialect == Dialect::ClickHouse && self.cursor.take_symbol(",") {
            let at = self.cursor.at();
            let text = self.cursor.text("a type in quotes")?;
            if self.clause.is_some() {
                stateless(at, clickhouse::Type::parse(&text)?)?
            } else {
                CastType::ClickHouse(clickhouse::Type::parse_server(&text)?)
            }
        } else {
            self.cursor.expect_word("AS")?;
            self.cast_type()?
        };
        self.cursor.expect_symbol(")")?;
        self.grow(0)?;
        self.as_type(of, to)
    }

    /// A value as another type. A word such as `now` becomes a point in time once, when the definition is carried out.
    fn as_type(&self, of: Box<Expr>, to: CastType) -> Result<Expr, ExprFault> {
        if self.clause.is_some()
            && let (Expr::Literal(Literal::Text(text)), CastType::Postgres(time)) = (&*of, &to)
            && moment::is_time(time)
            && moment::is_refused(text)
        {
            return Err(moment::fault(self.cursor.at(), text));
        }
        Ok(Expr::Cast(of, to))
    }

    /// `::type`, or `[index]` in ClickHouse.
    pub(super) fn postfix(&mut self, left: Expr) -> Result<Expr, ExprFault> {
        self.height = 0;
        if self.cursor.take_symbol("::") {
            let to = self.cast_type()?;
            return self.as_type(Box::new(left), to);
        }
        if self.dialect != Dialect::ClickHouse {
            return Err(self.refused("an element of an array"));
        }
        self.cursor.expect_symbol("[")?;
        let index = self.expression(0)?;
        self.cursor.expect_symbol("]")?;
        Ok(Expr::Call(Call::new("arrayElement", vec![left, index])))
    }

    fn cast_type(&mut self) -> Result<CastType, ExprFault> {
        match self.dialect {
            Dialect::ClickHouse => {
                let at = self.cursor.at();
                let to = clickhouse::Type::read(&mut self.cursor)?;
                if self.clause.is_some() { stateless(at, to) } else { Ok(CastType::ClickHouse(to)) }
            }
            Dialect::Milvus => Err(self.refused("a cast")),
            Dialect::Postgres => {
                let start = self.cursor.mark();
                match postgres::Type::read(&mut self.cursor) {
                    Ok(found) => Ok(CastType::Postgres(found)),
                    Err(fault) if self.clause.is_some() => Err(fault),
                    Err(_) => {
                        self.cursor.reset(start);
                        self.foreign_type()
                    }
                }
            }
        }
    }

    /// A type of a server that is not on our list: a name, perhaps with its schema.
    fn foreign_type(&mut self) -> Result<CastType, ExprFault> {
        let mut text = String::new();
        loop {
            match self.cursor.advance() {
                Some(Token::Word(part) | Token::Quoted(part)) => text.push_str(&part),
                _ => return Err(self.cursor.wanted("a type")),
            }
            if !self.cursor.take_symbol(".") {
                break;
            }
            text.push('.');
        }
        if self.cursor.take_symbol("[") {
            self.cursor.expect_symbol("]")?;
            text.push_str("[]");
        }
        Ok(CastType::Foreign(text))
    }

    pub(super) fn interval(&mut self) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        if !matches!(
            self.cursor.peek_after(1),
            Some(Token::Text(_) | Token::Number(_) | Token::Symbol("-") | Token::Word(_))
        ) {
            return self.named();
        }
        if self.dialect == Dialect::Milvus {
            return Err(self.refused("an interval"));
        }
        self.cursor.advance();
        if self.dialect == Dialect::Postgres {
            let text = self.cursor.text("a length of time in quotes")?;
            let found = Interval::parse(&text).ok_or_else(|| {
                ExprFault::new(codes::EXPRESSION_SYNTAX, at, format!("{} is not a length of time", shown(&text)))
                    .help("write `interval '1 day'` or `interval '2 hours 30 minutes'`")
            })?;
            // PostgreSQL writes the least length in a form that it does not read: a dump of it cannot be restored.
            if self.clause.is_some() && found.microseconds == i64::MIN {
                let message = format!("the length of time {} is out of bounds", shown(&text));
                let help = "add a microsecond";
                return Err(ExprFault::new(codes::NUMBER_BOUNDS, at, message).help(help));
            }
            return Ok(Expr::Interval(found));
        }
        let count = self.expression(binding::SIGN - 1)?;
        let unit = self.cursor.word("a unit of time")?;
        let Some(function) = interval_function(&unit) else {
            return Err(ExprFault::new(
                codes::EXPRESSION_SYNTAX,
                at,
                format!("{} is not a unit of time", shown(&unit)),
            ));
        };
        self.grow(0)?;
        Ok(Expr::Call(Call::new(function, vec![count])))
    }

    /// `date '2026-01-01'`.
    pub(super) fn typed_text(&mut self) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        let word = self.cursor.word("a type")?;
        let text = self.cursor.text("a value in quotes")?;
        match postgres::Type::parse(&word) {
            Ok(of) => self.as_type(Box::new(Expr::text(text)), CastType::Postgres(of)),
            Err(_) => Err(ExprFault::new(
                codes::EXPRESSION_SYNTAX,
                at,
                format!("{} is not a type before a value", shown(&word)),
            )),
        }
    }
}

/// A type that is, or holds, the state of an aggregate is made of bytes that the server reads as memory of its own.
fn stateless(at: usize, to: clickhouse::Type) -> Result<CastType, ExprFault> {
    if to.holds_state() {
        let message = format!("a cast to {}", shown(&to.to_string()));
        return Err(ExprFault::new(codes::STATE_VALUE, at, message)
            .help("a state comes from an aggregate in a view, such as `avgState(x)`, and from nothing else"));
    }
    Ok(CastType::ClickHouse(to))
}

fn interval_function(unit: &str) -> Option<&'static str> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "millisecond" | "milliseconds" => "toIntervalMillisecond",
        "second" | "seconds" => "toIntervalSecond",
        "minute" | "minutes" => "toIntervalMinute",
        "hour" | "hours" => "toIntervalHour",
        "day" | "days" => "toIntervalDay",
        "week" | "weeks" => "toIntervalWeek",
        "month" | "months" => "toIntervalMonth",
        "quarter" | "quarters" => "toIntervalQuarter",
        "year" | "years" => "toIntervalYear",
        _ => return None,
    })
}
