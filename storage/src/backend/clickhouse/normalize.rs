//! Definitions, and what was read, as shapes.
//!
//! Pure. Both sides of a fact are made by one function: values go in, canonical text comes out. What the server implies
//! by default is on neither side; what it says that our model does not have is a fact or a part of its own, so that it
//! shows as a difference as soon as anything else of the object does.

mod clauses;

use super::STORAGE_POLICY;
use crate::catalog::{CatalogObject, Fact, PartKey, PartKind, Shape, digest_of};
use crate::definition::clickhouse::{ColumnValue, Table, View};
use crate::definition::{Backend, Object, ObjectKind, ObjectName};
use crate::expr::{Dialect, Expr, parse_server, parse_server_list};
use crate::mark::MarkState;
use crate::name::Name;
use crate::types::clickhouse::{Codecs, SkipIndexKind, TableEngine, Type};
use clauses::Foreign;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A row of `system.tables`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct TableRow {
    pub(super) database: String,
    pub(super) name: String,
    pub(super) engine: String,
    pub(super) engine_full: String,
    pub(super) partition_key: String,
    pub(super) sorting_key: String,
    pub(super) primary_key: String,
    pub(super) sampling_key: String,
    pub(super) storage_policy: String,
    pub(super) comment: String,
    pub(super) create_table_query: String,
    pub(super) as_select: String,
}

/// A row of `system.columns`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ColumnRow {
    pub(super) database: String,
    pub(super) table: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) data_type: String,
    pub(super) default_kind: String,
    pub(super) default_expression: String,
    pub(super) compression_codec: String,
    pub(super) comment: String,
}

/// A row of `system.data_skipping_indices`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct IndexRow {
    pub(super) database: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) type_full: String,
    pub(super) expr: String,
    pub(super) granularity: String,
}

/// Makes a name in a view's query mean the column of the source.
pub(super) const COLUMNS_FIRST: &str = "prefer_column_name_to_alias = 1";

/// The name of the part that a projection is.
pub(super) const PROJECTION: &str = "projection ";

/// Skip indexes that the server makes by itself, under a setting of the table.
const IMPLICIT_INDEX: &str = "auto_minmax_index_";

fn object() -> PartKey {
    PartKey::only(PartKind::Object)
}

fn put(shape: &mut Shape, key: PartKey, name: &'static str, fact: impl Into<Fact>) {
    shape.parts.entry(key).or_default().insert(name, fact.into());
}

fn expression(expr: &Expr) -> String {
    expr.canonical(Dialect::ClickHouse).render(Dialect::ClickHouse)
}

fn server_expression(text: &str) -> Fact {
    parse_server(text, Dialect::ClickHouse).map_or_else(|_| Fact::Opaque(text.to_owned()), |expr| expression(&expr).into())
}

/// A list of expressions; a list of one tuple is the tuple's parts. None: it is empty.
fn list(all: &[Expr]) -> Option<Fact> {
    let all = match all {
        [Expr::Tuple(parts)] => parts.as_slice(),
        [Expr::Call(call)] if call.function == "tuple" => call.arguments.as_slice(),
        all => all,
    };
    let texts: Vec<String> = all.iter().map(expression).collect();
    (!texts.is_empty()).then(|| texts.join(", ").into())
}

fn server_list(text: &str) -> Option<Fact> {
    parse_server_list(text, Dialect::ClickHouse).map_or_else(|_| Some(Fact::Opaque(text.to_owned())), |all| list(&all))
}

/// What a table is as a whole.
struct TableFacts {
    engine: Fact,
    partition: Option<Fact>,
    order: Option<Fact>,
    primary: Option<Fact>,
    policy: String,
}

fn put_table(shape: &mut Shape, facts: TableFacts) {
    // The primary key is the sorting key unless another was given.
    let primary = facts.primary.filter(|primary| Some(primary.text()) != facts.order.as_ref().map(Fact::text));
    put(shape, object(), "engine", facts.engine);
    put(shape, object(), "storage policy", facts.policy);
    for (name, fact) in [("partition by", facts.partition), ("order by", facts.order), ("primary key", primary)] {
        if let Some(fact) = fact {
            put(shape, object(), name, fact);
        }
    }
}

/// The policy that tables are made with on a server.
pub(super) fn policy(whale: bool) -> &'static str {
    if whale { STORAGE_POLICY } else { "default" }
}

