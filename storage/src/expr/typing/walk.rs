//! The walk over an expression: operators, conditions, casts; calls in [`super::call`].

use super::readable;
use super::{Column, Found, clickhouse, named, postgres, unreadable};
use crate::diagnostic::codes::types as codes;
use crate::expr::kinds::Kinds;
use crate::expr::{BinaryOp, CastType, Dialect, Expr, ExprFault, Literal, State, UnaryOp};
use crate::name::Name;
use crate::types::shown;

/// What is carried along.
pub(super) struct Walk<'c, 'e> {
    pub(super) dialect: Dialect,
    pub(super) column: &'c dyn Fn(&Name) -> Kinds,
    /// Arguments of the calls that are being looked at.
    pub(super) stack: Vec<Found<'e>>,
    pub(super) faults: Vec<ExprFault>,
    pub(super) changing: Option<String>,
    /// Whether the part that is looked at may never be computed, since a constant decides.
    pub(super) skipped: bool,
}

impl<'e> Walk<'_, 'e> {
    pub(super) fn is_postgres(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    pub(super) fn of(&mut self, expr: &'e Expr) -> Found<'e> {
        match expr {
            Expr::Column(name) => Found::is((self.column)(name)),
            Expr::Literal(value) => self.literal(value),
            Expr::Interval(_) => Found::is(if self.is_postgres() { postgres::INTERVAL } else { clickhouse::INTERVAL }),
            Expr::Unary(op, of) => self.unary(*op, of, expr),
            Expr::Binary(left, op, right) => self.binary(left, *op, right, expr),
            Expr::Logic(_, all) => {
                for one in all {
                    self.truth(one);
                }
                Found::is(self.boolean())
            }
            Expr::In { value, list, .. } => {
                let of = self.of(value);
                for one in list {
                    let with = self.of(one);
                    // ClickHouse makes a set of the list, and converts what is in it.
                    if self.is_postgres() {
                        self.compare(of, with, BinaryOp::Equal, expr);
                    }
                }
                Found::is(self.boolean())
            }
            Expr::Between { value, low, high, .. } => {
                let of = self.of(value);
                for one in [low, high] {
                    let with = self.of(one);
                    self.compare(of, with, BinaryOp::LessOrEqual, expr);
                }
                Found::is(self.boolean())
            }
            Expr::Like { value, pattern, .. } => self.like(value, pattern, expr),
            Expr::Is { value, state, .. } => {
                if *state == State::Null {
                    self.of(value)
                } else {
                    self.truth(value)
                };
                Found::is(self.boolean())
            }
            Expr::Case { operand, branches, otherwise } => {
                self.case(operand.as_deref(), branches, otherwise.as_deref())
            }
            Expr::Cast(of, to) => self.cast(of, to),
            Expr::Call(call) => self.call(call, expr),
            Expr::Array(all) => self.array(all, expr),
            Expr::Tuple(all) => {
                for one in all {
                    self.of(one);
                }
                Found::is(clickhouse::TUPLE)
            }
            Expr::Quantified { value, array, .. } => {
                self.of(value);
                self.of(array);
                Found::is(self.boolean())
            }
        }
    }

    fn boolean(&self) -> Kinds {
        if self.is_postgres() { postgres::BOOL } else { clickhouse::TRUTH }
    }

    fn literal(&self, value: &'e Literal) -> Found<'e> {
        match value {
            Literal::Null => Found::ANY,
            Literal::Boolean(_) => Found::is(if self.is_postgres() { postgres::BOOL } else { clickhouse::BOOL }),
            Literal::Number(digits) if self.is_postgres() => Found::is(postgres::number(digits)),
            Literal::Number(digits) => Found::is(clickhouse::number(digits)),
            Literal::Text(text) if self.is_postgres() => Found { kinds: Kinds::ANY, text: Some(text) },
            Literal::Text(text) => Found { kinds: clickhouse::STRING, text: Some(text) },
        }
    }

    pub(super) fn refuse(&mut self, expr: &Expr, message: &str, help: &str) -> Found<'static> {
        let text = expr.render(self.dialect);
        let fault = ExprFault::of_part(codes::OPERAND_TYPE, format!("in {}, {message}", shown(&text)));
        self.faults.push(fault.help(help));
        Found::ANY
    }

    /// What a found part is called: a text by itself.
    pub(super) fn name_of(&self, found: Found<'_>) -> String {
        match found.text {
            Some(text) => shown(text),
            None => named(self.dialect, found.kinds),
        }
    }

    /// A part that must be a truth.
    pub(super) fn truth(&mut self, expr: &'e Expr) -> Found<'e> {
        let found = self.of(expr);
        let holds = match found.text {
            Some(text) if self.is_postgres() => readable::readable(text, postgres::BOOL),
            _ if self.is_postgres() => found.kinds.meets(postgres::BOOL),
            _ => found.kinds.meets(clickhouse::CONDITIONS),
        };
        if !holds {
            let message = format!("{} is no truth", self.name_of(found));
            return self.refuse(expr, &message, "compare it with something: `x > 0`, `x is not null`");
        }
        found
    }

    fn unary(&mut self, op: UnaryOp, of: &'e Expr, expr: &'e Expr) -> Found<'e> {
        if op == UnaryOp::Not {
            self.truth(of);
            return Found::is(self.boolean());
        }
        let found = self.of(of);
        if found.kinds == Kinds::ANY {
            return Found::ANY;
        }
        let kinds = if self.is_postgres() { postgres::negated(found.kinds) } else { clickhouse::negated(found.kinds) };
        if kinds.is_none() {
            let message = format!("{} has no negative", self.name_of(found));
            return self.refuse(expr, &message, "put a number behind the minus");
        }
        Found::is(kinds)
    }

    fn binary(&mut self, left: &'e Expr, op: BinaryOp, right: &'e Expr, expr: &'e Expr) -> Found<'e> {
        let (of, with) = (self.of(left), self.of(right));
        let null = |one: &Expr| matches!(one, Expr::Literal(Literal::Null));
        // Beside null it is `is null`, which any value takes.
        if matches!(op, BinaryOp::DistinctFrom | BinaryOp::NotDistinctFrom) && (null(left) || null(right)) {
            return Found::is(self.boolean());
        }
        if op.is_comparison() {
            self.compare(of, with, op, expr);
            return Found::is(self.boolean());
        }
        let gives = if self.is_postgres() {
            self.note_operator(op, of.kinds, with.kinds);
            postgres::binary(op, &of, &with)
        } else {
            let null = clickhouse::null_of([of.kinds, with.kinds].into_iter());
            clickhouse::binary(op, of.kinds, with.kinds).map(|kinds| kinds.or(null))
        };
        match gives {
            Some(kinds) => Found::is(kinds),
            None => self.apart(of, with, op.symbol(), expr),
        }
    }

    fn compare(&mut self, of: Found<'_>, with: Found<'_>, op: BinaryOp, expr: &'e Expr) {
        if self.is_postgres() {
            let zoned = |one: Kinds| one == postgres::TIMESTAMPTZ;
            let local = |one: Kinds| one.is_within(postgres::DATE.or(postgres::TIMESTAMP));
            if zoned(of.kinds) && local(with.kinds) || local(of.kinds) && zoned(with.kinds) {
                self.changing.get_or_insert_with(|| "a comparison of times with and without a zone".to_owned());
            }
        }
        let holds = if self.is_postgres() { postgres::compared(&of, &with) } else { clickhouse::compared(&of, &with) };
        if !holds {
            self.apart(of, with, op.symbol(), expr);
        }
    }

    fn apart(&mut self, of: Found<'_>, with: Found<'_>, symbol: &str, expr: &Expr) -> Found<'static> {
        let message = match (of.text, with.text) {
            (None, Some(text)) => format!("{} cannot be read as {}", shown(text), named(self.dialect, of.kinds)),
            (Some(text), None) => format!("{} cannot be read as {}", shown(text), named(self.dialect, with.kinds)),
            _ => format!("`{symbol}` stands between {} and {}", self.name_of(of), self.name_of(with)),
        };
        self.refuse(expr, &message, "give both sides types that go together, with a cast if need be")
    }

    /// A point in time with a zone, moved by a length of time, depends on the zone of the session.
    fn note_operator(&mut self, op: BinaryOp, left: Kinds, right: Kinds) {
        let moved = |time: Kinds, by: Kinds| time == postgres::TIMESTAMPTZ && by.is_within(postgres::LENGTHS);
        let changes = match op {
            BinaryOp::Add => moved(left, right) || moved(right, left),
            BinaryOp::Subtract => moved(left, right),
            _ => false,
        };
        if changes {
            self.changing.get_or_insert_with(|| format!("`{}` with a timestamptz", op.symbol()));
        }
    }

    fn like(&mut self, value: &'e Expr, pattern: &'e Expr, expr: &'e Expr) -> Found<'e> {
        let (of, with) = (self.of(value), self.of(pattern));
        let gives = if self.is_postgres() {
            postgres::like(&of, &with)
        } else {
            clickhouse::like(of.kinds, with.kinds).then_some(clickhouse::TRUTH)
        };
        match gives {
            Some(kinds) => Found::is(kinds),
            None => self.apart(of, with, "like", expr),
        }
    }

    /// A `case`, which is `if` or a chain of them.
    fn case(
        &mut self,
        operand: Option<&'e Expr>,
        branches: &'e [(Expr, Expr)],
        otherwise: Option<&'e Expr>,
    ) -> Found<'e> {
        let before = self.skipped;
        self.skipped |= branches.iter().any(|(condition, _)| condition.as_literal().is_some());
        let of = operand.map(|operand| self.of(operand));
        for (condition, _) in branches {
            match of {
                None => {
                    self.truth(condition);
                }
                Some(of) => {
                    let with = self.of(condition);
                    self.compare(of, with, BinaryOp::Equal, condition);
                }
            }
        }
        let start = self.stack.len();
        for result in branches.iter().map(|(_, result)| result).chain(otherwise) {
            let found = self.of(result);
            self.stack.push(found);
        }
        self.skipped = before;
        let first = branches.first().map(|(_, result)| result);
        let found = self.common(start);
        self.stack.truncate(start);
        match (found, first) {
            (Some(kinds), _) => Found::is(kinds),
            (None, Some(first)) => {
                let message = "the results of a case are of types that do not go together";
                self.refuse(first, message, "give all results one type, with a cast if need be")
            }
            (None, None) => Found::ANY,
        }
    }

    /// What the values on the stack from a place on become.
    pub(super) fn common(&self, start: usize) -> Option<Kinds> {
        let all = self.stack.get(start..).unwrap_or_default();
        if self.is_postgres() { postgres::common(all) } else { Some(clickhouse::common(all)) }
    }

    fn array(&mut self, all: &'e [Expr], expr: &'e Expr) -> Found<'e> {
        let start = self.stack.len();
        for one in all {
            let found = self.of(one);
            self.stack.push(found);
        }
        let common = if all.is_empty() { Some(Kinds::ANY) } else { self.common(start) };
        self.stack.truncate(start);
        match common {
            Some(kinds) if self.is_postgres() => Found::is(postgres::array_of(kinds)),
            Some(kinds) => Found::is(clickhouse::array_of(kinds)),
            None => {
                let help = "give all elements one type, with a cast if need be";
                self.refuse(expr, "elements of the array are of types that do not go together", help)
            }
        }
    }

    fn cast(&mut self, of: &'e Expr, to: &'e CastType) -> Found<'e> {
        let found = self.of(of);
        let column = match to {
            CastType::Postgres(to) => Column::Postgres(to),
            CastType::ClickHouse(to) => Column::ClickHouse(to),
            CastType::Foreign(_) => return Found::ANY,
        };
        let kinds = match column {
            Column::Postgres(to) => postgres::kinds_of(to),
            Column::ClickHouse(to) => clickhouse::kinds_of(to),
        };
        if let Some(text) = found.text {
            if !self.skipped && !column.reads(text) {
                self.faults.push(unreadable(text, &shown(&column.to_string())));
            }
            return Found::is(kinds);
        }
        if self.is_postgres() && postgres::changes(found.kinds, kinds) {
            self.changing.get_or_insert_with(|| format!("a cast to {column}"));
        }
        let taken = match column {
            Column::Postgres(_) => postgres::cast(found.kinds, kinds),
            Column::ClickHouse(_) => clickhouse::cast(found.kinds, kinds),
        };
        if !taken {
            let message = format!("{} is not cast to {column}", named(self.dialect, found.kinds));
            self.refuse(of, &message, "cast it to another type first, such as text");
        }
        Found::is(kinds)
    }
}
