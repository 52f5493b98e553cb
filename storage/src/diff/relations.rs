//! Names that PostgreSQL has given already.
//!
//! Tables, aggregates, indexes, sequences and types of a schema share one space of names, and an index stands behind every
//! primary key and unique constraint; the indexes of all aggregates, whosever they are, are in one schema of TimescaleDB. A table that somebody renamed keeps the names of its keys and indexes, so that one made under its old
//! name would find them taken; and `CREATE INDEX IF NOT EXISTS` takes another table's index for the one it should make.

use super::{Diff, path};
use crate::catalog::{Catalog, PartKey, PartKind, Shape};
use crate::change::Change;
use crate::definition::ObjectName;
use crate::desire::{Wanted, WantedObject};
use crate::diagnostic::{Diagnostic, codes};
use crate::name::Name;
use crate::relation::schema_of_indexes;
use std::collections::BTreeMap;

/// Takes out every change that needs a name which another relation has, and says so.
pub(super) fn refuse_taken(wanted: &Wanted, actual: &Catalog, diff: &mut Diff) {
    let taken = taken(actual);
    let mut found = Vec::new();
    diff.changes.retain(|change| {
        let faults: Vec<Diagnostic> =
            needed(change, wanted).into_iter().filter_map(|need| need.fault(&taken, actual)).collect();
        let free = faults.is_empty();
        found.extend(faults);
        free
    });
    for fault in found {
        diff.found.push(fault);
    }
}

/// Names with their schema, and whose they are.
type Taken<'a> = BTreeMap<(&'a str, &'a str), String>;

fn taken(actual: &Catalog) -> Taken<'_> {
    let mut taken = Taken::new();
    for (name, object) in &actual.objects {
        for (part, relation) in relations(&object.shape) {
            taken.insert(
                (schema_of_indexes(name, object.kind), relation),
                format!("the {} of {name}", part.kind.title()),
            );
        }
    }
    taken
}

/// Parts that are relations, with the names these have.
fn relations(shape: &Shape) -> impl Iterator<Item = (&PartKey, &str)> {
    shape.parts.iter().filter_map(|(key, facts)| match key.kind {
        PartKind::Index | PartKind::Unique => Some((key, key.name.as_str())),
        PartKind::PrimaryKey => facts.get("name").map(|name| (key, name.text())),
        _ => None,
    })
}

/// A name that a change is about to give.
struct Need<'a> {
    object: &'a WantedObject,
    /// None: the object itself.
    part: Option<&'a PartKey>,
    relation: &'a str,
}

fn needed<'a>(change: &Change, wanted: &'a Wanted) -> Vec<Need<'a>> {
    let (name, added) = match change {
        Change::CreateObject { object, .. } => (object, None),
        Change::AlterObject { object, added, .. } => (object, Some(added)),
        _ => return Vec::new(),
    };
    let Some(object) = wanted.objects.get(name) else { return Vec::new() };
    let parts = relations(&object.drawn.shape).filter(|(part, _)| added.is_none_or(|added| added.contains(part)));
    let mut all: Vec<Need<'a>> = parts.map(|(part, relation)| Need { object, part: Some(part), relation }).collect();
    if added.is_none() {
        all.push(Need { object, part: None, relation: object.desired.object.name().name.as_str() });
    }
    all
}

impl Need<'_> {
    /// What the server said has the name.
    fn found(&self, schema: &str, actual: &Catalog) -> Option<String> {
        let key = (Name::from_server(schema), Name::from_server(self.relation));
        let found = actual.taken.get(&key)?.iter().find(|found| self.part.is_none() || !found.is_type)?;
        Some(found.what.clone())
    }

    fn fault(&self, taken: &Taken<'_>, actual: &Catalog) -> Option<Diagnostic> {
        let object = &self.object.desired.object;
        let name = object.name();
        let schema = match self.part {
            Some(_) => schema_of_indexes(name, object.kind()),
            None => name.namespace.as_str(),
        };
        let same_name =
            |other: &&ObjectName| other.namespace.as_str() == schema && other.name.as_str() == self.relation;
        let holder = taken.get(&(schema, self.relation)).cloned().or_else(|| {
            // The object's own name was looked up before.
            self.part.and(actual.objects.keys().find(same_name)).map(ToString::to_string)
        });
        let holder = holder.or_else(|| self.found(schema, actual))?;
        let (place, what) = match self.part {
            Some(part) => (format!("{}/{part}", path(name)), format!("the {} of {name}", part.kind.title())),
            None => (path(name), name.to_string()),
        };
        let message = format!("{what} cannot be named {}: {holder} has that name", self.relation);
        Some(
            Diagnostic::error(codes::plan::NAME_TAKEN, place, message)
                .of(self.object.desired.plugin.as_str())
                .at(object.header().origin.as_ref())
                .help("rename that one in the database, or give this one another name in the plugin"),
        )
    }
}
