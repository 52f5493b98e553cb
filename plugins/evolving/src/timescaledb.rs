//! Accounts, their readings, and aggregates whose queries the server keeps in words of its own.

use crate::Stage;
use whale_plugin::timescaledb::{
    Action, Column, Columnstore, ContinuousAggregate, ForeignKey, Hypertable, Index, Table, asc, desc, ty,
};
use whale_plugin::{days, hours};

pub(crate) fn tables(stage: Stage, plain: bool) -> Vec<Table> {
    let readings = readings(stage);
    let by_time = |table: Table| {
        table.hypertable(Hypertable::by_time("time", days(1))).columnstore(Columnstore::segment_by(["account"]))
    };
    let mut tables = vec![accounts(stage), if plain { readings } else { by_time(readings) }];
    if stage == Stage::Second {
        tables.push(payments());
    }
    tables
}

fn accounts(stage: Stage) -> Table {
    let name = Column::new("name", ty::varchar(80));
    let table = Table::new("accounts")
        .column(Column::new("id", ty::integer()).identity())
        .column(Column::new("status", ty::text()).default("'new'"))
        .primary_key(["id"])
        .unique(["name"])
        .check("status in ('new', 'open', 'closed')")
        .index(Index::on([asc("lower(name)")]).only_where("status <> 'closed'"));
    match stage {
        Stage::First => table.comment("who pays").column(name),
        Stage::Second => table
            .comment("who pays, and how much")
            .column(name.comment("as it is printed"))
            .column(Column::new("note", ty::text()).nullable())
            .column(Column::new("level", ty::integer()).default("1"))
            .index(Index::on([desc("status"), asc("id")])),
    }
}

fn readings(stage: Stage) -> Table {
    let table = Table::new("readings")
        .comment("what meters say")
        .column(Column::new("time", ty::timestamptz()))
        .column(Column::new("account", ty::integer()))
        .column(Column::new("value", ty::double_precision()));
    match stage {
        Stage::First => table,
        Stage::Second => table.column(Column::new("unit", ty::text()).nullable()).index(Index::on([desc("value")])),
    }
}

fn payments() -> Table {
    Table::new("payments")
        .comment("what accounts paid")
        .column(Column::new("id", ty::integer()).identity())
        .column(Column::new("account", ty::integer()))
        .column(Column::new("amount", ty::numeric(12, 2)))
        .primary_key(["id"])
        .foreign_key(ForeignKey::new("account", "accounts", "id").on_delete(Action::Cascade))
}

pub(crate) fn aggregates(plain: bool) -> Vec<ContinuousAggregate> {
    if plain { Vec::new() } else { vec![by_hour(), by_day()] }
}

fn by_hour() -> ContinuousAggregate {
    ContinuousAggregate::new("readings_by_hour", "readings", "time", hours(1))
        .comment("readings of an hour")
        .group_by("account")
        .aggregate("most", "max(value * 2 + 1)")
        .aggregate("known", "count(value)")
        .only_where("value between 0 and 1000 and account in (1, 2, 3)")
        .refresh(days(3), hours(1), hours(1))
}

fn by_day() -> ContinuousAggregate {
    ContinuousAggregate::new("readings_by_day", "readings_by_hour", "bucket", days(1))
        .comment("readings of a day")
        .group_by("account")
        .aggregate("most", "max(most)")
        .refresh(days(7), days(1), days(1))
}
