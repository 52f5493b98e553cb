//! A collection as a file: JSON with everything its definition says, a field, an index or a partition a line.
//!
//! What is off (not nullable, no default, no comment) is left out of a field's line; what holds for the whole collection
//! always stands there.

use crate::definition::milvus::{Collection, Field, Index, Partitions};
use crate::document::{self, Document};
use crate::expr::{Expr, Literal, UnaryOp};
use crate::foreign;
use crate::raw::{Consistency, LoadState};
use serde_json::{Map, Value, json};

/// The collection as JSON.
pub(super) fn document(collection: &Collection) -> Document {
    // By name, so that what is added to a collection cannot be forgotten here.
    let Collection {
        header,
        primary_key,
        auto_id,
        fields,
        dynamic_fields,
        indexes,
        partitions,
        shards,
        consistency,
        load,
        properties,
        // whale.toml's, not the definition's.
        placement: _,
    } = collection;
    let members = [
        ("collection", json!(header.name.to_string()).to_string()),
        ("defined_as", json!(header.id).to_string()),
        ("comment", json!(header.comment).to_string()),
        ("primary_key", json!(primary_key).to_string()),
        ("auto_id", auto_id.to_string()),
        ("fields", lines(fields.iter().map(field))),
        ("dynamic_fields", dynamic_fields.to_string()),
        ("indexes", lines(indexes.iter().map(index))),
        ("partitions", partitioning(partitions)),
        ("shards", shards.to_string()),
        ("consistency", json!(consistency_word(*consistency)).to_string()),
        ("load", json!(load_word(*load)).to_string()),
        ("properties", json!(properties).to_string()),
    ];
    let members: Vec<String> = members.iter().map(|(name, value)| format!("  \"{name}\": {value}")).collect();
    let text = foreign::json(&format!("{{\n{}\n}}\n", members.join(",\n")));
    Document { ending: document::ending(header.name.backend), text }
}

fn lines(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.map(|value| format!("    {value}")).collect();
    if values.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", values.join(",\n")) }
}

/// Members in this order, unlike a map's.
fn object(members: &[(&str, Value)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{ {} }}", members.join(", "))
}

fn field(field: &Field) -> String {
    let Field { name, comment, data_type, nullable, default, partition_key } = field;
    let mut members = vec![("name", json!(name)), ("type", json!(data_type.to_string()))];
    members.extend(nullable.then(|| ("nullable", json!(true))));
    members.extend(default.as_ref().map(|value| ("default", constant(value))));
    members.extend(partition_key.then(|| ("partition_key", json!(true))));
    members.extend((!comment.is_empty()).then(|| ("comment", json!(comment))));
    object(&members)
}

/// A default as its value. A number keeps its digits; none of ours rounds.
fn constant(value: &Expr) -> Value {
    let (minus, literal) = match value {
        Expr::Unary(UnaryOp::Minus, inner) => ("-", inner.as_literal()),
        other => ("", other.as_literal()),
    };
    match literal {
        Some(Literal::Boolean(value)) => json!(value),
        Some(Literal::Text(text)) => json!(text),
        Some(Literal::Number(digits)) => json!(format!("{minus}{digits}")),
        // Validation leaves nothing else.
        Some(Literal::Null) | None => Value::Null,
    }
}

fn index(index: &Index) -> String {
    let Index { name, field, kind, metric, parameters } = index;
    let parameters: Map<String, Value> =
        parameters.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    let mut members = vec![("name", json!(name)), ("field", json!(field)), ("kind", json!(kind.name()))];
    members.extend(metric.map(|metric| ("metric", json!(metric.name()))));
    members.extend((!parameters.is_empty()).then_some(("parameters", Value::Object(parameters))));
    object(&members)
}

fn partitioning(partitions: &Partitions) -> String {
    match partitions {
        Partitions::Single => "null".to_owned(),
        Partitions::Named(names) => lines(names.iter().map(|name| json!(name).to_string())),
        Partitions::ByKey(count) => object(&[("by_key", json!(count))]),
    }
}

fn consistency_word(consistency: Consistency) -> &'static str {
    match consistency {
        Consistency::Strong => "strong",
        Consistency::Session => "session",
        Consistency::Bounded => "bounded",
        Consistency::Eventually => "eventually",
    }
}

fn load_word(load: LoadState) -> &'static str {
    match load {
        LoadState::Loaded => "loaded",
        LoadState::Released => "released",
        LoadState::OnDemand => "on-demand",
    }
}
