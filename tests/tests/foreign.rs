//! Plugins in Python and JavaScript, made against the contract as it stands, are let in: their components are a hundred
//! times as large as one in Rust, and the limits are meant to hold them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::path::Path;
use std::process::Command;
use whale_tests::{program, root, text};

#[test]
fn components_of_python_and_javascript_are_accepted() {
    let built = Command::new(root().join("tests/foreign/build")).output().unwrap();
    assert!(built.status.success(), "tests/foreign/build: {}", text(&built.stderr));
    let folder = tempfile::tempdir().unwrap();
    // An unoptimised compiler with its assertions, on a machine that does other things too, takes several times as
    // long. All other limits are the defaults.
    let settings = "[limits]\ncompile_base_ms = 24_000\ncompile_mib_ms = 32_000\ncompile_most_ms = 480_000\n";
    std::fs::write(folder.path().join("whale.toml"), settings).unwrap();
    let built = text(&built.stdout);
    let files: Vec<&Path> = built.lines().map(Path::new).collect();
    assert_eq!(files.len(), 2, "{built}");
    for file in files {
        let mut command = Command::new(program());
        command.args(["validate", "--format", "json", "-v", "--plugin", file.to_str().unwrap()]);
        command.current_dir(folder.path()).env_clear().env("HOME", folder.path());
        // What was compiled is kept beside the component.
        command.env("WHALE_CACHE", file.parent().unwrap()).env("WHALE_STATE", file.parent().unwrap());
        let output = command.output().unwrap();
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &said["diagnostics"]), (Some(0), &serde_json::json!([])), "{said:#}");
        let plugin = &said["result"]["plugins"][0];
        let language = file.file_stem().unwrap().to_str().unwrap();
        assert_eq!((plugin["name"].as_str(), plugin["objects"].as_u64()), (Some(language), Some(1)), "{said:#}");
    }
}
