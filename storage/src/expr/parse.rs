//! Reads an expression: operators by their binding, everything else in [`primary`].
//!
//! One grammar for a plugin's text and a server's. A plugin's names and calls are checked as they are read, so that a
//! fault has its place; a server's are taken as they are. Depth is bounded twice: how far the parser descends, and how
//! high the tree grows, since a chain of a thousand `+` descends nowhere and is a thousand high.

mod call;
mod cast;
mod primary;

use super::{BinaryOp, Clause, Dialect, Expr, ExprFault, Literal, LogicOp, State, UnaryOp, constant, pattern};
use crate::diagnostic::codes::types as codes;
use crate::types::cursor::Cursor;
use crate::types::token::{AUTHOR, Bounds, Flavour, SERVER, Token};

/// How tightly an operator holds its operands.
mod binding {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const IS: u8 = 4;
    pub(super) const COMPARE: u8 = 5;
    pub(super) const OTHER: u8 = 6;
    pub(super) const SUM: u8 = 7;
    pub(super) const PRODUCT: u8 = 8;
    pub(super) const ZONE: u8 = 9;
    pub(super) const SIGN: u8 = 10;
    pub(super) const POSTFIX: u8 = 11;
}

/// Reads what a server says of an expression. Any function is taken, and a column's table is left off.
pub fn parse_server(text: &str, dialect: Dialect) -> Result<Expr, ExprFault> {
    read(text, dialect, None)
}

/// Reads what a server says of a list, such as ClickHouse's `sorting_key`. An empty text is an empty list.
pub fn parse_server_list(text: &str, dialect: Dialect) -> Result<Vec<Expr>, ExprFault> {
    let mut parser = Parser::over(text, dialect, None)?;
    let mut found = Vec::new();
    while parser.cursor.peek().is_some() {
        found.push(parser.expression(0)?);
        if !parser.cursor.take_symbol(",") {
            parser.end()?;
        }
    }
    Ok(found)
}

/// Reads a whole text; with a clause it is a plugin's.
pub(super) fn read(text: &str, dialect: Dialect, clause: Option<Clause>) -> Result<Expr, ExprFault> {
    let mut parser = Parser::over(text, dialect, clause)?;
    let found = parser.expression(0)?;
    parser.end()?;
    Ok(found)
}

struct Parser {
    cursor: Cursor,
    dialect: Dialect,
    /// Absent for a server's text.
    clause: Option<Clause>,
    bounds: Bounds,
    depth: usize,
    /// Of the tree that was read last.
    height: usize,
}

impl Parser {
    fn over(text: &str, dialect: Dialect, clause: Option<Clause>) -> Result<Parser, ExprFault> {
        let flavour = match dialect {
            Dialect::Postgres => Flavour::Postgres,
            Dialect::ClickHouse => Flavour::ClickHouse,
            Dialect::Milvus => Flavour::Milvus,
        };
        let bounds = if clause.is_some() { AUTHOR } else { SERVER };
        let cursor = Cursor::over(text, flavour, bounds, codes::EXPRESSION_SYNTAX)?;
        Ok(Parser { cursor, dialect, clause, bounds, depth: 0, height: 0 })
    }

    fn end(&self) -> Result<(), ExprFault> {
        let Some(Token::Word(word)) = self.cursor.peek() else { return self.cursor.end() };
        let help = match word.to_ascii_lowercase().as_str() {
            "over" => "window functions are not part of the language",
            "collate" => "collations are not part of the language",
            "as" | "asc" | "desc" | "nulls" => "name and order have fields of their own beside the expression",
            "div" | "mod" => "write `/`, `%` or a function",
            "global" | "regexp" | "rlike" | "similar" | "overlaps" => "this operator is not part of the language",
            _ => return self.cursor.end(),
        };
        self.cursor.end().map_err(|fault| fault.help(help))
    }

    /// Reads what binds tighter than `least`.
    fn expression(&mut self, least: u8) -> Result<Expr, ExprFault> {
        self.depth += 1;
        if self.depth > self.bounds.depth + 8 {
            return Err(self.too_high());
        }
        let mut found = self.prefix()?;
        let mut compared = false;
        while let Some(binding) = self.next_binding().filter(|binding| *binding > least) {
            if binding == binding::COMPARE && compared {
                return Err(self
                    .cursor
                    .wanted("the end")
                    .help("comparisons do not chain: put one of them in parentheses"));
            }
            compared = binding == binding::COMPARE;
            let below = self.height;
            found = self.infix(found, binding)?;
            self.grow(below)?;
        }
        self.depth -= 1;
        Ok(found)
    }

    fn prefix(&mut self) -> Result<Expr, ExprFault> {
        if self.cursor.take_words(&["NOT"]) {
            let of = self.expression(binding::NOT)?;
            self.grow(0)?;
            return Ok(Expr::Unary(UnaryOp::Not, Box::new(of)));
        }
        if self.cursor.is_symbol("-") || self.cursor.is_symbol("+") {
            let minus = self.cursor.is_symbol("-");
            let signed_number = matches!(self.cursor.peek_after(1), Some(Token::Number(_)));
            if !minus && !signed_number {
                return Err(self.cursor.wanted("a value").help("leave the `+` out"));
            }
            self.cursor.advance();
            if signed_number {
                return self.number(minus);
            }
            let of = self.expression(binding::SIGN)?;
            self.grow(0)?;
            return Ok(Expr::Unary(UnaryOp::Minus, Box::new(of)));
        }
        self.primary()
    }

