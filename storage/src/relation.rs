//! Names that objects take beside others of their server, given or made by the server itself.
//!
//! PostgreSQL keeps tables, views, indexes and sequences of a schema in one space of names. An index stands behind every
//! primary key and unique constraint, a sequence behind every identity column, and TimescaleDB puts the table behind a
//! continuous aggregate, with its indexes, into a schema of its own that all models share. Pure, and the one place that
//! says which names those are: what judges one definition, several, or a server goes by it.

use crate::definition::timescaledb::{Aggregate, ColumnValue, Table};
use crate::definition::{Backend, Object, ObjectKind, ObjectName};
use crate::name::Name;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// The schema in which TimescaleDB keeps what stands behind its objects.
pub const INTERNAL: &str = "_timescaledb_internal";

/// The name of the host's own table, everywhere.
pub const VERSION_TABLE: &str = "schema_version";

/// The namespace that every server of a kind has.
pub fn shared_namespace(backend: Backend) -> &'static str {
    match backend {
        Backend::Timescaledb => "public",
        Backend::Clickhouse | Backend::Milvus => "default",
    }
}

/// Where the host's own table is in a target whose namespaces have this prefix.
pub fn version_table(backend: Backend, prefix: &str) -> ObjectName {
    let namespace = Name::from_server(format!("{prefix}{}", shared_namespace(backend)));
    ObjectName { backend, namespace, name: Name::from_server(VERSION_TABLE) }
}

/// What has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The object itself.
    Whole,
    /// An index.
    Index,
    /// The index of a primary key.
    PrimaryKey,
    /// The index of a unique constraint.
    Unique,
    /// The sequence of an identity column. The server numbers it where its name is taken.
    Sequence {
        /// The table, without its schema.
        table: Name,
        /// The column.
        column: Name,
    },
}

/// A name that an object takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// In which schema.
    pub schema: Name,
    /// The name.
    pub name: Name,
    /// What of the object has it.
    pub part: Part,
}

impl Part {
    /// In a sentence, of an object.
    pub fn of(&self, object: &impl fmt::Display) -> String {
        match self {
            Part::Whole => object.to_string(),
            Part::Index => format!("an index of {object}"),
            Part::PrimaryKey => format!("the primary key of {object}"),
            Part::Unique => format!("a unique constraint of {object}"),
            Part::Sequence { column, .. } => format!("the sequence of the identity column {column} of {object}"),
        }
    }
}

/// The names that an object takes.
pub fn relations(object: &Object) -> Vec<Relation> {
    match object {
        Object::Table(table) => of_table(table),
        Object::Aggregate(aggregate) => of_aggregate(aggregate),
        // Everything in a database of ClickHouse or Milvus is read with its tables or collections, and compared with them.
        Object::ClickhouseTable(_) | Object::View(_) | Object::Collection(_) => Vec::new(),
    }
}

fn whole(name: &ObjectName) -> Relation {
    Relation { schema: name.namespace.clone(), name: name.name.clone(), part: Part::Whole }
}

fn of_table(table: &Table) -> Vec<Relation> {
    let name = &table.header.name;
    let of = |named: &Name, part| Relation { schema: name.namespace.clone(), name: named.clone(), part };
    let mut all = vec![whole(name)];
    all.extend(table.primary_key.iter().map(|key| of(&key.name, Part::PrimaryKey)));
    all.extend(table.uniques.iter().map(|key| of(&key.name, Part::Unique)));
    all.extend(table.indexes.iter().map(|index| of(&index.name, Part::Index)));
    let identities = table.columns.iter().filter(|column| matches!(column.value, ColumnValue::Identity(_)));
    all.extend(identities.map(|column| sequence(name, &column.name)));
    all
}

/// The sequence of an identity column.
pub fn sequence(table: &ObjectName, column: &Name) -> Relation {
    let name = Name::from_server(object_name(table.name.as_str(), column.as_str(), SEQUENCE));
    let part = Part::Sequence { table: table.name.clone(), column: column.clone() };
    Relation { schema: table.namespace.clone(), name, part }
}

fn of_aggregate(aggregate: &Aggregate) -> Vec<Relation> {
    let index = |name: &Name| Relation { schema: Name::from_server(INTERNAL), name: name.clone(), part: Part::Index };
    let mut all = vec![whole(&aggregate.header.name)];
    all.extend(aggregate.indexes.iter().map(|one| index(&one.name)));
    all
}

