//! Runs of very many plugins: bounded in number and in size, and no slower for each of them than for one.

use super::World;
use std::fs;
use std::time::{Duration, Instant};

/// A world with so many files that are no plugins, no two of them alike.
fn world(files: usize, settings: &str) -> World {
    let world = World::with_settings(&format!("[plugins]\nfiles = [\"many/*.wasm\"]\n{settings}"))
        .with_variable("WHALE_STATE", "state")
        .with_variable("WHALE_CACHE", "cache");
    fs::create_dir(world.path("many")).unwrap();
    for number in 0..files {
        fs::write(world.path(&format!("many/{number:06}.wasm")), format!("\0asm\r\0\u{1}\0 no plugin {number}"))
            .unwrap();
    }
    world
}

#[test]
fn a_run_of_too_many_plugins_is_refused_before_any_is_run() {
    let shown = world(4, "[limits]\nplugins = 3\n").shown(&["validate", "--all"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("WH0126"), "{shown}");
    assert!(shown.contains("4 plugins are too many for one run, above 3 (limit `plugins`)"), "{shown}");
    assert!(!shown.contains("WH0113"), "nothing was run: {shown}");
    // One that is named twice is one.
    let three = world(3, "[limits]\nplugins = 3\n").shown(&["validate", "-p", "many/*.wasm", "-p", "many/000001.wasm"]);
    assert!(!three.contains("WH0126") && three.contains("WH0113"), "{three}");
}

#[test]
fn a_run_of_too_large_plugins_is_refused_before_any_is_run() {
    let one = "\0asm\r\0\u{1}\0 no plugin 0".len();
    let limits = |bytes: usize| format!("[limits]\nplugins_bytes = {bytes}\n");
    let shown = world(3, &limits(3 * one - 1)).shown(&["validate", "--all"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("WH0127"), "{shown}");
    assert!(shown.contains(&format!("{} bytes together, above {}", 3 * one, 3 * one - 1)), "{shown}");
    assert!(!shown.contains("WH0113"), "nothing was run: {shown}");
    let within = world(3, &limits(3 * one)).shown(&["validate", "--all"]);
    assert!(!within.contains("WH0127") && within.contains("WH0113"), "{within}");
}

#[test]
fn what_was_refused_before_takes_no_process_to_refuse_again() {
    const MANY: usize = 400;
    let world = world(MANY, "");
    let time = || {
        let begun = Instant::now();
        let output = world.run(&["validate", "--all", "--quiet"]);
        assert_eq!(output.status.code(), Some(1));
        begun.elapsed()
    };
    let first = time();
    let again = time();
    // A process for each takes milliseconds, and reading a verdict microseconds.
    assert!(again < first / 2 && again < Duration::from_secs(5), "{first:?}, then {again:?}");
}