/// The sorting key as the server keeps it: this engine puts its version last.
fn sorting(table: &Table) -> Vec<Expr> {
    let mut keys = match table.order_by.as_slice() {
        [Expr::Tuple(parts)] => parts.clone(),
        keys => keys.to_vec(),
    };
    if let TableEngine::VersionedCollapsingMergeTree { version, .. } = &table.engine {
        let version = Expr::Column(version.clone());
        if !keys.contains(&version) {
            keys.push(version);
        }
    }
    keys
}

/// The shape of a table's definition.
pub(super) fn table(table: &Table, whale: bool) -> Shape {
    let mut shape = Shape::default();
    let facts = TableFacts {
        engine: table.engine.to_string().into(),
        partition: table.partition_by.as_ref().and_then(|key| list(std::slice::from_ref(key))),
        order: list(&sorting(table)),
        primary: list(table.primary_key.as_deref().unwrap_or(&table.order_by)),
        policy: policy(whale).to_owned(),
    };
    put_table(&mut shape, facts);
    for column in &table.columns {
        let key = PartKey::new(PartKind::Column, column.name.as_str());
        put(&mut shape, key.clone(), "type", column.data_type.to_string());
        match &column.value {
            ColumnValue::Empty => {}
            ColumnValue::Default(value) => put(&mut shape, key.clone(), "default", expression(value)),
            ColumnValue::Materialized(value) => put(&mut shape, key.clone(), "materialized", expression(value)),
            ColumnValue::Alias(value) => put(&mut shape, key.clone(), "alias", expression(value)),
        }
        if let Some(codec) = column.codec.as_ref().filter(|codec| !codec.is_default()) {
            put(&mut shape, key, "codec", codec.canonical(&column.data_type).to_string());
        }
        shape.put_comment(PartKey::new(PartKind::ColumnComment, column.name.as_str()), &column.comment);
    }
    for index in &table.skip_indexes {
        let on = list(std::slice::from_ref(&index.on)).unwrap_or_else(|| Fact::Known(String::new()));
        put_index(&mut shape, index.name.as_str(), on, index.kind.to_string().into(), index.granularity.to_string());
    }
    for (name, value) in &table.settings {
        shape.put(PartKey::new(PartKind::Property, name.as_str()), [("value", value.as_str())]);
    }
    shape.put_comment(PartKey::only(PartKind::Comment), &table.header.comment);
    shape
}

fn put_index(shape: &mut Shape, name: &str, on: Fact, kind: Fact, granularity: String) {
    let facts = [("on", on), ("kind", kind), ("granularity", granularity.into())];
    shape.put(PartKey::new(PartKind::Index, name), facts);
}

/// The shape of a view's definition.
pub(super) fn view(view: &View) -> Shape {
    let mut shape = Shape::default();
    let items = view.select.iter().map(|item| (item.name.to_string(), expression(&item.value).into()));
    let filter = view.only_where.as_ref().map(|filter| expression(filter).into());
    put_view(&mut shape, view.source.to_string(), items, filter, list(&view.group_by));
    put(&mut shape, object(), "target", view.target.to_string());
    if has_shadows(view) {
        put(&mut shape, object(), "settings", COLUMNS_FIRST);
    }
    shape.put_comment(PartKey::only(PartKind::Comment), &view.header.comment);
    shape
}

/// Whether an output has the name of a column that is read, and is not that column. Without the setting, ClickHouse
/// takes such a name for the output wherever it stands, in the filter and in the grouping too.
pub(super) fn has_shadows(view: &View) -> bool {
    let values = view.select.iter().map(|item| &item.value);
    let read: BTreeSet<Name> =
        values.chain(&view.only_where).chain(&view.group_by).flat_map(Expr::columns).collect();
    view.select.iter().any(|item| item.value != Expr::Column(item.name.clone()) && read.contains(&item.name))
}

fn put_view(
    shape: &mut Shape,
    source: String,
    items: impl Iterator<Item = (String, Fact)>,
    filter: Option<Fact>,
    group: Option<Fact>,
) {
    let mut known = true;
    let texts: Vec<String> = items
        .map(|(name, value)| {
            known &= matches!(value, Fact::Known(_));
            format!("{} AS {name}", value.text())
        })
        .collect();
    let select = texts.join(", ");
    put(shape, object(), "select", if known { Fact::Known(select) } else { Fact::Opaque(select) });
    put(shape, object(), "source", source);
    for (name, fact) in [("where", filter), ("group by", group)] {
        if let Some(fact) = fact {
            put(shape, object(), name, fact);
        }
    }
}

