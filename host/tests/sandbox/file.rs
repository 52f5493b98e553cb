//! What a path can name that is not a plugin's file.

use super::refused;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::path::Path;
use whale_host::sandbox::{Limits, Phase, Plugin, Refusal};
use whale_storage::diagnostic::codes::sandbox as codes;

fn read(name: &str, make: impl FnOnce(&Path)) -> Result<Plugin, Refusal> {
    let temporary = tempfile::tempdir().unwrap();
    make(temporary.path());
    let dir = Dir::open_ambient_dir(temporary.path(), ambient_authority()).unwrap();
    Plugin::read(&dir, Path::new(name), &Limits::default())
}

#[test]
fn a_missing_file_is_refused() {
    let message = refused(read("plugin.wasm", |_| {}), Phase::Read, codes::PLUGIN_UNREADABLE);
    assert_eq!(message, "there is no such file");
}

#[test]
fn an_empty_file_is_refused() {
    let empty = |dir: &Path| std::fs::write(dir.join("p"), "").unwrap();
    refused(read("p", empty), Phase::Read, codes::PLUGIN_EMPTY);
}

#[test]
fn a_directory_is_refused() {
    let message =
        refused(read("p", |dir| std::fs::create_dir(dir.join("p")).unwrap()), Phase::Read, codes::PLUGIN_NOT_A_FILE);
    assert!(message.contains("a directory"), "{message}");
}

#[test]
fn a_pipe_is_refused_at_once() {
    let pipe = |dir: &Path| {
        assert!(std::process::Command::new("mkfifo").arg(dir.join("p")).status().unwrap().success());
    };
    let message = refused(read("p", pipe), Phase::Read, codes::PLUGIN_NOT_A_FILE);
    assert!(message.contains("a pipe"), "{message}");
}

#[test]
fn a_device_is_refused() {
    let read = Plugin::read_ambient(Path::new("/dev/zero"), &Limits::default(), ambient_authority());
    let message = refused(read, Phase::Read, codes::PLUGIN_NOT_A_FILE);
    assert!(message.contains("a device"), "{message}");
}

#[test]
fn a_file_of_a_tebibyte_is_refused_without_reading_it() {
    let sparse = |dir: &Path| std::fs::File::create(dir.join("p")).unwrap().set_len(1 << 40).unwrap();
    refused(read("p", sparse), Phase::Read, codes::PLUGIN_TOO_LARGE);
}

#[test]
fn a_name_that_acts_on_a_terminal_is_shown_harmless() {
    let refusal = read("\u{1b}[2J", |_| {}).unwrap_err();
    assert_eq!(refusal.diagnostics.iter().next().unwrap().path, "\\u{1b}[2J");
}