/// The schema that holds the indexes of an object.
pub fn schema_of_indexes(name: &ObjectName, kind: ObjectKind) -> &str {
    if kind == ObjectKind::ContinuousAggregate { INTERNAL } else { name.namespace.as_str() }
}

/// What PostgreSQL calls a sequence of its own after.
pub const SEQUENCE: &str = "seq";
/// What PostgreSQL calls the constraint after that keeps nulls out of a column, from version 18 on.
pub const NOT_NULL: &str = "not_null";

/// A name as PostgreSQL makes it of a table, a column and a label: where it is longer than 63 bytes, the longer of the two
/// names loses its last byte until it fits.
pub fn object_name(table: &str, column: &str, label: &str) -> String {
    let room = Name::MOST_BYTES.saturating_sub(label.len() + 2);
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let cut = |text: &str, at: usize| text.bytes().take(at).map(char::from).collect::<String>();
    format!("{}_{}_{label}", cut(table, first), cut(column, second))
}

/// Names that are claimed, each with whose it is.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    by: BTreeMap<(Name, Name), Holder>,
    /// The number of the last sequence of each name, so that the next one is not looked for from the first.
    numbers: BTreeMap<(Name, Name), usize>,
}

/// Who has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its object, as it is to be named to a person.
    pub object: String,
    /// What of it.
    pub part: Part,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.part.of(&self.object))
    }
}

impl Taken {
    /// Claims a name, or says who has it. Sequences stand beside each other: the server numbers them.
    pub fn claim(&mut self, relation: &Relation, object: &str) -> Result<(), Holder> {
        let base = (relation.schema.clone(), relation.name.clone());
        let mut name = relation.name.clone();
        let mut number = self.numbers.get(&base).copied().unwrap_or_default();
        loop {
            let held = match self.by.entry((relation.schema.clone(), name)) {
                Entry::Vacant(free) => {
                    free.insert(Holder { object: object.to_owned(), part: relation.part.clone() });
                    return Ok(());
                }
                Entry::Occupied(held) => held.get().clone(),
            };
            match (&relation.part, &held.part) {
                (Part::Sequence { table, column }, Part::Sequence { .. }) => {
                    number += 1;
                    self.numbers.insert(base.clone(), number);
                    let label = format!("{SEQUENCE}{number}");
                    name = Name::from_server(object_name(table.as_str(), column.as_str(), &label));
                }
                _ => return Err(held),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_as_postgresql_makes_them() {
        assert_eq!(object_name("n", "id", SEQUENCE), "n_id_seq");
        let (long, longer) = ("a".repeat(40), "b".repeat(60));
        // Read off a PostgreSQL 15 for an identity column of each.
        assert_eq!(object_name(&long, &longer, SEQUENCE), format!("{}_{}_seq", "a".repeat(29), "b".repeat(29)));
        assert_eq!(object_name(&longer, "id", SEQUENCE), format!("{}_id_seq", "b".repeat(56)));
        assert_eq!(object_name(&"c".repeat(63), "id", SEQUENCE).len(), Name::MOST_BYTES);
    }

    #[test]
    fn sequences_stand_beside_each_other_and_nothing_else_does() {
        let relation =
            |name: &str, part| Relation { schema: Name::from_server("s"), name: Name::from_server(name), part };
        let place = |name: &str| ObjectName {
            backend: Backend::Timescaledb,
            namespace: Name::from_server("s"),
            name: Name::from_server(name),
        };
        let sequence = |table: &str, column: &str| super::sequence(&place(table), &Name::from_server(column));
        let mut taken = Taken::default();
        assert_eq!(taken.claim(&sequence("a", "b_c"), "s.a"), Ok(()));
        assert_eq!(taken.claim(&sequence("a_b", "c"), "s.a_b"), Ok(()));
        let held = |held: Result<(), Holder>| held.map_err(|held| held.to_string());
        assert_eq!(
            held(taken.claim(&relation("a_b_c_seq", Part::Whole), "s.a_b_c_seq")),
            Err("the sequence of the identity column b_c of s.a".to_owned())
        );
        assert_eq!(
            held(taken.claim(&relation("a_b_c_seq1", Part::Index), "s.x")),
            Err("the sequence of the identity column c of s.a_b".to_owned())
        );
        assert_eq!(held(taken.claim(&relation("t", Part::Whole), "s.t")), Ok(()));
        assert_eq!(held(taken.claim(&relation("u_q_seq", Part::Whole), "s.u_q_seq")), Ok(()));
        assert_eq!(held(taken.claim(&sequence("u", "q"), "s.u")), Err("s.u_q_seq".to_owned()));
    }
}
