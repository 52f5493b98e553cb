//! Rules of the engines of the MergeTree family, and what they silently do to values.

use crate::definition::clickhouse::{Column, ColumnValue, Table};
use crate::diagnostic::{Diagnostic, codes};
use crate::expr::Expr;
use crate::name::Name;
use crate::types::clickhouse::{Bits, TableEngine, Type};
use crate::validate::Check;
use std::collections::BTreeSet;

impl Check<'_> {
    pub(super) fn engine_rules(&mut self, table: &Table) {
        let find = |name: &Name| table.columns.iter().find(|column| column.name == *name);
        for name in table.engine.columns() {
            if find(name).is_none() {
                let known: BTreeSet<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
                self.unknown_column("engine", name.as_str(), &known);
            }
        }
        if table.engine.merges_rows() && table.order_by.is_empty() {
            self.error(
                codes::clickhouse::ENGINE,
                "order_by",
                format!("{} merges rows of one key, and there is none", table.engine.name()),
                "give it an order_by",
            );
        }
        match &table.engine {
            TableEngine::ReplacingMergeTree { version, deleted } => {
                if let Some(column) = version.as_ref().and_then(find).filter(|column| !is_version(&column.data_type)) {
                    self.engine_column(column, "a version is an unsigned integer, a date or a time");
                }
                if let Some(column) =
                    deleted.as_ref().and_then(find).filter(|column| column.data_type != Type::UInt(Bits::B8))
                {
                    self.engine_column(column, "the column that says a row is deleted is UInt8");
                }
            }
            TableEngine::CollapsingMergeTree { sign } | TableEngine::VersionedCollapsingMergeTree { sign, .. } => {
                if let Some(column) = find(sign).filter(|column| column.data_type != Type::Int(Bits::B8)) {
                    self.engine_column(column, "the sign is Int8");
                }
            }
            TableEngine::SummingMergeTree(columns) => self.summed(table, columns),
            TableEngine::AggregatingMergeTree => self.loose(table),
            TableEngine::MergeTree => {}
        }
    }

    /// Columns of which merging keeps any value.
    fn loose(&mut self, table: &Table) {
        let keys: BTreeSet<Name> = table.order_by.iter().chain(&table.partition_by).flat_map(Expr::columns).collect();
        for column in &table.columns {
            let stored = matches!(column.value, ColumnValue::Empty | ColumnValue::Default(_));
            if stored && !keys.contains(&column.name) && !column.data_type.is_aggregate() {
                let message = format!(
                    "{} is no aggregate and not in order_by: rows of one key keep any of its values",
                    column.name
                );
                let path = format!("columns/{}", column.name);
                self.fault(
                    Diagnostic::warning(codes::clickhouse::LOOSE_COLUMN, path, message)
                        .help("add it to order_by, or make it SimpleAggregateFunction(any, ..)"),
                );
            }
        }
    }

    fn engine_column(&mut self, column: &Column, rule: &str) {
        self.error(
            codes::clickhouse::ENGINE,
            "engine",
            format!("{} is {}: {rule}", column.name, column.data_type),
            "change the column's type, or name another column",
        );
    }

    /// What a `SummingMergeTree` does to columns that are not meant to be summed, or too narrow for a sum.
    fn summed(&mut self, table: &Table, listed: &[Name]) {
        let keys: BTreeSet<Name> = table.order_by.iter().chain(&table.partition_by).flat_map(Expr::columns).collect();
        for column in &table.columns {
            let summed = if listed.is_empty() { !keys.contains(&column.name) } else { listed.contains(&column.name) };
            if !summed {
                continue;
            }
            let path = format!("columns/{}", column.name);
            let narrow = column.data_type.is_integer() && column.data_type.width().is_some_and(|width| width < 8);
            if narrow {
                let message = format!(
                    "{} is {}; sums of a SummingMergeTree wrap around without an error",
                    column.name, column.data_type
                );
                self.fault(
                    Diagnostic::warning(codes::clickhouse::SUM_WRAPS, path, message)
                        .help("use UInt64 or Int64 for what is summed"),
                );
            } else if is_average(&column.name) {
                let message = format!("{} looks like an average, and a SummingMergeTree adds averages up", column.name);
                self.fault(
                    Diagnostic::warning(codes::clickhouse::AVERAGE_SUMMED, path, message)
                        .help("keep a sum and a count, and divide when reading"),
                );
            }
        }
    }
}

fn is_version(data_type: &Type) -> bool {
    matches!(data_type, Type::UInt(_)) || data_type.is_time()
}

fn is_average(name: &Name) -> bool {
    name.as_str().split('_').any(|word| ["avg", "average", "mean", "ratio", "rate"].contains(&word))
}
