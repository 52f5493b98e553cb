//! The catalog of what a server describes.

use super::rows::{Aggregate, Column, Constraint, Dimension, Index, Relation, Rows, StoreKey, Taken};
use super::{aggregate, answers, facts, role, word};
use crate::catalog::{Catalog, CatalogObject, Fact, Facts, Found, PartKey, PartKind, Shape};
use crate::definition::{Backend, ObjectKind, ObjectName};
use crate::mark::MarkState;
use crate::name::Name;
use crate::raw::Identity;
use std::collections::BTreeMap;

/// One object, as it was read.
#[derive(Default)]
pub(super) struct Whole<'a> {
    pub(super) kind: &'a str,
    pub(super) persistence: &'a str,
    pub(super) child: bool,
    pub(super) comment: &'a str,
    pub(super) columns: Vec<&'a Column>,
    pub(super) constraints: Vec<&'a Constraint>,
    pub(super) indexes: Vec<&'a Index>,
    pub(super) dimensions: Vec<&'a Dimension>,
    pub(super) store_keys: Vec<&'a StoreKey>,
    pub(super) aggregate: Option<&'a Aggregate>,
}

/// Makes a catalog of the rows.
pub(crate) fn catalog(rows: &Rows) -> Catalog {
    let name = |text: &String| Name::from_server(text.clone());
    let mark = |comment: &Option<String>| MarkState::split(comment.as_deref().unwrap_or_default()).1;
    let mut catalog = Catalog::empty(Backend::Timescaledb);
    catalog.namespaces = rows.namespaces.iter().map(|found| (name(&found.name), mark(&found.comment))).collect();
    catalog.roles = rows.roles.iter().map(|found| (name(&found.name), role::found(found))).collect();
    for role in &rows.roles {
        catalog.role_namespaces.extend(role.namespaces.iter().map(|namespace| (name(&role.name), name(namespace))));
    }
    for found in &rows.version_tables {
        catalog.note_deployment(&found.name, &mark(&found.comment));
    }
    for found in &rows.taken {
        let key = (name(&found.namespace), name(&found.name));
        catalog.taken.entry(key).or_default().push(taken(found));
    }
    let parts = gather(rows);
    for relation in &rows.relations {
        let Some(found) = parts.get(&relation.oid) else { continue };
        let place = ObjectName {
            backend: Backend::Timescaledb,
            namespace: name(&relation.namespace),
            name: name(&relation.name),
        };
        let object = CatalogObject {
            kind: kind(found),
            shape: shape(found),
            mark: mark(&relation.comment),
            answers: answers::of(found),
        };
        catalog.objects.insert(place, object);
    }
    catalog
}

fn taken(found: &Taken) -> Found {
    let (kind, is_type) = match found.kind.as_str() {
        "i" | "I" => ("index", false),
        "S" => ("sequence", false),
        "v" | "m" => ("view", false),
        "c" => ("type", false),
        "type" => ("type", true),
        _ => ("table", false),
    };
    let what = match &found.of {
        Some(owner) => format!("the {kind} of {owner}"),
        None => format!("the {kind} {}.{}", found.namespace, found.name),
    };
    Found { what, is_type }
}

/// The rows of each relation.
fn gather(rows: &Rows) -> BTreeMap<u32, Whole<'_>> {
    let mut parts: BTreeMap<u32, Whole<'_>> = rows.relations.iter().map(|found| (found.oid, begin(found))).collect();
    macro_rules! hand_out {
        ($($field:ident),*) => {$(
            for row in &rows.$field {
                if let Some(found) = parts.get_mut(&row.relation) {
                    found.$field.push(row);
                }
            }
        )*};
    }
    hand_out!(columns, constraints, indexes, dimensions, store_keys);
    for row in &rows.aggregates {
        if let Some(found) = parts.get_mut(&row.relation) {
            found.aggregate = Some(row);
        }
    }
    parts
}

