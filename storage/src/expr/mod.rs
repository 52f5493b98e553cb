//! Expressions: the small language that a plugin writes and a server answers in.
//!
//! A text becomes an [`Expr`] and only an `Expr` becomes SQL again ([`Expr::render`]): nothing of the text survives.
//! [`parse`] takes what the lists allow in a [`Clause`]; [`parse_server`] takes any function, since what a server says is
//! compared and never sent back. [`Expr::canonical`] maps the forms that mean the same in one engine to one value.

mod argument;
mod canonical;
mod constant;
mod estimate;
mod functions;
mod interval;
mod kinds;
mod moment;
mod parse;
mod pattern;
mod render;
mod rules;
#[cfg(test)]
mod tests;
mod typing;

use crate::name::Name;
use crate::types::{TextFault, clickhouse, postgres};
use std::collections::BTreeSet;

pub(crate) use estimate::{Weight, weigh};
pub use interval::Interval;
pub(crate) use kinds::Kinds;
pub(crate) use moment::moments;
pub use parse::{parse_server, parse_server_list};
pub use rules::{Clause, parse};
pub(crate) use typing::{Column as Stored, condition, judge, named, of_clickhouse, of_postgres, stored};
pub(crate) use typing::{has_no_order, has_no_zone, indexed, is_float, is_hashed, is_integer, is_worded};

/// Why a text is not an expression.
pub type ExprFault = TextFault;

/// Whose expression it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// PostgreSQL with TimescaleDB.
    Postgres,
    /// ClickHouse.
    ClickHouse,
    /// Milvus, which has literals only.
    Milvus,
}

/// An expression. Parentheses are not part of it; rendering puts them where they are needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expr {
    /// A column.
    Column(Name),
    /// A value.
    Literal(Literal),
    /// A length of time, in PostgreSQL.
    Interval(Interval),
    /// An operator before one operand.
    Unary(UnaryOp, Box<Expr>),
    /// An operator between two operands.
    Binary(Box<Expr>, BinaryOp, Box<Expr>),
    /// Conditions of which all, or any, must hold; two or more.
    Logic(LogicOp, Vec<Expr>),
    /// Whether a value is one of a list, which is not empty.
    In {
        /// What is looked for.
        value: Box<Expr>,
        /// Among what.
        list: Vec<Expr>,
        /// `not in`.
        negated: bool,
    },
    /// A comparison with any or all elements of an array, as PostgreSQL stores `in`.
    Quantified {
        /// What is compared.
        value: Box<Expr>,
        /// How.
        op: BinaryOp,
        /// With all elements; else with any.
        all: bool,
        /// The array.
        array: Box<Expr>,
    },
    /// Whether a value lies between two others, both included.
    Between {
        /// What is compared.
        value: Box<Expr>,
        /// The least.
        low: Box<Expr>,
        /// The most.
        high: Box<Expr>,
        /// `not between`.
        negated: bool,
    },
    /// Whether a text has a pattern.
    Like {
        /// The text.
        value: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// `ilike`.
        any_case: bool,
        /// `not like`.
        negated: bool,
    },
    /// `is null`, `is true`, `is false`.
    Is {
        /// What is tested.
        value: Box<Expr>,
        /// For what.
        state: State,
        /// `is not`.
        negated: bool,
    },
    /// The result of the first branch whose condition holds.
    Case {
        /// What the conditions are compared with; without: they are conditions.
        operand: Option<Box<Expr>>,
        /// Conditions and results; at least one.
        branches: Vec<(Expr, Expr)>,
        /// The result if none holds; without: null.
        otherwise: Option<Box<Expr>>,
    },
    /// A value as another type.
    Cast(Box<Expr>, CastType),
    /// A call.
    Call(Call),
    /// An array of values.
    Array(Vec<Expr>),
    /// A tuple of values, in ClickHouse.
    Tuple(Vec<Expr>),
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number in decimal as it was written: digits, at most one point, an exponent, a minus before it.
    Number(String),
    /// A text.
    Text(String),
}

/// Operator before its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnaryOp {
    /// `not`.
    Not,
    /// `-`.
    Minus,
}

/// Operator between conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogicOp {
    /// All hold.
    And,
    /// Any holds.
    Or,
}

/// Operator between its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the symbols stand in `symbol`")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Concat,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    DistinctFrom,
    NotDistinctFrom,
    JsonField,
    JsonText,
    Contains,
    ContainedBy,
    Matches,
    MatchesAnyCase,
    MatchesNot,
    MatchesNotAnyCase,
}

/// What `is` tests for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words of SQL")]
pub enum State {
    Null,
    True,
    False,
}

/// The type of a cast.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CastType {
    /// A PostgreSQL type.
    Postgres(postgres::Type),
    /// A ClickHouse type.
    ClickHouse(clickhouse::Type),
    /// A type that is not on our list, as a server wrote it: `regclass`.
    Foreign(String),
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// Its name, as the engine's list writes it.
    pub function: String,
    /// Of a parametric aggregate: `quantile(0.5)(x)`.
    pub parameters: Vec<Expr>,
    /// What it is called with; empty for `count(*)`.
    pub arguments: Vec<Expr>,
    /// Over distinct values.
    pub distinct: bool,
    /// Only rows for which this holds.
    pub filter: Option<Box<Expr>>,
}

/// The fault that a text is a point in time which is fixed once.
pub(crate) fn moment_fault(text: &str) -> ExprFault {
    moment::fault(0, text)
}

