//! What commands show when all is well.

use super::World;
use super::world::assert_command;
use std::process::Stdio;

#[test]
fn help_names_the_verbs_and_the_exit_codes() {
    assert_command!(World::new(), "--help");
}

#[test]
fn help_of_apply_names_its_flags() {
    assert_command!(World::new(), "apply", "-h");
}

#[test]
fn a_good_plugin_is_accepted() {
    assert_command!(World::new(), "validate", "--plugin", "plugins/language.wasm");
}

#[test]
fn a_good_plugin_is_accepted_in_json() {
    assert_command!(World::new(), "validate", "--plugin", "plugins/language.wasm", "--format", "json");
}

#[test]
fn the_plugins_of_the_demo_are_accepted_together() {
    let demo = include_str!("../../../whale.toml");
    assert_command!(World::with_settings(demo), "validate", "--all", "-q");
}

#[test]
fn a_model_takes_its_plugin_only() {
    let settings = "[plugins]\nfiles = [\"plugins/language.wasm\", \"plugins/shared.wasm\"]\n";
    assert_command!(World::with_settings(settings), "validate", "--model", "language");
}

#[test]
fn info_shows_parameters_requests_and_objects() {
    assert_command!(World::new(), "info", "-p", "plugins/language.wasm", "--engine", "milvus");
}

#[test]
fn info_in_json_holds_the_canonical_definition() {
    let output = World::new().run(&["info", "-p", "plugins/language.wasm", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((document["version"].as_u64(), document["command"].as_str()), (Some(1), Some("info")));
    let plugin = &document["result"]["plugins"][0];
    assert_eq!(plugin["info"]["name"], "language");
    assert!(plugin["definition"]["clickhouse"]["tables"].as_array().unwrap().len() > 1);
}

#[test]
fn a_code_is_explained_in_any_case() {
    assert_command!(World::new(), "explain", "wh0701");
}

#[test]
fn what_a_definition_may_name_is_listed() {
    assert_command!(World::new(), "explain", "types", "timescaledb");
    let shown = World::new().shown(&["explain", "functions", "clickhouse", "--format", "json"]);
    assert!(shown.contains(r#""of":"Functions of ClickHouse""#) && shown.contains(r#""toStartOfHour""#), "{shown}");
}

#[test]
fn every_code_is_listed_once() {
    let output = World::new().run(&["explain"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let codes: Vec<&str> = text.lines().map(|line| line.split_once("  ").unwrap().0).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    assert!(codes.contains(&"WH0701") && codes.contains(&"WH0003"));
}

#[test]
fn more_is_told_on_request_and_only_on_standard_error() {
    let world = World::new();
    let output = world.run(&["validate", "-v", "-p", "plugins/language.wasm"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("plugin language: compiled") && told.contains(" fuel"), "{told}");
    assert_eq!(world.run(&["validate", "-p", "plugins/language.wasm"]).stdout, output.stdout);
}

#[test]
fn a_reader_that_has_gone_away_is_not_an_error() {
    let mut child = World::new().command(&["explain"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = World::new().command(&["explain"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: writing to standard output"));
}
