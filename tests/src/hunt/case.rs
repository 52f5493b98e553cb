//! A definition as it stands in a case of `tests/cases`: to be read, and to be kept.

use serde_json::{Map, Value};
use std::fmt::Write as _;
use whale_storage::raw::ModelDefinition;

/// The definition in the short form of a case.
pub fn shown(definition: &ModelDefinition) -> String {
    let whole = serde_json::to_value(definition).unwrap();
    let lists = [
        ("/timescaledb/tables", "tables"),
        ("/timescaledb/aggregates", "aggregates"),
        ("/clickhouse/tables", "tables"),
        ("/clickhouse/materialized_views", "materialized_views"),
        ("/milvus", "collections"),
    ];
    let mut text = String::new();
    for (pointer, title) in lists {
        for object in whole.pointer(pointer).and_then(Value::as_array).into_iter().flatten() {
            writeln!(text, "[[desired.{title}]]").unwrap();
            let Value::Object(fields) = short("", object) else { continue };
            for (key, value) in in_order(&fields) {
                writeln!(text, "{key} = {}", written(key, value)).unwrap();
            }
        }
    }
    text
}

/// A value without what a case leaves out, in a case's own forms.
fn short(key: &str, value: &Value) -> Value {
    match value {
        Value::Array(items) if matches!(key, "settings" | "properties" | "parameters") => {
            let pair = |item: &Value| Some((item.get("name")?.as_str()?.to_owned(), item.get("value")?.clone()));
            Value::Object(items.iter().filter_map(pair).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| short(key, item)).collect()),
        Value::Object(fields) => record(key, fields),
        Value::String(word) if matches!(key, "on_update" | "on_delete" | "consistency" | "load" | "identity") => {
            Value::String(kebab(word))
        }
        other => other.clone(),
    }
}

fn record(key: &str, fields: &Map<String, Value>) -> Value {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if let (Some(count), Some(unit)) = (fields.get("count"), text("unit")) {
        return Value::String(format!("{count} {}", unit.to_lowercase()));
    }
    if let (Some(by), Some(direction), Some(nulls)) = (text("by"), text("direction"), text("nulls")) {
        let direction = if direction == "Descending" { " desc" } else { "" };
        let nulls = if nulls == "EngineDefault" { String::new() } else { format!(" nulls {}", nulls.to_lowercase()) };
        return Value::String(format!("{by}{direction}{nulls}"));
    }
    // Cases of a variant that stand for themselves.
    for case in ["Time", "Units", "Named", "ByKey"] {
        if let Some(inner) = fields.get(case) {
            return short(key, inner);
        }
    }
    if key == "primary_key" && fields.get("name").is_none_or(Value::is_null) {
        return fields.get("columns").cloned().unwrap_or_default();
    }
    let mut found = Map::new();
    for (name, field) in fields {
        match (name.as_str(), field) {
            ("header", Value::Object(header)) => {
                let id = header.get("id") != header.get("name");
                found.extend(
                    header.iter().filter(|(key, _)| *key != "id" || id).map(|(key, one)| (key.clone(), one.clone())),
                );
            }
            ("data_type", one) => drop(found.insert("type".to_owned(), one.clone())),
            ("default_to", one) => drop(found.insert("default".to_owned(), one.clone())),
            ("value", Value::Object(variant)) => {
                for (case, inner) in variant {
                    let word = if case == "DefaultTo" { "default".to_owned() } else { case.to_lowercase() };
                    found.insert(word.clone(), short(&word, inner));
                }
            }
            ("value", Value::String(empty)) if empty == "Empty" => {}
            (name, field) => drop(found.insert(name.to_owned(), short(name, field))),
        }
    }
    found.retain(|name, field| !left_out(name, field));
    Value::Object(found)
}

/// Whether a case says the same without it.
fn left_out(name: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => {
            text.is_empty()
                || matches!(
                    (name, text.as_str()),
                    ("method", "btree")
                        | ("on_update" | "on_delete", "no-action")
                        | ("load", "released")
                        | ("consistency", "bounded")
                        | ("partitions", "Single")
                )
        }
        Value::Array(items) => items.is_empty() && name != "primary_key",
        Value::Object(fields) => fields.is_empty() && name != "columnstore",
        Value::Number(number) => name == "shards" && number.as_u64() == Some(1),
        Value::Bool(true) => false,
    }
}

/// `SetNull` as `set-null`.
fn kebab(word: &str) -> String {
    let mut text = String::new();
    for letter in word.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// Name and type before everything else.
fn in_order(fields: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let first = |key: &str| ["name", "type"].iter().position(|one| *one == key).unwrap_or(2);
    let mut all: Vec<_> = fields.iter().collect();
    all.sort_by_key(|(key, _)| first(key));
    all.into_iter()
}

/// A value of TOML; a list of records takes a line for each.
fn written(key: &str, value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Array(items) => {
            let all: Vec<String> = items.iter().map(|item| written("", item)).collect();
            let lines = !key.is_empty() && items.iter().any(Value::is_object);
            if lines { format!("[\n    {},\n]", all.join(",\n    ")) } else { format!("[{}]", all.join(", ")) }
        }
        Value::Object(fields) => {
            let pair = |(key, value): (&String, &Value)| format!("{} = {}", bare(key), written("", value));
            let pairs: Vec<String> = in_order(fields).map(pair).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        other => other.to_string(),
    }
}

fn bare(key: &str) -> String {
    let plain = key.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if plain { key.to_owned() } else { toml::Value::String(key.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases;
    use whale_storage::definition::Backend;

    /// In a case settings are a table, which has no order.
    fn sorted(mut definition: ModelDefinition) -> ModelDefinition {
        let by_name = |settings: &mut Vec<whale_storage::raw::Setting>| settings.sort_by(|a, b| a.name.cmp(&b.name));
        definition.clickhouse.tables.iter_mut().for_each(|table| by_name(&mut table.settings));
        for collection in &mut definition.milvus {
            by_name(&mut collection.properties);
            collection.indexes.iter_mut().for_each(|index| by_name(&mut index.parameters));
        }
        definition
    }

    #[test]
    fn what_is_shown_is_read_back_as_the_same_case() {
        for engine in Backend::ALL {
            for number in 0..300 {
                let unit = crate::hunt::unit(engine, 1, number);
                let text = format!("says = \"x\"\n{}", shown(&unit.definition));
                let case = cases::read(engine, "case_x", &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
                assert_eq!(sorted(case.desired), sorted(unit.definition), "{text}");
            }
        }
    }
}