/// Everything that was read, by object.
pub(super) fn objects(
    tables: Vec<TableRow>,
    columns: Vec<ColumnRow>,
    indexes: Vec<IndexRow>,
) -> BTreeMap<ObjectName, CatalogObject> {
    let mut columns_of: BTreeMap<(String, String), Vec<ColumnRow>> = BTreeMap::new();
    for row in columns {
        columns_of.entry((row.database.clone(), row.table.clone())).or_default().push(row);
    }
    let mut indexes_of: BTreeMap<(String, String), Vec<IndexRow>> = BTreeMap::new();
    for row in indexes.into_iter().filter(|row| !row.name.starts_with(IMPLICIT_INDEX)) {
        indexes_of.entry((row.database.clone(), row.table.clone())).or_default().push(row);
    }
    let object = |row: TableRow| {
        let key = (row.database.clone(), row.name.clone());
        let (columns, indexes) = (columns_of.remove(&key).unwrap_or_default(), indexes_of.remove(&key).unwrap_or_default());
        let (namespace, name) = (Name::from_server(key.0), Name::from_server(key.1));
        (ObjectName { backend: Backend::Clickhouse, namespace, name }, found(&row, &columns, &indexes))
    };
    tables.into_iter().map(object).collect()
}

fn found(row: &TableRow, columns: &[ColumnRow], indexes: &[IndexRow]) -> CatalogObject {
    let (author, mark) = MarkState::split(&row.comment);
    let kind = match row.engine.as_str() {
        "MaterializedView" => ObjectKind::MaterializedView,
        engine if engine.ends_with("MergeTree") => ObjectKind::Table,
        _ => ObjectKind::Other,
    };
    let foreign = match kind {
        ObjectKind::Table => clauses::foreign(&row.create_table_query).filter(|_| !row.create_table_query.is_empty()),
        _ => Some(Vec::new()),
    };
    // A stranger's shape is never compared.
    let mut shape = match (kind, mark.mark().is_some()) {
        (ObjectKind::Table, true) => found_table(row, columns, indexes, foreign),
        (ObjectKind::MaterializedView, true) => found_view(row),
        _ => Shape::default(),
    };
    shape.put_comment(PartKey::only(PartKind::Comment), author);
    let seen = match (kind, mark.mark().is_some()) {
        (ObjectKind::Table, true) => seen(&shape, columns.iter().map(|column| column.name.as_str())),
        (ObjectKind::MaterializedView, true) => seen(&shape, []),
        _ => digest_of(&(row, columns, indexes)),
    };
    CatalogObject { kind, shape, mark, seen }
}

/// Digest of an object of ours as it was read: its facts, opaque ones included, and the order of its columns. Not of the
/// server's text, so that a new version of a server that writes the same in another way changes nothing, and so that a
/// mark can say at once what will be read back (see [`expected`]).
fn seen<'a>(shape: &Shape, columns: impl IntoIterator<Item = &'a str>) -> String {
    let columns: Vec<&str> = columns.into_iter().collect();
    digest_of(&(shape.digest(), columns))
}

/// What [`seen`] will be of an object that is made now, if the server does what servers do. Where it does otherwise, the
/// object is looked at again and its mark is written anew; where it does not, a mark need not be written twice.
pub(super) fn expected(object: &Object, whale: bool) -> String {
    match object {
        Object::ClickhouseTable(made) => {
            let mut shape = table(made, whale);
            let implied = PartKey::new(PartKind::Property, "index_granularity");
            shape.parts.entry(implied).or_insert_with(|| [("value", "8192".into())].into());
            seen(&shape, made.columns.iter().map(|column| column.name.as_str()))
        }
        Object::View(made) => seen(&view(made), []),
        Object::Table(_) | Object::Aggregate(_) | Object::Collection(_) => String::new(),
    }
}

