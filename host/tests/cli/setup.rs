//! `setup tree`: what it makes, what it leaves, and what it refuses without writing anything.

use super::World;
use super::world::assert_command;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::process::Command;

/// Every path below a folder, with what tells whether it was touched.
fn entries(folder: &Path) -> BTreeMap<String, (u64, i64, i64)> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, (u64, i64, i64)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let about = fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(name, (about.ino(), about.mtime(), about.mtime_nsec()));
            if about.is_dir() {
                walk(root, &path, found);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

#[test]
fn a_tree_is_made_once() {
    let world = World::new();
    assert_command!(&world, "setup");
    let made = entries(&world.path("data"));
    assert!(made.contains_key("models/developer/db/schemas/milvus") && made.contains_key("backups/shared"));
    let again = world.shown(&["setup", "tree"]);
    let line = "storage tree data: 0 folders and 0 files made, 35 folders and 6 files there, 0 updated, 0 kept\n";
    assert!(again.starts_with("exit: 0\n") && again.contains(line), "{again}");
    assert_eq!(entries(&world.path("data")), made, "nothing is touched");
}

#[test]
fn models_and_engines_can_be_named_with_blanks_and_commas() {
    let arguments = ["setup", "--models", "alpha", "beta,gamma", "shared", "--engines", "milvus", "--root", "a/tree"];
    let world = World::new();
    let output = world.run(&[&arguments[..], &["--format", "json"]].concat());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["result"]["models"], serde_json::json!(["alpha", "beta", "gamma", "shared"]));
    assert_eq!(document["result"]["root"], "a/tree");
    assert!(document["result"]["folders"].as_array().unwrap().iter().all(|folder| folder["state"] == "made"));
    let made = entries(&world.path("a/tree"));
    let models: Vec<&str> =
        made.keys().filter_map(|path| path.strip_prefix("models/")).filter(|path| !path.contains('/')).collect();
    assert_eq!(models, ["alpha", "beta", "gamma"]);
    assert!(made.contains_key("models/beta/db/schemas/milvus") && made.contains_key("shared/db/schemas/milvus"));
    assert!(!made.keys().any(|path| path.ends_with("db/clickhouse") || path.ends_with("schemas/timescaledb")));
}

