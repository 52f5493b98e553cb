//! Collections.

use super::Header;
use crate::expr::Expr;
use crate::name::Name;
use crate::raw::{Consistency, LoadState};
use crate::scaling::Placement;
use crate::types::milvus::{IndexKind, Metric, Type};
use std::collections::BTreeMap;

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Id, place, comment.
    pub header: Header,
    /// Name of the primary field.
    pub primary_key: Name,
    /// Whether the server makes the primary keys.
    pub auto_id: bool,
    /// Fields, in order.
    pub fields: Vec<Field>,
    /// Whether entities may carry fields that are not defined.
    pub dynamic_fields: bool,
    /// Indexes, at most one a field.
    pub indexes: Vec<Index>,
    /// Partitions.
    pub partitions: Partitions,
    /// Number of shards.
    pub shards: u32,
    /// Default consistency of a search.
    pub consistency: Consistency,
    /// Whether it is kept loaded.
    pub load: LoadState,
    /// How, where it is: what the deployment says of the model, never the plugin.
    pub placement: Placement,
    /// Properties, by name; ours (`whale.*`) are not among them.
    pub properties: BTreeMap<String, String>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// The author's comment; may be empty.
    pub comment: String,
    /// Its type.
    pub data_type: Type,
    /// Whether it takes null.
    pub nullable: bool,
    /// A literal for entities that name no value.
    pub default: Option<Expr>,
    /// Whether the collection is partitioned by it.
    pub partition_key: bool,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: Name,
    /// The field that is indexed.
    pub field: Name,
    /// Its kind.
    pub kind: IndexKind,
    /// Its metric; none for a scalar field.
    pub metric: Option<Metric>,
    /// Build parameters, by name.
    pub parameters: BTreeMap<String, String>,
}

/// How a collection is partitioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partitions {
    /// Only `_default`.
    Single,
    /// These, beside it.
    Named(Vec<Name>),
    /// Into so many, by the partition key.
    ByKey(u32),
}
