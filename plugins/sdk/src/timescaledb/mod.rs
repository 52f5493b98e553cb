//! PostgreSQL tables, hypertables and continuous aggregates.

mod aggregate;
mod column;
mod keys;
pub mod ty;

pub use crate::contract::ReferenceAction as Action;
pub use aggregate::ContinuousAggregate;
pub use column::Column;
pub use keys::{Check, ForeignKey, Index, Key, SortKey, asc, desc};

use crate::contract::{self, ChunkWidth};
use crate::header::{self, object_methods};

/// A table; a hypertable once it is cut into chunks.
pub struct Table(pub(crate) contract::PgTable);

object_methods!(Table);

impl Table {
    /// A table without columns. Its id is its name, and the caller's file and line are its origin.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        Self(contract::PgTable {
            header: header::object(name),
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            hypertable: None,
            columnstore: None,
        })
    }

    /// Adds a column.
    pub fn column(mut self, column: Column) -> Self {
        self.0.columns.push(column.0);
        self
    }

    /// The primary key. A hypertable's holds the time column.
    pub fn primary_key(mut self, key: impl Into<Key>) -> Self {
        self.0.primary_key = Some(key.into().0);
        self
    }

    /// A unique constraint. A hypertable's holds the time column.
    pub fn unique(mut self, key: impl Into<Key>) -> Self {
        self.0.uniques.push(key.into().0);
        self
    }

    /// A foreign key.
    pub fn foreign_key(mut self, key: ForeignKey) -> Self {
        self.0.foreign_keys.push(key.0);
        self
    }

    /// A condition that holds for every row.
    pub fn check(mut self, check: impl Into<Check>) -> Self {
        self.0.checks.push(check.into().0);
        self
    }

    /// Adds an index.
    pub fn index(mut self, index: Index) -> Self {
        self.0.indexes.push(index.0);
        self
    }

    /// Makes it a hypertable.
    pub fn hypertable(mut self, hypertable: Hypertable) -> Self {
        self.0.hypertable = Some(hypertable.0);
        self
    }

    /// How chunks are compressed. When they are is for a tier policy to say.
    pub fn columnstore(mut self, columnstore: Columnstore) -> Self {
        self.0.columnstore = Some(columnstore.0);
        self
    }
}

/// How a hypertable is cut into chunks.
pub struct Hypertable(contract::Hypertable);

impl Hypertable {
    /// By a time column, in chunks of a length of time.
    pub fn by_time(column: &str, chunk: crate::Duration) -> Self {
        Self::by(column, ChunkWidth::Time(chunk))
    }

    /// By an integer column, in chunks of so many of its units.
    pub fn by_integer(column: &str, units: u64) -> Self {
        Self::by(column, ChunkWidth::Units(units))
    }

    /// And by the hash of a column, into so many partitions. Once for each further dimension.
    pub fn and_by_hash(mut self, column: &str, partitions: u32) -> Self {
        self.0.space.push(contract::SpacePartition { column: column.to_owned(), partitions });
        self
    }

    fn by(column: &str, chunk: ChunkWidth) -> Self {
        Self(contract::Hypertable { time_column: column.to_owned(), chunk, space: Vec::new() })
    }
}

/// How chunks are compressed into the columnstore.
pub struct Columnstore(contract::Columnstore);

impl Columnstore {
    /// Rows with equal values of these columns share a batch, in it the newest first.
    pub fn segment_by<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self(contract::Columnstore { segment_by: header::texts(columns), order_by: Vec::new() })
    }

    /// All rows of a chunk share batches: where no column has many rows of one value in a chunk.
    pub fn unsegmented() -> Self {
        Self::segment_by([])
    }

    /// Another order inside a batch.
    pub fn order_by<K: Into<SortKey>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.0.order_by = keys.into_iter().map(|key| key.into().0).collect();
        self
    }
}
