//! Materialized views: from one table of the plugin into another.

use super::BACKEND;
use crate::definition::ObjectKind;
use crate::definition::clickhouse::{Selected, View};
use crate::diagnostic::codes;
use crate::expr::{Clause, Dialect, Expr};
use crate::name::Name;
use crate::raw;
use crate::validate::{Check, cut};
use std::collections::{BTreeMap, BTreeSet};

impl Check<'_> {
    /// Views that pass.
    pub(in crate::validate) fn views(
        &mut self,
        views: &[raw::ChMaterializedView],
        tables: &[raw::ChTable],
    ) -> Vec<View> {
        let columns: BTreeMap<&str, BTreeSet<Name>> = tables
            .iter()
            .map(|table| {
                (
                    table.header.id.as_str(),
                    table.columns.iter().filter_map(|column| Name::checked(&column.header.name).ok()).collect(),
                )
            })
            .collect();
        views.iter().filter_map(|view| self.view(view, &columns)).collect()
    }

    fn view(&mut self, view: &raw::ChMaterializedView, columns: &BTreeMap<&str, BTreeSet<Name>>) -> Option<View> {
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
            Some(text) => Some(self.expression("only_where", text, Dialect::ClickHouse, Clause::Filter, from)?),
            None => None,
        };
        let group_by: Vec<_> = view
            .group_by
            .iter()
            .map(|text| self.expression("group_by", text, Dialect::ClickHouse, Clause::SortKey, from))
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
        columns: &'c BTreeMap<&str, BTreeSet<Name>>,
    ) -> Option<(crate::definition::ObjectName, &'c BTreeSet<Name>)> {
        let resolved = self.reference(BACKEND, path, text)?;
        let id = text.rsplit('/').next().unwrap_or_default();
        let Some(columns) = columns.get(id).filter(|_| resolved.kind == ObjectKind::Table) else {
            let message = format!("{} is not a table", resolved.name);
            self.error(codes::clickhouse::VIEW, path, message, "name a table of this plugin");
            return None;
        };
        Some((resolved.name, columns))
    }

    fn view_column(&mut self, one: &raw::Selected, from: &BTreeSet<Name>, into: &BTreeSet<Name>) -> Option<Selected> {
        let path = format!("select/{}", cut(&one.name));
        let name = into.get(one.name.as_str()).cloned();
        if name.is_none() {
            // ClickHouse drops such a column in silence.
            self.unknown_column(&path, &one.name, into);
        }
        let value = self.expression(&path, &one.value, Dialect::ClickHouse, Clause::Select, from);
        Some(Selected { name: name?, value: value? })
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
