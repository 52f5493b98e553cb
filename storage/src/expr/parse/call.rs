//! Calls, and the few functions that PostgreSQL writes with words between their arguments.

use super::Parser;
use crate::diagnostic::codes::types as codes;
use crate::expr::functions::roles::FIELDS;
use crate::expr::functions::{self, Function};
use crate::expr::{Call, Dialect, Expr, ExprFault, argument, rules};
use crate::types::shown;
use crate::types::token::Token;

impl Parser {
    /// A call; its name is read, its arguments come next.
    pub(super) fn call(&mut self, at: usize, name: &str) -> Result<Expr, ExprFault> {
        self.refuse_query(1)?;
        let known = self.known(at, name)?;
        let mut distinct = false;
        let mut arguments = self.call_arguments(&mut distinct)?;
        let mut parameters = Vec::new();
        if self.dialect == Dialect::ClickHouse && self.cursor.is_symbol("(") {
            let below = self.height;
            parameters = std::mem::replace(&mut arguments, self.call_arguments(&mut distinct)?);
            self.height = self.height.max(below);
            literal_parameters(at, &parameters)?;
        }
        let filter = self.filter()?;
        if self.cursor.are_words(&["OVER"]) {
            return Err(self.refused("a window function"));
        }
        self.grow(0)?;
        let function = counted(at, known, arguments.len())?;
        let aggregate = functions::is_aggregate(&function);
        if self.clause.is_some() && !aggregate && (distinct || filter.is_some() || !parameters.is_empty()) {
            return Err(self.refused(&format!("`distinct`, `filter` or a parameter for `{function}`")));
        }
        if self.dialect == Dialect::ClickHouse && function == "tuple" {
            return Ok(Expr::Tuple(arguments));
        }
        if self.clause.is_some() && self.dialect == Dialect::ClickHouse && aggregate {
            argument::parameters(at, &function, &parameters)?;
        }
        self.made(at, Call { function, parameters, arguments, distinct, filter })
    }

    /// A call as an expression; of a plugin's, every argument that is more than a value has been judged.
    pub(super) fn made(&self, at: usize, call: Call) -> Result<Expr, ExprFault> {
        if self.clause.is_some() {
            argument::check(self.dialect, at, &call)?;
        }
        Ok(Expr::Call(call))
    }

    /// A call that the grammar itself makes.
    pub(super) fn function(&mut self, at: usize, name: &str, arguments: usize) -> Result<String, ExprFault> {
        let known = self.known(at, name)?;
        counted(at, known, arguments)
    }

    /// Name of a function as the engine stores it; a plugin's must be on the list and allowed here.
    fn known(&self, at: usize, name: &str) -> Result<(String, Option<Function>), ExprFault> {
        let Some(clause) = self.clause else {
            let found = functions::find(self.dialect, name);
            return Ok((found.map_or_else(|| name.to_owned(), |(canonical, _)| canonical), None));
        };
        rules::function(self.dialect, clause, at, name).map(|(canonical, function)| (canonical, Some(function)))
    }

    fn call_arguments(&mut self, distinct: &mut bool) -> Result<Vec<Expr>, ExprFault> {
        if matches!(self.cursor.peek_after(1), Some(Token::Symbol("*"))) {
            self.cursor.expect_symbol("(")?;
            self.cursor.advance();
            self.cursor.expect_symbol(")")?;
            self.height = 0;
            return Ok(Vec::new());
        }
        if matches!(self.cursor.peek_after(1), Some(Token::Word(word)) if word.eq_ignore_ascii_case("distinct")) {
            *distinct = true;
            self.cursor.expect_symbol("(")?;
            self.cursor.advance();
            return self.rest_of_arguments();
        }
        self.arguments()
    }

    /// A list in parentheses.
    pub(super) fn arguments(&mut self) -> Result<Vec<Expr>, ExprFault> {
        self.cursor.expect_symbol("(")?;
        self.height = 0;
        if self.cursor.take_symbol(")") { Ok(Vec::new()) } else { self.rest_of_arguments() }
    }

    fn rest_of_arguments(&mut self) -> Result<Vec<Expr>, ExprFault> {
        let mut found = Vec::new();
        let mut highest = 0;
        loop {
            found.push(self.expression(0)?);
            highest = highest.max(self.height);
            if !self.cursor.take_symbol(",") {
                break;
            }
        }
        self.cursor.expect_symbol(")")?;
        self.height = highest;
        Ok(found)
    }

