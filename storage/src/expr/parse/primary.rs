//! What operators stand between: values, columns, parentheses, case.

use super::Parser;
use crate::diagnostic::codes::types as codes;
use crate::expr::{Call, Dialect, Expr, ExprFault, Literal};
use crate::expr::{constant, functions, rules};
use crate::name::Name;
use crate::types::shown;
use crate::types::token::Token;

/// Words that have a meaning of their own, so that a column of that name is written in quotes.
const STRUCTURE: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "is",
    "between",
    "like",
    "ilike",
    "case",
    "when",
    "then",
    "else",
    "end",
    "from",
    "where",
    "having",
    "union",
    "intersect",
    "except",
    "join",
    "as",
    "distinct",
    "any",
    "all",
    "some",
    "over",
    "filter",
    "within",
    "order",
    "group",
    "limit",
    "offset",
    "into",
    "on",
    "using",
    "cast",
    "array",
    "interval",
    "extract",
];
const SESSION: &[&str] =
    &["current_catalog", "current_role", "current_schema", "current_time", "current_user", "localtime", "session_user"];
const QUERIES: &[&str] =
    &["select", "with", "exists", "values", "insert", "update", "delete", "drop", "create", "alter"];

/// Words that stand behind a value.
const OPERATORS: &[&str] = &["and", "or", "not", "in", "is", "between", "like", "ilike", "as", "then", "else", "end"];

impl Parser {
    pub(super) fn primary(&mut self) -> Result<Expr, ExprFault> {
        self.height = 0;
        match self.cursor.peek() {
            Some(Token::Number(_)) => self.number(false),
            Some(Token::Text(text)) => {
                let found = Expr::text(text.clone());
                self.cursor.advance();
                Ok(found)
            }
            Some(Token::Symbol("(")) => self.parentheses(),
            Some(Token::Symbol("[")) if self.dialect == Dialect::ClickHouse => self.array(),
            Some(Token::Symbol("*")) => Err(self.refused("`*`").help("only `count(*)` takes it")),
            Some(Token::Quoted(_)) => self.named(),
            Some(Token::Word(word)) => {
                let lower = word.to_ascii_lowercase();
                self.word(&lower)
            }
            _ => Err(self.cursor.wanted("a value")),
        }
    }

