//! `dialect_words`: words of a dialect and their standard forms.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("dialect_words")
        .comment("words of a dialect and their standard forms")
        .column(Column::new("word_id", ty::string()))
        .column(Column::new("dialect_id", ty::string()))
        .column(Column::new("word", ty::string()))
        .column(Column::new("standard_equivalent", ty::string()))
        .column(Column::new("definition", ty::string()))
        .column(Column::new("part_of_speech", ty::string()).default("''"))
        .column(Column::new("usage", ty::array(&ty::string())).comment("sentences that use it"))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("source", ty::string()))
        .column(Column::new("usage_count", ty::uint32()).default("1"))
        .column(Column::new("discovery_time", ty::date_time()).default("now()"))
        .order_by(["word_id", "dialect_id", "discovery_time"])
}
