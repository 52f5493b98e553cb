//! `dialect_detection_history`: which dialect was found in which text.

use whale_plugin::clickhouse::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("dialect_detection_history")
        .comment("which dialect was found in which text")
        .column(Column::new("detection_id", ty::string()))
        .column(Column::new("text", ty::string()))
        .column(Column::new("detected_dialect", ty::string()))
        .column(Column::new("confidence", ty::float32()).comment("0 to 1"))
        .column(Column::new("dialect_features", ty::array(&ty::string())))
        .column(Column::new("detection_time", ty::date_time()).default("now()"))
        .partition_by("toYYYYMM(detection_time)")
        .order_by(["detection_id", "detection_time"])
}
