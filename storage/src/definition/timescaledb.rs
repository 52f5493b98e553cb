//! Tables, hypertables and continuous aggregates.

use super::{Header, ObjectName};
use crate::expr::Expr;
use crate::name::Name;
use crate::raw::{ChunkWidth, Direction, Duration, Identity, Nulls, ReferenceAction, Refresh};
use crate::types::postgres::Type;

/// A table; a hypertable where `hypertable` says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Id, place, comment.
    pub header: Header,
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// Primary key.
    pub primary_key: Option<Key>,
    /// Unique constraints.
    pub uniques: Vec<Key>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Indexes beside those of keys.
    pub indexes: Vec<Index>,
    /// Makes it a hypertable.
    pub hypertable: Option<Hypertable>,
    /// Compression of a hypertable.
    pub columnstore: Option<Columnstore>,
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
    /// Whether it takes null. False for columns of the primary key and for the time column, whatever the author wrote.
    pub nullable: bool,
    /// What it holds when an insert names no value.
    pub value: ColumnValue,
}

/// What a column holds when an insert names no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnValue {
    /// Null, or an error.
    Empty,
    /// A default.
    Default(Expr),
    /// A number from the column's own sequence.
    Identity(Identity),
    /// Computed and stored.
    Generated(Expr),
}

/// A primary key or unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Name of the constraint.
    pub name: Name,
    /// Its columns, in order.
    pub columns: Vec<Name>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Name of the constraint.
    pub name: Name,
    /// Referencing columns.
    pub columns: Vec<Name>,
    /// Referenced table.
    pub target: ObjectName,
    /// Referenced columns.
    pub target_columns: Vec<Name>,
    /// When a referenced key changes.
    pub on_update: ReferenceAction,
    /// When a referenced row is deleted.
    pub on_delete: ReferenceAction,
}

/// A check constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Name of the constraint.
    pub name: Name,
    /// What holds for every row.
    pub condition: Expr,
}

/// Methods of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexMethod {
    /// The default: order and equality.
    Btree,
    /// Equality.
    Hash,
    /// Many keys in a value: jsonb, arrays.
    Gin,
    /// Ranges, networks.
    Gist,
    /// Large tables in their natural order.
    Brin,
}

impl IndexMethod {
    /// As PostgreSQL writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            IndexMethod::Btree => "btree",
            IndexMethod::Hash => "hash",
            IndexMethod::Gin => "gin",
            IndexMethod::Gist => "gist",
            IndexMethod::Brin => "brin",
        }
    }

    /// Finds a method by the name PostgreSQL gives it.
    pub fn find(text: &str) -> Option<Self> {
        [Self::Btree, Self::Hash, Self::Gin, Self::Gist, Self::Brin].into_iter().find(|method| method.as_str() == text)
    }
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: Name,
    /// What earlier versions of this tool named it, where they derived another name: one that stands under it stays.
    pub former: Option<Name>,
    /// Its method.
    pub method: IndexMethod,
    /// Keys, in order.
    pub keys: Vec<SortKey>,
    /// Columns stored beside the keys.
    pub covering: Vec<Name>,
    /// Only rows for which this holds.
    pub only_where: Option<Expr>,
    /// Whether keys are unique.
    pub unique: bool,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// A column or an expression.
    pub by: Expr,
    /// Ascending or descending.
    pub direction: Direction,
    /// Where nulls stand, with the engine's default written out: `First` or `Last`.
    pub nulls: Nulls,
}

/// What makes a table a hypertable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypertable {
    /// The column that chunks are cut by.
    pub time_column: Name,
    /// Width of a chunk.
    pub chunk: ChunkWidth,
    /// Hashed dimensions.
    pub space: Vec<SpacePartition>,
}

/// A hashed dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpacePartition {
    /// The column that is hashed.
    pub column: Name,
    /// Number of partitions.
    pub partitions: u32,
}

/// How chunks are compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columnstore {
    /// Columns whose equal values share a batch.
    pub segment_by: Vec<Name>,
    /// Order inside a batch; by time, newest first, where the author gave none. Keys are plain columns.
    pub order_by: Vec<SortKey>,
}

/// A continuous aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Id, place, comment.
    pub header: Header,
    /// A hypertable or another aggregate.
    pub source: ObjectName,
    /// The source's time column.
    pub time_column: Name,
    /// Width of a bucket.
    pub bucket: Duration,
    /// Name of the bucket's column.
    pub bucket_name: Name,
    /// Time zone of the bucket; none is UTC.
    pub time_zone: Option<String>,
    /// Columns that are grouped by, beside the bucket.
    pub group_by: Vec<Selected>,
    /// Aggregated columns.
    pub aggregates: Vec<Selected>,
    /// Only rows for which this holds.
    pub only_where: Option<Expr>,
    /// Whether queries see rows that are not aggregated yet.
    pub real_time: bool,
    /// When it is refreshed.
    pub refresh: Option<Refresh>,
    /// Indexes; none: TimescaleDB makes one for each group column.
    pub indexes: Vec<Index>,
}

/// An output column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub value: Expr,
}
