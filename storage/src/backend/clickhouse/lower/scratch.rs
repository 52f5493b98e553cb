//! What a server is asked of an object that is not made yet: the statement that would make it, and queries that are only
//! described.
//!
//! Nothing here is carried out. The statement is handed to a function that formats it, as a text; a query reads columns of
//! the defined types, each one value that is not known before it runs, so that nothing is computed of it. What a view
//! reads and writes is such a row too: no table is looked at.

use super::{ClickhouseLower, expression};
use crate::catalog::{PartKey, PartKind};
use crate::definition::clickhouse::{Column, ColumnValue, SkipIndex, Spread, Table, View};
use crate::definition::{Object, ObjectName};
use crate::expr::Expr;
use crate::name::Name;
use crate::quote::clickhouse::{identifier, literal};
use crate::types::clickhouse::{TableEngine, Type};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of a table: names and types.
pub(in crate::backend::clickhouse) type Columns = Vec<(Name, String)>;

/// What is asked of an object: values that a server has to find a type for, over rows of types alone.
pub(in crate::backend::clickhouse) struct Question {
    /// One row of the columns that are read: a query in parentheses.
    row: String,
    /// What the values are made of: that row, or a query over it.
    from: String,
    /// The values, each about a part.
    pub(in crate::backend::clickhouse) asked: Vec<Asked>,
}

/// One value that a server takes if it takes the part.
pub(in crate::backend::clickhouse) struct Asked {
    /// The part.
    pub(in crate::backend::clickhouse) part: PartKey,
    /// What of the part, as an answer begins: empty, or a name and a colon.
    pub(in crate::backend::clickhouse) about: String,
    value: String,
}

impl Question {
    /// Nothing of the columns: whether the server has values of their types for this.
    pub(in crate::backend::clickhouse) fn types(&self) -> String {
        format!("SELECT ignore(1) FROM {}", self.row)
    }

    /// Nothing of what the values are made of: whether that holds by itself.
    pub(in crate::backend::clickhouse) fn rows(&self) -> String {
        format!("SELECT ignore(1) FROM {}", self.from)
    }

    /// One value.
    pub(in crate::backend::clickhouse) fn one(&self, asked: &Asked) -> String {
        format!("SELECT ignore({}) FROM {}", asked.value, self.from)
    }

    /// All values. What is not asked for costs nothing.
    pub(in crate::backend::clickhouse) fn all(&self) -> String {
        let values: Vec<&str> = self.asked.iter().map(|asked| asked.value.as_str()).collect();
        format!("SELECT ignore({}) FROM {}", values.join(", "), self.from)
    }
}

/// Queries as one, which is described and does not run. Each gives a column of one type, whatever it is made of.
pub(in crate::backend::clickhouse) fn described(queries: &[String]) -> String {
    format!("DESCRIBE TABLE ({})", queries.join(" UNION ALL "))
}

/// The columns of a defined table.
pub(in crate::backend::clickhouse) fn columns_of(table: &Table) -> Columns {
    table.columns.iter().map(|column| (column.name.clone(), column.data_type.to_string())).collect()
}

impl ClickhouseLower {
    /// The statement that makes an object, without comments and codecs: they are closed, and of any length.
    pub(in crate::backend::clickhouse) fn bare(&self, object: &Object) -> Option<String> {
        match object {
            Object::ClickhouseTable(table) => {
                let mut bare = table.clone();
                for column in &mut bare.columns {
                    column.comment.clear();
                    column.codec = None;
                }
                Some(self.create_table(&bare, ""))
            }
            Object::View(view) => Some(self.create_view(view, "")),
            Object::Table(_) | Object::Aggregate(_) | Object::Collection(_) => None,
        }
    }