/// Every function of an engine's list but ClickHouse's aggregates, and whether an argument of it is more than a value.
#[cfg(test)]
pub(crate) fn listed_functions(dialect: Dialect) -> Vec<(&'static str, bool)> {
    let roles: BTreeSet<&str> = functions::roles::names(dialect).collect();
    let listed: Vec<(&str, bool)> =
        functions::listed(dialect).map(|function| (function.name, roles.contains(function.name))).collect();
    for role in roles {
        assert!(listed.contains(&(role, true)), "{role} has a role and is on no list");
    }
    listed
}

impl Call {
    /// A call with arguments alone.
    pub fn new(function: impl Into<String>, arguments: Vec<Expr>) -> Call {
        Call { function: function.into(), parameters: Vec::new(), arguments, distinct: false, filter: None }
    }
}

impl Expr {
    /// A text.
    pub fn text(text: impl Into<String>) -> Expr {
        Expr::Literal(Literal::Text(text.into()))
    }

    /// The column, if the expression is one and nothing else.
    pub fn as_column(&self) -> Option<&Name> {
        match self {
            Expr::Column(name) => Some(name),
            _ => None,
        }
    }

    /// The value, if the expression is one and nothing else.
    pub fn as_literal(&self) -> Option<&Literal> {
        match self {
            Expr::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The parts, one level down.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Column(_) | Expr::Literal(_) | Expr::Interval(_) => Vec::new(),
            Expr::Unary(_, of) | Expr::Cast(of, _) | Expr::Is { value: of, .. } => vec![of],
            Expr::Binary(left, _, right) => vec![left, right],
            Expr::Logic(_, all) | Expr::Array(all) | Expr::Tuple(all) => all.iter().collect(),
            Expr::In { value, list, .. } => std::iter::once(&**value).chain(list).collect(),
            Expr::Quantified { value, array, .. } => vec![value, array],
            Expr::Between { value, low, high, .. } => vec![value, low, high],
            Expr::Like { value, pattern, .. } => vec![value, pattern],
            Expr::Case { operand, branches, otherwise } => operand
                .as_deref()
                .into_iter()
                .chain(branches.iter().flat_map(|(condition, result)| [condition, result]))
                .chain(otherwise.as_deref())
                .collect(),
            Expr::Call(call) => call.parameters.iter().chain(&call.arguments).chain(call.filter.as_deref()).collect(),
        }
    }

    /// The same with each part, one level down, put through a function.
    #[must_use]
    pub(crate) fn map_parts(self, f: &mut dyn FnMut(Expr) -> Expr) -> Expr {
        let mut boxed = |part: Box<Expr>| Box::new(f(*part));
        match self {
            Expr::Column(_) | Expr::Literal(_) | Expr::Interval(_) => self,
            Expr::Unary(op, of) => Expr::Unary(op, boxed(of)),
            Expr::Cast(of, to) => Expr::Cast(boxed(of), to),
            Expr::Is { value, state, negated } => Expr::Is { value: boxed(value), state, negated },
            Expr::Binary(left, op, right) => Expr::Binary(boxed(left), op, boxed(right)),
            Expr::Quantified { value, op, all, array } => {
                Expr::Quantified { value: boxed(value), op, all, array: boxed(array) }
            }
            Expr::Between { value, low, high, negated } => {
                Expr::Between { value: boxed(value), low: boxed(low), high: boxed(high), negated }
            }
            Expr::Like { value, pattern, any_case, negated } => {
                Expr::Like { value: boxed(value), pattern: boxed(pattern), any_case, negated }
            }
            Expr::In { value, list, negated } => {
                let value = boxed(value);
                Expr::In { value, list: list.into_iter().map(f).collect(), negated }
            }
            Expr::Case { operand, branches, otherwise } => {
                let (operand, otherwise) = (operand.map(&mut boxed), otherwise.map(&mut boxed));
                let branches = branches.into_iter().map(|(condition, result)| (f(condition), f(result))).collect();
                Expr::Case { operand, branches, otherwise }
            }
            Expr::Logic(op, all) => Expr::Logic(op, all.into_iter().map(f).collect()),
            Expr::Array(all) => Expr::Array(all.into_iter().map(f).collect()),
            Expr::Tuple(all) => Expr::Tuple(all.into_iter().map(f).collect()),
            Expr::Call(call) => Expr::Call(Call {
                filter: call.filter.map(&mut boxed),
                parameters: call.parameters.into_iter().map(&mut *f).collect(),
                arguments: call.arguments.into_iter().map(f).collect(),
                ..Call::new(call.function, Vec::new()).distinct(call.distinct)
            }),
        }
    }

    /// Every column that is named.
    pub fn columns(&self) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        self.walk(&mut |part| {
            if let Expr::Column(name) = part {
                found.insert(name.clone());
            }
        });
        found
    }

    /// Whether an aggregate function is called, of any engine.
    pub fn has_aggregate(&self) -> bool {
        let mut found = false;
        self.walk(&mut |part| {
            if let Expr::Call(call) = part {
                found |= functions::is_aggregate(&call.function);
            }
        });
        found
    }

    /// Visits the expression and everything in it, from outside to inside.
    pub fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        match self {
            Expr::Column(_) | Expr::Literal(_) | Expr::Interval(_) => {}
            // The most usual ones, without a list of their parts.
            Expr::Binary(left, _, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Expr::Unary(_, of) | Expr::Cast(of, _) | Expr::Is { value: of, .. } => of.walk(visit),
            Expr::Call(call) => {
                let all = call.parameters.iter().chain(&call.arguments).chain(call.filter.as_deref());
                all.for_each(|part| part.walk(visit));
            }
            _ => self.parts().into_iter().for_each(|part| part.walk(visit)),
        }
    }
}

impl Call {
    fn distinct(mut self, distinct: bool) -> Call {
        self.distinct = distinct;
        self
    }
}
