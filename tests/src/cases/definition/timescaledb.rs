//! Tables and continuous aggregates of TimescaleDB.

use super::{Made, column, duration, each, each_text, fill, none, record, selected, variant, word};
use toml::{Table, Value};

pub(super) fn table(table: &mut Table) -> Made<()> {
    each(table, "columns", pg_column)?;
    if let Some(columns @ Value::Array(_)) = table.get("primary_key").cloned() {
        table.insert("primary_key".to_owned(), Value::Table(Table::from_iter([("columns".to_owned(), columns)])));
    }
    none(table, "uniques");
    each_text(table, "checks", |condition| record([("condition", condition)]));
    none(table, "checks");
    each(table, "foreign_keys", |key| {
        for action in ["on_update", "on_delete"] {
            fill(key, action, "no-action");
            word(key, action);
        }
        Ok(())
    })?;
    indexes(table)?;
    if let Some(Value::Table(hypertable)) = table.get_mut("hypertable") {
        none(hypertable, "space");
        chunk(hypertable)?;
    }
    if let Some(Value::Table(store)) = table.get_mut("columnstore") {
        none(store, "segment_by");
        sort_keys(store, "order_by")?;
    }
    Ok(())
}

pub(super) fn aggregate(table: &mut Table) -> Made<()> {
    duration(table, "bucket")?;
    fill(table, "bucket_name", "bucket");
    none(table, "group_by");
    each_text(table, "group_by", selected);
    fill(table, "real_time", false);
    if let Some(Value::Table(refresh)) = table.get_mut("refresh") {
        for key in ["start_offset", "end_offset", "every"] {
            duration(refresh, key)?;
        }
    }
    indexes(table)
}

fn pg_column(table: &mut Table) -> Made<()> {
    column(table)?;
    fill(table, "nullable", false);
    word(table, "identity");
    variant(table, "value", &[("default", "DefaultTo"), ("identity", "Identity"), ("generated", "Generated")])
}

fn indexes(table: &mut Table) -> Made<()> {
    each(table, "indexes", |index| {
        fill(index, "method", "btree");
        none(index, "covering");
        fill(index, "unique", false);
        sort_keys(index, "keys")
    })
}

/// `time desc nulls last`, or the contract's record.
fn sort_keys(table: &mut Table, key: &str) -> Made<()> {
    each_text(table, key, |text| {
        let (rest, nulls) = match (text.strip_suffix(" nulls first"), text.strip_suffix(" nulls last")) {
            (Some(rest), _) => (rest, "first"),
            (_, Some(rest)) => (rest, "last"),
            _ => (text, "engine-default"),
        };
        let (by, direction) = rest.strip_suffix(" desc").map_or((rest, "ascending"), |by| (by, "descending"));
        record([("by", by), ("direction", direction), ("nulls", nulls)])
    });
    each(table, key, |sort| {
        fill(sort, "direction", "ascending");
        fill(sort, "nulls", "engine-default");
        word(sort, "direction");
        word(sort, "nulls");
        Ok(())
    })
}

/// A length of time, or a number in the column's own unit.
fn chunk(hypertable: &mut Table) -> Made<()> {
    duration(hypertable, "chunk")?;
    let Some(width) = hypertable.remove("chunk") else { return Ok(()) };
    let name = if width.is_integer() { "Units" } else { "Time" };
    hypertable.insert("chunk".to_owned(), Value::Table(Table::from_iter([(name.to_owned(), width)])));
    Ok(())
}
