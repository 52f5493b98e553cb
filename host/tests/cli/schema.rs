//! What `info --format json` writes is what its published schema says.

use super::World;
use serde_json::{Value, json};

/// The schema that is published.
const PUBLISHED: &str = include_str!("../../../docs/schema/info.json");

fn document(world: &World, arguments: &[&str]) -> Value {
    let output = world.run(&[&["info", "--format", "json"], arguments].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The same schema, without room for keys that it does not name.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(map) => {
            if map.contains_key("properties") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(|value| *value = closed(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| *value = closed(value.take())),
        _ => {}
    }
    schema
}

fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    let told =
        |error: jsonschema::ValidationError<'_>| format!("{}: {:.300}", error.instance_path(), error.to_string());
    validator.iter_errors(document).map(told).collect()
}

#[test]
fn the_published_schema_is_the_one_that_the_program_prints() {
    let printed = String::from_utf8(World::new().run(&["info", "--schema"]).stdout).unwrap();
    assert!(printed == PUBLISHED, "write it anew: whale-host info --schema > docs/schema/info.json");
}

#[test]
fn what_info_writes_fits_the_schema_and_has_no_key_beside_it() {
    let schema = closed(serde_json::from_str(PUBLISHED).unwrap());
    let demo = include_str!("../../../whale.toml");
    let world = World::with_settings(demo).with_file("text.wasm", "hello");
    for arguments in [
        &["--all"][..],
        &["--all", "-v"],
        &["--all", "--engine", "milvus"],
        &["-p", "text.wasm", "-p", "plugins/language.wasm"],
        &["-p", "none.wasm"],
        &["-p", "plugins/language.wasm", "--set", "embedding_dim=1"],
    ] {
        let document = document(&world, arguments);
        assert_eq!(faults(&schema, &document), [""; 0], "{arguments:?}");
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let schema: Value = serde_json::from_str(PUBLISHED).unwrap();
    let world = World::new();
    let good = document(&world, &["-p", "plugins/language.wasm"]);
    for (place, value) in [
        ("/exit", json!("0")),
        ("/result/plugins/0/sha256", json!(7)),
        ("/result/plugins/0/definition/clickhouse/tables/0/columns/0/data_type", json!(null)),
        ("/result/plugins/0/definition/milvus/0/load", json!("Asleep")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value;
        assert_ne!(faults(&schema, &bad), [""; 0], "{place}");
    }
    let mut more = good;
    more["added"] = json!("later");
    assert_eq!(faults(&schema, &more), [""; 0], "keys may be added within a version");
}