    /// The number that comes next, with its sign.
    pub(super) fn number(&mut self, minus: bool) -> Result<Expr, ExprFault> {
        self.height = 0;
        let at = self.cursor.at();
        let digits = match self.cursor.advance() {
            Some(Token::Number(digits)) => digits,
            _ => String::from("0"),
        };
        // ClickHouse reads no number that begins with its point.
        let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits };
        let digits = if minus { format!("-{digits}") } else { digits };
        if self.clause.is_some() {
            constant::bounded(&digits, self.dialect, at)?;
        }
        Ok(Expr::Literal(Literal::Number(digits)))
    }

    fn word(&mut self, lower: &str) -> Result<Expr, ExprFault> {
        let called = matches!(self.cursor.peek_after(1), Some(Token::Symbol("(")));
        let quotes = matches!(self.cursor.peek_after(1), Some(Token::Text(_)));
        if !called && self.is_plain_name(lower) {
            return self.named();
        }
        match lower {
            "null" => Ok(self.literal(Literal::Null)),
            "true" => Ok(self.literal(Literal::Boolean(true))),
            "false" => Ok(self.literal(Literal::Boolean(false))),
            "case" => self.case(),
            "cast" if called => self.cast(),
            "interval" if !called => self.interval(),
            "extract" if called && self.dialect == Dialect::Postgres => self.extract(),
            "trim" | "substring" if called => self.special(lower),
            "array" if self.dialect == Dialect::Postgres => {
                self.cursor.advance();
                self.array()
            }
            "current_timestamp" | "current_date" | "localtimestamp" if !called => self.bare_call(lower),
            // Functions without brackets to PostgreSQL, and never columns.
            word if SESSION.contains(&word) && self.dialect == Dialect::Postgres && self.clause.is_some() => {
                self.bare_call(lower)
            }
            word if QUERIES.contains(&word) => Err(self
                .refused("a query or a statement")
                .help("an expression is over the columns of one row; quote a column of that name")),
            // ClickHouse has functions named as operators: `like(a, b)`, `and(a, b)`, `any(a)`.
            word if STRUCTURE.contains(&word) && !(called && functions::find(self.dialect, word).is_some()) => {
                Err(self.cursor.wanted("a value").help("quote a column of that name"))
            }
            _ if quotes && self.dialect == Dialect::Postgres => self.typed_text(),
            _ => self.named(),
        }
    }

    /// Whether a word where a value stands is a name, though it means something elsewhere: ClickHouse writes most columns that
    /// are named so without quotes. It quotes those that it would not read back, but for `not`.
    fn is_plain_name(&self, lower: &str) -> bool {
        if self.dialect != Dialect::ClickHouse {
            return false;
        }
        let next = self.cursor.peek_after(1);
        let operator = || match next {
            None => true,
            Some(Token::Symbol(symbol)) => !matches!(*symbol, "(" | "["),
            Some(Token::Word(word)) => OPERATORS.iter().any(|operator| operator.eq_ignore_ascii_case(word)),
            Some(_) => false,
        };
        match lower {
            "null" | "true" | "false" | "select" | "distinct" => false,
            "case" => operator(),
            "interval" => operator() && (self.clause.is_none() || !matches!(next, Some(Token::Symbol("-")))),
            "current_timestamp" | "current_date" | "localtimestamp" => self.clause.is_none(),
            word if QUERIES.contains(&word) => self.clause.is_none(),
            word => STRUCTURE.contains(&word),
        }
    }

    fn literal(&mut self, value: Literal) -> Expr {
        self.cursor.advance();
        Expr::Literal(value)
    }

    fn bare_call(&mut self, lower: &str) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        self.cursor.advance();
        let function = self.function(at, lower, 0)?;
        Ok(Expr::Call(Call::new(function, Vec::new())))
    }

    /// A query after an opening bracket; `ahead` tokens are left before it.
    pub(super) fn refuse_query(&self, ahead: usize) -> Result<(), ExprFault> {
        match self.cursor.peek_after(ahead) {
            // A server writes a column of such a name without quotes, but for this one.
            Some(Token::Word(word)) if self.reads_names() && !word.eq_ignore_ascii_case("select") => Ok(()),
            Some(Token::Word(word)) if QUERIES.contains(&word.to_ascii_lowercase().as_str()) => {
                Err(self.refused("a subquery").help("an expression is over the columns of one row"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the text is one of ClickHouse itself.
    fn reads_names(&self) -> bool {
        self.dialect == Dialect::ClickHouse && self.clause.is_none()
    }

    fn parentheses(&mut self) -> Result<Expr, ExprFault> {
        self.refuse_query(1)?;
        self.cursor.expect_symbol("(")?;
        let first = self.expression(0)?;
        if self.cursor.take_symbol(")") {
            return Ok(first);
        }
        if self.dialect != Dialect::ClickHouse || !self.cursor.is_symbol(",") {
            return Err(self.cursor.wanted("`)`"));
        }
        let mut highest = self.height;
        let mut parts = vec![first];
        while self.cursor.take_symbol(",") {
            parts.push(self.expression(0)?);
            highest = highest.max(self.height);
        }
        self.cursor.expect_symbol(")")?;
        self.height = highest;
        self.grow(0)?;
        Ok(Expr::Tuple(parts))
    }

    fn array(&mut self) -> Result<Expr, ExprFault> {
        self.cursor.expect_symbol("[")?;
        let mut parts = Vec::new();
        let mut highest = 0;
        while !self.cursor.is_symbol("]") {
            parts.push(self.expression(0)?);
            highest = highest.max(self.height);
            if !self.cursor.take_symbol(",") {
                break;
            }
        }
        self.cursor.expect_symbol("]")?;
        self.height = highest;
        self.grow(0)?;
        Ok(Expr::Array(parts))
    }

    fn case(&mut self) -> Result<Expr, ExprFault> {
        self.cursor.advance();
        let mut highest = 0;
        let mut next = |parser: &mut Parser| {
            let found = parser.expression(0);
            highest = highest.max(parser.height);
            found
        };
        let operand = if self.cursor.are_words(&["WHEN"]) { None } else { Some(Box::new(next(self)?)) };
        let mut branches = Vec::new();
        while self.cursor.take_words(&["WHEN"]) {
            let condition = next(self)?;
            self.cursor.expect_word("THEN")?;
            branches.push((condition, next(self)?));
        }
        if branches.is_empty() {
            return Err(self.cursor.wanted("`when`"));
        }
        let otherwise = if self.cursor.take_words(&["ELSE"]) { Some(Box::new(next(self)?)) } else { None };
        self.cursor.expect_word("END")?;
        self.height = highest;
        self.grow(0)?;
        Ok(Expr::Case { operand, branches, otherwise })
    }

    /// A column or a call, in quotes or not.
    pub(super) fn named(&mut self) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        let name = self.identifier()?;
        if self.cursor.is_symbol("(") {
            return self.call(at, &name);
        }
        if self.cursor.is_symbol(".") {
            return self.qualified(at, name);
        }
        self.column(at, name)
    }

    /// PostgreSQL folds what is not in quotes.
    pub(super) fn identifier(&mut self) -> Result<String, ExprFault> {
        match self.cursor.peek().cloned() {
            Some(Token::Quoted(name)) => {
                self.cursor.advance();
                Ok(name)
            }
            Some(Token::Word(name)) => {
                self.cursor.advance();
                Ok(if self.dialect == Dialect::Postgres { name.to_ascii_lowercase() } else { name })
            }
            _ => Err(self.cursor.wanted("a name")),
        }
    }

    fn column(&mut self, at: usize, name: String) -> Result<Expr, ExprFault> {
        let Some(clause) = self.clause else { return Ok(Expr::Column(Name::from_server(name))) };
        rules::column(self.dialect, clause, at, &name)?;
        match Name::checked(&name) {
            Ok(name) => Ok(Expr::Column(name)),
            Err(fault) => {
                Err(ExprFault::new(fault.code(), at, format!("{}: {fault}", shown(&name))).help(fault.help()))
            }
        }
    }

    /// `schema.f(x)` and `table.column`, of a server only.
    fn qualified(&mut self, at: usize, first: String) -> Result<Expr, ExprFault> {
        if self.clause.is_some() {
            return Err(ExprFault::new(codes::EXPRESSION_REFUSED, at, "a name has a dot")
                .help("name the column or the function alone: an expression is over the columns of one object"));
        }
        let mut parts = vec![first];
        while self.cursor.take_symbol(".") {
            parts.push(self.identifier()?);
        }
        if self.cursor.is_symbol("(") {
            // TimescaleDB's functions lie in the schema that its extension was made in.
            let own = matches!(parts.as_slice(), [schema, _] if matches!(schema.as_str(), "pg_catalog" | "public"));
            let name = if own { parts.pop().unwrap_or_default() } else { parts.join(".") };
            return self.call(at, &name);
        }
        // In ClickHouse the dot is part of a nested column's name; in PostgreSQL it follows the table.
        let name = if self.dialect == Dialect::ClickHouse { parts.join(".") } else { parts.pop().unwrap_or_default() };
        self.column(at, name)
    }
}
