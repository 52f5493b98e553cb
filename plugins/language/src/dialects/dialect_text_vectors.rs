//! `dialect_text_vectors`: embeddings of texts by dialect.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("dialect_text_vectors")
        .comment("embeddings of texts by dialect")
        .column(Column::new("text_hash", ty::string()))
        .column(Column::new("text", ty::string()))
        .column(Column::new("dialect_id", ty::string()))
        .column(Column::new("vector", ty::array(&ty::float32())))
        .column(Column::new("timestamp", ty::date_time()).default("now()"))
        .partition_by("toYYYYMM(timestamp)")
        .order_by(["text_hash", "dialect_id", "timestamp"])
}
