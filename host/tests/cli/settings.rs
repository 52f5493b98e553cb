//! Faults of `whale.toml`, each with its line.

use super::World;
use super::world::assert_command;

#[test]
fn every_fault_of_the_settings_is_told_at_once() {
    let settings = "\
[plugins]
files = \"plugins/*.wasm\"
[plugins.shared]
namespace = [\"public\"]
operations = [\"drop\"]
[targets.milvus]
version = 2.3
url = \"http://root:secret@localhost:19530\"
[limits]
memory = 0
";
    assert_command!(World::with_settings(settings), "validate", "--all");
}

#[test]
fn what_is_not_toml_names_its_line() {
    assert_command!(World::with_settings("[plugins]\nfiles = [\n"), "validate", "--all");
}

#[test]
fn a_settings_file_that_was_named_has_to_exist() {
    assert_command!(World::new(), "validate", "--config", "other.toml", "--all");
}

#[test]
fn all_needs_plugins_in_the_settings() {
    assert_command!(World::new(), "validate", "--all");
}

#[test]
fn paths_are_relative_to_the_settings_file() {
    let world = World::with_settings("[plugins]\nfiles = [\"plugins/lang*.wasm\"]\n");
    let config = world.path("whale.toml").display().to_string();
    let output = world.command(&["validate", "--all", "--config", &config]).current_dir("/").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn parameters_of_the_settings_reach_the_plugin_and_flags_go_before_them() {
    let settings =
        "[plugins]\nfiles = [\"plugins/language.wasm\"]\n[plugins.language]\nparameters = { embedding_dim = 768 }\n";
    let world = World::with_settings(settings);
    let info = |arguments: &[&str]| {
        let output = world.run(&[&["info", "--all"], arguments].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(info(&[]).contains("FLOAT_VECTOR(768)"));
    assert!(info(&["--set", "embedding_dim=512"]).contains("FLOAT_VECTOR(512)"));
    assert!(info(&["--set", "language.embedding_dim=256"]).contains("FLOAT_VECTOR(256)"));
}

#[test]
fn limits_of_the_settings_hold() {
    let settings = "[limits]\nfuel = 1000\n";
    assert_command!(World::with_settings(settings), "validate", "-p", "plugins/language.wasm");
}

#[test]
fn what_validate_judges_for_comes_from_the_settings() {
    let settings = "[targets.milvus]\nversion = \"1.1\"\n";
    assert_command!(World::with_settings(settings), "validate", "-p", "plugins/language.wasm");
}

#[test]
fn a_parameter_of_the_settings_that_cannot_be_used_names_its_line() {
    let settings = "[plugins]\nfiles = [\"plugins/language.wasm\"]\n[plugins.language.parameters]\nembedding_dim = \"many\"\nembeding_dim = 8\n";
    assert_command!(World::with_settings(settings), "validate", "--all");
}

#[test]
fn tables_of_plugins_and_models_that_are_not_there_are_refused() {
    let settings = "[plugins]\nfiles = [\"plugins/language.wasm\"]\n[plugins.langauge]\nnamespaces = []\n[models.languages.targets.milvus]\nurl_env = \"M\"\n";
    assert_command!(World::with_settings(settings), "validate", "--all");
}

#[test]
fn a_prefix_stands_before_the_namespaces_of_its_target() {
    let settings = "[targets.clickhouse]\nprefix = \"staging_\"\nurl = \"http://127.0.0.1:1\"\n";
    let output = World::with_settings(settings).run(&["validate", "-p", "plugins/language.wasm"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // What is too long only with its prefix is refused by validate already.
    let settings = format!("[targets.clickhouse]\nprefix = \"{}\"\n", "x".repeat(25));
    let shown = World::with_settings(&settings).shown(&["validate", "-p", "plugins/language.wasm"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("at most 24 bytes"), "{shown}");
}