#[test]
fn models_of_plugins_are_asked_of_them_and_one_that_does_not_load_is_told_of() {
    let settings = "storage_root = \"tree\"\n[plugins]\nfiles = [\"plugins/language.wasm\", \"plugins/legal.wasm\", \"broken.wasm\"]\n";
    let world = World::with_settings(settings).with_file("broken.wasm", "hello");
    let output = world.run(&["setup", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(document["result"]["models"], serde_json::json!(["developer", "language", "legal"]));
    let told = document["diagnostics"].as_array().unwrap();
    assert!(!told.is_empty() && told.iter().all(|one| one["severity"] == "warning" && one["plugin"] == "broken.wasm"));
    assert!(world.path("tree/models/legal/cache").is_dir());
}

#[test]
fn names_outside_of_the_profile_are_refused_and_nothing_is_made() {
    let world = World::new();
    assert_command!(&world, "setup", "--models", "good", "../up", "a/b", "Upper", "a\u{1b}[2J", "1st", "");
    assert!(!world.path("data").exists());
}

#[test]
fn a_file_that_somebody_changed_is_kept() {
    let world = World::new();
    world.run(&["setup"]);
    let path = world.path("data/config/prometheus/prometheus.yml");
    let ours = fs::read_to_string(&path).unwrap();
    fs::write(&path, ours.replace("15s", "60s")).unwrap();
    fs::remove_file(world.path("data/config/clickhouse/storage.xml")).unwrap();
    let shown = world.shown(&["setup"]);
    assert!(
        shown.contains("! config/prometheus/prometheus.yml") && shown.contains("+ config/clickhouse/storage.xml"),
        "{shown}"
    );
    assert!(shown.contains("0 folders and 1 file made") && shown.contains("1 kept"), "{shown}");
    assert!(fs::read_to_string(&path).unwrap().contains("60s"));
}

#[test]
fn a_root_that_cannot_be_one_is_refused_with_its_line() {
    let world = World::with_settings("# the tree\nstorage_root = \"file\"\n").with_file("file", "kept");
    assert_command!(&world, "setup");
    assert_command!(&world, "setup", "--root", "file/below");
    fs::create_dir(world.path("crate")).unwrap();
    let world = world.with_file("crate/Cargo.toml", "[package]\n");
    assert_command!(&world, "setup", "--root", "crate");
    assert_eq!(entries(&world.path("crate")).len(), 1);
    let empty = World::with_settings("storage_root = \"\"\n");
    assert!(empty.shown(&["setup"]).contains("error[WH0005]"));
}

#[test]
fn a_link_at_any_level_is_refused_and_nothing_is_written() {
    let levels = [
        "models",
        "models/language",
        "models/language/db/schemas/milvus",
        "shared/cache/redis",
        "logs",
        "config/grafana",
    ];
    let files = ["config/prometheus/prometheus.yml", "config/clickhouse/.storage.xml.partial"];
    for (level, is_file) in levels.map(|level| (level, false)).into_iter().chain(files.map(|file| (file, true))) {
        let world = World::new().with_file("outside.txt", "kept");
        fs::create_dir_all(world.path("outside")).unwrap();
        let link = world.path("data").join(level);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        for to in [if is_file { "outside.txt" } else { "outside" }, "data", "nowhere"] {
            let _ = fs::remove_file(&link);
            symlink(world.path(to), &link).unwrap();
            let before = entries(&world.path(""));
            let shown = world.shown(&["setup"]);
            let said = format!("error[WH0041]: {level} in the storage tree data is a link");
            assert!(shown.starts_with("exit: 1\n") && shown.contains(&said), "{shown}");
            assert_eq!(entries(&world.path("")), before, "{level}: nothing is written");
        }
        assert_eq!(fs::read_to_string(world.path("outside.txt")).unwrap(), "kept");
    }
}

#[test]
fn everything_that_stands_in_the_way_is_told_at_once() {
    let world = World::new();
    for folder in ["data/models", "data/config/prometheus/prometheus.yml", "data/config/clickhouse"] {
        fs::create_dir_all(world.path(folder)).unwrap();
    }
    let world = world.with_file("data/models/language", "a file").with_file("data/logs", "a file");
    // A pipe that is read would be waited for.
    let pipe = Command::new("mkfifo").arg(world.path("data/config/clickhouse/storage.xml")).status().unwrap();
    assert!(pipe.success());
    let before = entries(&world.path("data"));
    assert_command!(&world, "setup");
    assert_eq!(entries(&world.path("data")), before);
}

/// A mount that is read-only refuses everybody, whoever runs the suite.
#[test]
fn a_root_that_cannot_be_written_to_is_refused() {
    let world = World::new();
    let program = env!("CARGO_BIN_EXE_whale-host");
    for (mounted, root) in [("data", "data"), ("above", "above/data"), ("some/logs", "some")] {
        fs::create_dir_all(world.path(mounted)).unwrap();
        let script = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && exec \"$2\" setup --root \"$3\"";
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script, "sh", mounted, program, root]).current_dir(world.path(""));
        let output = command.env("WHALE_STATE", world.path("state")).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("cannot be written to") && said.contains("error[WH004"), "{said}");
        assert!(entries(&world.path(mounted)).is_empty());
    }
    assert_eq!(entries(&world.path("some")).len(), 1, "nothing beside what could not be written to");
}

#[test]
fn an_apply_looks_at_the_tree_before_it_reaches_an_engine() {
    let world = World::new()
        .with_variable("TIMESCALEDB_URL", "postgres://u:secret@127.0.0.1:1/d")
        .with_variable("CLICKHOUSE_URL", "http://u:secret@127.0.0.1:1")
        .with_variable("MILVUS_URL", "http://u:secret@127.0.0.1:1");
    fs::create_dir_all(world.path("data/models/language/db/schemas")).unwrap();
    symlink("/tmp", world.path("data/models/language/db/schemas/clickhouse")).unwrap();
    let arguments = ["apply", "--yes", "-p", "plugins/language.wasm", "--root"];
    let refused = world.shown(&[&arguments[..], &["data"]].concat());
    assert!(refused.starts_with("exit: 1\n"), "{refused}");
    assert_eq!(refused.matches("error[WH0041]").count(), 1, "{refused}");
    let other = world.shown(&[&arguments[..], &["another"]].concat());
    assert!(other.starts_with("exit: 4\n") && !world.path("another").exists(), "{other}");
}
