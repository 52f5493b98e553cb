//! Calls: which signature of a function takes the arguments, and what it gives.

use super::signature::{Gives, Row};
use super::walk::Walk;
use super::{
    Found, aggregates, clickhouse, clickhouse_functions, folding, named, postgres, postgres_functions, readable,
};
use crate::expr::kinds::Kinds;
use crate::expr::{Call, Dialect, Expr};
use crate::types::clickhouse::is_aggregate;
use std::collections::BTreeMap;
use std::sync::LazyLock;

type Index = BTreeMap<&'static str, Vec<&'static Row>>;

fn index(rows: &'static [Row]) -> Index {
    let mut found = Index::new();
    for row in rows {
        for name in row.names.split_ascii_whitespace() {
            found.entry(name).or_default().push(row);
        }
    }
    found
}

static POSTGRES: LazyLock<Index> = LazyLock::new(|| index(postgres_functions::ROWS));
static CLICKHOUSE: LazyLock<Index> = LazyLock::new(|| index(clickhouse_functions::ROWS));

impl<'e> Walk<'_, 'e> {
    pub(super) fn call(&mut self, call: &'e Call, expr: &'e Expr) -> Found<'e> {
        let before = self.skipped;
        self.skipped |= matches!(call.function.as_str(), "if" | "multiIf" | "and" | "or")
            && call.arguments.iter().any(|argument| argument.as_literal().is_some());
        let start = self.stack.len();
        for argument in &call.arguments {
            let found = self.of(argument);
            self.stack.push(found);
        }
        self.skipped = before;
        if let Some(filter) = &call.filter {
            self.truth(filter);
        }
        let found = match self.dialect {
            Dialect::Postgres => self.called(call, start, &POSTGRES),
            _ => self.of_clickhouse(call, start),
        };
        let null = match self.dialect {
            Dialect::ClickHouse => {
                clickhouse::null_of(self.stack.get(start..).unwrap_or_default().iter().map(|one| one.kinds))
            }
            _ => Kinds::NONE,
        };
        self.stack.truncate(start);
        match found {
            Ok(kinds) => Found::is(kinds.or(null)),
            Err(message) => {
                self.refuse(expr, &message, "give it arguments of types that it takes, with a cast if need be")
            }
        }
    }

    /// A call of ClickHouse, where operators are functions too.
    fn of_clickhouse(&mut self, call: &'e Call, start: usize) -> Result<Kinds, String> {
        if !self.skipped {
            self.faults.extend(folding::call(call));
        }
        if is_aggregate(&call.function) {
            return aggregates::called(&call.function, self.stack.get(start..).unwrap_or_default());
        }
        let operator = clickhouse_functions::OPERATORS.iter().find(|(name, _)| *name == call.function);
        if let (Some((_, op)), Some([left, right])) = (operator, self.stack.get(start..)) {
            let (left, right) = (*left, *right);
            let fault = || format!("`{}` takes no such values together", call.function);
            if op.is_comparison() {
                return if clickhouse::compared(&left, &right) { Ok(clickhouse::TRUTH) } else { Err(fault()) };
            }
            return clickhouse::binary(*op, left.kinds, right.kinds).ok_or_else(fault);
        }
        if let ("intDiv" | "intDivOrZero", Some([left, right])) = (call.function.as_str(), self.stack.get(start..)) {
            let fault = || "it divides numbers".to_owned();
            return clickhouse::divided(left.kinds, right.kinds).ok_or_else(fault);
        }
        self.called(call, start, &CLICKHOUSE)
    }

    fn called(&mut self, call: &Call, start: usize, index: &Index) -> Result<Kinds, String> {
        let Some(rows) = index.get(call.function.as_str()) else { return Ok(Kinds::ANY) };
        let given = self.stack.get(start..).unwrap_or_default();
        let fits = |one: &Found<'_>, kinds: Kinds| match one.text {
            Some(text) if self.dialect == Dialect::Postgres => readable::readable(text, kinds),
            _ => one.kinds.meets(kinds),
        };
        let (mut result, mut all_change, mut any) = (Kinds::NONE, true, false);
        for row in rows.iter().filter(|row| row.takes(given, &fits)) {
            any = true;
            all_change &= row.changes;
            result = result.or(self.given(row, start)?);
        }
        if !any || !self.compares(call, start) {
            return Err(self.not_taken(call, rows, start));
        }
        if all_change && self.is_postgres() {
            self.changing.get_or_insert_with(|| format!("`{}`", call.function));
        }
        Ok(result)
    }

    /// `nullif` compares its arguments.
    fn compares(&self, call: &Call, start: usize) -> bool {
        let Some([left, right]) = self.stack.get(start..) else { return true };
        match call.function.as_str() {
            "nullif" => postgres::compared(left, right),
            "nullIf" => clickhouse::compared(left, right),
            _ => true,
        }
    }

    /// What a row gives for the arguments on the stack.
    fn given(&self, row: &Row, start: usize) -> Result<Kinds, String> {
        let given = self.stack.get(start..).unwrap_or_default();
        let at = |place: usize| {
            let found = given.get(place).copied().unwrap_or(Found::ANY);
            if found.text.is_some() && self.is_postgres() { Kinds::ANY } else { found.kinds.and(row.at(place)) }
        };
        Ok(match row.gives {
            Gives::Kinds(kinds) => kinds,
            Gives::Same(place) => at(place),
            Gives::Element(place) if self.is_postgres() => at(place).elements(),
            Gives::Element(place) => clickhouse::element_of(at(place)),
            Gives::Common(place) => self
                .common(start + place)
                .ok_or_else(|| "the arguments are of types that do not go together".to_owned())?,
        })
    }

    /// Why no row takes the arguments: the first of them that none takes, or all of them together.
    fn not_taken(&self, call: &Call, rows: &[&Row], start: usize) -> String {
        let given = self.stack.get(start..).unwrap_or_default();
        for (place, one) in given.iter().enumerate() {
            let taken = rows.iter().fold(Kinds::NONE, |all, row| all.or(row.at(place)));
            let fits = match one.text {
                Some(text) if self.is_postgres() => readable::readable(text, taken),
                _ => one.kinds.meets(taken),
            };
            if !fits {
                let (is, wanted) = (self.name_of(*one), named(self.dialect, taken));
                return format!("argument {} of `{}` is {is}; it takes {wanted}", place + 1, call.function);
            }
        }
        let all: Vec<String> = given.iter().take(4).map(|one| self.name_of(*one)).collect();
        format!("`{}` takes no such arguments together: {}", call.function, all.join(", "))
    }
}

/// Whether a function has its types.
#[cfg(test)]
pub(super) fn is_typed(dialect: Dialect, name: &str) -> bool {
    match dialect {
        Dialect::Postgres => POSTGRES.contains_key(name),
        _ => {
            CLICKHOUSE.contains_key(name)
                || clickhouse_functions::OPERATORS.iter().any(|(one, _)| *one == name)
                || matches!(name, "intDiv" | "intDivOrZero" | "tuple")
        }
    }
}
