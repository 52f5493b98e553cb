//! The shape of the tree: who may name whom, how long a file may be, and what every module begins with.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the pure core, in their order; each uses only those before it, itself, and nothing that does I/O.
const CORE: [&str; 27] = [
    "foreign",
    "raw",
    "diagnostic",
    "name",
    "quote",
    "types",
    "expr",
    "part",
    "definition",
    "relation",
    "capability",
    "document",
    "target",
    "scaling",
    "cluster",
    "server",
    "check",
    "mark",
    "catalog",
    "word",
    "change",
    "hazard",
    "desire",
    "diff",
    "plan",
    "approve",
    "validate",
];

/// Modules outside the core.
const OUTER: [&str; 7] = ["backend", "boundary", "file", "journal", "report", "session", "version_table"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn sources(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") && !path.ends_with(".local") {
                    walk(&path, found);
                }
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    walk(&root.join(folder), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| (path.strip_prefix(&root).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The part of a file that ships: everything before its tests.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

fn module_of(path: &str) -> &str {
    path.strip_prefix("storage/src/").unwrap().split(['/', '.']).next().unwrap()
}

#[test]
fn storage_names_neither_wasmtime_nor_clap() {
    let manifest = fs::read_to_string(root().join("storage/Cargo.toml")).unwrap();
    for forbidden in ["wasmtime", "clap", "whale-host"] {
        assert!(!manifest.contains(forbidden), "storage/Cargo.toml names {forbidden}");
    }
}

#[test]
fn host_names_no_database_client() {
    let manifest = fs::read_to_string(root().join("host/Cargo.toml")).unwrap();
    for forbidden in ["tokio-postgres", "clickhouse", "milvus", "sqlparser"] {
        assert!(!manifest.contains(forbidden), "host/Cargo.toml names {forbidden}");
    }
}

#[test]
fn every_module_of_storage_is_in_the_order() {
    for (path, _) in sources("storage/src") {
        let module = module_of(&path);
        assert!(
            module == "lib" || CORE.contains(&module) || OUTER.contains(&module),
            "{path}: say where {module} stands"
        );
    }
}

#[test]
fn the_core_uses_nothing_that_comes_after_it() {
    for (path, text) in sources("storage/src") {
        if !CORE.contains(&module_of(&path)) {
            continue;
        }
        for outer in OUTER {
            assert!(!shipped(&text).contains(&format!("crate::{outer}")), "{path} uses {outer}");
        }
    }
}

#[test]
fn the_core_and_the_pure_files_of_backends_do_no_io() {
    for (path, text) in sources("storage/src") {
        let pure = CORE.contains(&module_of(&path)) || path.contains("/normalize") || path.contains("/lower");
        if !pure {
            continue;
        }
        for forbidden in [
            "std::fs",
            "std::env",
            "std::net",
            "std::time::SystemTime",
            "std::time::Instant",
            "tokio",
            "cap_std",
            "async fn",
        ] {
            assert!(!shipped(&text).contains(forbidden), "{path} uses {forbidden}");
        }
    }
}

#[test]
fn every_backend_has_the_same_five_files_and_uses_no_other() {
    let backends = ["clickhouse", "memory", "milvus", "timescaledb"];
    for backend in backends {
        let folder = root().join("storage/src/backend").join(backend);
        for file in ["mod", "inspect", "normalize", "lower", "run"] {
            let file_or_folder = folder.join(format!("{file}.rs")).is_file() || folder.join(file).is_dir();
            assert!(file_or_folder, "{backend} has no {file}");
        }
        for (path, text) in sources(&format!("storage/src/backend/{backend}")) {
            for other in backends.iter().filter(|other| **other != backend) {
                assert!(!text.contains(&format!("backend::{other}")), "{path} uses {other}");
            }
        }
    }
}

#[test]
fn files_stay_short() {
    for folder in ["storage/src", "host/src", "plugins", "tests", "fuzz"] {
        for (path, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= 400, "{path} has {lines} lines; split it by noun");
        }
    }
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(architecture.lines().count() < 150, "ARCHITECTURE.md has 150 lines or more");
}

#[test]
fn every_module_opens_with_its_purpose() {
    for folder in ["storage/src", "host/src", "plugins", "fuzz"] {
        for (path, text) in sources(folder) {
            assert!(text.starts_with("//!"), "{path} does not open with what it is for");
        }
    }
}

#[test]
fn codes_are_unique_and_in_order() {
    let ids: Vec<&str> = whale_storage::diagnostic::codes::all().map(|code| code.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
}

/// Whoever writes beside the printer could write what acts.
#[test]
fn the_printer_alone_writes_to_the_terminal() {
    // The worker's pipes are no terminal; the chaos of debug builds tells numbers.
    let beside =
        ["host/src/printer.rs", "host/src/chaos.rs", "host/src/sandbox/worker.rs", "host/src/sandbox/confine/probe.rs"];
    for (path, text) in sources("host/src").into_iter().chain(sources("storage/src")) {
        if beside.contains(&path.as_str()) {
            continue;
        }
        for forbidden in [
            "io::stdout",
            "io::stderr",
            "/dev/tty",
            "/dev/stdout",
            "/dev/stderr",
            "clap::Error::exit",
            "StandardStream",
        ] {
            assert!(
                !shipped(&text).contains(forbidden),
                "{path} uses {forbidden}: only the printer writes, and only pages"
            );
        }
    }
}

/// A page escapes whatever it is given; what a renderer made by itself would be as it came.
#[test]
fn renderers_write_pages_and_nothing_else() {
    for (path, text) in sources("host/src") {
        let text = shipped(&text);
        let page = path == "host/src/render/page.rs";
        assert!(page || !text.contains("\\u{1b}"), "{path} colours by itself: that is the page's");
        if path.starts_with("host/src/render/text") {
            for forbidden in ["writeln!", "write!(", "push_str", "-> String {\n    let mut text"] {
                assert!(!text.contains(forbidden), "{path} has {forbidden}: it writes beside the page");
            }
        }
    }
    let printer = fs::read_to_string(root().join("host/src/printer.rs")).unwrap();
    for way in ["fn result(&mut self, page: &Page)", "fn beside(&mut self, page: &Page)"] {
        assert!(printer.contains(way), "the printer takes something else than pages: {way}");
    }
}

#[test]
fn the_table_of_what_acts_stands_once() {
    let tables = ["storage/src", "host/src"].into_iter().flat_map(sources);
    let tables = tables.filter(|(_, text)| shipped(text).contains("0x202E") || shipped(text).contains("section_start"));
    assert_eq!(tables.map(|(path, _)| path).collect::<Vec<_>>(), ["storage/src/foreign.rs"]);
}

#[test]
fn what_validate_warns_of_can_be_accepted_and_nothing_else() {
    let constant = |rest: &str| -> String {
        let path: String =
            rest.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || "_:".contains(*c)).collect();
        path.rsplit("::").next().unwrap().to_owned()
    };
    let folders = ["storage/src/validate", "storage/src/expr", "storage/src/types"];
    let warned: BTreeSet<String> = folders
        .into_iter()
        .flat_map(sources)
        .flat_map(|(_, text)| shipped(&text).split("Diagnostic::warning(").skip(1).map(constant).collect::<Vec<_>>())
        .collect();
    let (_, table) =
        sources("storage/src/diagnostic/codes").into_iter().find(|(path, _)| path.ends_with("mod.rs")).unwrap();
    let listed = table.split("WARNINGS: &[Code] =").nth(1).unwrap().split(']').next().unwrap();
    let listed = listed.trim_start().trim_start_matches("&[");
    let listed: BTreeSet<String> = listed.split(',').map(constant).filter(|name| !name.is_empty()).collect();
    assert!(warned.len() > 1, "{warned:?}");
    assert_eq!(listed, warned, "`codes::WARNINGS` names what validate warns of");
}
