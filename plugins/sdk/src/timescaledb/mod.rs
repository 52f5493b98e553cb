//! PostgreSQL tables, hypertables and continuous aggregates.

mod aggregate;
mod parts;
pub mod ty;

pub use aggregate::ContinuousAggregate;
pub use parts::{Action, Column, ForeignKey, Index};

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
    pub fn primary_key<'a>(mut self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.primary_key = Some(contract::PgKey { name: None, columns: header::texts(columns) });
        self
    }

    /// A unique constraint. A hypertable's holds the time column.
    pub fn unique<'a>(mut self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.uniques.push(contract::PgKey { name: None, columns: header::texts(columns) });
        self
    }

    /// A foreign key.
    pub fn foreign_key(mut self, key: ForeignKey) -> Self {
        self.0.foreign_keys.push(key.0);
        self
    }

    /// A condition that holds for every row.
    pub fn check(mut self, condition: &str) -> Self {
        self.0.checks.push(contract::PgCheck { name: None, condition: condition.to_owned() });
        self
    }

    /// Adds an index.
    pub fn index(mut self, index: Index) -> Self {
        self.0.indexes.push(index.0);
        self
    }

    /// Makes it a hypertable, in chunks of a length of time.
    pub fn hypertable(self, time_column: &str, chunk: crate::Duration) -> Self {
        self.chunks(time_column, ChunkWidth::Time(chunk))
    }

    /// Makes it a hypertable by an integer column, in chunks of so many units.
    pub fn hypertable_by_integer(self, column: &str, units: u64) -> Self {
        self.chunks(column, ChunkWidth::Units(units))
    }

    /// How chunks are compressed: equal values of some columns together, by time inside, newest first.
    pub fn columnstore<'a>(mut self, segment_by: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.columnstore =
            Some(contract::Columnstore { segment_by: header::texts(segment_by), order_by: Vec::new() });
        self
    }

    fn chunks(mut self, time_column: &str, chunk: ChunkWidth) -> Self {
        self.0.hypertable =
            Some(contract::Hypertable { time_column: time_column.to_owned(), chunk, space: Vec::new() });
        self
    }
}
