//! MergeTree tables and materialized views.

use super::{Header, ObjectName};
use crate::expr::Expr;
use crate::name::Name;
use crate::types::clickhouse::{Codecs, SkipIndexKind, TableEngine, Type};
use std::collections::BTreeMap;

/// A table of the MergeTree family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Id, place, comment.
    pub header: Header,
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// The engine with its arguments.
    pub engine: TableEngine,
    /// The partition key.
    pub partition_by: Option<Expr>,
    /// The sorting key.
    pub order_by: Vec<Expr>,
    /// A prefix of the sorting key, where the author gave one.
    pub primary_key: Option<Vec<Expr>>,
    /// Data skipping indexes.
    pub skip_indexes: Vec<SkipIndex>,
    /// Settings of the table, by name.
    pub settings: BTreeMap<String, String>,
    /// What decides which shard a row is on, where the target has shards.
    pub sharding_key: Option<Expr>,
    /// What the table is on a cluster.
    pub spread: Spread,
}

/// What a table is on a cluster of several shards. A definition has only whole ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Spread {
    /// All rows, on every host.
    #[default]
    Whole,
    /// The rows of one shard.
    Shard,
    /// No rows: it reads and writes the tables of the shards, which have this name.
    Over(ObjectName),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// The author's comment; may be empty.
    pub comment: String,
    /// Its type.
    pub data_type: Type,
    /// What it holds when an insert names no value.
    pub value: ColumnValue,
    /// How it is compressed; none: the server's default.
    pub codec: Option<Codecs>,
}

/// What a column holds when an insert names no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnValue {
    /// The type's own default.
    Empty,
    /// A default.
    Default(Expr),
    /// Computed at insert and stored.
    Materialized(Expr),
    /// Computed when read.
    Alias(Expr),
}

/// A data skipping index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipIndex {
    /// Its name.
    pub name: Name,
    /// What is indexed.
    pub on: Expr,
    /// Its kind with arguments.
    pub kind: SkipIndexKind,
    /// Granules in a block of the index.
    pub granularity: u32,
}

/// A materialized view that writes to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Id, place, comment.
    pub header: Header,
    /// The table whose inserts are read.
    pub source: ObjectName,
    /// The table that is written.
    pub target: ObjectName,
    /// Output columns, named as the target's.
    pub select: Vec<Selected>,
    /// Only rows for which this holds.
    pub only_where: Option<Expr>,
    /// Grouping of each inserted block.
    pub group_by: Vec<Expr>,
}

/// An output column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub value: Expr,
}
