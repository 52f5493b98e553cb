//! Whatever file the host is to read may be a pipe, a folder, a device or without an end: each is refused at once, as what it is.

use super::World;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What stands in a file's place, and what is said of it.
const KINDS: [(&str, &str); 4] = [
    ("pipe", "this is a pipe, not a regular file"),
    ("folder", "this is a directory, not a regular file"),
    ("socket", "this is a socket, not a regular file"),
    ("tebibyte", "the file has more than"),
];

fn place(kind: &str, path: &Path) {
    match kind {
        "pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "folder" => fs::create_dir(path).unwrap(),
        "socket" => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        _ => fs::File::create(path).unwrap().set_len(1 << 40).unwrap(),
    }
}

/// Runs a command that must end soon: exit code, and all that it wrote.
fn soon(world: &World, arguments: &[&str]) -> (i32, String) {
    let mut child = world.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("{arguments:?} waits for something");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), shown)
}

const VALIDATE: &[&str] = &["validate", "-p", "plugins/language.wasm"];

#[test]
fn a_settings_file_that_is_none() {
    for (kind, said) in KINDS {
        let world = World::new();
        place(kind, &world.path("whale.toml"));
        let (code, shown) = soon(&world, VALIDATE);
        assert!(code == 1 && shown.contains("WH0001") && shown.contains(said), "{kind}: {shown}");
    }
    let (code, shown) = soon(&World::new(), &[VALIDATE, &["--config", "/dev/zero"]].concat());
    assert!(code == 1 && shown.contains("this is a device, not a regular file"), "{shown}");
}

#[test]
fn a_file_of_grants_that_is_none() {
    for (kind, said) in KINDS {
        let world = World::new();
        place(kind, &world.path("grants.toml"));
        let (code, shown) = soon(&world, &[VALIDATE, &["--grants", "grants.toml"]].concat());
        assert!(code == 1 && shown.contains("WH0001") && shown.contains(said), "{kind}: {shown}");
    }
}

#[test]
fn a_lock_that_is_none() {
    for (kind, said) in KINDS {
        let world = World::new();
        place(kind, &world.path("whale.lock"));
        let (code, shown) = soon(&world, VALIDATE);
        assert!(code == 1 && shown.contains("WH0030") && shown.contains(said), "{kind}: {shown}");
    }
}

#[test]
fn a_lock_is_written_whatever_stands_where_it_is_written_first() {
    let world = World::with_settings("[plugins]\nfiles = [\"plugins/language.wasm\"]\n[plugins.language]\n");
    place("pipe", &world.path("whale.lock.partial"));
    let (code, shown) = soon(&world, &["lock", "update", "--all"]);
    assert_eq!(code, 0, "{shown}");
    assert!(world.path("whale.lock").is_file() && !world.path("whale.lock.partial").exists());
}

#[test]
fn a_url_or_an_authority_in_a_file_that_is_none() {
    let settings = |line: &str| format!("[targets.timescaledb]\n{line}\n");
    for (kind, said) in KINDS {
        for (line, code) in [
            ("url_file = \"it\"", "WH0020"),
            ("url = \"postgres://u@db.example/d?sslrootcert=it\"", "WH0021"),
            ("url = \"postgres://u@db.example/d\"", "WH0021"),
        ] {
            let world = World::with_settings(&settings(line));
            place(kind, &world.path("it"));
            let path = world.path("it").display().to_string();
            let world = world.with_variable("SSL_CERT_FILE", &path);
            let (ended, shown) = soon(&world, &["doctor"]);
            assert!(ended == 1 && shown.contains(code) && shown.contains(said), "{kind}, {line}: {shown}");
        }
    }
}

#[test]
fn addresses_of_local_engines_that_are_none() {
    for (kind, said) in KINDS {
        let world = World::new();
        fs::create_dir(world.path(".local")).unwrap();
        place(kind, &world.path(".local/engines.json"));
        let (code, shown) = soon(&world, &["doctor"]);
        assert!(code == 4 && shown.contains(said), "{kind}: {shown}");
    }
}

#[test]
fn a_journal_that_is_none() {
    for (kind, said) in KINDS {
        for name in ["journal.jsonl", "journal.1.jsonl"] {
            let world = World::new().with_variable("WHALE_STATE", ".");
            place(kind, &world.path(name));
            let (code, shown) = soon(&world, &["history"]);
            assert!(code == 4 && shown.contains(said), "{kind}, {name}: {shown}");
        }
        // Whether a run is under way cannot be told then. That is all.
        let world = World::new().with_variable("WHALE_STATE", ".");
        place(kind, &world.path("journal.lock"));
        assert_eq!(soon(&world, &["history"]).0, 0, "{kind}");
    }
}

#[test]
fn a_cache_whose_files_are_none_is_not_used() {
    for (kind, _) in KINDS {
        let world = World::new().with_variable("WHALE_STATE", "state").with_variable("WHALE_CACHE", "cache");
        assert_eq!(soon(&world, VALIDATE).0, 0);
        let kept = fs::read_dir(world.path("cache/compiled")).unwrap().next().unwrap().unwrap().path();
        fs::remove_file(&kept).unwrap();
        // A socket's path is shorter than the name of an artefact.
        place(if kind == "socket" { "folder" } else { kind }, &kept);
        assert_eq!(soon(&world, VALIDATE).0, 0, "{kind} in the place of an artefact");
        fs::remove_file(world.path("state/artifact.key")).unwrap();
        place(kind, &world.path("state/artifact.key"));
        assert_eq!(soon(&world, VALIDATE).0, 0, "{kind} in the place of the key");
    }
}

#[test]
fn a_file_of_the_storage_tree_that_is_none() {
    let world = World::with_settings("storage_root = \"data\"\n");
    let (code, shown) = soon(&world, &["setup", "tree"]);
    assert_eq!(code, 0, "{shown}");
    let readme = find_file(&world.path("data")).expect("the tree has files");
    fs::remove_file(&readme).unwrap();
    place("pipe", &readme);
    let (code, shown) = soon(&world, &["setup", "tree"]);
    assert!(code == 1 && shown.contains("WH0041"), "{shown}");
}

fn find_file(folder: &Path) -> Option<std::path::PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let file = entries.iter().find(|path| path.is_file()).cloned();
    file.or_else(|| entries.iter().find_map(|path| find_file(path)))
}