    /// The statements of [`Self::bare`] with one open part each and no other.
    pub(in crate::backend::clickhouse) fn alone(&self, object: &Object) -> Vec<(PartKey, String)> {
        let Object::ClickhouseTable(table) = object else {
            return self
                .bare(object)
                .map(|statement| (PartKey::only(PartKind::Object), statement))
                .into_iter()
                .collect();
        };
        let closed = |column: &Column| Column { value: ColumnValue::Empty, ..column.clone() };
        let empty = Table {
            columns: table.columns.iter().map(closed).collect(),
            partition_by: None,
            order_by: Vec::new(),
            primary_key: None,
            skip_indexes: Vec::new(),
            ..table.clone()
        };
        let mut parts = Vec::new();
        for (place, column) in table.columns.iter().enumerate().filter(|(_, column)| value(column).is_some()) {
            let mut one = Table { sharding_key: None, ..empty.clone() };
            if let Some(found) = one.columns.get_mut(place) {
                found.value.clone_from(&column.value);
            }
            parts.push((PartKey::new(PartKind::Column, column.name.as_str()), one));
        }
        for index in &table.skip_indexes {
            let one = Table { skip_indexes: vec![index.clone()], sharding_key: None, ..empty.clone() };
            parts.push((PartKey::new(PartKind::Index, index.name.as_str()), one));
        }
        let keys = Table {
            partition_by: table.partition_by.clone(),
            order_by: table.order_by.clone(),
            primary_key: table.primary_key.clone(),
            ..empty
        };
        parts.push((PartKey::only(PartKind::Object), keys));
        let statement = |(part, table)| Some((part, self.bare(&Object::ClickhouseTable(table))?));
        parts.into_iter().filter_map(statement).collect()
    }
}

fn value(column: &Column) -> Option<&Expr> {
    match &column.value {
        ColumnValue::Empty => None,
        ColumnValue::Default(value) | ColumnValue::Materialized(value) | ColumnValue::Alias(value) => Some(value),
    }
}

/// Everything that can be asked of an object, if there is anything; `columns` are those of the tables that views read and
/// write, by name.
pub(in crate::backend::clickhouse) fn question(
    object: &Object,
    columns: &BTreeMap<ObjectName, Columns>,
) -> Result<Option<Question>, String> {
    let question = match object {
        Object::ClickhouseTable(table) => of_table(table),
        Object::View(view) => {
            let known = |name: &ObjectName| {
                columns.get(name).ok_or_else(|| format!("the columns of {name}, which it names, are not known"))
            };
            of_view(view, known(&view.source)?, known(&view.target)?)
        }
        Object::Table(_) | Object::Aggregate(_) | Object::Collection(_) => return Ok(None),
    };
    Ok(Some(question).filter(|question| !question.asked.is_empty()))
}

fn of_table(table: &Table) -> Question {
    let mut read = BTreeSet::new();
    let mut asked = Vec::new();
    let mut ask = |part: PartKey, about: &str, value: &Expr, text: String| {
        read.extend(value.columns());
        let about = if about.is_empty() { String::new() } else { format!("{about}: ") };
        asked.push(Asked { part, about, value: text });
    };
    for column in &table.columns {
        if let Some(value) = value(column) {
            // Into the column's own type, as every insert has it.
            let cast = format!("CAST({} AS {})", expression(value), column.data_type);
            ask(PartKey::new(PartKind::Column, column.name.as_str()), "", value, cast);
        } else if column.data_type == Type::Json {
            // A server may have it behind a setting of its own.
            let itself = Expr::Column(column.name.clone());
            let cast = format!("CAST({} AS {})", expression(&itself), column.data_type);
            ask(PartKey::new(PartKind::Column, column.name.as_str()), "", &itself, cast);
        }
    }
    for SkipIndex { name, on, .. } in &table.skip_indexes {
        ask(PartKey::new(PartKind::Index, name.as_str()), "", on, expression(on));
    }
    let sharding = table.sharding_key.iter().filter(|_| matches!(table.spread, Spread::Over(_)));
    let keys = [
        ("partition by", table.partition_by.iter().collect::<Vec<_>>()),
        ("order by", table.order_by.iter().collect()),
        ("primary key", table.primary_key.iter().flatten().collect()),
        ("sharding key", sharding.collect()),
    ];
    for (about, keys) in keys {
        // A column by itself is of its own type.
        for key in keys.into_iter().filter(|key| key.as_column().is_none()) {
            ask(PartKey::only(PartKind::Object), about, key, expression(key));
        }
    }
    let row = row(&columns_of(table), &read);
    Question { from: row.clone(), row, asked }
}

