//! Shapes of the objects that this engine knows.

use crate::catalog::{PartKey, PartKind, Shape};
use crate::definition::{Object, clickhouse, milvus};

/// The shape of an object. Kinds that this engine does not know have a comment and nothing else.
pub(super) fn shape(object: &Object) -> Shape {
    let mut shape = Shape::default();
    shape.put_comment(PartKey::only(PartKind::Comment), &object.header().comment);
    match object {
        Object::ClickhouseTable(table) => table_shape(table, &mut shape),
        Object::Collection(collection) => collection_shape(collection, &mut shape),
        Object::Table(_) | Object::Aggregate(_) | Object::View(_) => {}
    }
    shape
}

fn table_shape(table: &clickhouse::Table, shape: &mut Shape) {
    shape.put(PartKey::only(PartKind::Object), [("engine", table.engine.to_string())]);
    for column in &table.columns {
        shape.put(PartKey::new(PartKind::Column, column.name.as_str()), [("type", column.data_type.to_string())]);
        shape.put_comment(PartKey::new(PartKind::ColumnComment, column.name.as_str()), &column.comment);
    }
    shape.order = table.columns.iter().map(|column| column.name.to_string()).collect();
    for index in &table.skip_indexes {
        shape.put(PartKey::new(PartKind::Index, index.name.as_str()), [("kind", index.kind.to_string())]);
    }
    for (name, value) in &table.settings {
        shape.put(PartKey::new(PartKind::Property, name), [("value", value.clone())]);
    }
}

fn collection_shape(collection: &milvus::Collection, shape: &mut Shape) {
    shape.put(PartKey::only(PartKind::Object), [("primary key", collection.primary_key.to_string())]);
    for field in &collection.fields {
        shape.put(PartKey::new(PartKind::Column, field.name.as_str()), [("type", field.data_type.to_string())]);
    }
    for (name, value) in &collection.properties {
        shape.put(PartKey::new(PartKind::Property, name), [("value", value.clone())]);
    }
}
