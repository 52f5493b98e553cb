//! Shapes of defined objects.

use super::facts;
use crate::catalog::{Facts, PartKey, PartKind, Shape};
use crate::definition::Object;
use crate::definition::timescaledb::{Aggregate, Column, ColumnValue, Index, Key, Table};
use crate::name::Name;
use crate::raw::ChunkWidth;

/// The shape of a defined object. What is not PostgreSQL's has none.
pub(crate) fn shape(object: &Object) -> Shape {
    let mut shape = Shape::default();
    match object {
        Object::Table(found) => table(&mut shape, found),
        Object::Aggregate(found) => aggregate(&mut shape, found),
        Object::ClickhouseTable(_) | Object::View(_) | Object::Collection(_) => return shape,
    }
    shape.put_comment(PartKey::only(PartKind::Comment), &object.header().comment);
    shape
}

fn table(shape: &mut Shape, table: &Table) {
    for found in &table.columns {
        column(shape, found);
    }
    shape.order = table.columns.iter().map(|column| column.name.to_string()).collect();
    if let Some(found) = &table.primary_key {
        shape.put(
            PartKey::only(PartKind::PrimaryKey),
            [("name", found.name.to_string()), ("columns", facts::names(&found.columns))],
        );
    }
    for found in &table.uniques {
        key(shape, PartKind::Unique, found);
    }
    for check in &table.checks {
        shape.put(
            PartKey::new(PartKind::Check, check.name.as_str()),
            [("condition", facts::expression(&check.condition))],
        );
    }
    for found in &table.foreign_keys {
        let target = facts::object(&found.target.namespace, &found.target.name);
        let (columns, theirs) = (facts::names(&found.columns), facts::names(&found.target_columns));
        let (update, delete) = (facts::action(found.on_update), facts::action(found.on_delete));
        shape.put(
            PartKey::new(PartKind::ForeignKey, found.name.as_str()),
            facts::reference(columns, target, theirs, update, delete),
        );
    }
    indexes(shape, &table.indexes);
    hypertable(shape, table);
}

fn key(shape: &mut Shape, kind: PartKind, found: &Key) {
    shape.put(PartKey::new(kind, found.name.as_str()), [("columns", facts::names(&found.columns))]);
}

fn column(shape: &mut Shape, column: &Column) {
    let value = match &column.value {
        ColumnValue::Empty => None,
        ColumnValue::Default(expr) => Some(("default", facts::default(expr, &column.data_type))),
        ColumnValue::Identity(identity) => Some(facts::identity(*identity)),
        ColumnValue::Generated(expr) => Some(("generated", facts::expression(expr))),
    };
    // An identity is NOT NULL whatever is said.
    let nullable = column.nullable && !matches!(column.value, ColumnValue::Identity(_));
    facts::column(shape, column.name.as_str(), column.data_type.to_string().into(), nullable, value);
    shape.put_comment(PartKey::new(PartKind::ColumnComment, column.name.as_str()), &column.comment);
}

fn indexes(shape: &mut Shape, indexes: &[Index]) {
    for index in indexes {
        let keys: Vec<String> = index.keys.iter().map(facts::sort_key).collect();
        let mut parts: Facts =
            Facts::from([("method", index.method.as_str().into()), ("keys", keys.join(", ").into())]);
        if !index.covering.is_empty() {
            parts.insert("covering", facts::names(&index.covering).into());
        }
        parts.extend(index.only_where.as_ref().map(|expr| ("where", facts::expression(expr))));
        parts.extend(index.unique.then(|| ("unique", "yes".into())));
        shape.put(PartKey::new(PartKind::Index, index.name.as_str()), parts);
    }
}

fn hypertable(shape: &mut Shape, table: &Table) {
    let Some(hypertable) = &table.hypertable else { return };
    let chunk = match hypertable.chunk {
        ChunkWidth::Time(width) => facts::chunk_text(facts::chunk_microseconds(width)),
        ChunkWidth::Units(units) => units.to_string(),
    };
    shape.put(
        PartKey::only(PartKind::Hypertable),
        [("time column", hypertable.time_column.to_string()), ("chunk", chunk)],
    );
    for space in &hypertable.space {
        shape.put(
            PartKey::new(PartKind::Dimension, space.column.as_str()),
            [("partitions", space.partitions.to_string())],
        );
    }
    if let Some(store) = &table.columnstore {
        let order: Vec<String> = facts::store_order(table).iter().map(store_key).collect();
        let mut parts: Facts = Facts::from([("order by", order.join(", ").into())]);
        if !store.segment_by.is_empty() {
            parts.insert("segment by", facts::names(&store.segment_by).into());
        }
        shape.put(PartKey::only(PartKind::Columnstore), parts);
    }
}

/// A key of a columnstore is a plain column, which the server says without quotes.
fn store_key(sort: &crate::definition::timescaledb::SortKey) -> String {
    let column = sort.by.as_column().map(Name::to_string).unwrap_or_default();
    let descending = sort.direction == crate::raw::Direction::Descending;
    facts::key(&column, descending, facts::nulls_first(sort))
}

fn aggregate(shape: &mut Shape, aggregate: &Aggregate) {
    let mut whole: Facts = Facts::from([
        ("source", facts::object(&aggregate.source.namespace, &aggregate.source.name).into()),
        ("time column", aggregate.time_column.as_str().into()),
        ("bucket", facts::interval_text(facts::duration(aggregate.bucket)).into()),
        ("bucket name", aggregate.bucket_name.as_str().into()),
        ("real time", if aggregate.real_time { "yes" } else { "no" }.into()),
    ]);
    whole.extend(aggregate.time_zone.as_ref().map(|zone| ("time zone", zone.as_str().into())));
    whole.extend(aggregate.only_where.as_ref().map(|expr| ("where", facts::expression(expr))));
    shape.put(PartKey::only(PartKind::Object), whole);
    for (grouped, selected) in
        aggregate.group_by.iter().map(|s| ("yes", s)).chain(aggregate.aggregates.iter().map(|s| ("no", s)))
    {
        shape.put(
            PartKey::new(PartKind::Column, selected.name.as_str()),
            [("value", facts::expression(&selected.value)), ("grouped", grouped.into())],
        );
    }
    if let Some(refresh) = &aggregate.refresh {
        let offset = |name, offset: Option<crate::raw::Duration>| {
            offset.map(|offset| (name, facts::interval_text(facts::duration(offset)).into()))
        };
        let mut parts = Facts::from([("every", facts::interval_text(facts::duration(refresh.every)).into())]);
        parts.extend(offset("from", refresh.start_offset));
        parts.extend(offset("until", refresh.end_offset));
        shape.put(PartKey::only(PartKind::Refresh), parts);
    }
    indexes(shape, &aggregate.indexes);
}
