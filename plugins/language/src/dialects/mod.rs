//! Dialects: what they are, how to tell them, how to turn one into another.

mod dialect_conversion_rules;
mod dialect_detection_history;
mod dialect_features;
mod dialect_text_vectors;
mod dialect_words;
mod dialects;

use whale_plugin::clickhouse::Table;

pub(crate) fn tables() -> [Table; 6] {
    [
        dialects::table(),
        dialect_features::table(),
        dialect_words::table(),
        dialect_conversion_rules::table(),
        dialect_detection_history::table(),
        dialect_text_vectors::table(),
    ]
}
