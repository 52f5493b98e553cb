//! Hypertables and their columnstore.

use super::keys::type_of;
use crate::definition::timescaledb::{Columnstore, Hypertable, SortKey, SpacePartition};
use crate::diagnostic::codes;
use crate::expr::{Clause, Dialect, Expr};
use crate::name::Name;
use crate::raw::{self, ChunkWidth, Direction, DurationUnit, Nulls};
use crate::validate::{Check, cut};
use std::collections::BTreeSet;

impl Check<'_> {
    pub(super) fn hypertable(
        &mut self,
        hypertable: &raw::Hypertable,
        table: &raw::PgTable,
        known: &BTreeSet<Name>,
    ) -> Option<Hypertable> {
        let path = "hypertable";
        let time = self.columns(path, std::slice::from_ref(&hypertable.time_column), known)?.into_iter().next()?;
        self.chunk(hypertable, table);
        let space: Vec<Option<SpacePartition>> =
            hypertable.space.iter().map(|space| self.space(space, known)).collect();
        self.unique_keys_hold(hypertable, table);
        Some(Hypertable {
            time_column: time,
            chunk: hypertable.chunk,
            space: space.into_iter().collect::<Option<_>>()?,
        })
    }

    fn chunk(&mut self, hypertable: &raw::Hypertable, table: &raw::PgTable) {
        let Some(data_type) = type_of(table, &hypertable.time_column) else { return };
        let fault = match hypertable.chunk {
            ChunkWidth::Time(_) if !data_type.is_time() => {
                Some(format!("chunks are cut by time, and {} is {data_type}", cut(&hypertable.time_column)))
            }
            ChunkWidth::Units(_) if !data_type.is_integer() => {
                Some(format!("chunks are cut by number, and {} is {data_type}", cut(&hypertable.time_column)))
            }
            ChunkWidth::Time(width) if matches!(width.unit, DurationUnit::Months | DurationUnit::Years) => {
                Some("chunks are as wide as so many days, and a month is not always as long".to_owned())
            }
            ChunkWidth::Time(raw::Duration { count: 0, .. }) | ChunkWidth::Units(0) => {
                Some("a chunk is empty".to_owned())
            }
            ChunkWidth::Units(width) if i64::try_from(width).is_err() => Some("a chunk is wider than 2^63".to_owned()),
            _ => None,
        };
        // What is neither a time nor a number has no width at all; of the two, one has the other's.
        let help = if data_type.is_time() {
            "give a width in hours, days or weeks"
        } else if data_type.is_integer() {
            "give a width in units of the integer column"
        } else {
            "cut by a column of a time or an integer type: its type is what is wrong, not the width"
        };
        if let Some(fault) = fault {
            self.error(codes::timescaledb::HYPERTABLE, "hypertable/chunk", fault, help);
        }
    }

    fn space(&mut self, space: &raw::SpacePartition, known: &BTreeSet<Name>) -> Option<SpacePartition> {
        let path = "hypertable/space";
        if space.partitions == 0 || space.partitions > 32_767 {
            self.error(
                codes::timescaledb::HYPERTABLE,
                path,
                format!("{} partitions; 1 to 32,767 are possible", space.partitions),
                "two to the number of disks is usual",
            );
        }
        let column = self.columns(path, std::slice::from_ref(&space.column), known)?.into_iter().next()?;
        Some(SpacePartition { column, partitions: space.partitions })
    }

    /// Every unique key of a hypertable holds every column that it is partitioned by.
    fn unique_keys_hold(&mut self, hypertable: &raw::Hypertable, table: &raw::PgTable) {
        let dimensions: Vec<&String> = std::iter::once(&hypertable.time_column)
            .chain(hypertable.space.iter().map(|space| &space.column))
            .collect();
        let keys = table.primary_key.iter().chain(&table.uniques).map(|key| key.columns.clone());
        let unique = table.indexes.iter().filter(|index| index.unique);
        let keys = keys.chain(unique.map(|index| index.keys.iter().map(|key| key.by.clone()).collect()));
        for key in keys.collect::<Vec<Vec<String>>>() {
            let held: BTreeSet<&String> = key.iter().collect();
            // A few say what is wrong; all of them, for all keys, could be a million times a million.
            for missing in dimensions.iter().filter(|dimension| !held.contains(*dimension)).take(3) {
                self.error(
                    codes::timescaledb::UNIQUE_WITHOUT_TIME,
                    "hypertable",
                    format!(
                        "the unique key ({}) does not hold {}, by which the hypertable is partitioned",
                        cut(&key.join(", ")),
                        cut(missing)
                    ),
                    format!("add {} to the key", cut(missing)),
                );
            }
        }
    }

    pub(super) fn columnstore(
        &mut self,
        columnstore: &raw::Columnstore,
        table: &raw::PgTable,
        known: &BTreeSet<Name>,
    ) -> Option<Columnstore> {
        let path = "columnstore";
        let Some(hypertable) = &table.hypertable else {
            self.error(
                codes::timescaledb::COLUMNSTORE,
                path,
                "only a hypertable has a columnstore",
                "make the table a hypertable",
            );
            return None;
        };
        let segment_by = self.columns(path, &columnstore.segment_by, known)?;
        let order_by: Vec<_> = columnstore.order_by.iter().map(|key| self.sort_key(key, path, known)).collect();
        let mut order_by: Vec<SortKey> = order_by.into_iter().collect::<Option<_>>()?;
        if order_by.is_empty() {
            let by = self.expression(path, &hypertable.time_column, Dialect::Postgres, Clause::IndexKey, known)?;
            order_by.push(SortKey { by, direction: Direction::Descending, nulls: Nulls::First });
        }
        let segmented: BTreeSet<&Name> = segment_by.iter().collect();
        for key in &order_by {
            let fault = match &key.by {
                Expr::Column(name) if segmented.contains(name) => {
                    Some(format!("{name} is both segmented and ordered by"))
                }
                Expr::Column(_) => None,
                _ => Some("the order of a columnstore is by plain columns".to_owned()),
            };
            if let Some(fault) = fault {
                self.error(codes::timescaledb::COLUMNSTORE, path, fault, "name each column in one place");
            }
        }
        if segment_by.iter().any(|name| name.as_str() == hypertable.time_column) {
            self.error(
                codes::timescaledb::COLUMNSTORE,
                path,
                "it segments by the time column",
                "order by time; segment by what queries filter on",
            );
        }
        Some(Columnstore { segment_by, order_by })
    }
}
