//! The short form of a definition, filled in and turned into the contract's records.
//!
//! What is left out is empty, false or the usual thing; headers are flattened into what they head; a name alone stands for
//! the record that it begins. The records themselves are read by serde, which refuses every key that it does not know.

mod clickhouse;
mod milvus;
mod timescaledb;

use serde::de::DeserializeOwned;
use toml::{Table, Value};
use whale_storage::definition::Backend;
use whale_storage::raw::ModelDefinition;

/// What went wrong, beginning with where.
type Made<T> = Result<T, String>;

/// Reads a definition for one engine.
pub(super) fn definition(engine: Backend, mut table: Table) -> Made<ModelDefinition> {
    let mut all = ModelDefinition::default();
    match engine {
        Backend::Timescaledb => {
            all.timescaledb.tables = objects(&mut table, "tables", timescaledb::table)?;
            all.timescaledb.aggregates = objects(&mut table, "aggregates", timescaledb::aggregate)?;
        }
        Backend::Clickhouse => {
            all.clickhouse.tables = objects(&mut table, "tables", clickhouse::table)?;
            all.clickhouse.materialized_views = objects(&mut table, "materialized_views", clickhouse::view)?;
        }
        Backend::Milvus => all.milvus = objects(&mut table, "collections", milvus::collection)?,
    }
    match table.keys().next() {
        Some(unknown) => Err(format!("{unknown}: there is no such key for {engine}")),
        None => Ok(all),
    }
}

fn objects<T: DeserializeOwned>(of: &mut Table, key: &str, fill: fn(&mut Table) -> Made<()>) -> Made<Vec<T>> {
    let Some(Value::Array(list)) = of.remove(key).or_else(|| Some(Value::Array(Vec::new()))) else {
        return Err(format!("{key}: not a list"));
    };
    let read = |value: Value| {
        let Value::Table(mut one) = value else { return Err(format!("{key}: not a table")) };
        let name = one.get("name").and_then(Value::as_str).unwrap_or("(without a name)").to_owned();
        let said = |fault: String| format!("{key}.{name}: {fault}");
        if !one.contains_key("id") {
            one.insert("id".to_owned(), Value::String(name.clone()));
        }
        header(&mut one, &["id", "namespace", "name"]).map_err(said)?;
        fill(&mut one).map_err(said)?;
        Value::Table(one).try_into().map_err(|error: toml::de::Error| said(error.to_string()))
    };
    list.into_iter().map(read).collect()
}

/// Moves these keys, and the comment, into a header.
fn header(table: &mut Table, keys: &[&str]) -> Made<()> {
    let mut header = Table::new();
    for key in keys.iter().chain(&["comment"]) {
        header.extend(table.remove(*key).map(|value| ((*key).to_owned(), value)));
    }
    fill(&mut header, "comment", "");
    match table.insert("header".to_owned(), Value::Table(header)) {
        Some(_) => Err("unknown field `header`: its keys stand beside the others".to_owned()),
        None => Ok(()),
    }
}

/// The header of a column, and its type.
fn column(table: &mut Table) -> Made<()> {
    none(table, "was");
    header(table, &["name", "was"])?;
    if let Some(data_type) = table.remove("type") {
        table.insert("data_type".to_owned(), data_type);
    }
    Ok(())
}

fn fill(table: &mut Table, key: &str, value: impl Into<Value>) {
    if !table.contains_key(key) {
        table.insert(key.to_owned(), value.into());
    }
}

/// An empty list, where nothing is given.
fn none(table: &mut Table, key: &str) {
    fill(table, key, Value::Array(Vec::new()));
}

/// Fills each record of a list, which is empty where it is left out.
fn each(table: &mut Table, key: &str, fill_one: impl Fn(&mut Table) -> Made<()>) -> Made<()> {
    none(table, key);
    let Some(Value::Array(list)) = table.get_mut(key) else { return Err(format!("{key}: not a list")) };
    for value in list {
        let shown = value.to_string();
        let Value::Table(one) = value else { return Err(format!("{key}: {shown} is not a table")) };
        fill_one(one).map_err(|fault| format!("{key}: {shown}: {fault}"))?;
    }
    Ok(())
}

/// Writes out each entry of a list that is text alone.
fn each_text(table: &mut Table, key: &str, write_out: impl Fn(&str) -> Table) {
    if let Some(Value::Array(list)) = table.get_mut(key) {
        for value in list {
            if let Some(text) = value.as_str() {
                *value = Value::Table(write_out(text));
            }
        }
    }
}

/// A column alone as an output of its own name.
fn selected(text: &str) -> Table {
    record([("name", text), ("value", text)])
}

fn record<const N: usize>(pairs: [(&str, &str); N]) -> Table {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

/// `no-action` as the contract's `NoAction`.
fn word(table: &mut Table, key: &str) {
    let camel = |text: &str| text.split('-').map(capital).collect::<String>();
    if let Some(Value::String(text)) = table.get_mut(key) {
        *text = camel(text);
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// At most one of these keys, as a variant.
fn variant(table: &mut Table, key: &str, cases: &[(&str, &str)]) -> Made<()> {
    let mut given = cases.iter().filter_map(|(short, name)| table.remove(*short).map(|value| (*name, value)));
    let value = match given.next() {
        None => Value::from("Empty"),
        Some((name, value)) => Value::Table(Table::from_iter([(name.to_owned(), value)])),
    };
    if given.next().is_some() {
        return Err(format!("more than one of {}", cases.iter().map(|case| case.0).collect::<Vec<_>>().join(", ")));
    }
    table.insert(key.to_owned(), value);
    Ok(())
}

/// A table of names and values as the contract's list of settings.
fn settings(table: &mut Table, key: &str) -> Made<()> {
    let given = match table.remove(key) {
        None => Table::new(),
        Some(Value::Table(given)) => given,
        Some(_) => return Err(format!("{key}: not a table of names and values")),
    };
    let one = |(name, value): (String, Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Value::Table(record([("name", &name), ("value", &value)]))
    };
    table.insert(key.to_owned(), Value::Array(given.into_iter().map(one).collect()));
    Ok(())
}

/// `90 minutes` as the contract's record.
fn duration(table: &mut Table, key: &str) -> Made<()> {
    let Some(Value::String(text)) = table.get(key) else { return Ok(()) };
    let parts = text.split_once(' ').and_then(|(count, unit)| Some((count.parse::<u32>().ok()?, unit)));
    let (count, unit) = parts.ok_or_else(|| format!("{key}: `{text}` is not like `90 minutes`"))?;
    let unit = format!("{}s", capital(unit.trim_end_matches('s')));
    let record = Table::from_iter([("count".to_owned(), i64::from(count).into()), ("unit".to_owned(), unit.into())]);
    table.insert(key.to_owned(), Value::Table(record));
    Ok(())
}
