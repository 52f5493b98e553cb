//! Everything a model stores.

use crate::contract::{ClickhouseObjects, ModelDefinition, TimescaledbObjects};
use crate::{clickhouse, milvus, timescaledb};

/// Everything a model stores.
pub struct Definition(ModelDefinition);

impl Default for Definition {
    fn default() -> Self {
        Self::new()
    }
}

impl Definition {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(ModelDefinition {
            timescaledb: TimescaledbObjects { tables: Vec::new(), aggregates: Vec::new() },
            clickhouse: ClickhouseObjects { tables: Vec::new(), materialized_views: Vec::new() },
            milvus: Vec::new(),
        })
    }

    /// Adds tables and hypertables of TimescaleDB.
    pub fn timescaledb(mut self, tables: impl IntoIterator<Item = timescaledb::Table>) -> Self {
        self.0.timescaledb.tables.extend(tables.into_iter().map(|table| table.0));
        self
    }

    /// Adds continuous aggregates.
    pub fn aggregates(mut self, aggregates: impl IntoIterator<Item = timescaledb::ContinuousAggregate>) -> Self {
        self.0.timescaledb.aggregates.extend(aggregates.into_iter().map(|aggregate| aggregate.0));
        self
    }

    /// Adds ClickHouse tables.
    pub fn clickhouse(mut self, tables: impl IntoIterator<Item = clickhouse::Table>) -> Self {
        self.0.clickhouse.tables.extend(tables.into_iter().map(|table| table.0));
        self
    }

    /// Adds ClickHouse materialized views.
    pub fn materialized_views(mut self, views: impl IntoIterator<Item = clickhouse::MaterializedView>) -> Self {
        self.0.clickhouse.materialized_views.extend(views.into_iter().map(|view| view.0));
        self
    }

    /// Adds Milvus collections.
    pub fn milvus(mut self, collections: impl IntoIterator<Item = milvus::Collection>) -> Self {
        self.0.milvus.extend(collections.into_iter().map(|collection| collection.0));
        self
    }

    #[doc(hidden)]
    pub fn into_contract(self) -> ModelDefinition {
        self.0
    }
}
