//! A worker's answer, and the judgement on it.
//!
//! Laws: an answer that is taken is its own canonical form; no definition makes the judgement panic; it gives a
//! definition exactly where it found no error, and every finding says what to do.

use arbitrary::{Result, Unstructured};
use serde_json::Value;
use whale_host::sandbox::{Limits, fuzzing};
use whale_storage::definition::Backend;
use whale_storage::raw::{CapabilityRequest, ModelDefinition, NamespaceRequest, Operation, PluginInfo};
use whale_storage::validate::{Against, Granted, validate};

/// Definitions to change, in canonical form: one with a part of most kinds, and what three plugins of this repository return.
const SEEDS: [&str; 4] = [
    include_str!("../../seeds/definition/good.json"),
    include_str!("../../seeds/definition/language.json"),
    include_str!("../../seeds/definition/shared.json"),
    include_str!("../../seeds/definition/federation.json"),
];

/// Texts that mean something somewhere.
const WORDS: [&str; 28] = [
    "",
    "a",
    "id",
    "at",
    "other",
    "public",
    "default",
    "pg_catalog",
    "system",
    "A",
    "a b",
    "a\"b",
    "a`",
    "'",
    "表",
    "\u{202e}",
    "\0",
    "bigint",
    "timestamptz",
    "String",
    "UInt64",
    "FLOAT_VECTOR(8)",
    "now()",
    "count(*)",
    "a + 1",
    "MergeTree",
    "1",
    "((((((((((",
];

/// The first byte says whether the rest is an answer, or draws changes of a definition.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    if mode % 2 == 0 {
        if let Some(definition) = answered(rest) {
            judged(&definition);
        }
    } else if let Ok(changed) = changed(&mut Unstructured::new(rest))
        && let Ok(definition) = serde_json::from_value::<ModelDefinition>(changed)
    {
        let bytes = fuzzing::canonical(&definition, &Limits::default()).unwrap();
        assert_eq!(answered(&bytes).as_ref(), Some(&definition));
        judged(&definition);
    }
}

/// What the host makes of a worker's canonical bytes.
fn answered(bytes: &[u8]) -> Option<ModelDefinition> {
    let limits = Limits::default();
    let mut payload = vec![0; fuzzing::USED];
    payload.extend_from_slice(bytes);
    let (definition, _) = fuzzing::answer::<ModelDefinition>(&payload, &limits)?;
    assert_eq!(fuzzing::canonical(&definition, &limits).as_deref(), Some(bytes));
    Some(definition)
}

/// Judges a definition as that of a plugin with every right.
pub fn judged(definition: &ModelDefinition) -> bool {
    let namespaces = ["public", "default", "pg_catalog", "granted"];
    let requests = CapabilityRequest {
        databases: Backend::ALL.to_vec(),
        namespaces: Backend::ALL
            .into_iter()
            .flat_map(|database| namespaces.map(|name| NamespaceRequest { database, namespace: name.to_owned() }))
            .collect(),
        operations: Operation::ALL.to_vec(),
    };
    let info = PluginInfo {
        name: "mine".to_owned(),
        version: "1.0.0".to_owned(),
        model: "mine".to_owned(),
        summary: String::new(),
        parameters: Vec::new(),
        requests,
    };
    let (accepted, found) = validate(&info, definition, "digest", &Granted::default(), &Against::oldest());
    assert_eq!(accepted.is_some(), found.errors() == 0);
    for fault in &found {
        assert!(fault.help.is_some(), "{}: {} says not what to do", fault.code.id, fault.message);
    }
    accepted.is_some()
}

/// A seed with some changes.
fn changed(bytes: &mut Unstructured<'_>) -> Result<Value> {
    let mut value: Value = serde_json::from_str(bytes.choose(&SEEDS)?).unwrap();
    for _ in 0..bytes.int_in_range(1..=6)? {
        let mut places = Vec::new();
        pointers(&value, String::new(), &mut places);
        let place = bytes.choose(&places)?;
        let from = value.pointer(bytes.choose(&places)?).cloned();
        if let Some(place) = value.pointer_mut(place) {
            change(place, from, bytes)?;
        }
    }
    Ok(value)
}

/// The place of every value in a document.
pub fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(item, format!("{at}/{index}"), all));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, field)| pointers(field, format!("{at}/{key}"), all)),
        _ => {}
    }
    all.push(at);
}

/// `other` stands elsewhere in the document.
fn change(value: &mut Value, other: Option<Value>, bytes: &mut Unstructured<'_>) -> Result<()> {
    match value {
        Value::String(text) => match bytes.int_in_range(0..=3)? {
            0 => (*bytes.choose(&WORDS)?).clone_into(text),
            1 => *text = bytes.arbitrary()?,
            2 => text.push_str(bytes.choose(&WORDS)?),
            _ => *value = other.unwrap_or_default(),
        },
        Value::Number(_) => {
            *value = (*bytes.choose(&[0, 1, 2, 1000, i64::from(u32::MAX), i64::from(u32::MAX) + 1, -1])?).into();
        }
        Value::Bool(truth) => *truth = !*truth,
        Value::Array(items) if !items.is_empty() => {
            let place = bytes.choose_index(items.len())?;
            match bytes.int_in_range(0..=3)? {
                0 => drop(items.remove(place)),
                1 => items.extend(vec![items[place].clone(); bytes.int_in_range(1..=40)?]),
                2 => items.swap(0, place),
                _ => items.clear(),
            }
        }
        _ => *value = other.unwrap_or_default(),
    }
    Ok(())
}
