//! Events and usage, for analysis.

mod events;
mod sessions;
mod usage_stats;

use whale_plugin::clickhouse::Table;

pub(crate) fn tables() -> [Table; 3] {
    [events::table(), usage_stats::table(), sessions::table()]
}
