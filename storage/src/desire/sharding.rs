//! Names that tables of shards take.

use super::claims::Kept;
use crate::cluster::LOCAL;
use crate::definition::{Backend, Object, ObjectName};
use crate::diagnostic::{Diagnostic, codes};
use crate::name::Name;
use std::collections::BTreeMap;

/// Whether an object stands where the shards' table of another one would, or the reverse.
pub(super) fn clash<K: Kept>(objects: &BTreeMap<ObjectName, K>, new: &Object, plugin: &Name) -> Option<Diagnostic> {
    let name = new.name();
    if name.backend != Backend::Clickhouse {
        return None;
    }
    let beside = |text: String| objects.get_key_value(&ObjectName { name: Name::from_server(text), ..name.clone() });
    let spread = name.name.as_str().strip_suffix(LOCAL).and_then(|base| beside(base.to_owned()));
    let (table, local) = match spread.filter(|(_, one)| one.is_spread()) {
        Some((table, _)) => (table, name),
        None if is_spread(new) => (name, beside(format!("{}{LOCAL}", name.name))?.0),
        None => return None,
    };
    let header = new.header();
    let message = format!("{local} is what holds the rows of {table} on each shard, and is defined by itself");
    Some(
        Diagnostic::error(codes::clickhouse::LOCAL_NAME, format!("{}/{}", name.backend, header.id), message)
            .of(plugin.as_str())
            .at(header.origin.as_ref())
            .help(format!("give it a name that does not end in {LOCAL}, or leave the sharding key out")),
    )
}

/// Whether each shard holds a table beside this object.
pub(super) fn is_spread(object: &Object) -> bool {
    matches!(object, Object::ClickhouseTable(table) if table.sharding_key.is_some())
}
