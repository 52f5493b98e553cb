//! Rules of ClickHouse: columns, codecs, keys, settings; engines in [`engine`], views in [`view`].

mod engine;
mod flow;
mod sharding;
mod typed;
mod typed_view;
mod view;

use super::{Check, cut};
use crate::definition::Backend;
use crate::definition::clickhouse::{Column, ColumnValue, SkipIndex, Spread, Table};
use crate::diagnostic::codes;
use crate::expr::{Clause, Dialect, Expr};
use crate::name::{Name, Place};
use crate::raw;
use crate::types::clickhouse::{Codecs, SkipIndexKind, TableEngine, Type};
use crate::types::nearest;
use std::collections::{BTreeMap, BTreeSet};

const BACKEND: Backend = Backend::Clickhouse;

/// A part of so many columns is as wide as ClickHouse is used with; the engine itself has no bound.
const MOST_COLUMNS: usize = 1_000;

/// Bytes of all filters of a fixed size, each of which is made for every granule.
const MOST_FILTERS: u64 = 2 * 1_024 * 1_024;

/// Settings that a definition may give, each with its least and greatest value. Where data lie (`storage_policy`, `disk`)
/// is for the deployment to say, and when they move for a tier policy.
pub(in crate::validate) const SETTINGS: [(&str, u64, u64); 6] = [
    // Each mark of each column is kept in memory: of fewer rows, a million rows have more of them than values.
    ("index_granularity", 64, 1_048_576),
    ("index_granularity_bytes", 1_024, 1_073_741_824),
    ("min_bytes_for_wide_part", 0, 1_099_511_627_776),
    ("min_rows_for_wide_part", 0, 1_099_511_627_776),
    ("non_replicated_deduplication_window", 0, 100_000),
    ("max_parts_in_total", 100, 10_000_000),
];

