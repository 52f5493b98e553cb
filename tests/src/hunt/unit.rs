//! What is generated, tried and shrunk as one: objects that name each other, and no others.

use serde_json::Value;
use whale_storage::raw::{Header, ModelDefinition};
use whale_storage::validate::headers;

/// Objects of one engine.
#[derive(Debug, Clone)]
pub struct Unit {
    /// By which it is made again, with the seed.
    pub number: u64,
    pub definition: ModelDefinition,
}

impl Unit {
    pub fn names(&self) -> Vec<String> {
        headers(&self.definition).map(|(_, _, header)| header.name.clone()).collect()
    }

    /// The same under other names, so that several forms of one unit stand beside each other. Every name that a unit gives
    /// to a relation begins with that of its first object.
    pub fn named_anew(&self, number: u64) -> Unit {
        let names = self.names();
        let Some(name) = names.iter().min_by_key(|name| name.len()) else { return self.clone() };
        let text = serde_json::to_string(&self.definition).unwrap();
        let name = name.split('_').next().unwrap_or(name);
        let text = [('"', "\""), ('_', "\"")].iter().fold(text, |text, (end, begin)| {
            text.replace(&format!("{begin}{name}{end}"), &format!("{begin}{name}x{number}{end}"))
        });
        Unit { number, definition: serde_json::from_str(&text).unwrap() }
    }

    pub fn objects(&self) -> usize {
        headers(&self.definition).count()
    }
}

/// All units in one definition.
pub fn together<'u>(units: impl IntoIterator<Item = &'u Unit>) -> ModelDefinition {
    let mut all = ModelDefinition::default();
    for Unit { definition, .. } in units {
        let one = definition.clone();
        all.timescaledb.tables.extend(one.timescaledb.tables);
        all.timescaledb.aggregates.extend(one.timescaledb.aggregates);
        all.clickhouse.tables.extend(one.clickhouse.tables);
        all.clickhouse.materialized_views.extend(one.clickhouse.materialized_views);
        all.milvus.extend(one.milvus);
    }
    all
}

/// An object's header; its id is its name.
pub fn header(name: &str, comment: &str) -> Header {
    Header { id: name.to_owned(), namespace: None, name: name.to_owned(), comment: comment.to_owned(), origin: None }
}

pub fn column_header(name: &str, comment: &str) -> whale_storage::raw::ColumnHeader {
    whale_storage::raw::ColumnHeader { name: name.to_owned(), was: Vec::new(), comment: comment.to_owned() }
}

/// Every unit that is a little less than this one, the largest steps first. Many of them mean nothing: `validate` says so.
pub fn smaller(definition: &ModelDefinition) -> Vec<ModelDefinition> {
    let whole = serde_json::to_value(definition).unwrap();
    let mut found = Vec::new();
    less(&whole, &mut |value| found.push(value));
    let mut read: Vec<(usize, ModelDefinition)> = found
        .into_iter()
        .filter_map(|value| Some((value.to_string().len(), serde_json::from_value(value).ok()?)))
        .filter(|(_, one)| one != definition)
        .collect();
    read.sort_by_key(|(length, _)| *length);
    read.into_iter().map(|(_, one)| one).collect()
}

/// Values with one thing less: an element, an option, a case of a variant, a part of a text.
fn less(value: &Value, each: &mut dyn FnMut(Value)) {
    match value {
        Value::Bool(true) => each(Value::Bool(false)),
        Value::String(text) => super::text::cuts(text).into_iter().for_each(|text| each(Value::String(text))),
        Value::Array(items) => {
            if items.len() > 1 {
                each(Value::Array(Vec::new()));
            }
            for at in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(at);
                each(Value::Array(fewer));
                less(&items[at], &mut |one| {
                    let mut changed = items.clone();
                    changed[at] = one;
                    each(Value::Array(changed));
                });
            }
        }
        Value::Object(fields) => {
            if fields.len() == 1 {
                for case in ["Empty", "Single"] {
                    each(Value::from(case));
                }
            }
            for (name, field) in fields {
                // Names and ids tie objects to each other.
                if matches!(name.as_str(), "id" | "name" | "source" | "target") {
                    continue;
                }
                let mut with = |one: Value| {
                    let mut changed = fields.clone();
                    changed.insert(name.clone(), one);
                    each(Value::Object(changed));
                };
                if !field.is_null() {
                    with(if name == "comment" { Value::from("") } else { Value::Null });
                }
                less(field, &mut with);
            }
        }
        _ => {}
    }
}