fn begin(relation: &Relation) -> Whole<'_> {
    Whole {
        kind: &relation.kind,
        persistence: &relation.persistence,
        child: relation.child,
        comment: MarkState::split(relation.comment.as_deref().unwrap_or_default()).0,
        ..Whole::default()
    }
}

fn kind(found: &Whole<'_>) -> ObjectKind {
    match found.kind {
        "r" => ObjectKind::Table,
        "v" if found.aggregate.is_some() => ObjectKind::ContinuousAggregate,
        _ => ObjectKind::Other,
    }
}

fn shape(found: &Whole<'_>) -> Shape {
    let mut shape = Shape::default();
    if let Some(rows) = found.aggregate {
        aggregate::shape(&mut shape, rows);
        for column in &found.columns {
            comment(&mut shape, column);
        }
    } else {
        for column in &found.columns {
            self::column(&mut shape, column);
            comment(&mut shape, column);
        }
        shape.order = found.columns.iter().map(|column| column.name.clone()).collect();
        found.constraints.iter().for_each(|row| constraint(&mut shape, row));
        word::of_table(&mut shape.open, &found.columns, &found.constraints);
        hypertable(&mut shape, found);
        unusual(&mut shape, found);
    }
    found.indexes.iter().for_each(|row| index(&mut shape, row));
    shape.put_comment(PartKey::only(PartKind::Comment), found.comment);
    shape
}

/// What a table can be that ours never are.
fn unusual(shape: &mut Shape, found: &Whole<'_>) {
    let mut facts = Facts::new();
    if found.persistence != "p" {
        facts.insert("persistence", Fact::Opaque(found.persistence.to_owned()));
    }
    if found.child {
        facts.insert("inherits", Fact::Opaque("yes".to_owned()));
    }
    if !facts.is_empty() {
        shape.put(PartKey::only(PartKind::Object), facts);
    }
}

fn comment(shape: &mut Shape, row: &Column) {
    shape.put_comment(
        PartKey::new(PartKind::ColumnComment, row.name.as_str()),
        row.comment.as_deref().unwrap_or_default(),
    );
}

fn column(shape: &mut Shape, row: &Column) {
    let text = row.default_to.as_deref();
    let value = match (row.identity.as_str(), row.generated.as_str(), text) {
        ("a", ..) => Some(facts::identity(Identity::Always)),
        ("d", ..) => Some(facts::identity(Identity::ByDefault)),
        (_, "s", Some(text)) => Some(("generated", facts::server_expression(text))),
        (_, "", Some(text)) => Some(("default", facts::server_default(text, &row.data_type))),
        (_, other, Some(text)) if !other.is_empty() => Some(("generated", Fact::Opaque(text.to_owned()))),
        _ => None,
    };
    let key = PartKey::new(PartKind::Column, row.name.as_str());
    facts::column(shape, &row.name, facts::server_type(&row.data_type), !row.not_null, value);
    if let Some(collation) = &row.collation {
        shape.put(key, [("collation", Fact::Opaque(collation.clone()))]);
    }
}

/// The part that a constraint is.
pub(super) fn constraint_key(row: &Constraint) -> PartKey {
    match row.kind.as_str() {
        "p" => PartKey::only(PartKind::PrimaryKey),
        "u" => PartKey::new(PartKind::Unique, row.name.as_str()),
        "f" => PartKey::new(PartKind::ForeignKey, row.name.as_str()),
        _ => PartKey::new(PartKind::Check, row.name.as_str()),
    }
}

