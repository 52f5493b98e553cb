//! What is made of the tables that a plugin defines, on a cluster of several shards.
//!
//! Pure. A table with a sharding key becomes two objects, each with a mark, a step and a row in the version table of its
//! own: `events_local`, which holds the rows of a shard, and `events`, a Distributed table that reads and writes all of
//! them. Everything behind this stage knows objects only. The second needs the first, so that both are made and altered in
//! that order, and nothing is inserted through a column that the shards do not have yet.

use crate::cluster::LOCAL;
use crate::definition::clickhouse::{Spread, Table, View};
use crate::definition::{Object, ObjectName};
use crate::desire::{Desired, Wanted, WantedObject};
use crate::name::Name;
use std::collections::BTreeSet;

/// Puts the tables of shards beside the tables that are spread over them, and each view where its source has its rows.
pub(super) fn laid_out(wanted: Wanted, make: impl Fn(Desired) -> WantedObject) -> Wanted {
    let spread: BTreeSet<ObjectName> =
        wanted.objects.iter().filter(|(_, one)| is_spread(&one.desired.object)).map(|(name, _)| name.clone()).collect();
    let mut objects = std::collections::BTreeMap::new();
    for (name, one) in wanted.objects {
        let with = |object: Object| make(Desired { object, ..one.desired.clone() });
        match &one.desired.object {
            Object::ClickhouseTable(table) if spread.contains(&name) => {
                let local = local(&name);
                objects.insert(local.clone(), with(Object::ClickhouseTable(shard(table, local.clone()))));
                objects.insert(name, with(Object::ClickhouseTable(over(table, local))));
            }
            Object::View(view) if spread.contains(&view.source) => {
                objects.insert(name, with(Object::View(on_shards(view, &spread))));
            }
            _ => {
                objects.insert(name, one);
            }
        }
    }
    Wanted { objects, ..wanted }
}

fn is_spread(object: &Object) -> bool {
    matches!(object, Object::ClickhouseTable(table) if table.sharding_key.is_some())
}

/// The table that holds a shard's rows of this one.
fn local(name: &ObjectName) -> ObjectName {
    ObjectName { name: Name::from_server(format!("{}{LOCAL}", name.name)), ..name.clone() }
}

fn shard(table: &Table, name: ObjectName) -> Table {
    let mut table = Table { spread: Spread::Shard, ..table.clone() };
    // No id of a plugin has a second slash.
    table.header.id.push_str("/local");
    table.header.name = name;
    table
}

fn over(table: &Table, local: ObjectName) -> Table {
    let mut columns = table.columns.clone();
    for column in &mut columns {
        column.codec = None;
    }
    Table {
        columns,
        partition_by: None,
        order_by: Vec::new(),
        primary_key: None,
        skip_indexes: Vec::new(),
        settings: std::collections::BTreeMap::new(),
        spread: Spread::Over(local),
        ..table.clone()
    }
}

/// A view reads what is inserted on its own host, and so the shard's table; what it makes of that stays on the shard.
fn on_shards(view: &View, spread: &BTreeSet<ObjectName>) -> View {
    let target = if spread.contains(&view.target) { local(&view.target) } else { view.target.clone() };
    View { source: local(&view.source), target, ..view.clone() }
}
