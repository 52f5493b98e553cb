//! Where engines are looked for, and what is said when they are not there. Nothing here needs one.

use super::World;
use super::world::assert_command;

/// A port on loopback where nobody listens: the system's own, for which one needs rights.
const NOBODY: &str = "127.0.0.1:1";

#[test]
fn without_any_engine_the_remedy_is_named() {
    assert_command!(World::new(), "plan", "-p", "plugins/language.wasm");
}

#[test]
fn faults_of_plugins_are_told_before_those_of_the_world() {
    assert_command!(World::new().with_file("text.wasm", "hello"), "apply", "-p", "text.wasm");
}

#[test]
fn exactly_the_engines_whose_variables_are_set_count() {
    let world = World::new().with_variable("CLICKHOUSE_URL", &format!("http://u:secret@{NOBODY}"));
    assert_command!(world, "plan", "-p", "plugins/language.wasm");
}

#[test]
fn an_engine_that_is_down_is_named_by_host_and_port() {
    let world = World::new().with_variable("CLICKHOUSE_URL", &format!("http://u:secret@{NOBODY}"));
    let shown = world.shown(&["plan", "-p", "plugins/language.wasm", "--engine", "clickhouse"]);
    assert!(shown.starts_with("exit: 4\n"), "{shown}");
    assert!(shown.contains(NOBODY) && shown.contains("ClickHouse") && shown.contains("hint:"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn an_engine_that_is_down_is_an_error_in_json() {
    let world = World::new().with_variable("CLICKHOUSE_URL", &format!("http://u:secret@{NOBODY}"));
    let output = world.run(&["status", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(document["exit"], 4);
    assert_eq!(document["errors"][0]["engine"], "clickhouse");
    assert!(!document.to_string().contains("secret"));
}

#[test]
fn a_url_of_another_engine_is_refused_and_not_repeated() {
    let world =
        World::new().with_variable("MILVUS_URL", "postgres://u:secret@h/d").with_variable("CLICKHOUSE_URL", "secret");
    assert_command!(world, "status");
}

#[test]
fn beyond_this_machine_a_plugin_has_to_be_listed() {
    let world = World::new().with_variable("CLICKHOUSE_URL", "https://u:secret@clickhouse.example:8123");
    assert_command!(world, "plan", "-p", "plugins/language.wasm");
}

#[test]
fn a_variable_that_the_settings_name_has_to_be_set() {
    let settings = "[targets.clickhouse]\nurl_env = \"OUR_CLICKHOUSE\"\n[targets.milvus]\nurl_file = \"milvus.url\"\n";
    assert_command!(World::with_settings(settings), "status");
}

#[test]
fn what_just_up_wrote_is_found_and_never_repeated() {
    let world = World::new().with_file("engines.json", "{\"targets\": \"secret\"}");
    let folder = world.path("").display().to_string();
    assert_command!(world.with_variable("WHALE_LOCAL", &folder), "status");
}

#[test]
fn a_target_of_a_models_own_is_another_server() {
    let settings = "[targets.milvus]\nurl = \"http://127.0.0.1:1\"\n[models.language.targets.milvus]\nurl = \"http://127.0.0.1:1/\"\nprefix = \"b_\"\n";
    assert_command!(World::with_settings(settings), "status");
}

#[test]
fn a_target_of_a_models_own_that_is_down_is_named_as_such() {
    let settings = format!(
        "[targets.clickhouse]\nurl = \"http://127.0.0.1:2\"\n[models.language.targets.clickhouse]\nurl = \"http://{NOBODY}\"\n"
    );
    let shown =
        World::with_settings(&settings).shown(&["plan", "-p", "plugins/language.wasm", "--engine", "clickhouse"]);
    assert!(shown.starts_with("exit: 4\n") && shown.contains("ClickHouse of language"), "{shown}");
    assert!(!shown.contains("127.0.0.1:2"), "the shared one is not needed: {shown}");
}
