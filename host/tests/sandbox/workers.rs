//! Workers that are not ours: whatever the process does, the host ends with a refusal, soon.

use super::guests::{GOOD, Guest};
use super::{plugin, program, refused};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use whale_host::sandbox::{Defined, Limits, Phase, Refusal, Sandbox};
use whale_storage::diagnostic::codes::sandbox as codes;

/// A script that stands in the place of the worker.
struct Script {
    temporary: tempfile::TempDir,
}

impl Script {
    fn new(text: &str) -> Self {
        let script = Self { temporary: tempfile::tempdir().unwrap() };
        fs::write(script.path("worker"), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(script.path("worker"), fs::Permissions::from_mode(0o700)).unwrap();
        script
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    fn run(&self, limits: Limits, guest: &Guest<'_>) -> Result<Defined, Refusal> {
        Sandbox::with_program(self.path("worker"), limits, None).describe(&plugin(&guest.component()))?.define(&[])
    }
}

fn run(text: &str) -> Result<Defined, Refusal> {
    Script::new(text).run(Limits::default(), &GOOD)
}

#[test]
fn a_program_that_is_not_there_is_refused() {
    let sandbox = Sandbox::with_program(PathBuf::from("/nonexistent"), Limits::default(), None);
    refused(sandbox.describe(&plugin(&GOOD.component())), Phase::Start, codes::WORKER_NOT_STARTED);
}

#[test]
fn garbage_is_refused() {
    refused(run("echo this is no answer; sleep 60"), Phase::Start, codes::WORKER_ANSWER);
    refused(run("yes"), Phase::Start, codes::WORKER_ANSWER);
    // A greeting whose text would be a path.
    refused(run(r"printf 'A\003\0\0\0\0\0\0\0../'; sleep 60"), Phase::Start, codes::WORKER_ANSWER);
    // An answer that is announced with 2^62 bytes.
    refused(run(r"printf 'A\0\0\0\0\0\0\0\100'; cat /dev/zero"), Phase::Start, codes::WORKER_ANSWER);
    // A refusal that is none.
    refused(run(r"printf 'G\002\0\0\0\0\0\0\0{}'; sleep 60"), Phase::Start, codes::WORKER_ANSWER);
}

#[test]
fn an_end_without_an_answer_is_refused() {
    refused(run("exit 0"), Phase::Start, codes::WORKER_DIED);
    let message = refused(run("echo oh no >&2; exit 7"), Phase::Start, codes::WORKER_DIED);
    assert!(message.contains("code 7, saying: oh no"), "{message}");
    refused(run("kill -SEGV $$"), Phase::Start, codes::WORKER_DIED);
    refused(run("kill -KILL $$"), Phase::Start, codes::WORKER_DIED);
    refused(run("kill -XCPU $$"), Phase::Start, codes::WORKER_TIME);
    refused(run("echo memory allocation of 9 bytes failed >&2; kill -ABRT $$"), Phase::Start, codes::WORKER_MEMORY);
}

#[test]
fn endless_errors_do_not_hold_the_host() {
    let message = refused(run("yes '\u{1b}[31m' >&2 & sleep 0.3; kill $!; exit 3"), Phase::Start, codes::WORKER_DIED);
    assert!(message.contains("\\u{1b}") && message.len() < 2_000, "{message}");
}

#[test]
fn silence_in_a_phase_is_ended_by_the_clock() {
    let limits = Limits { compile_base_ms: 300, compile_mib_ms: 0, ..Limits::default() };
    let begun = Instant::now();
    // A greeting, and then nothing.
    let script = Script::new(r"printf 'A\002\0\0\0\0\0\0\0ab'; sleep 60");
    refused(script.run(limits, &GOOD), Phase::Compile, codes::COMPILE_TIME);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_definition_that_is_not_canonical_is_refused() {
    // A greeting, "loaded", and a description with a space in it.
    let body = r#"{"name": "a"}"#;
    let used = r"\0".repeat(32);
    let text = format!(
        r"printf 'A\002\0\0\0\0\0\0\0abD\0\0\0\0\0\0\0\0E\{:03o}\0\0\0\0\0\0\0{used}'; printf '{body}'; sleep 60",
        32 + body.len()
    );
    refused(run(&text), Phase::Describe, codes::WORKER_ANSWER);
}

#[test]
fn a_worker_has_its_pipes_and_nothing_else() {
    let script = Script::new("");
    let seen = script.path("seen");
    // The host as its shell left it: a file open, a variable set. The worker then takes its time.
    let text = format!(
        "exec 7</etc/passwd\n(sleep 0.7; ls -l /proc/$$/fd; ls -l /proc/$$/cwd; echo environ; cat /proc/$$/environ; \
         cat /proc/$$/limits) >{seen} 2>&1 &\nexec {program} \"$@\" </dev/stdin",
        seen = seen.display(),
        program = program().display()
    );
    fs::write(script.path("worker"), format!("#!/bin/sh\n{text}\n")).unwrap();
    let slow = "(loop (drop (memory.grow (i32.const 0))) br 0) unreachable";
    let limits = Limits { call_ms: 2_000, fuel: 1 << 60, ..Limits::default() };
    refused(script.run(limits, &Guest { describe: slow, ..GOOD }), Phase::Describe, codes::OUT_OF_TIME);
    let seen = fs::read_to_string(seen).unwrap();
    let (files, rest) = seen.split_once("environ\n").unwrap();
    for number in 0..3 {
        assert!(files.contains(&format!(" {number} -> pipe:")), "{files}");
    }
    assert!(!files.contains("passwd") && !files.contains(" 3 -> "), "{files}");
    let limit = |name: &str| {
        let line = rest.lines().find(|line| line.contains(name)).unwrap();
        line.split_once(name).unwrap().1.split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!((limit("Max open files"), limit("Max core file size")), ("3".to_owned(), "0".to_owned()));
    assert_eq!(limit("Max file size"), "0");
    assert_ne!(limit("Max address space"), "unlimited");
    assert_ne!(limit("Max cpu time"), "unlimited");
}

#[test]
fn no_worker_is_left() {
    let script = Script::new("");
    let number = script.path("number");
    fs::write(
        script.path("worker"),
        format!("#!/bin/sh\necho $$ >{}\nexec {} \"$@\"\n", number.display(), program().display()),
    )
    .unwrap();
    let sandbox = Sandbox::with_program(script.path("worker"), Limits::default(), None);
    let described = sandbox.describe(&plugin(&GOOD.component())).unwrap();
    let process = PathBuf::from(format!("/proc/{}", fs::read_to_string(number).unwrap().trim()));
    assert!(process.exists());
    drop(described);
    assert!(!process.exists());
}