    /// How tightly the operator holds that comes next, if one does.
    fn next_binding(&self) -> Option<u8> {
        let word = |words: &[&str]| self.cursor.are_words(words);
        match self.cursor.peek()? {
            Token::Symbol(symbol) => match *symbol {
                "=" | "==" | "<>" | "!=" | "<" | "<=" | ">" | ">=" | "~~" | "!~~" | "~~*" | "!~~*" => {
                    Some(binding::COMPARE)
                }
                "||" | "->" | "->>" | "@>" | "<@" | "~" | "~*" | "!~" | "!~*" => Some(binding::OTHER),
                "+" | "-" => Some(binding::SUM),
                "*" | "/" | "%" => Some(binding::PRODUCT),
                "::" | "[" => Some(binding::POSTFIX),
                _ => None,
            },
            Token::Word(_) if word(&["OR"]) => Some(binding::OR),
            Token::Word(_) if word(&["AND"]) => Some(binding::AND),
            Token::Word(_) if word(&["IS"]) => Some(binding::IS),
            Token::Word(_)
                if ["IN", "BETWEEN", "LIKE", "ILIKE"].iter().any(|one| word(&[one]) || word(&["NOT", one])) =>
            {
                Some(binding::COMPARE)
            }
            Token::Word(_) if word(&["AT", "TIME", "ZONE"]) => Some(binding::ZONE),
            _ => None,
        }
    }

    fn infix(&mut self, left: Expr, binding: u8) -> Result<Expr, ExprFault> {
        match binding {
            binding::OR | binding::AND => self.logic(left, binding),
            binding::IS => self.is(left),
            binding::ZONE => self.zone(left),
            binding::POSTFIX => self.postfix(left),
            binding::COMPARE if matches!(self.cursor.peek(), Some(Token::Word(_))) => self.membership(left),
            _ => self.binary(left, binding),
        }
    }

    /// A chain of one operator is one node: its operands are equals, and a long one is not high.
    fn logic(&mut self, left: Expr, binding: u8) -> Result<Expr, ExprFault> {
        let (word, op) = if binding == binding::OR { ("OR", LogicOp::Or) } else { ("AND", LogicOp::And) };
        let mut all = vec![left];
        let mut highest = 0;
        while self.cursor.take_words(&[word]) {
            all.push(self.expression(binding)?);
            highest = highest.max(self.height);
        }
        self.height = highest;
        Ok(Expr::Logic(op, all))
    }

    fn is(&mut self, left: Expr) -> Result<Expr, ExprFault> {
        self.cursor.expect_word("IS")?;
        let negated = self.cursor.take_words(&["NOT"]);
        if self.dialect == Dialect::Postgres && self.cursor.take_words(&["DISTINCT", "FROM"]) {
            let op = if negated { BinaryOp::NotDistinctFrom } else { BinaryOp::DistinctFrom };
            let right = self.expression(binding::COMPARE)?;
            return Ok(Expr::Binary(Box::new(left), op, Box::new(right)));
        }
        let state = if self.cursor.take_words(&["NULL"]) {
            State::Null
        } else if self.dialect == Dialect::Postgres && self.cursor.take_words(&["TRUE"]) {
            State::True
        } else if self.dialect == Dialect::Postgres && self.cursor.take_words(&["FALSE"]) {
            State::False
        } else {
            return Err(self.cursor.wanted("`null`"));
        };
        self.height = 0;
        Ok(Expr::Is { value: Box::new(left), state, negated })
    }

    /// `in`, `between`, `like`, with `not` before them or without.
    fn membership(&mut self, left: Expr) -> Result<Expr, ExprFault> {
        let value = Box::new(left);
        let negated = self.cursor.take_words(&["NOT"]);
        if self.cursor.take_words(&["IN"]) {
            let list = self.list_after_in()?;
            return Ok(Expr::In { value, list, negated });
        }
        if self.cursor.take_words(&["BETWEEN"]) {
            let low = Box::new(self.expression(binding::COMPARE)?);
            let below = self.height;
            self.cursor.expect_word("AND")?;
            let high = Box::new(self.expression(binding::COMPARE)?);
            self.height = self.height.max(below);
            return Ok(Expr::Between { value, low, high, negated });
        }
        let any_case = self.cursor.take_words(&["ILIKE"]);
        if !any_case {
            self.cursor.expect_word("LIKE")?;
        }
        let pattern = Box::new(self.expression(binding::COMPARE)?);
        if self.cursor.are_words(&["ESCAPE"]) {
            return Err(self.cursor.wanted("the end").help("the escape of a pattern is `\\`"));
        }
        Ok(Expr::Like { value, pattern, any_case, negated })
    }

