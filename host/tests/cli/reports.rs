//! Findings of `validate` in the forms of others: SARIF and `JUnit`.

use super::World;
use super::world::assert_command;
use serde_sarif::sarif::Sarif;

const SETTINGS: &str = "[plugins]\nfiles = [\"plugins/language.wasm\", \"plugins/shared.wasm\", \"a*.wasm\"]\n";

/// One plugin is accepted, one has findings at its author's lines, and one is no plugin.
fn world() -> World {
    World::with_settings(SETTINGS).with_file("a b\u{1b}[2J\u{202e}.wasm", "hello")
}

fn sarif(world: &World, arguments: &[&str]) -> (Option<i32>, String, Sarif) {
    let output = world.run(&[arguments, &["--format", "sarif"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let sarif = serde_json::from_str(&text).unwrap();
    (output.status.code(), text, sarif)
}

#[test]
fn every_finding_is_a_result_with_its_rule_and_its_line() {
    let (exit, text, sarif) = sarif(&world(), &["validate", "--all"]);
    assert_eq!(exit, Some(1));
    assert!(text.chars().all(|character| !character.is_control() || character == '\n') && !text.contains('\u{202e}'));
    let run = &sarif.runs[0];
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let results = run.results.as_ref().unwrap();
    assert!(results.len() > rules.len() && rules.len() > 2);
    for result in results {
        let rule = &rules[usize::try_from(result.rule_index.unwrap()).unwrap()];
        assert_eq!(result.rule_id.as_ref(), Some(&rule.id));
        assert!(rule.help.as_ref().unwrap().text.contains("whale-host explain"));
    }
    let placed = results.iter().filter_map(|result| {
        let place = result.locations.as_ref()?[0].physical_location.as_ref()?;
        Some((place.artifact_location.as_ref()?.uri.clone()?, place.region.as_ref()?.start_line?))
    });
    assert!(placed.clone().any(|(file, line)| file == "shared/src/clickhouse/usage_stats.rs" && line > 1));
    let uris = run.artifacts.as_ref().unwrap().iter().map(|one| one.location.as_ref().unwrap().uri.clone().unwrap());
    assert!(uris.clone().any(|uri| uri.starts_with("a%20b") && uri.is_ascii()), "{:?}", uris.collect::<Vec<_>>());
    let invocation = &run.invocations.as_ref().unwrap()[0];
    assert_eq!((invocation.exit_code, invocation.execution_successful), (Some(1), true));
}

#[test]
fn an_author_s_path_stands_below_the_folder_of_its_crate() {
    let uris = |arguments: &[&str]| -> Vec<String> {
        let (_, _, sarif) = sarif(&world(), &[&["validate", "--all"], arguments].concat());
        let results = sarif.runs[0].results.as_ref().unwrap();
        let place = |result: &serde_sarif::sarif::Result| {
            result.locations.as_ref()?[0].physical_location.as_ref()?.artifact_location.as_ref()?.uri.clone()
        };
        results.iter().filter_map(place).filter(|uri| uri.ends_with("usage_stats.rs")).collect()
    };
    for (arguments, expected) in [
        (&[][..], "shared/src/clickhouse/usage_stats.rs"),
        (&["--source-root", "plugins/"], "plugins/shared/src/clickhouse/usage_stats.rs"),
        (&["--source-root", "elsewhere", "--source-root", "shared=own"], "own/shared/src/clickhouse/usage_stats.rs"),
        (&["--source-root", "language=own"], "shared/src/clickhouse/usage_stats.rs"),
    ] {
        let found = uris(arguments);
        assert!(!found.is_empty() && found.iter().all(|uri| uri == expected), "{arguments:?}: {found:?}");
    }
    let settings = World::with_settings("[plugins]\nfiles = 1\n");
    let (_, text, _) = sarif(&settings, &["validate", "--all", "--source-root", "plugins"]);
    assert!(!text.contains("plugins/whale.toml"), "{text}");
}

#[test]
fn a_good_plugin_has_no_result_and_wrong_usage_is_told() {
    let (exit, _, good) = sarif(&world(), &["validate", "-p", "plugins/language.wasm"]);
    assert_eq!((exit, good.runs[0].results.as_ref().map(Vec::len)), (Some(0), Some(0)));
    let (exit, _, wrong) = sarif(&world(), &["plan", "--all"]);
    let invocation = &wrong.runs[0].invocations.as_ref().unwrap()[0];
    assert_eq!((exit, invocation.execution_successful), (Some(2), false));
    assert_eq!(invocation.tool_execution_notifications.as_ref().map(Vec::len), Some(1));
}

#[test]
fn a_ci_server_sees_a_suite_for_each_plugin_and_a_case_for_each_object() {
    assert_command!(world(), "validate", "--all", "--format", "junit");
}

#[test]
fn faults_of_the_settings_are_findings_too() {
    let world = World::with_settings("[plugin]\n");
    let (exit, _, document) = sarif(&world, &["validate", "--all"]);
    assert_eq!(exit, Some(1));
    let results = document.runs[0].results.as_ref().unwrap();
    assert_eq!(results[0].rule_id.as_deref(), Some("WH0003"));
    let output = String::from_utf8(world.run(&["validate", "--all", "--format", "junit"]).stdout).unwrap();
    assert!(output.contains("type=\"WH0003\"") && output.contains("failures=\"1\""), "{output}");
}