fn found_table(row: &TableRow, columns: &[ColumnRow], indexes: &[IndexRow], foreign: Option<Vec<Foreign>>) -> Shape {
    let mut shape = Shape::default();
    let engine = TableEngine::parse_server(&row.engine_full)
        .map_or_else(|_| Fact::Opaque(row.engine_full.clone()), |engine| engine.to_string().into());
    let facts = TableFacts {
        engine,
        partition: server_list(&row.partition_key),
        order: server_list(&row.sorting_key),
        primary: server_list(&row.primary_key),
        policy: row.storage_policy.clone(),
    };
    put_table(&mut shape, facts);
    if !row.sampling_key.is_empty() {
        put(&mut shape, object(), "sample by", server_expression(&row.sampling_key));
    }
    match clauses::engine(&row.engine_full) {
        None => put(&mut shape, object(), "engine", Fact::Opaque(row.engine_full.clone())),
        Some(found) => {
            if let Some(ttl) = found.ttl {
                put(&mut shape, object(), "ttl", ttl);
            }
            for (name, value) in found.settings.into_iter().filter(|(name, _)| name != "storage_policy") {
                shape.put(PartKey::new(PartKind::Property, name), [("value", value)]);
            }
        }
    }
    for column in columns {
        found_column(&mut shape, column);
    }
    for index in indexes {
        let on = server_list(&index.expr).unwrap_or_else(|| Fact::Known(String::new()));
        let kind = SkipIndexKind::parse(&index.type_full)
            .map_or_else(|_| Fact::Opaque(index.type_full.clone()), |kind| kind.to_string().into());
        put_index(&mut shape, &index.name, on, kind, index.granularity.clone());
    }
    match foreign {
        // The server did not show the statement, or wrote it in a form that we do not know.
        None => put(&mut shape, object(), "statement", Fact::Opaque(row.create_table_query.clone())),
        Some(foreign) => {
            for clause in foreign {
                put_foreign(&mut shape, clause);
            }
        }
    }
    shape
}

fn put_foreign(shape: &mut Shape, foreign: Foreign) {
    match foreign {
        Foreign::Constraint(name, text) => put(shape, PartKey::new(PartKind::Check, name), "condition", text),
        Foreign::Projection(name, text) => {
            put(shape, PartKey::new(PartKind::Index, format!("{PROJECTION}{name}")), "query", text);
        }
        Foreign::OfColumn(name, fact, text) => put(shape, PartKey::new(PartKind::Column, name), fact, text),
    }
}

fn found_column(shape: &mut Shape, row: &ColumnRow) {
    let key = PartKey::new(PartKind::Column, row.name.as_str());
    let data_type = Type::parse(&row.data_type);
    let fact = data_type.as_ref().map_or_else(|_| Fact::Opaque(row.data_type.clone()), |found| found.to_string().into());
    put(shape, key.clone(), "type", fact);
    match row.default_kind.as_str() {
        "" => {}
        "DEFAULT" => put(shape, key.clone(), "default", server_expression(&row.default_expression)),
        "MATERIALIZED" => put(shape, key.clone(), "materialized", server_expression(&row.default_expression)),
        "ALIAS" => put(shape, key.clone(), "alias", server_expression(&row.default_expression)),
        other => put(shape, key.clone(), "value", Fact::Opaque(format!("{other} {}", row.default_expression))),
    }
    if !row.compression_codec.is_empty() {
        let codec = Codecs::parse(&row.compression_codec).ok().zip(data_type.ok());
        let fact = codec.map_or_else(
            || Fact::Opaque(row.compression_codec.clone()),
            |(codec, of)| codec.canonical(&of).to_string().into(),
        );
        put(shape, key, "codec", fact);
    }
    shape.put_comment(PartKey::new(PartKind::ColumnComment, row.name.as_str()), &row.comment);
}

fn found_view(row: &TableRow) -> Shape {
    let mut shape = Shape::default();
    match clauses::select(&row.as_select) {
        None => put(&mut shape, object(), "select", Fact::Opaque(row.as_select.clone())),
        Some(found) => {
            let items = found.items.into_iter().map(|(name, value)| (name, server_expression(value)));
            let filter = found.only_where.map(server_expression);
            put_view(&mut shape, found.source, items, filter, found.group_by.and_then(server_list));
            if let Some(settings) = found.settings {
                put(&mut shape, object(), "settings", settings);
            }
        }
    }
    let target = clauses::target(&row.create_table_query)
        .map_or_else(|| Fact::Opaque(row.create_table_query.clone()), Fact::Known);
    put(&mut shape, object(), "target", target);
    shape
}
