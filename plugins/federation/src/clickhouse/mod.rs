//! How models are used, and what the exchange of knowledge is worth, for analysis.

mod cross_domain_usage;
mod domain_performance;
mod knowledge_evolution;
mod knowledge_transfer_stats;
mod model_interactions;

use whale_plugin::clickhouse::{MaterializedView, Table};

pub(crate) fn tables() -> [Table; 5] {
    [
        model_interactions::table(),
        knowledge_transfer_stats::table(),
        domain_performance::table(),
        cross_domain_usage::table(),
        knowledge_evolution::table(),
    ]
}

pub(crate) fn views() -> [MaterializedView; 1] {
    [domain_performance::feed()]
}
