//! Types of what a view selects, against the table that it writes into.

use crate::definition::clickhouse::{ColumnValue, Table, View};
use crate::diagnostic::{Diagnostic, codes};
use crate::expr::{self, Call, Dialect, Expr, Kinds, Stored};
use crate::name::Name;
use crate::types::clickhouse::{Type, aggregate_base, makes_state};
use crate::validate::Check;
use std::collections::BTreeMap;

const DIALECT: Dialect = Dialect::ClickHouse;

impl Check<'_> {
    /// Refuses a view whose values its target does not take.
    pub(super) fn typed_view(&mut self, view: &View, source: &Table, target: &Table) {
        let from = types(source);
        let into = types(target);
        let kinds = |name: &Name| from.get(name).map_or(Kinds::ANY, |of| expr::of_clickhouse(of));
        for one in &view.select {
            let path = || format!("select/{}", one.name);
            let Some(is) = self.clickhouse_types(&path, &one.value, &kinds) else { continue };
            let Some(to) = into.get(&one.name).copied() else { continue };
            if let Some(message) = misfit(&one.value, to, &from) {
                let help = "give both the same function with arguments of the same types";
                self.error(codes::clickhouse::VIEW_STATE, path(), message, help);
            } else if !to.holds_state()
                && let Err(fault) = expr::stored(&one.value, is, Stored::ClickHouse(to))
            {
                self.fault(fault.diagnostic(path()));
            }
        }
        if let Some(condition) = &view.only_where
            && let Some(is) = self.clickhouse_types(&|| "only_where".to_owned(), condition, &kinds)
            && let Err(fault) = expr::condition(condition, is, DIALECT)
        {
            self.fault(fault.diagnostic("only_where"));
        }
        for key in &view.group_by {
            self.clickhouse_types(&|| "group_by".to_owned(), key, &kinds);
        }
        self.first_group(view);
        self.whole_key(view, target);
    }

    /// What stands first behind `GROUP BY` is read as its kind where it has the name of one.
    fn first_group(&mut self, view: &View) {
        let Some(first) = view.group_by.first() else { return };
        let text = first.render(DIALECT);
        for word in ["cube", "rollup"] {
            if text.starts_with(&format!("`{word}`")) {
                self.unread("group_by".to_owned(), &Name::from_server(word));
            }
        }
    }

    /// A view that gives no value for a column by which its target merges.
    fn whole_key(&mut self, view: &View, target: &Table) {
        if !target.engine.merges_rows() {
            return;
        }
        let keys = target.order_by.iter().flat_map(Expr::columns);
        for name in keys.filter(|name| !view.select.iter().any(|one| one.name == *name)) {
            let column = target.columns.iter().find(|column| column.name == name);
            if column.is_some_and(|column| column.value == ColumnValue::Empty) {
                let message = format!("it gives no {name}, by which its target merges rows");
                let help = format!("select {name}, or take it out of the order_by of the target");
                self.fault(Diagnostic::warning(codes::clickhouse::LOOSE_VIEW, "select", message).help(help));
            }
        }
    }
}

fn types(table: &Table) -> BTreeMap<&Name, &Type> {
    table.columns.iter().map(|column| (&column.name, &column.data_type)).collect()
}

/// Why a state does not fit the column that it is written into.
fn misfit(value: &Expr, to: &Type, from: &BTreeMap<&Name, &Type>) -> Option<String> {
    let Type::AggregateFunction { function, arguments, .. } = to else { return None };
    let Expr::Call(call) = value else { return None };
    if !makes_state(&call.function) {
        return None;
    }
    let (made, wanted) = (aggregate_base(&call.function)?, aggregate_base(function)?);
    if made != wanted {
        return Some(format!("it makes states of {made}, and the column takes those of {wanted}"));
    }
    // A count counts whatever it is given; with a combinator the state is another one's.
    if wanted == "count" || call.function.strip_suffix("State") != Some(function.as_str()) {
        return None;
    }
    if call.arguments.len() != arguments.len() {
        return Some(format!(
            "{} takes {} arguments, and the column {}",
            call.function,
            call.arguments.len(),
            arguments.len()
        ));
    }
    differs(call, arguments, from)
}

fn differs(call: &Call, wanted: &[Type], from: &BTreeMap<&Name, &Type>) -> Option<String> {
    for (argument, wanted) in call.arguments.iter().zip(wanted) {
        let Some(name) = argument.as_column() else { continue };
        let Some(is) = from.get(name).copied() else { continue };
        if without_encoding(is) != without_encoding(wanted) {
            return Some(format!("{name} is {is}, and the states of the column are of {wanted}"));
        }
    }
    None
}

/// `LowCardinality` is left off by aggregates.
fn without_encoding(of: &Type) -> &Type {
    match of {
        Type::LowCardinality(of) | Type::SimpleAggregateFunction(_, of) => without_encoding(of),
        other => other,
    }
}
