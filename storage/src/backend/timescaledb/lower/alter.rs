//! Additions to what exists. Every other difference is refused by name, with the reason.

use super::{TimescaleLower, aggregate, comment_on, parts, qualified, role};
use crate::catalog::{PartKey, PartKind};
use crate::change::ChangedPart;
use crate::definition::Object;
use crate::definition::timescaledb::{Column, ColumnValue, Index, Table};
use crate::expr::{Dialect, Expr};
use crate::hazard::Hazard;
use crate::mark::Mark;
use crate::plan::{Atomicity, Recipe, Statement, Unsupported};

/// What differs.
pub(super) struct Difference<'a> {
    pub(super) added: &'a [PartKey],
    pub(super) changed: &'a [ChangedPart],
    pub(super) removed: &'a [PartKey],
}

impl TimescaleLower {
    /// Statements that add what is missing.
    pub(super) fn alter(
        &self,
        object: &Object,
        differs: &Difference<'_>,
        mark: &Mark,
    ) -> Result<Recipe, Vec<Unsupported>> {
        let mut texts = Vec::new();
        let mut faults = Vec::new();
        for part in in_order(object, differs.added) {
            match self.add(object, part) {
                Ok(text) => texts.extend(text),
                Err(reason) => faults.push(Unsupported { part: part.clone(), reason }),
            }
        }
        let changed = differs.changed.iter().map(|changed| (&changed.key, cannot_change(changed)));
        let removed = differs.removed.iter().map(|part| (part, "taking it away is not supported yet".to_owned()));
        for (part, reason) in changed.chain(removed) {
            match part.kind {
                PartKind::Comment => {}
                PartKind::ColumnComment => texts.push(column_comment(object, &part.name)),
                _ => faults.push(Unsupported { part: part.clone(), reason }),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        texts.push(comment_on(object.kind(), object.name(), &mark.comment(&object.header().comment)));
        if differs.added.iter().any(|part| part.kind == PartKind::Refresh) {
            texts = role::with_jobs(object, texts);
        }
        let builds_index = differs.added.iter().any(|part| part.kind == PartKind::Index);
        Ok(Recipe {
            statements: texts.into_iter().map(Statement::Sql).collect(),
            hazards: builds_index.then_some(Hazard::ExclusiveLock).into_iter().collect(),
            atomicity: Atomicity::Transaction,
        })
    }

    /// The statement that adds a part; the object's own comment is written with its mark in any case.
    fn add(&self, object: &Object, part: &PartKey) -> Result<Option<String>, String> {
        match (part.kind, object) {
            (PartKind::Comment, _) => Ok(None),
            (PartKind::ColumnComment, _) => Ok(Some(column_comment(object, &part.name))),
            (PartKind::Column, Object::Table(table)) => add_column(table, &part.name).map(Some),
            (PartKind::Index, _) => {
                let found = indexes(object).iter().find(|index| index.name.as_str() == part.name);
                let index = found.ok_or_else(|| "it is not defined".to_owned())?;
                let expressions = index.keys.iter().map(|key| &key.by).chain(&index.only_where);
                if expressions.into_iter().any(parts::calls_extension) {
                    return Err(
                        "an index on a function of the extension can only be made together with its table".to_owned()
                    );
                }
                Ok(Some(parts::index(object.name(), index, true)))
            }
            (PartKind::Refresh, Object::Aggregate(found)) => {
                let extension = self.community(part.kind).map_err(|fault| fault.reason)?;
                Ok(found.refresh.as_ref().map(|policy| aggregate::refresh(extension, found, policy)))
            }
            (kind, _) => Err(cannot_add(kind).to_owned()),
        }
    }
}

/// Parts in their order; columns as the definition has them, since that is the order they get.
fn in_order<'a>(object: &Object, added: &'a [PartKey]) -> Vec<&'a PartKey> {
    let columns: &[Column] = if let Object::Table(table) = object { &table.columns } else { &[] };
    let place = |part: &PartKey| match part.kind {
        PartKind::Column => columns.iter().position(|column| column.name.as_str() == part.name),
        _ => None,
    };
    let mut parts: Vec<&PartKey> = added.iter().collect();
    parts.sort_by_key(|part| (part.kind, place(part)));
    parts
}

fn indexes(object: &Object) -> &[Index] {
    match object {
        Object::Table(table) => &table.indexes,
        Object::Aggregate(aggregate) => &aggregate.indexes,
        Object::ClickhouseTable(_) | Object::View(_) | Object::Collection(_) => &[],
    }
}

/// The comment on a column as it is defined; none takes it away.
fn column_comment(object: &Object, name: &str) -> String {
    let columns: &[Column] = if let Object::Table(table) = object { &table.columns } else { &[] };
    let comment = columns.iter().find(|column| column.name.as_str() == name).map_or("", |column| &column.comment);
    parts::column_comment(object.name(), &crate::name::Name::from_server(name), comment)
}

fn add_column(table: &Table, name: &str) -> Result<String, String> {
    let column = table
        .columns
        .iter()
        .find(|column| column.name.as_str() == name)
        .ok_or_else(|| "it is not defined".to_owned())?;
    match &column.value {
        ColumnValue::Identity(_) => {
            return Err(
                "an identity cannot be added to a table that exists yet: every row would be rewritten".to_owned()
            );
        }
        ColumnValue::Generated(_) => {
            return Err("a generated column cannot be added to a table that exists yet: every row would be rewritten"
                .to_owned());
        }
        ColumnValue::Empty if !column.nullable => {
            return Err("a new column that takes no nulls needs a default for the rows that are there".to_owned());
        }
        ColumnValue::Default(expr) if !is_constant(expr) => {
            return Err(
                "a new column's default must be a literal: the rows that are there get it, once and for all".to_owned()
            );
        }
        ColumnValue::Empty | ColumnValue::Default(_) => {}
    }
    Ok(format!("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {}", qualified(&table.header.name), parts::column(column)))
}

/// Whether every row gets the same value without being rewritten.
fn is_constant(expr: &Expr) -> bool {
    match expr.canonical(Dialect::Postgres) {
        Expr::Literal(_) | Expr::Interval(_) => true,
        Expr::Cast(of, _) => of.as_literal().is_some(),
        _ => false,
    }
}

fn cannot_add(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Column => "a column cannot be added to a continuous aggregate yet",
        PartKind::PrimaryKey | PartKind::Unique => {
            "a key cannot be added to a table that exists yet: its rows would have to be checked first"
        }
        PartKind::Check | PartKind::ForeignKey => {
            "a constraint cannot be added to a table that exists yet: its rows would have to be checked first"
        }
        PartKind::Hypertable => "a table that exists cannot become a hypertable yet: its rows would have to be moved",
        PartKind::Dimension => "a dimension can only be made together with its table",
        PartKind::Columnstore => "a columnstore cannot be added to a table that exists yet",
        _ => "it cannot be added to what exists",
    }
}

fn cannot_change(changed: &ChangedPart) -> String {
    let facts: Vec<String> = changed
        .facts
        .iter()
        .map(|fact| {
            let side = |side: &Option<crate::catalog::Fact>| {
                side.as_ref().map_or("none".to_owned(), |fact| fact.text().to_owned())
            };
            format!("{} from {} to {}", fact.name, side(&fact.from), side(&fact.to))
        })
        .collect();
    format!("changing it is not supported yet ({})", facts.join("; "))
}
