//! A new table, with everything that makes it a hypertable.

use super::parts::{self, sql};
use super::{Extension, TimescaleLower, comment_on, identifier, literal, qualified, regclass};
use crate::catalog::PartKind;
use crate::definition::ObjectKind;
use crate::definition::timescaledb::{ColumnValue, Hypertable, Table};
use crate::expr::Expr;
use crate::plan::Unsupported;
use crate::raw::{ChunkWidth, Duration, DurationUnit};

impl TimescaleLower {
    /// Statements that make a table with this comment, which may be empty.
    pub(super) fn create_table(&self, table: &Table, comment: &str) -> Result<Vec<String>, Vec<Unsupported>> {
        let mut faults = Vec::new();
        let mut texts = vec![create(table)];
        if let Some(hypertable) = &table.hypertable {
            match self.extension(PartKind::Hypertable) {
                Ok(extension) => texts.extend(make_hypertable(extension, table, hypertable)),
                Err(fault) => faults.push(fault),
            }
        }
        if table.columnstore.is_some() {
            match self.community(PartKind::Columnstore) {
                Ok(_) => texts.push(columnstore(table)),
                Err(fault) => faults.push(fault),
            }
        }
        let on = &table.header.name;
        texts.extend(table.indexes.iter().map(|index| parts::index(on, index, false)));
        let commented = table.columns.iter().filter(|column| !column.comment.is_empty());
        texts.extend(commented.map(|column| parts::column_comment(on, &column.name, &column.comment)));
        if !comment.is_empty() {
            texts.push(comment_on(ObjectKind::Table, on, comment));
        }
        if expressions(table).any(parts::calls_extension) {
            match self.extension(PartKind::Object) {
                Ok(extension) => texts.insert(0, search_path(extension)),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(texts) } else { Err(faults) }
    }
}

/// Lets the extension's functions be found; built-in ones are still found first.
pub(super) fn search_path(extension: Extension<'_>) -> String {
    format!("SET LOCAL search_path = pg_catalog, {}", identifier(extension.schema))
}

pub(super) fn expressions(table: &Table) -> impl Iterator<Item = &Expr> {
    let values = table.columns.iter().filter_map(|column| match &column.value {
        ColumnValue::Default(expr) | ColumnValue::Generated(expr) => Some(expr),
        ColumnValue::Empty | ColumnValue::Identity(_) => None,
    });
    let keys = table.indexes.iter().flat_map(|index| index.keys.iter().map(|key| &key.by).chain(&index.only_where));
    values.chain(table.checks.iter().map(|check| &check.condition)).chain(keys)
}

pub(super) fn create(table: &Table) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(parts::column).collect();
    lines.extend(table.primary_key.iter().map(|key| parts::key("PRIMARY KEY", key)));
    lines.extend(table.uniques.iter().map(|key| parts::key("UNIQUE", key)));
    lines.extend(table.checks.iter().map(parts::check));
    lines.extend(table.foreign_keys.iter().map(parts::foreign_key));
    format!("CREATE TABLE {} (\n    {}\n)", qualified(&table.header.name), lines.join(",\n    "))
}

fn make_hypertable(extension: Extension<'_>, table: &Table, hypertable: &Hypertable) -> Vec<String> {
    let on = regclass(&table.header.name);
    let width = match hypertable.chunk {
        ChunkWidth::Time(width) => interval(width),
        ChunkWidth::Units(units) => format!("{units}::bigint"),
    };
    let range = format!("{}({}, {width})", extension.function("by_range"), literal(hypertable.time_column.as_str()));
    // The definition's indexes are all there are.
    let first =
        format!("SELECT {}({on}, {range}, create_default_indexes => false)", extension.function("create_hypertable"));
    let others = hypertable.space.iter().map(|space| {
        let hash =
            format!("{}({}, {})", extension.function("by_hash"), literal(space.column.as_str()), space.partitions);
        format!("SELECT {}({on}, {hash})", extension.function("add_dimension"))
    });
    std::iter::once(first).chain(others).collect()
}

/// Under the names that every known version takes.
fn columnstore(table: &Table) -> String {
    let mut options = vec!["timescaledb.compress = true".to_owned()];
    if let Some(store) = table.columnstore.as_ref().filter(|store| !store.segment_by.is_empty()) {
        options.push(format!("timescaledb.compress_segmentby = {}", literal(&parts::list(&store.segment_by))));
    }
    let order: Vec<String> = super::normalize::store_order(table)
        .iter()
        .map(|key| format!("{}{}", sql(&key.by), parts::order(key)))
        .collect();
    options.push(format!("timescaledb.compress_orderby = {}", literal(&order.join(", "))));
    format!("ALTER TABLE {} SET ({})", qualified(&table.header.name), options.join(", "))
}

/// A length of time.
pub(super) fn interval(duration: Duration) -> String {
    let unit = match duration.unit {
        DurationUnit::Seconds => "seconds",
        DurationUnit::Minutes => "minutes",
        DurationUnit::Hours => "hours",
        DurationUnit::Days => "days",
        DurationUnit::Weeks => "weeks",
        DurationUnit::Months => "months",
        DurationUnit::Years => "years",
    };
    format!("INTERVAL {}", literal(&format!("{} {unit}", duration.count)))
}
