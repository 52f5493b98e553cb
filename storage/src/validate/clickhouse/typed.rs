//! Types of expressions in tables of ClickHouse: values of columns, keys, skip indexes; and names that it does not read back.

use crate::definition::clickhouse::{Column, ColumnValue, SkipIndex, Table};
use crate::diagnostic::codes;
use crate::expr::{self, Dialect, Expr, Kinds, Literal, Stored};
use crate::name::Name;
use crate::types::clickhouse::{SkipIndexKind, TableEngine, Type};
use crate::validate::Check;
use std::collections::{BTreeMap, BTreeSet};

const DIALECT: Dialect = Dialect::ClickHouse;

impl Check<'_> {
    /// Refuses what ClickHouse would refuse for its types.
    pub(super) fn typed_table(&mut self, table: &Table) {
        let columns: BTreeMap<&Name, &Type> =
            table.columns.iter().map(|column| (&column.name, &column.data_type)).collect();
        let kinds = |name: &Name| columns.get(name).map_or(Kinds::ANY, |of| expr::of_clickhouse(of));
        for column in &table.columns {
            self.typed_value(column, &kinds);
        }
        self.circles(table);
        if let Some(key) = &table.partition_by {
            self.partition_key(key, &kinds);
        }
        self.sorting_key("order_by", &table.order_by, &kinds);
        if let Some(keys) = &table.primary_key {
            self.sorting_key("primary_key", keys, &kinds);
        }
        let nullable = |name: &Name| columns.get(name).is_some_and(|of| of.is_nullable());
        let keys = table.order_by.iter().map(|key| ("order_by", key));
        let keys = keys.chain(table.primary_key.iter().flatten().map(|key| ("primary_key", key)));
        for (path, key) in keys.chain(table.partition_by.iter().map(|key| ("partition_by", key))) {
            if is_nullable(key, &nullable) {
                let message = format!("{} may be null, and a key takes no null", key.render(DIALECT));
                let help = "use a type without Nullable, with a value that means none; or write ifNull(x, ..)";
                self.error(codes::clickhouse::KEY, path, message, help);
            }
        }
        for index in &table.skip_indexes {
            self.typed_skip_index(index, &columns, &kinds);
        }
        self.summed_keys(table);
    }

    fn typed_value(&mut self, column: &Column, kinds: &dyn Fn(&Name) -> Kinds) {
        let (ColumnValue::Default(value) | ColumnValue::Materialized(value) | ColumnValue::Alias(value)) =
            &column.value
        else {
            return;
        };
        let path = || format!("columns/{}", column.name);
        let Some(is) = self.clickhouse_types(&path, value, kinds) else { return };
        if let Err(fault) = expr::stored(value, is, Stored::ClickHouse(&column.data_type)) {
            self.fault(fault.diagnostic(path()));
        }
    }

    /// The types of an expression, in which no name stands that ClickHouse writes so that it reads something else.
    pub(super) fn clickhouse_types(
        &mut self,
        path: &dyn Fn() -> String,
        value: &Expr,
        kinds: &dyn Fn(&Name) -> Kinds,
    ) -> Option<Kinds> {
        if let Some(name) = unread(value) {
            self.unread(path(), &name);
        }
        self.types(path, value, DIALECT, None, kinds)
    }

    pub(super) fn unread(&mut self, path: String, name: &Name) {
        let message =
            format!("ClickHouse writes the column {name} without quotes here, and reads that as something else");
        self.error(codes::clickhouse::UNREAD_NAME, path, message, "give the column another name");
    }

    /// Values of columns that need each other.
    fn circles(&mut self, table: &Table) {
        let mut edges: Vec<(&Name, &Name)> = Vec::new();
        let names: Vec<(&Name, BTreeSet<Name>)> = table
            .columns
            .iter()
            .filter_map(|column| match &column.value {
                ColumnValue::Empty | ColumnValue::Default(Expr::Literal(_)) => None,
                ColumnValue::Default(of) | ColumnValue::Materialized(of) | ColumnValue::Alias(of) => {
                    Some((&column.name, of.columns()))
                }
            })
            .collect();
        for (name, from) in &names {
            edges.extend(from.iter().map(|other| (other, *name)));
        }
        let (_, left) = crate::validate::order::settled(&edges);
        // Without those that only stand behind a circle.
        let back: Vec<(&Name, &Name)> =
            left.iter().filter_map(|at| edges.get(*at)).map(|(from, to)| (*to, *from)).collect();
        let on_circle: BTreeSet<&Name> = crate::validate::order::settled(&back)
            .1
            .into_iter()
            .filter_map(|at| back.get(at))
            .map(|(to, _)| *to)
            .collect();
        for name in on_circle {
            let message = format!("the value of {name} is computed from itself");
            let help = "let one of the columns of the circle stand for itself";
            self.error(codes::clickhouse::CIRCLE, format!("columns/{name}"), message, help);
        }
    }

    fn partition_key(&mut self, key: &Expr, kinds: &dyn Fn(&Name) -> Kinds) {
        let path = || "partition_by".to_owned();
        if self.clickhouse_types(&path, key, kinds).is_none() {
            return;
        }
        let parts = if let Expr::Tuple(parts) = key { parts.as_slice() } else { std::slice::from_ref(key) };
        for part in parts {
            let is = expr::judge(part, DIALECT, kinds).kinds;
            let what = if expr::is_float(is) {
                "a float, by which no table is partitioned"
            } else if expr::has_no_order(is) {
                "a state or JSON, which has no order"
            } else {
                continue;
            };
            let message = format!("{} is {what}", part.render(DIALECT));
            self.error(codes::clickhouse::KEY, path(), message, "partition by a day, a month or an integer");
        }
    }

    fn sorting_key(&mut self, path: &str, keys: &[Expr], kinds: &dyn Fn(&Name) -> Kinds) {
        for key in keys {
            let Some(is) = self.clickhouse_types(&|| path.to_owned(), key, kinds) else { continue };
            if expr::has_no_order(is) {
                let message = format!("{} is {}, which has no order", key.render(DIALECT), expr::named(DIALECT, is));
                self.error(codes::clickhouse::KEY, path, message, "leave it out of the key");
            }
        }
        if let Some(twice) = repeated(keys) {
            let message = format!("{} stands twice in the key", twice.render(DIALECT));
            self.error(codes::clickhouse::KEY, path, message, "leave one of them out");
        }
    }

    fn typed_skip_index(
        &mut self,
        index: &SkipIndex,
        columns: &BTreeMap<&Name, &Type>,
        kinds: &dyn Fn(&Name) -> Kinds,
    ) {
        let path = || format!("skip_indexes/{}", index.name);
        if self.clickhouse_types(&path, &index.on, kinds).is_none() {
            return;
        }
        let parts = if let Expr::Tuple(parts) = &index.on { parts.as_slice() } else { std::slice::from_ref(&index.on) };
        for part in parts {
            let known = part.as_column().and_then(|name| columns.get(name)).copied();
            let is = expr::judge(part, DIALECT, kinds).kinds;
            let takes = match index.kind {
                SkipIndexKind::MinMax => !expr::has_no_order(is),
                SkipIndexKind::Set(_) => true,
                SkipIndexKind::BloomFilter { .. } => expr::is_hashed(is) && !known.is_some_and(holds_nullable),
                SkipIndexKind::NgramBloomFilter { .. } | SkipIndexKind::TokenBloomFilter { .. } => {
                    expr::is_worded(is) && !known.is_some_and(|of| of.is_nullable() || holds_nullable(of))
                }
            };
            if !takes {
                let what = known.map_or_else(|| expr::named(DIALECT, is), Type::to_string);
                let message = format!("{} does not index {}, which is {what}", index.kind, part.render(DIALECT));
                let help = "minmax and set index most types, bloom_filter plain values, and the others texts and arrays of texts";
                self.error(codes::clickhouse::SKIP_INDEX, path(), message, help);
            }
        }
        if let Some(twice) = repeated(std::slice::from_ref(&index.on)) {
            let message = format!("{} stands twice in the index", twice.render(DIALECT));
            self.error(codes::clickhouse::SKIP_INDEX, path(), message, "leave one of them out");
        }
    }

    /// What is summed is no part of a key.
    fn summed_keys(&mut self, table: &Table) {
        let TableEngine::SummingMergeTree(summed) = &table.engine else { return };
        let keys = table.order_by.iter().map(|key| ("order_by", key));
        for (path, key) in keys.chain(table.partition_by.iter().map(|key| ("partition_by", key))) {
            for name in key.columns().into_iter().filter(|name| summed.contains(name)) {
                let message = format!("{name} is summed, and stands in {path}");
                self.error(codes::clickhouse::ENGINE, "engine", message, "take it out of one of the two");
            }
        }
    }
}

