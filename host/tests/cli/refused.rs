//! What is refused before any engine is looked for, and how.

use super::World;
use super::world::assert_command;

#[test]
fn a_command_without_a_plugin_is_wrong_usage() {
    assert_command!(World::new(), "validate");
}

#[test]
fn an_unknown_verb_is_wrong_usage() {
    assert_command!(World::new(), "aply");
}

#[test]
fn an_unknown_engine_is_wrong_usage() {
    assert_command!(World::new(), "plan", "--all", "--engine", "mysql");
}

#[test]
fn an_unknown_hazard_is_wrong_usage() {
    assert_command!(World::new(), "apply", "--all", "--allow", "Everything");
}

#[test]
fn an_unknown_code_is_wrong_usage() {
    assert_command!(World::new(), "explain", "WH0071");
}

#[test]
fn lists_are_asked_for_with_an_engine() {
    assert_command!(World::new(), "explain", "types");
}

#[test]
fn a_parameter_that_is_set_twice_is_wrong_usage() {
    let shown = World::new().shown(&[
        "validate",
        "-p",
        "plugins/language.wasm",
        "--set",
        "embedding_dim=512",
        "--set",
        "embedding_dim=768",
    ]);
    assert!(shown.starts_with("exit: 2\n") && shown.contains("the parameter embedding_dim is set twice"), "{shown}");
    // One for all plugins and one for a single one are two things.
    let both = ["--set", "embedding_dim=512", "--set", "language.embedding_dim=768"];
    let shown = World::new().shown(&[&["validate", "-p", "plugins/language.wasm"][..], &both].concat());
    assert!(shown.starts_with("exit: 0\n"), "{shown}");
}

#[test]
fn a_model_with_the_prefix_of_its_target_is_told_without() {
    let settings = "[plugins]\nfiles = [\"plugins/language.wasm\"]\n[targets.milvus]\nprefix = \"staging_\"\n";
    let shown = World::with_settings(settings).shown(&["validate", "--model", "staging_language"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("--model language"), "{shown}");
}

#[test]
fn a_version_older_than_the_oldest_is_wrong_usage() {
    assert_command!(World::new(), "validate", "-p", "plugins/language.wasm", "--against", "milvus=2.2");
}

#[test]
fn a_missing_file_is_refused() {
    assert_command!(World::new(), "validate", "--plugin", "plugins/languag.wasm");
}

#[test]
fn a_pattern_that_fits_nothing_is_refused() {
    assert_command!(World::new(), "validate", "--plugin", "plugins/*.wat");
}

#[test]
fn all_faulty_files_are_judged_and_named() {
    let world = World::new().with_file("text.wasm", "hello").with_file("empty.wasm", "");
    assert_command!(
        world,
        "validate",
        "-p",
        "text.wasm",
        "-p",
        "empty.wasm",
        "-p",
        "plugins",
        "-p",
        "plugins/language.wasm"
    );
}

#[test]
fn a_refused_file_is_a_finding_in_json() {
    assert_command!(World::new().with_file("text.wasm", "hello"), "validate", "-p", "text.wasm", "--format", "json");
}

#[test]
fn a_name_that_steers_the_terminal_is_shown_escaped() {
    assert_command!(World::new().with_file("a\u{1b}[2Jb.wasm", "hello"), "validate", "-p", "*.wasm");
}

#[test]
fn a_namespace_that_is_not_granted_is_refused_with_the_line_to_add() {
    assert_command!(World::new(), "validate", "-q", "-p", "plugins/shared.wasm");
}

#[test]
fn two_plugins_of_one_name_are_refused() {
    let shared = std::fs::read(World::new().path("plugins/language.wasm")).unwrap();
    assert_command!(
        World::new().with_file("copy.wasm", shared),
        "validate",
        "-p",
        "plugins/language.wasm",
        "-p",
        "copy.wasm"
    );
}

#[test]
fn a_model_without_a_plugin_is_refused() {
    assert_command!(World::new(), "validate", "-p", "plugins/language.wasm", "--model", "languages");
}

#[test]
fn a_parameter_that_nobody_takes_is_refused() {
    assert_command!(World::new(), "validate", "-p", "plugins/language.wasm", "--set", "embeding_dim=768");
}

#[test]
fn a_parameter_outside_of_its_range_is_refused() {
    assert_command!(World::new(), "validate", "-p", "plugins/language.wasm", "--set", "language.embedding_dim=1");
}
