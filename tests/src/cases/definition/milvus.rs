//! Collections of Milvus.

use super::{Made, column, each, fill, settings, word};
use toml::{Table, Value};

pub(super) fn collection(table: &mut Table) -> Made<()> {
    fill(table, "primary_key", "id");
    fill(table, "auto_id", false);
    each(table, "fields", |field| {
        column(field)?;
        fill(field, "nullable", false);
        fill(field, "partition_key", false);
        if let Some(value) = field.remove("default") {
            field.insert("default_to".to_owned(), value);
        }
        Ok(())
    })?;
    fill(table, "dynamic_fields", false);
    each(table, "indexes", |index| settings(index, "parameters"))?;
    partitions(table);
    fill(table, "shards", 1);
    fill(table, "consistency", "bounded");
    word(table, "consistency");
    // A load takes seconds; a case that wants one says so.
    fill(table, "load", "released");
    word(table, "load");
    settings(table, "properties")
}

/// Names of partitions, or their number by key.
fn partitions(table: &mut Table) {
    let variant = |name: &str, value| Value::Table(Table::from_iter([(name.to_owned(), value)]));
    let partitions = match table.remove("partitions") {
        None => Value::from("Single"),
        Some(names @ Value::Array(_)) => variant("Named", names),
        Some(number @ Value::Integer(_)) => variant("ByKey", number),
        Some(other) => other,
    };
    table.insert("partitions".to_owned(), partitions);
}