    fn filter(&mut self) -> Result<Option<Box<Expr>>, ExprFault> {
        if self.dialect != Dialect::Postgres || !self.cursor.take_words(&["FILTER"]) {
            return Ok(None);
        }
        let below = self.height;
        self.cursor.expect_symbol("(")?;
        self.cursor.expect_word("WHERE")?;
        let condition = self.expression(0)?;
        self.cursor.expect_symbol(")")?;
        self.height = self.height.max(below);
        Ok(Some(Box::new(condition)))
    }

    /// `extract(year from x)`; the field becomes a text.
    pub(super) fn extract(&mut self) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        self.cursor.advance();
        self.cursor.expect_symbol("(")?;
        let field = match self.cursor.advance() {
            Some(Token::Word(field) | Token::Text(field)) => field.to_ascii_lowercase(),
            _ => return Err(self.cursor.wanted("a field such as `year`")),
        };
        if !FIELDS.contains(&field.as_str()) {
            let fault = self.refused(&format!("the field {}", shown(&field)));
            return Err(fault.help(format!("fields are {}", FIELDS.join(", "))));
        }
        self.cursor.expect_word("FROM")?;
        let of = self.expression(0)?;
        self.cursor.expect_symbol(")")?;
        self.grow(0)?;
        let function = self.function(at, "extract", 2)?;
        self.made(at, Call::new(function, vec![Expr::text(field), of]))
    }

    /// `trim(both from x)` and `substring(x from 1 for 2)`, which PostgreSQL stores so; else a plain call.
    pub(super) fn special(&mut self, lower: &str) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        let start = self.cursor.mark();
        let name = self.identifier()?;
        self.cursor.expect_symbol("(")?;
        if lower == "trim" {
            let function = ["BOTH", "LEADING", "TRAILING"].iter().position(|side| self.cursor.take_words(&[side]));
            let Some(side) = function else { return self.plain(at, &name, start) };
            let characters = if self.cursor.are_words(&["FROM"]) { None } else { Some(self.expression(0)?) };
            self.cursor.expect_word("FROM")?;
            let of = self.expression(0)?;
            self.cursor.expect_symbol(")")?;
            self.grow(0)?;
            let arguments: Vec<Expr> = std::iter::once(of).chain(characters).collect();
            let name = match side {
                0 => "trim",
                1 => "ltrim",
                _ => "rtrim",
            };
            let function = self.function(at, name, arguments.len())?;
            return self.made(at, Call::new(function, arguments));
        }
        self.substring(at)
    }

    /// The arguments of `substring`, after the bracket. Read once: reading them again in another form would double the
    /// work with every level of nesting.
    fn substring(&mut self, at: usize) -> Result<Expr, ExprFault> {
        self.refuse_query(0)?;
        let mut arguments = vec![self.expression(0)?];
        let mut highest = self.height;
        let words = self.cursor.are_words(&["FROM"]);
        loop {
            let more = match arguments.len() {
                1 if words => self.cursor.take_words(&["FROM"]),
                2 if words => self.cursor.take_words(&["FOR"]),
                _ => self.cursor.take_symbol(","),
            };
            if !more {
                break;
            }
            arguments.push(self.expression(0)?);
            highest = highest.max(self.height);
        }
        self.cursor.expect_symbol(")")?;
        self.height = highest;
        self.grow(0)?;
        let function = self.function(at, "substring", arguments.len())?;
        self.made(at, Call::new(function, arguments))
    }

    fn plain(&mut self, at: usize, name: &str, start: usize) -> Result<Expr, ExprFault> {
        self.cursor.reset(start + 1);
        self.call(at, name)
    }

    /// `x at time zone 'UTC'` is a call of `timezone`, and older servers write it so.
    pub(super) fn zone(&mut self, left: Expr) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        if self.dialect != Dialect::Postgres {
            return Err(self.refused("`at time zone`").help("write `toTimeZone(x, 'UTC')`"));
        }
        for _ in 0..3 {
            self.cursor.advance();
        }
        let zone = self.expression(super::binding::ZONE)?;
        let function = self.function(at, "timezone", 2)?;
        self.made(at, Call::new(function, vec![zone, left]))
    }
}

/// The function's name, once the number of its arguments is right.
fn counted(at: usize, (name, function): (String, Option<Function>), given: usize) -> Result<String, ExprFault> {
    if let Some(function) = function {
        rules::arity(at, &name, function, given)?;
    }
    Ok(name)
}

fn literal_parameters(at: usize, parameters: &[Expr]) -> Result<(), ExprFault> {
    if parameters.iter().all(|parameter| parameter.as_literal().is_some()) {
        return Ok(());
    }
    Err(ExprFault::new(codes::FUNCTION_ARGUMENTS, at, "a parameter of an aggregate is not a literal"))
}