/// Columns whose names ClickHouse writes without quotes where it reads them as a word: a table that holds one keeps the
/// server from starting, or means something else afterwards.
fn unread(expr: &Expr) -> Option<Name> {
    let mut found = None;
    expr.walk(&mut |part| {
        let name = match part {
            Expr::Column(name) if name.as_str().eq_ignore_ascii_case("not") => Some(name),
            Expr::Cast(of, _) => of.as_column().filter(|name| name.as_str().eq_ignore_ascii_case("as")),
            _ => None,
        };
        if found.is_none() {
            found = name.cloned();
        }
    });
    found
}

/// An expression that stands twice side by side in a key; of a key of one expression, in its operands, too.
fn repeated(keys: &[Expr]) -> Option<&Expr> {
    match keys {
        [Expr::Tuple(all) | Expr::Logic(_, all) | Expr::Array(all)] => second(all.iter()),
        [Expr::Call(call)] => second(call.arguments.iter()),
        [Expr::Binary(left, _, right)] => second([&**left, &**right].into_iter()),
        [_] => None,
        all => second(all.iter()),
    }
}

fn second<'e>(all: impl Iterator<Item = &'e Expr>) -> Option<&'e Expr> {
    let mut seen = BTreeSet::new();
    let mut columns = all.filter(|one| !matches!(one, Expr::Literal(Literal::Null)));
    columns.find(|one| !seen.insert(*one))
}

/// Whether an array holds null.
fn holds_nullable(of: &Type) -> bool {
    matches!(of.plain(), Type::Array(of) if of.is_nullable())
}

/// Whether a key is surely one that null can stand in. Most functions give null for null; what is not surely one of them is
/// taken.
fn is_nullable(key: &Expr, column: &dyn Fn(&Name) -> bool) -> bool {
    match key {
        Expr::Column(name) => column(name),
        Expr::Unary(_, of) => is_nullable(of, column),
        Expr::Binary(left, op, right) if op.is_arithmetic() => is_nullable(left, column) || is_nullable(right, column),
        Expr::Tuple(parts) => parts.iter().any(|part| is_nullable(part, column)),
        Expr::Call(call) => match call.function.as_str() {
            "toNullable" | "nullIf" => true,
            "lower" | "upper" | "toString" | "toDate" | "toDateTime" | "toYYYYMM" | "toYYYYMMDD" | "toYear"
            | "toMonth" | "toStartOfDay" | "toStartOfMonth" | "toStartOfWeek" | "toStartOfHour" | "length"
            | "substring" => call.arguments.first().is_some_and(|of| is_nullable(of, column)),
            name => name.ends_with("OrNull"),
        },
        _ => false,
    }
}
