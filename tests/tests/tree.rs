//! The storage tree on live engines: definitions as applied, what they make when they are run again, and the working files
//! in the programs they are for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

#[path = "tree/again.rs"]
mod again;
#[path = "tree/shipped.rs"]
mod shipped;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use whale_tests::clients::forget_versions;
use whale_tests::{text, whale};

/// Applies all plugins with a tree.
pub(crate) fn apply(root: &Path, more: &[&str]) -> std::process::Output {
    let root = root.to_str().unwrap();
    whale(&[&["apply", "--yes", "--all", "--root", root][..], more].concat())
}

/// Files below a folder, by their path in it.
pub(crate) fn files(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

fn touched(root: &Path, path: &str) -> (u64, i64, i64) {
    let about = fs::metadata(root.join(path)).unwrap();
    (about.ino(), about.mtime(), about.mtime_nsec())
}

/// Everything of a model and an engine, to be read as a reviewer would.
fn review(all: &BTreeMap<String, String>, begins: &str) -> String {
    let chosen = all.iter().filter(|(path, _)| path.starts_with(begins));
    chosen.map(|(path, text)| format!("=== {path}\n{text}")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_tree_holds_every_definition_as_applied() {
    forget_versions().await;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let first = apply(root, &[]);
    assert_eq!(first.status.code(), Some(0));
    assert!(text(&first.stdout).contains(": 47 definitions written"));
    let all = files(root);
    // 44 of the plugins, and the version table of each engine.
    assert_eq!(all.len(), 47, "{:#?}", all.keys());
    for (path, content) in &all {
        for run in ["whale:2:", "whale.mark", "\"run\"", "2026"] {
            assert!(!content.contains(run), "{path} holds {run}");
        }
    }
    for (name, begins) in [
        ("shared_timescaledb", "shared/db/schemas/timescaledb/"),
        ("shared_clickhouse", "shared/db/schemas/clickhouse/"),
        ("shared_milvus", "shared/db/schemas/milvus/"),
        ("federation", "models/federation/"),
        ("language", "models/language/"),
        ("legal", "models/legal/"),
    ] {
        insta::assert_snapshot!(name, review(&all, begins));
    }

    let path = "models/language/db/schemas/clickhouse/domains.sql";
    let before: BTreeMap<&String, _> = all.keys().map(|path| (path, touched(root, path))).collect();
    fs::write(root.join(path), "somebody was here").unwrap();
    fs::write(root.join("models/language/db/schemas/clickhouse/notes.txt"), "a person's").unwrap();
    let second = apply(root, &["--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(document["result"]["tree"]["written"], serde_json::json!([path]));
    assert_eq!(document["result"]["tree"]["unchanged"], 46);
    for (path, before) in before.iter().filter(|(name, _)| **name != path) {
        assert_eq!(touched(root, path), *before, "{path} is as it was and is not touched");
    }
    let mut after = files(root);
    assert_eq!(after.remove("models/language/db/schemas/clickhouse/notes.txt").unwrap(), "a person's");
    assert_eq!(after, all);
    forget_versions().await;
}

#[tokio::test]
async fn without_a_root_none_are_written_and_a_refused_apply_writes_none() {
    forget_versions().await;
    let folder = tempfile::tempdir().unwrap();
    // The demo leaves one there.
    let usual = || {
        fs::metadata(whale_tests::root().join("data/shared/db/schemas/milvus")).and_then(|found| found.modified()).ok()
    };
    let before = usual();
    assert_eq!(whale(&["apply", "--yes", "--all"]).status.code(), Some(0));
    assert_eq!(usual(), before, "nobody named a root");
    let other = ["--engine", "milvus", "--set", "language.embedding_dim=768"];
    let refused = apply(folder.path(), &other);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    assert_eq!(files(folder.path()).len(), 0);
    let one = whale(&["apply", "--yes", "--model", "legal", "--root", folder.path().to_str().unwrap()]);
    assert_eq!(one.status.code(), Some(0));
    let names: Vec<String> = files(folder.path()).into_keys().collect();
    assert_eq!(
        names,
        ["models/legal/db/schemas/milvus/legal_knowledge.json", "shared/db/schemas/milvus/schema_version.json"]
    );
    forget_versions().await;
}

/// A file system without room for the files: what was applied stays applied, and that is what is said.
#[tokio::test]
async fn a_tree_that_is_full_after_the_apply_fails_the_command_and_not_the_apply() {
    forget_versions().await;
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o nr_inodes=4 tmpfs \"$1\" && exec \"$2\" apply --yes --model legal --root \"$1\" --format json";
    let mut command = std::process::Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, "sh"]).arg(folder.path()).arg(whale_tests::program());
    let output = command.current_dir(whale_tests::root()).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["errors"][0]["kind"], "tree");
    assert_eq!(document["result"]["report"]["converged"], true, "{document}");
    assert_eq!(document["result"]["tree"]["written"], serde_json::json!([]));
    let after = whale(&["plan", "--check", "--model", "legal"]);
    assert_eq!(after.status.code(), Some(0), "it was applied");
    forget_versions().await;
}