fn constraint(shape: &mut Shape, row: &Constraint) {
    let columns = facts::names(&row.columns);
    let key = constraint_key(row);
    let mut parts = match row.kind.as_str() {
        "p" => Facts::from([("name", row.name.as_str().into()), ("columns", columns.into())]),
        "u" => Facts::from([("columns", columns.into())]),
        "f" => {
            let target = row.target.clone().unwrap_or_default();
            let (update, delete) = (facts::server_action(&row.on_update), facts::server_action(&row.on_delete));
            facts::reference(columns, target, facts::names(&row.target_columns), update, delete)
        }
        "c" => {
            let condition = facts::server_expression(row.condition.as_deref().unwrap_or_default());
            Facts::from([("condition", condition)])
        }
        _ => Facts::from([("definition", Fact::Opaque(row.definition.clone()))]),
    };
    if row.deferrable || (row.kind == "f" && row.matching != "s") {
        parts.insert("definition", Fact::Opaque(row.definition.clone()));
    }
    if !row.validated {
        parts.insert("validated", "no".into());
    }
    shape.put(key, parts);
}

fn index(shape: &mut Shape, row: &Index) {
    let part = PartKey::new(PartKind::Index, row.name.as_str());
    let (mut keys, mut opaque) = (Vec::new(), false);
    let mut parts = Facts::new();
    for key in &row.keys {
        let by = facts::server_expression(&key.by);
        if let Some(class) = &key.operator_class {
            parts.insert("operator class", Fact::Opaque(class.clone()));
        }
        opaque |= matches!(by, Fact::Opaque(_));
        keys.push(facts::key(by.text(), key.descending, key.nulls_first));
    }
    word::of_index(&mut shape.open, &part, row);
    parts.insert("method", row.method.as_str().into());
    let keys = keys.join(", ");
    parts.insert("keys", if opaque { Fact::Opaque(keys) } else { keys.into() });
    if !row.covering.is_empty() {
        parts.insert("covering", facts::names(&row.covering).into());
    }
    parts.extend(row.predicate.as_ref().map(|text| ("where", facts::server_expression(text))));
    parts.extend(row.unique.then(|| ("unique", "yes".into())));
    parts.extend((!row.valid).then(|| ("valid", "no".into())));
    parts.extend(row.nulls_not_distinct.then(|| ("nulls", "not distinct".into())));
    shape.put(part, parts);
}

fn hypertable(shape: &mut Shape, found: &Whole<'_>) {
    for row in &found.dimensions {
        let (key, parts) = match (row.microseconds, row.units, row.partitions) {
            (_, _, Some(partitions)) => {
                (dimension_key(row), Facts::from([("partitions", partitions.to_string().into())]))
            }
            (Some(width), ..) => (dimension_key(row), time_facts(row, facts::chunk_text(width))),
            (None, Some(units), None) => (dimension_key(row), time_facts(row, units.to_string())),
            (None, None, None) => (dimension_key(row), time_facts(row, String::new())),
        };
        shape.put(key, parts);
    }
    if found.store_keys.is_empty() {
        return;
    }
    let mut segments: Vec<_> = found.store_keys.iter().filter(|row| row.segment.is_some()).collect();
    segments.sort_by_key(|row| row.segment);
    let mut order: Vec<_> = found.store_keys.iter().filter(|row| row.order.is_some()).collect();
    order.sort_by_key(|row| row.order);
    let order: Vec<String> = order
        .iter()
        .map(|row| facts::key(&row.column, row.ascending == Some(false), row.nulls_first == Some(true)))
        .collect();
    let mut parts = Facts::from([("order by", order.join(", ").into())]);
    if !segments.is_empty() {
        parts.insert("segment by", facts::names(segments.iter().map(|row| &row.column)).into());
    }
    shape.put(PartKey::only(PartKind::Columnstore), parts);
}

/// The first dimension makes a hypertable; a further range is none of ours.
pub(super) fn dimension_key(row: &Dimension) -> PartKey {
    if row.number == 1 && row.partitions.is_none() {
        PartKey::only(PartKind::Hypertable)
    } else {
        PartKey::new(PartKind::Dimension, row.column.as_str())
    }
}

fn time_facts(row: &Dimension, chunk: String) -> Facts {
    Facts::from([("time column", row.column.as_str().into()), ("chunk", chunk.into())])
}
