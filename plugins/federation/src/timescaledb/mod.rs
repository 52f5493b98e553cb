//! The graph of knowledge, its changes and reviews, the log of exchanges, and measurements of models.

mod federation_logs;
mod knowledge_quality;
mod knowledge_relationships;
mod knowledge_updates;
mod model_performance;

use whale_plugin::Duration;
use whale_plugin::timescaledb::{ContinuousAggregate, Table};

/// How wide chunks are.
pub(crate) struct Chunks {
    pub(crate) logs: Duration,
    pub(crate) performance: Duration,
}

pub(crate) fn tables(chunks: &Chunks) -> [Table; 5] {
    [
        knowledge_relationships::table(),
        knowledge_updates::table(chunks),
        federation_logs::table(chunks),
        model_performance::table(chunks),
        knowledge_quality::table(chunks),
    ]
}

pub(crate) fn aggregates() -> [ContinuousAggregate; 2] {
    [model_performance::hourly(), model_performance::daily()]
}
