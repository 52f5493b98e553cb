//! Events, their sums, and the view that feeds them.

use crate::Stage;
use whale_plugin::clickhouse::{Column, MaterializedView, Table, ty};

pub(crate) fn tables(stage: Stage) -> Vec<Table> {
    let mut tables = vec![events(stage), totals()];
    if stage == Stage::Second {
        tables.push(errors());
    }
    tables
}

fn events(stage: Stage) -> Table {
    let kind = Column::new("kind", ty::low_cardinality(&ty::string()));
    let table = Table::new("events")
        .column(Column::new("at", ty::date_time()).codec("Delta, ZSTD(1)"))
        .column(Column::new("amount", ty::uint32()))
        .partition_by("toYYYYMM(at)")
        .order_by(["at"])
        .skip_index("by_amount", "amount", "minmax", 4);
    match stage {
        Stage::First => table.comment("what happened").column(kind),
        Stage::Second => table
            .comment("what happened, and where")
            .column(kind.comment("one of few"))
            .column(Column::new("place", ty::string()).default("'here'"))
            .skip_index("by_kind", "kind", "set(100)", 1)
            .setting("max_parts_in_total", "5000"),
    }
}

fn totals() -> Table {
    Table::new("totals")
        .comment("sums of a day")
        .column(Column::new("day", ty::date()))
        .column(Column::new("amount", ty::uint64()))
        .engine("SummingMergeTree(amount)")
        .order_by(["day"])
}

fn errors() -> Table {
    Table::new("errors")
        .comment("what went wrong")
        .column(Column::new("at", ty::date_time()))
        .column(Column::new("text", ty::string()))
        .order_by(["at"])
}

pub(crate) fn feed() -> MaterializedView {
    MaterializedView::new("feed", "events", "totals")
        .comment("sums events")
        .select("day", "toDate(at)")
        .select("amount", "sum(amount)")
        .only_where("amount > 0 and kind not in ('', 'test')")
        .group_by(["toDate(at)"])
}
