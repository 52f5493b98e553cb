//! What was read of a server, as shapes.

use super::clauses::{self, Foreign};
use super::{PROJECTION, TableFacts, expression, list, object, put, put_index, put_table, put_view};
use super::{answers, cluster};
use crate::catalog::{CatalogObject, Fact, PartKey, PartKind, Shape, put_text};
use crate::cluster::KnownCluster;
use crate::definition::{Backend, ObjectKind, ObjectName};
use crate::expr::{Dialect, parse_server, parse_server_list};
use crate::mark::MarkState;
use crate::name::Name;
use crate::types::clickhouse::{Codecs, SkipIndexKind, Type};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A row of `system.tables`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::backend::clickhouse) struct TableRow {
    pub(in crate::backend::clickhouse) database: String,
    pub(in crate::backend::clickhouse) name: String,
    pub(in crate::backend::clickhouse) uuid: String,
    pub(in crate::backend::clickhouse) engine: String,
    pub(in crate::backend::clickhouse) engine_full: String,
    pub(in crate::backend::clickhouse) partition_key: String,
    pub(in crate::backend::clickhouse) sorting_key: String,
    pub(in crate::backend::clickhouse) primary_key: String,
    pub(in crate::backend::clickhouse) sampling_key: String,
    pub(in crate::backend::clickhouse) storage_policy: String,
    pub(in crate::backend::clickhouse) comment: String,
    pub(in crate::backend::clickhouse) create_table_query: String,
    pub(in crate::backend::clickhouse) as_select: String,
}

/// A row of `system.columns`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::backend::clickhouse) struct ColumnRow {
    pub(in crate::backend::clickhouse) database: String,
    pub(in crate::backend::clickhouse) table: String,
    pub(in crate::backend::clickhouse) name: String,
    #[serde(rename = "type")]
    pub(in crate::backend::clickhouse) data_type: String,
    pub(in crate::backend::clickhouse) default_kind: String,
    pub(in crate::backend::clickhouse) default_expression: String,
    pub(in crate::backend::clickhouse) compression_codec: String,
    pub(in crate::backend::clickhouse) comment: String,
}

/// A row of `system.data_skipping_indices`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::backend::clickhouse) struct IndexRow {
    pub(in crate::backend::clickhouse) database: String,
    pub(in crate::backend::clickhouse) table: String,
    pub(in crate::backend::clickhouse) name: String,
    pub(in crate::backend::clickhouse) type_full: String,
    pub(in crate::backend::clickhouse) expr: String,
    pub(in crate::backend::clickhouse) granularity: String,
}

/// The engine of a table over those of the shards.
pub(super) const DISTRIBUTED: &str = "Distributed";

/// Skip indexes that the server makes by itself, under a setting of the table.
const IMPLICIT_INDEX: &str = "auto_minmax_index_";

fn server_expression(text: &str) -> Fact {
    parse_server(text, Dialect::ClickHouse)
        .map_or_else(|_| Fact::Opaque(text.to_owned()), |expr| expression(&expr).into())
}

/// Notes an expression of the server's, as a value and as its text.
fn put_said(shape: &mut Shape, key: &PartKey, name: &'static str, text: &str) {
    put(shape, key.clone(), name, server_expression(text));
    put_text(&mut shape.open, key.clone(), name, text);
}

fn server_list(text: &str) -> Option<Fact> {
    parse_server_list(text, Dialect::ClickHouse).map_or_else(|_| Some(Fact::Opaque(text.to_owned())), |all| list(&all))
}

/// Everything that was read, by object.
pub(in crate::backend::clickhouse) fn objects(
    tables: Vec<TableRow>,
    columns: Vec<ColumnRow>,
    indexes: Vec<IndexRow>,
    known: Option<&KnownCluster>,
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
        let (columns, indexes) =
            (columns_of.remove(&key).unwrap_or_default(), indexes_of.remove(&key).unwrap_or_default());
        let (namespace, name) = (Name::from_server(key.0), Name::from_server(key.1));
        let name = ObjectName { backend: Backend::Clickhouse, namespace, name };
        let object = found(&row, &columns, &indexes, &name, known);
        (name, object)
    };
    tables.into_iter().map(object).collect()
}

fn found(
    row: &TableRow,
    columns: &[ColumnRow],
    indexes: &[IndexRow],
    name: &ObjectName,
    known: Option<&KnownCluster>,
) -> CatalogObject {
    let (author, mark) = MarkState::split(&row.comment);
    let kind = match row.engine.as_str() {
        "MaterializedView" => ObjectKind::MaterializedView,
        engine if engine.ends_with("MergeTree") || engine == DISTRIBUTED => ObjectKind::Table,
        _ => ObjectKind::Other,
    };
    // A stranger's shape is never compared.
    let mut shape = match (kind, mark.mark().is_some()) {
        (ObjectKind::Table, true) if row.engine == DISTRIBUTED => found_over(row, columns),
        (ObjectKind::Table, true) => {
            let mut shape = found_table(row, columns, indexes);
            cluster::put_found(&mut shape, &row.engine_full, name, &row.uuid, known);
            shape
        }
        (ObjectKind::MaterializedView, true) => found_view(row),
        _ => Shape::default(),
    };
    shape.put_comment(PartKey::only(PartKind::Comment), author);
    shape.order = match kind {
        ObjectKind::Table => columns.iter().map(|column| column.name.clone()).collect(),
        _ => Vec::new(),
    };
    let answers = answers::of(&answers::Read { kind, row, author, columns, indexes });
    CatalogObject { kind, shape, mark, answers }
}