impl Check<'_> {
    /// Tables that pass.
    pub(super) fn clickhouse_tables(&mut self, tables: &[raw::ChTable]) -> Vec<Table> {
        tables.iter().filter_map(|table| self.clickhouse_table(table)).collect()
    }

    fn clickhouse_table(&mut self, table: &raw::ChTable) -> Option<Table> {
        self.begin(BACKEND, &table.header);
        let header = self.header(BACKEND, &table.header);
        let known = self.column_names(table.columns.iter().map(|column| &column.header), MOST_COLUMNS);
        let columns: Vec<_> = table.columns.iter().map(|column| self.ch_column(column, &known)).collect();
        let engine = self.parsed("engine", TableEngine::parse(&table.engine));
        let partition_by = match &table.partition_by {
            Some(text) => {
                self.expression("partition_by", text, Dialect::ClickHouse, Clause::PartitionKey, &known).map(Some)
            }
            None => Some(None),
        };
        let order_by = self.key_expressions("order_by", &table.order_by, &known);
        let primary_key = match &table.primary_key {
            Some(keys) => self.key_expressions("primary_key", keys, &known).map(Some),
            None => Some(None),
        };
        self.distinct("skip_indexes", "skip indexes", table.skip_indexes.iter().map(|index| index.name.as_str()));
        let skip_indexes: Vec<_> = table.skip_indexes.iter().map(|index| self.skip_index(index, &known)).collect();
        self.filters(skip_indexes.iter().flatten());
        let settings = self.settings(&table.settings);
        let sharding_key = match &table.sharding_key {
            Some(text) => self.expression("sharding_key", text, Dialect::ClickHouse, Clause::SortKey, &known).map(Some),
            None => Some(None),
        };
        let table = Table {
            header: header?,
            columns: columns.into_iter().collect::<Option<_>>()?,
            engine: engine?,
            partition_by: partition_by?,
            order_by: order_by?,
            primary_key: primary_key?,
            skip_indexes: skip_indexes.into_iter().collect::<Option<_>>()?,
            settings: settings?,
            sharding_key: sharding_key?,
            spread: Spread::Whole,
        };
        self.sharding_rules(&table);
        self.key_rules(&table);
        self.engine_rules(&table);
        self.typed_table(&table);
        Some(table)
    }

    fn ch_column(&mut self, column: &raw::ChColumn, known: &BTreeSet<Name>) -> Option<Column> {
        let path = format!("columns/{}", cut(&column.header.name));
        let name = self.name(BACKEND, Place::Column, &path, &column.header.name);
        self.no_rename(&column.header, &path);
        self.column_comment(&path, &column.header.comment);
        let data_type = self.parsed(&path, Type::parse(&column.data_type));
        let mut parse = |text: &str| self.expression(&path, text, Dialect::ClickHouse, Clause::Default, known);
        let value = match &column.value {
            raw::ChColumnValue::Empty => Some(ColumnValue::Empty),
            raw::ChColumnValue::DefaultTo(text) => parse(text).map(ColumnValue::Default),
            raw::ChColumnValue::Materialized(text) => parse(text).map(ColumnValue::Materialized),
            raw::ChColumnValue::Alias(text) => parse(text).map(ColumnValue::Alias),
        };
        let codec = match &column.codec {
            Some(text) => Some(self.parsed(&path, Codecs::parse(text))?),
            None => None,
        };
        let data_type = data_type?;
        if data_type.holds_state() && !matches!(column.value, raw::ChColumnValue::Empty) {
            self.error(
                codes::types::STATE_VALUE,
                &path,
                format!("{} takes a value that is no state", cut(&data_type.to_string())),
                "leave the value out: states come from a view, such as avgState(x)",
            );
        }
        if let Some(codec) = &codec {
            if matches!(value, Some(ColumnValue::Alias(_))) {
                self.error(
                    codes::clickhouse::CODEC,
                    &path,
                    "an alias is not stored and has no codec",
                    "leave the codec out",
                );
            }
            self.parsed(&path, codec.check(&data_type));
        }
        Some(Column { name: name?, comment: column.header.comment.clone(), data_type, value: value?, codec })
    }

    fn key_expressions(&mut self, path: &str, texts: &[String], known: &BTreeSet<Name>) -> Option<Vec<Expr>> {
        let keys: Vec<_> =
            texts.iter().map(|text| self.expression(path, text, Dialect::ClickHouse, Clause::SortKey, known)).collect();
        keys.into_iter().collect()
    }

    fn skip_index(&mut self, index: &raw::ChSkipIndex, known: &BTreeSet<Name>) -> Option<SkipIndex> {
        let path = format!("skip_indexes/{}", cut(&index.name));
        let name = self.name(BACKEND, Place::Index, &path, &index.name);
        let on = self.expression(&path, &index.on, Dialect::ClickHouse, Clause::IndexKey, known);
        let kind = self.parsed(&path, SkipIndexKind::parse(&index.kind));
        if index.granularity == 0 || index.granularity > 1_000_000 {
            self.error(
                codes::clickhouse::SKIP_INDEX,
                &path,
                format!("a granularity of {}; 1 to 1,000,000 are possible", index.granularity),
                "1 to 4 is usual",
            );
        }
        Some(SkipIndex { name: name?, on: on?, kind: kind?, granularity: index.granularity })
    }

    fn filters<'i>(&mut self, indexes: impl Iterator<Item = &'i SkipIndex>) {
        let bytes: u64 = indexes.map(|index| index.kind.fixed_bytes()).fold(0, u64::saturating_add);
        if bytes > MOST_FILTERS {
            self.error(
                codes::clickhouse::SKIP_SIZE,
                "skip_indexes",
                format!("filters of {bytes} bytes in each granule; {MOST_FILTERS} are possible together"),
                "give the filters fewer bytes: 32,768 is usual",
            );
        }
    }

    fn settings(&mut self, settings: &[raw::Setting]) -> Option<BTreeMap<String, String>> {
        self.distinct("settings", "settings", settings.iter().map(|setting| setting.name.as_str()));
        let mut all = BTreeMap::new();
        for setting in settings {
            let path = format!("settings/{}", cut(&setting.name));
            let Some((_, least, most)) = SETTINGS.iter().find(|(name, ..)| *name == setting.name) else {
                let known = SETTINGS.map(|(name, ..)| name);
                let help = match nearest(&setting.name, known) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("settings that a definition may give: {}", known.join(", ")),
                };
                self.error(
                    codes::clickhouse::SETTING,
                    &path,
                    format!("{:?} is not on the list of settings", cut(&setting.name)),
                    help,
                );
                continue;
            };
            match setting.value.parse::<u64>() {
                Ok(number) if (*least..=*most).contains(&number) => {
                    all.insert(setting.name.clone(), number.to_string());
                }
                _ => self.error(
                    codes::clickhouse::SETTING,
                    &path,
                    format!(
                        "{} is {:?}; a whole number from {least} to {most} is possible",
                        setting.name,
                        cut(&setting.value)
                    ),
                    "give a number in that range",
                ),
            }
        }
        (all.len() == settings.len()).then_some(all)
    }

    /// Keys hold columns that are stored and take no null; the primary key begins the sorting key.
    fn key_rules(&mut self, table: &Table) {
        let columns: BTreeMap<&Name, &Column> = table.columns.iter().map(|column| (&column.name, column)).collect();
        let keys = table.order_by.iter().map(|key| ("order_by", key));
        let keys = keys.chain(table.primary_key.iter().flatten().map(|key| ("primary_key", key)));
        let keys: Vec<_> = keys.chain(table.partition_by.iter().map(|key| ("partition_by", key))).collect();
        for (path, key) in keys {
            for name in key.columns() {
                let Some(column) = columns.get(&name) else { continue };
                if matches!(column.value, ColumnValue::Alias(_)) {
                    self.error(
                        codes::clickhouse::KEY,
                        path,
                        format!("{name} is an alias and is not stored"),
                        "make it materialized, or key by what it is computed from",
                    );
                }
            }
        }
        if let Some(primary) = &table.primary_key
            && !table.order_by.starts_with(primary)
        {
            self.error(
                codes::clickhouse::KEY,
                "primary_key",
                "the primary key is not a beginning of order_by",
                "repeat the first keys of order_by, in order",
            );
        }
        if table.columns.iter().all(|column| matches!(column.value, ColumnValue::Alias(_))) {
            self.error(
                codes::name::COLUMN_COUNT,
                "columns",
                "all columns are aliases; nothing would be stored",
                "add a stored column",
            );
        }
    }
}
