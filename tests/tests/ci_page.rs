//! The workflow of `docs/ci/validate.yml`, followed: each of its commands of ours is run in a repository of a third party.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use saphyr::{LoadableYamlNode as _, Yaml};
use std::fs;
use std::process::{Command, Output};
use whale_tests::{program, root, text};

/// Name and command of each step that runs something.
fn steps() -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join("docs/ci/validate.yml")).unwrap();
    let documents = Yaml::load_from_str(&page).unwrap();
    let steps = documents[0]["jobs"]["validate"]["steps"].as_sequence().unwrap();
    let step = |step: &Yaml<'_>| {
        let of = |key: &str| step.as_mapping_get(key).and_then(|value| value.as_str().map(str::to_owned));
        Some((of("name")?, of("run")?))
    };
    steps.iter().filter_map(step).collect()
}

fn run(folder: &std::path::Path, command: &str) -> Output {
    let path = format!("{}:/usr/bin:/bin", program().parent().unwrap().display());
    let mut shell = Command::new("bash");
    shell.args(["-e", "-o", "pipefail", "-c", command]).current_dir(folder).env_clear();
    shell.env("PATH", path).env("HOME", folder).output().unwrap()
}

#[test]
fn its_commands_judge_the_plugins_of_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("plugins")).unwrap();
    fs::copy(root().join("plugins/legal.wasm"), folder.path().join("plugins/legal.wasm")).unwrap();
    let grant = |text: &str| fs::write(folder.path().join("grants.toml"), text).unwrap();
    let steps = steps();
    assert_eq!(steps.len(), 4, "{steps:?}");
    let (_, install) = steps.iter().find(|(name, _)| name == "install").unwrap();
    assert!(
        root().join("host/Cargo.toml").is_file() && install.ends_with("cargo install --locked --path .whale-host/host")
    );
    for (granted, exit) in [("[plugins.legal]\n", 0), ("[plugins.medical]\n", 1)] {
        grant(granted);
        for (name, command) in steps.iter().filter(|(name, _)| name != "install") {
            let output = run(folder.path(), command);
            assert_eq!(output.status.code(), Some(exit), "{name}: {}", text(&output.stderr));
        }
        let sarif: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.path().join("validate.sarif")).unwrap()).unwrap();
        assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().is_empty(), exit == 0);
        assert!(
            fs::read_to_string(folder.path().join("validate.xml")).unwrap().contains("<testsuites name=\"whale-host")
        );
    }
}