/// The setting of a table by which its columns may be of neither the key nor an aggregate.
pub(in crate::backend::clickhouse) const OUTSIDE_KEY: &str = "allow_dimensions_outside_sorting_key";

/// Columns of a table that aggregates, which are of neither its keys nor an aggregate.
pub(in crate::backend::clickhouse) fn outside_key(table: &Table) -> Vec<&Name> {
    let aggregates = table.engine == TableEngine::AggregatingMergeTree
        && !matches!(table.spread, Spread::Over(_))
        && table.columns.iter().any(|column| column.data_type.is_aggregate());
    if !aggregates || table.settings.contains_key(OUTSIDE_KEY) {
        return Vec::new();
    }
    let keys: BTreeSet<Name> = table.order_by.iter().chain(&table.partition_by).flat_map(Expr::columns).collect();
    let inserted = |column: &&Column| matches!(column.value, ColumnValue::Empty | ColumnValue::Default(_));
    let outside = |column: &&Column| !column.data_type.is_aggregate() && !keys.contains(&column.name);
    table.columns.iter().filter(inserted).filter(outside).map(|column| &column.name).collect()
}

/// Each output goes into its column of the target. Outputs have names that no column has: where an output has the name of
/// a column that is read, the name would mean the output.
fn of_view(view: &View, source: &Columns, target: &Columns) -> Question {
    let mut prefix = "out".to_owned();
    while source.iter().any(|(name, _)| name.as_str().starts_with(&prefix)) {
        prefix.push('_');
    }
    let output = |place: usize| identifier(&Name::from_server(format!("{prefix}{place}")));
    let (mut items, mut asked) = (Vec::new(), Vec::new());
    for (place, item) in view.select.iter().enumerate() {
        items.push(format!("{} AS {}", expression(&item.value), output(place)));
        let to = target.iter().find(|(name, _)| *name == item.name);
        let value = to.map_or_else(|| output(place), |(_, to)| format!("CAST({} AS {to})", output(place)));
        asked.push(Asked { part: PartKey::only(PartKind::Object), about: format!("{}: ", item.name), value });
    }
    let read = view.select.iter().map(|item| &item.value).chain(&view.only_where).chain(&view.group_by);
    let read: BTreeSet<Name> = read.flat_map(Expr::columns).collect();
    let filter = view.only_where.as_ref().map(|filter| format!(" WHERE {}", expression(filter))).unwrap_or_default();
    let groups: Vec<String> = view.group_by.iter().map(expression).collect();
    let group = if groups.is_empty() { String::new() } else { format!(" GROUP BY {}", groups.join(", ")) };
    let row = row(source, &read);
    Question { from: format!("(SELECT {} FROM {row}{filter}{group})", items.join(", ")), row, asked }
}

/// One row of the columns that are read, of each its type and no value that could be computed with.
fn row(columns: &Columns, read: &BTreeSet<Name>) -> String {
    let of = |(name, data_type): &(Name, String)| {
        format!("materialize(defaultValueOfTypeName({})) AS {}", literal(data_type), identifier(name))
    };
    let found: Vec<String> = columns.iter().filter(|(name, _)| read.contains(name)).map(of).collect();
    if found.is_empty() { "(SELECT 1 AS `nothing`)".to_owned() } else { format!("(SELECT {})", found.join(", ")) }
}
