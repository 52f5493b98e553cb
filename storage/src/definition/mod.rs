//! What a model stores, checked: names, types and expressions are our own values, references are resolved.
//!
//! Only [`crate::validate`] makes these. A definition says nothing of a server: the same plugin bytes and arguments
//! give the same definition everywhere.

pub mod clickhouse;
pub mod milvus;
pub mod timescaledb;

use crate::diagnostic::Origin;
use crate::name::Name;
use crate::part::Digests;
pub use crate::raw::Database as Backend;
use crate::raw::Operation;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// The model of the host's own objects, such as the version table.
pub const HOST_MODEL: &str = "whale_host";

impl Backend {
    /// All three, in the order in which they are planned and shown.
    pub const ALL: [Backend; 3] = [Backend::Timescaledb, Backend::Clickhouse, Backend::Milvus];

    /// As it is written in settings and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Backend::Timescaledb => "timescaledb",
            Backend::Clickhouse => "clickhouse",
            Backend::Milvus => "milvus",
        }
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Backend::Timescaledb => "TimescaleDB",
            Backend::Clickhouse => "ClickHouse",
            Backend::Milvus => "Milvus",
        }
    }

    /// Finds a kind by its id.
    pub fn find(id: &str) -> Option<Backend> {
        Backend::ALL.into_iter().find(|backend| backend.id() == id)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Where an object is in its engine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// Kind of database.
    pub backend: Backend,
    /// PostgreSQL schema, or ClickHouse or Milvus database.
    pub namespace: Name,
    /// Name in the namespace.
    pub name: Name,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.namespace, self.name)
    }
}

/// What every object carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `plugin/id`: stable for the object's whole life.
    pub id: String,
    /// The model that owns it.
    pub model: Name,
    /// Where it lives.
    pub name: ObjectName,
    /// The author's comment; may be empty.
    pub comment: String,
    /// The author's place.
    pub origin: Option<Origin>,
    /// Of the author's own words for each part, as the contract has them.
    pub asked: Digests,
}

/// Kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// A PostgreSQL table or hypertable, or a ClickHouse table.
    Table,
    /// A continuous aggregate.
    ContinuousAggregate,
    /// A ClickHouse materialized view.
    MaterializedView,
    /// A Milvus collection.
    Collection,
    /// What we do not make: a plain view, a dictionary, a foreign table. Only ever read from a server.
    Other,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ObjectKind::Table => "table",
            ObjectKind::ContinuousAggregate => "continuous aggregate",
            ObjectKind::MaterializedView => "materialized view",
            ObjectKind::Collection => "collection",
            ObjectKind::Other => "object",
        })
    }
}

/// One object of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// A PostgreSQL table or hypertable.
    Table(timescaledb::Table),
    /// A continuous aggregate.
    Aggregate(timescaledb::Aggregate),
    /// A ClickHouse table.
    ClickhouseTable(clickhouse::Table),
    /// A ClickHouse materialized view.
    View(clickhouse::View),
    /// A Milvus collection.
    Collection(milvus::Collection),
}

impl Object {
    /// What every object carries.
    pub fn header(&self) -> &Header {
        match self {
            Object::Table(table) => &table.header,
            Object::Aggregate(aggregate) => &aggregate.header,
            Object::ClickhouseTable(table) => &table.header,
            Object::View(view) => &view.header,
            Object::Collection(collection) => &collection.header,
        }
    }

    /// The same, to be changed.
    pub fn header_mut(&mut self) -> &mut Header {
        match self {
            Object::Table(table) => &mut table.header,
            Object::Aggregate(aggregate) => &mut aggregate.header,
            Object::ClickhouseTable(table) => &mut table.header,
            Object::View(view) => &mut view.header,
            Object::Collection(collection) => &mut collection.header,
        }
    }

    /// Where it lives.
    pub fn name(&self) -> &ObjectName {
        &self.header().name
    }

    /// Its kind.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Object::Table(_) | Object::ClickhouseTable(_) => ObjectKind::Table,
            Object::Aggregate(_) => ObjectKind::ContinuousAggregate,
            Object::View(_) => ObjectKind::MaterializedView,
            Object::Collection(_) => ObjectKind::Collection,
        }
    }

    /// Settings of its deployment that somebody has asked for, which its mark holds.
    pub fn settings(&self) -> BTreeSet<String> {
        match self {
            Object::Collection(collection) => collection.placement.settings.clone(),
            _ => BTreeSet::new(),
        }
    }

    /// Objects that must be there first, and that this one names.
    pub fn needs(&self) -> Vec<&ObjectName> {
        match self {
            Object::Table(table) => table
                .foreign_keys
                .iter()
                .map(|key| &key.target)
                .filter(|target| **target != table.header.name)
                .collect(),
            Object::Aggregate(aggregate) => vec![&aggregate.source],
            Object::View(view) => vec![&view.source, &view.target],
            Object::ClickhouseTable(table) => match &table.spread {
                clickhouse::Spread::Over(local) => vec![local],
                clickhouse::Spread::Whole | clickhouse::Spread::Shard => Vec::new(),
            },
            Object::Collection(_) => Vec::new(),
        }
    }
}

/// A plugin's whole definition, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Name of the plugin.
    pub plugin: Name,
    /// Its version.
    pub version: semver::Version,
    /// The model it belongs to.
    pub model: Name,
    /// Digest of the canonical bytes it came from.
    pub digest: String,
    /// What may be done with its objects: asked for, and granted.
    pub operations: BTreeSet<Operation>,
    /// Namespaces that it was granted by name.
    pub named: BTreeSet<(Backend, Name)>,
    /// Whether whale.toml binds it to its model.
    pub pinned: bool,
    /// Its objects, in the order of the definition.
    pub objects: Vec<Object>,
}