fn found_table(row: &TableRow, columns: &[ColumnRow], indexes: &[IndexRow]) -> Shape {
    let mut shape = Shape::default();
    let facts = TableFacts {
        partition: server_list(&row.partition_key),
        order: server_list(&row.sorting_key),
        primary: server_list(&row.primary_key),
        policy: row.storage_policy.clone(),
    };
    put_table(&mut shape, facts);
    for (name, text) in
        [("partition by", &row.partition_key), ("order by", &row.sorting_key), ("primary key", &row.primary_key)]
    {
        put_text(&mut shape.open, object(), name, text.as_str());
    }
    match clauses::engine(&row.engine_full) {
        None => put(&mut shape, object(), "settings", Fact::Opaque(row.engine_full.clone())),
        Some(found) => {
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
        let kind = SkipIndexKind::parse_server(&index.type_full)
            .map_or_else(|_| Fact::Opaque(index.type_full.clone()), |kind| kind.to_string().into());
        put_index(&mut shape, &index.name, on, kind, index.granularity.clone());
        put_text(&mut shape.open, PartKey::new(PartKind::Index, index.name.as_str()), "on", index.expr.as_str());
    }
    found_clauses(&mut shape, row);
    shape
}

/// A table over those of the shards.
fn found_over(row: &TableRow, columns: &[ColumnRow]) -> Shape {
    let mut shape = Shape::default();
    match clauses::distributed(&row.engine_full) {
        Some(found) => {
            let key = found.key.as_deref().map(server_expression);
            cluster::put_distributed(&mut shape, &found.cluster, &found.table, key);
            if let Some(text) = found.key {
                put_text(&mut shape.open, object(), "sharding key", text);
            }
        }
        None => put(&mut shape, object(), "engine", Fact::Opaque(row.engine_full.clone())),
    }
    for column in columns {
        found_column(&mut shape, column);
    }
    found_clauses(&mut shape, row);
    shape
}

/// Clauses that our definitions do not have. None: the server did not show the statement, or wrote it in a form that we do
/// not know.
pub(super) fn foreign(row: &TableRow) -> Option<Vec<(PartKey, String)>> {
    let clause = |name: &str, of: &str| PartKey::new(PartKind::Clause, format!("{name}{of}"));
    let statement = Some(row.create_table_query.as_str()).filter(|text| !text.is_empty())?;
    let found = clauses::foreign(statement)?.into_iter().map(|clause_of| match clause_of {
        Foreign::Constraint(name, text) => (PartKey::new(PartKind::Check, name), text),
        Foreign::Projection(name, text) => (PartKey::new(PartKind::Index, format!("{PROJECTION}{name}")), text),
        Foreign::OfColumn(name, word, text) => (clause(word, &format!(" of {name}")), text),
    });
    let mut all: Vec<_> = found.collect();
    let ttl = clauses::engine(&row.engine_full).and_then(|engine| engine.ttl);
    all.extend(ttl.map(|text| (clause("TTL", ""), text)));
    if !row.sampling_key.is_empty() {
        all.push((clause("SAMPLE BY", ""), row.sampling_key.clone()));
    }
    Some(all)
}

fn found_clauses(shape: &mut Shape, row: &TableRow) {
    match foreign(row) {
        None => put(shape, object(), "statement", Fact::Opaque(row.create_table_query.clone())),
        Some(clauses) => clauses.into_iter().for_each(|(key, text)| put(shape, key, "text", text)),
    }
}

fn found_column(shape: &mut Shape, row: &ColumnRow) {
    let key = PartKey::new(PartKind::Column, row.name.as_str());
    let data_type = Type::parse_server(&row.data_type);
    let fact =
        data_type.as_ref().map_or_else(|_| Fact::Opaque(row.data_type.clone()), |found| found.to_string().into());
    put(shape, key.clone(), "type", fact);
    match row.default_kind.as_str() {
        "" => {}
        "DEFAULT" => put_said(shape, &key, "default", &row.default_expression),
        "MATERIALIZED" => put_said(shape, &key, "materialized", &row.default_expression),
        "ALIAS" => put_said(shape, &key, "alias", &row.default_expression),
        other => put(shape, key.clone(), "value", Fact::Opaque(format!("{other} {}", row.default_expression))),
    }
    if !row.compression_codec.is_empty() {
        let codec = Codecs::parse_server(&row.compression_codec).ok().zip(data_type.ok());
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
            shape.open = clauses::of_query(&found);
            let items = found.items.into_iter().map(|(name, value)| (name, server_expression(value)));
            let filter = found.only_where.map(server_expression);
            put_view(&mut shape, found.source, items, filter, found.group_by.and_then(server_list));
            if let Some(settings) = found.settings {
                put(&mut shape, object(), "query settings", settings);
            }
        }
    }
    let target = clauses::target(&row.create_table_query)
        .map_or_else(|| Fact::Opaque(row.create_table_query.clone()), Fact::Known);
    put(&mut shape, object(), "target", target);
    shape
}
