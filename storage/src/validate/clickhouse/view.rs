//! Materialized views: from one table of the plugin into another.

use super::BACKEND;
use crate::definition::clickhouse::{Selected, Table, View};
use crate::definition::{ObjectKind, ObjectName};
use crate::diagnostic::codes;
use crate::expr::{Clause, Dialect, Expr};
use crate::name::Name;
use crate::raw;
use crate::types::clickhouse::{Type, makes_state};
use crate::validate::{Check, cut};
use std::collections::{BTreeMap, BTreeSet};

impl Check<'_> {
    /// Views that pass.
    pub(in crate::validate) fn views(
        &mut self,
        views: &[raw::ChMaterializedView],
        tables: &[raw::ChTable],
        judged: &[Table],
    ) -> Vec<View> {
        if views.is_empty() {
            return Vec::new();
        }
        let columns: BTreeMap<&str, Columns> =
            tables.iter().map(|table| (table.header.id.as_str(), Columns::of(table))).collect();
        let judged: BTreeMap<&ObjectName, &Table> = judged.iter().map(|table| (&table.header.name, table)).collect();
        self.flow(views);
        let mut all = Vec::new();
        for view in views {
            let Some(found) = self.view(view, &columns) else { continue };
            if let (Some(source), Some(target)) = (judged.get(&found.source), judged.get(&found.target)) {
                self.typed_view(&found, source, target);
            }
            all.push(found);
        }
        all
    }

    fn view(&mut self, view: &raw::ChMaterializedView, columns: &BTreeMap<&str, Columns>) -> Option<View> {
        self.begin(BACKEND, &view.header);
        let header = self.header(BACKEND, &view.header);
        let source = self.view_table("source", &view.source, columns);
        let target = self.view_table("target", &view.target, columns);
        let ((source, from), (target, into)) = (source?, target?);
        if source == target {
            self.error(
                codes::clickhouse::VIEW,
                "target",
                "the view writes into the table that it reads",
                "write into another table",
            );
        }
        let select: Vec<_> = view.select.iter().map(|one| self.view_column(one, from, into)).collect();
        self.distinct("select", "columns", view.select.iter().map(|one| one.name.as_str()));
        let only_where = match &view.only_where {
            Some(text) => {
                Some(self.expression("only_where", text, Dialect::ClickHouse, Clause::Filter, &from.names)?)
            }
            None => None,
        };
        let group_by: Vec<_> = view
            .group_by
            .iter()
            .map(|text| self.expression("group_by", text, Dialect::ClickHouse, Clause::SortKey, &from.names))
            .collect();
        let select: Vec<Selected> = select.into_iter().collect::<Option<_>>()?;
        let group_by: Vec<Expr> = group_by.into_iter().collect::<Option<_>>()?;
        self.grouping(&select, &group_by);
        Some(View { header: header?, source, target, select, only_where, group_by })
    }

    fn view_table<'c>(
        &mut self,
        path: &str,
        text: &str,
        columns: &'c BTreeMap<&str, Columns>,
    ) -> Option<(ObjectName, &'c Columns)> {
        let resolved = self.reference(BACKEND, path, text)?;
        let id = text.rsplit('/').next().unwrap_or_default();
        let Some(columns) = columns.get(id).filter(|_| resolved.kind == ObjectKind::Table) else {
            let message = format!("{} is not a table", resolved.name);
            self.error(codes::clickhouse::VIEW, path, message, "name a table of this plugin");
            return None;
        };
        Some((resolved.name, columns))
    }

    fn view_column(&mut self, one: &raw::Selected, from: &Columns, into: &Columns) -> Option<Selected> {
        let path = format!("select/{}", cut(&one.name));
        let name = into.names.get(one.name.as_str()).cloned();
        if name.is_none() {
            // ClickHouse drops such a column in silence.
            self.unknown_column(&path, &one.name, &into.names);
        }
        let value = self.expression(&path, &one.value, Dialect::ClickHouse, Clause::Select, &from.names);
        let (name, value) = (name?, value?);
        if let Some(state) = into.states.get(&name).filter(|state| !gives(&value, state, from)) {
            let message = format!("{name} is {}, and its value is no such state", cut(&state.to_string()));
            let help = "write an aggregate with `State` behind its name, such as avgState(x)";
            self.error(codes::clickhouse::VIEW_STATE, &path, message, help);
        }
        Some(Selected { name, value })
    }

    fn grouping(&mut self, select: &[Selected], group_by: &[Expr]) {
        if select.is_empty() {
            self.error(codes::clickhouse::VIEW, "select", "it selects nothing", "select the columns of the target");
        }
        let aggregated = select.iter().any(|one| one.value.has_aggregate());
        if aggregated && group_by.is_empty() {
            self.error(
                codes::clickhouse::VIEW,
                "group_by",
                "it aggregates and does not group",
                "group by the other columns",
            );
        }
        if group_by.is_empty() {
            return;
        }
        let grouped: BTreeSet<&Expr> = group_by.iter().collect();
        let loose = select.iter().find(|one| !one.value.has_aggregate() && !grouped.contains(&one.value));
        if let Some(loose) = loose {
            self.error(
                codes::clickhouse::VIEW,
                format!("select/{}", loose.name),
                "it is neither grouped by nor aggregated",
                "add its expression to group_by",
            );
        }
    }
}

/// Columns of a table as a view sees them.
struct Columns {
    names: BTreeSet<Name>,
    /// Those that hold states of aggregates, with their types.
    states: BTreeMap<Name, Type>,
}

impl Columns {
    fn of(table: &raw::ChTable) -> Self {
        let named = table.columns.iter().filter_map(|column| Some((Name::checked(&column.header.name).ok()?, column)));
        let typed = named.clone().filter_map(|(name, column)| Some((name, Type::parse(&column.data_type).ok()?)));
        Self {
            names: named.map(|(name, _)| name).collect(),
            states: typed.filter(|(_, data_type)| data_type.holds_state()).collect(),
        }
    }
}

/// Whether the value of an output is a state by itself, so that no server makes one of its bytes.
fn gives(value: &Expr, state: &Type, from: &Columns) -> bool {
    match value {
        Expr::Column(name) => from.states.get(name) == Some(state),
        Expr::Call(call) => makes_state(&call.function),
        _ => false,
    }
}
