//! Definitions, and what was read, as shapes.
//!
//! Pure. Both sides of a fact are made by one function: values go in, canonical text comes out. What the server implies
//! by default is on neither side; what it says that our model does not have is a fact or a part of its own, so that it
//! shows as a difference as soon as anything else of the object does.

mod access;
mod answers;
mod clauses;
mod cluster;
mod found;

pub(super) use access::{AccessRows, ElementRow, GivenRow, MaximaRow, roles};
pub(super) use clauses::words;
pub(super) use cluster::{Replication, replication};
pub(super) use found::{ColumnRow, IndexRow, TableRow, objects};

use super::STORAGE_POLICY;
use crate::catalog::{Digest, Digests, Fact, PartKey, PartKind, Shape};
use crate::cluster::KnownCluster;
use crate::definition::clickhouse::{ColumnValue, Spread, Table, View};
use crate::expr::{Dialect, Expr};
use crate::name::Name;
use crate::types::clickhouse::TableEngine;
use std::collections::BTreeSet;

/// Makes a name in a view's query mean the column of the source.
pub(super) const COLUMNS_FIRST: &str = "prefer_column_name_to_alias = 1";

/// The name of the part that a projection is.
pub(super) const PROJECTION: &str = "projection ";

fn object() -> PartKey {
    PartKey::only(PartKind::Object)
}

fn put(shape: &mut Shape, key: PartKey, name: &'static str, fact: impl Into<Fact>) {
    shape.parts.entry(key).or_default().insert(name, fact.into());
}

fn expression(expr: &Expr) -> String {
    expr.canonical(Dialect::ClickHouse).render(Dialect::ClickHouse)
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

/// What is known of the server that both sides are on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// Whether it has the storage policy that our tables are made with.
    pub(super) whale: bool,
    /// The cluster that the target is, where it is one.
    pub(super) cluster: Option<&'a KnownCluster>,
}

/// What a table is as a whole, its engine apart.
struct TableFacts {
    partition: Option<Fact>,
    order: Option<Fact>,
    primary: Option<Fact>,
    policy: String,
}

fn put_table(shape: &mut Shape, facts: TableFacts) {
    // The primary key is the sorting key unless another was given.
    let primary = facts.primary.filter(|primary| Some(primary.text()) != facts.order.as_ref().map(Fact::text));
    put(shape, object(), "storage policy", facts.policy);
    for (name, fact) in [("partition by", facts.partition), ("order by", facts.order), ("primary key", primary)] {
        if let Some(fact) = fact {
            put(shape, object(), name, fact);
        }
    }
}

/// The policy that tables are made with on a server.
fn policy(whale: bool) -> &'static str {
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
pub(super) fn table(table: &Table, place: Place<'_>) -> Shape {
    let mut shape = Shape::default();
    match (&table.spread, place.cluster) {
        (Spread::Over(local), Some(known)) => {
            cluster::put_over(&mut shape, &known.cluster.name, local, table.sharding_key.as_ref());
        }
        _ => put_stored(&mut shape, table, place),
    }
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
    shape.order = table.columns.iter().map(|column| column.name.to_string()).collect();
    shape
}

/// Of what the deployment says of a table: the cluster that it is spread over, or replicated in.
pub(super) fn deployed(table: &Table, place: Place<'_>) -> Digests {
    let Some(KnownCluster { cluster, .. }) = place.cluster else { return Digests::new() };
    let said =
        (&cluster.name, format!("{:?}", table.spread), format!("{:?}", cluster::replication(table, place.cluster)));
    Digests::from([(object(), Digest::of(&said))])
}

/// What a table is that holds rows.
fn put_stored(shape: &mut Shape, table: &Table, place: Place<'_>) {
    cluster::put_wanted(shape, table, place.cluster);
    let facts = TableFacts {
        partition: table.partition_by.as_ref().and_then(|key| list(std::slice::from_ref(key))),
        order: list(&sorting(table)),
        primary: list(table.primary_key.as_deref().unwrap_or(&table.order_by)),
        policy: policy(place.whale).to_owned(),
    };
    put_table(shape, facts);
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
        put(&mut shape, object(), "query settings", COLUMNS_FIRST);
    }
    shape.put_comment(PartKey::only(PartKind::Comment), &view.header.comment);
    shape
}

/// Whether an output has the name of a column that is read, and is not that column. Without the setting, ClickHouse
/// takes such a name for the output wherever it stands, in the filter and in the grouping too.
pub(super) fn has_shadows(view: &View) -> bool {
    let values = view.select.iter().map(|item| &item.value);
    let read: BTreeSet<Name> = values.chain(&view.only_where).chain(&view.group_by).flat_map(Expr::columns).collect();
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