    fn list_after_in(&mut self) -> Result<Vec<Expr>, ExprFault> {
        if !self.cursor.is_symbol("(") {
            return Err(self.cursor.wanted("`(`").help("`in` takes a list of values: `in ('a', 'b')`"));
        }
        self.refuse_query(1)?;
        let list = self.arguments()?;
        if list.is_empty() {
            return Err(self.cursor.wanted("a value in the list before"));
        }
        Ok(list)
    }

    fn binary(&mut self, left: Expr, binding: u8) -> Result<Expr, ExprFault> {
        let at = self.cursor.at();
        let Some(Token::Symbol(symbol)) = self.cursor.advance() else { return Err(self.cursor.wanted("an operator")) };
        let left = Box::new(left);
        if self.dialect == Dialect::Postgres
            && let Some((any_case, negated)) = like_operator(symbol)
        {
            let pattern = Box::new(self.expression(binding)?);
            return Ok(Expr::Like { value: left, pattern, any_case, negated });
        }
        let Some(op) = operator(symbol).filter(|op| self.dialect == Dialect::Postgres || !op.is_postgres_only()) else {
            let fault = ExprFault::new(codes::EXPRESSION_REFUSED, at, format!("`{symbol}` is not an operator here"));
            return Err(if symbol == "->" { fault.help("lambdas are not part of the language") } else { fault });
        };
        if self.dialect == Dialect::Postgres && binding == binding::COMPARE {
            let all = self.cursor.are_words(&["ALL"]);
            if all || self.cursor.are_words(&["ANY"]) || self.cursor.are_words(&["SOME"]) {
                return self.quantified(left, op, all);
            }
        }
        let right = Box::new(self.expression(binding)?);
        if self.clause.is_some() {
            operand(op, &right, at)?;
        }
        Ok(Expr::Binary(left, op, right))
    }

    /// `= any (array)`: how PostgreSQL writes `in`, and no form of a plugin's.
    fn quantified(&mut self, value: Box<Expr>, op: BinaryOp, all: bool) -> Result<Expr, ExprFault> {
        if self.clause.is_some() {
            return Err(self.refused("a comparison with an array").help("write `in (..)`, which means the same"));
        }
        self.cursor.advance();
        self.cursor.expect_symbol("(")?;
        self.refuse_query(0)?;
        let array = Box::new(self.expression(0)?);
        self.cursor.expect_symbol(")")?;
        Ok(Expr::Quantified { value, op, all, array })
    }

    /// One more level above what was read last and what stood before it.
    fn grow(&mut self, below: usize) -> Result<(), ExprFault> {
        self.height = self.height.max(below) + 1;
        if self.height > self.bounds.depth { Err(self.too_high()) } else { Ok(()) }
    }

    fn too_high(&self) -> ExprFault {
        let message = format!("more than {} operators depend on each other", self.bounds.depth);
        ExprFault::new(codes::EXPRESSION_SIZE, self.cursor.at(), message)
    }

    fn refused(&self, what: &str) -> ExprFault {
        ExprFault::new(codes::EXPRESSION_REFUSED, self.cursor.at(), format!("{what} is not part of the language"))
    }
}

/// What stands behind an operator of a plugin's: no constant 0 as a divisor, no regular expression that is dear to compile.
fn operand(op: BinaryOp, right: &Expr, at: usize) -> Result<(), ExprFault> {
    match (op, right) {
        (BinaryOp::Divide | BinaryOp::Modulo, divisor) => constant::divisor(divisor, at),
        (op, Expr::Literal(Literal::Text(text))) if op.is_match() => pattern::check(text, at),
        (op, _) if op.is_match() => {
            let message = format!("what stands behind `{}` is not a regular expression in quotes", op.symbol());
            Err(ExprFault::new(codes::PATTERN, at, message).help("write it as a literal"))
        }
        _ => Ok(()),
    }
}

/// PostgreSQL's operators behind `like`: any case, negated.
fn like_operator(symbol: &str) -> Option<(bool, bool)> {
    match symbol {
        "~~" => Some((false, false)),
        "!~~" => Some((false, true)),
        "~~*" => Some((true, false)),
        "!~~*" => Some((true, true)),
        _ => None,
    }
}

fn operator(symbol: &str) -> Option<BinaryOp> {
    Some(match symbol {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "%" => BinaryOp::Modulo,
        "||" => BinaryOp::Concat,
        "=" | "==" => BinaryOp::Equal,
        "<>" | "!=" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessOrEqual,
        ">" => BinaryOp::Greater,
        ">=" => BinaryOp::GreaterOrEqual,
        "->" => BinaryOp::JsonField,
        "->>" => BinaryOp::JsonText,
        "@>" => BinaryOp::Contains,
        "<@" => BinaryOp::ContainedBy,
        "~" => BinaryOp::Matches,
        "~*" => BinaryOp::MatchesAnyCase,
        "!~" => BinaryOp::MatchesNot,
        "!~*" => BinaryOp::MatchesNotAnyCase,
        _ => return None,
    })
}
