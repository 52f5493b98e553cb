//! What is sent to an engine: SQL text that a backend's `lower` rendered, or a typed call to Milvus.

use crate::definition::milvus::{Collection, Field, Index};
use crate::name::Name;
use crate::scaling::Placement;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// One thing to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// One SQL statement, without a semicolon at its end.
    Sql(String),
    /// One call.
    Call(Call),
}

/// A call to Milvus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Makes a database.
    CreateDatabase {
        /// Its name.
        database: Name,
    },
    /// Makes a collection, with our mark among its properties.
    CreateCollection {
        /// The collection.
        collection: Box<Collection>,
        /// All its properties, ours included.
        properties: BTreeMap<String, String>,
    },
    /// Adds a field.
    AddField {
        /// Database.
        database: Name,
        /// Collection.
        collection: Name,
        /// The field.
        field: Box<Field>,
    },
    /// Makes an index.
    CreateIndex {
        /// Database.
        database: Name,
        /// Collection.
        collection: Name,
        /// The index.
        index: Box<Index>,
    },
    /// Makes a partition.
    CreatePartition {
        /// Database.
        database: Name,
        /// Collection.
        collection: Name,
        /// The partition.
        partition: Name,
    },
    /// Sets properties of a collection; others stay.
    AlterProperties {
        /// Database.
        database: Name,
        /// Collection.
        collection: Name,
        /// What is set.
        properties: BTreeMap<String, String>,
    },
    /// Takes a collection out of memory.
    Release {
        /// Database.
        database: Name,
        /// Collection.
        collection: Name,
    },
    /// Asks for a collection to be loaded, and does not wait for it.
    Load {
        /// Database.
        database: Name,
        /// Collection.
        collection: Name,
        /// How it is held in memory.
        placement: Placement,
    },
}

impl Call {
    /// The database it is aimed at.
    pub fn database(&self) -> &Name {
        match self {
            Call::CreateCollection { collection, .. } => &collection.header.name.namespace,
            Call::CreateDatabase { database }
            | Call::AddField { database, .. }
            | Call::CreateIndex { database, .. }
            | Call::CreatePartition { database, .. }
            | Call::AlterProperties { database, .. }
            | Call::Release { database, .. }
            | Call::Load { database, .. } => database,
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Statement::Sql(text) => f.write_str(text),
            Statement::Call(call) => call.fmt(f),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::CreateDatabase { database } => write!(f, "CreateDatabase {database}"),
            Call::CreateCollection { collection, properties } => write!(
                f,
                "CreateCollection {} ({} fields, {} shards, {} properties)",
                collection.header.name,
                collection.fields.len(),
                collection.shards,
                properties.len()
            ),
            Call::AddField { database, collection, field } => {
                write!(f, "AddCollectionField {database}.{collection} {} {}", field.name, field.data_type)
            }
            Call::CreateIndex { database, collection, index } => {
                write!(f, "CreateIndex {database}.{collection} {} on {} ({})", index.name, index.field, index.kind)
            }
            Call::CreatePartition { database, collection, partition } => {
                write!(f, "CreatePartition {database}.{collection} {partition}")
            }
            Call::AlterProperties { database, collection, properties } => {
                let names: Vec<&str> = properties.keys().map(String::as_str).collect();
                write!(f, "AlterCollection {database}.{collection} ({})", names.join(", "))
            }
            Call::Release { database, collection } => write!(f, "ReleaseCollection {database}.{collection}"),
            Call::Load { database, collection, placement } => {
                write!(f, "LoadCollection {database}.{collection}")?;
                let facts: Vec<String> =
                    placement.facts().into_iter().map(|(name, value)| format!("{name} {value}")).collect();
                if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join("; ")) }
            }
        }
    }
}

impl Serialize for Statement {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
