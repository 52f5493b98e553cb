//! Workers that are not ours: whatever the process does, the host ends with a refusal, soon.

use super::guests::{GOOD, Guest};
use super::walls::probe;
use super::{plugin, program, refused};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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
    // Five times the budget of processor time and ten seconds more: the worker itself counts nothing here.
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_definition_that_is_not_canonical_is_refused() {
    // A greeting, "loaded", and a description with a space in it.
    let body = r#"{"name": "a"}"#;
    let used = r"\0".repeat(40);
    let text = format!(
        r"printf 'A\002\0\0\0\0\0\0\0abD\0\0\0\0\0\0\0\0E\{:03o}\0\0\0\0\0\0\0{used}'; printf '{body}'; sleep 60",
        40 + body.len()
    );
    refused(run(&text), Phase::Describe, codes::WORKER_ANSWER);
}

#[test]
fn a_worker_has_its_pipes_and_nothing_else() {
    let script = Script::new("");
    let seen = script.path("seen");
    // The host as its shell left it: a file open, a variable set. The worker then takes its time.
    // Where the kernel gives namespaces, the process that was started keeps another, which is the one that runs the plugin.
    let text = format!(
        "exec 7</etc/passwd\n(sleep 0.7; of=$$; for one in $(cat /proc/$$/task/$$/children); do \
         [ $(cat /proc/$one/comm) != whale-host ] || of=$one; done; ls -l /proc/$of/fd; \
         ls -l /proc/$of/cwd; echo environ; cat /proc/$of/environ; cat /proc/$of/limits; ls -l /proc/$$/fd) >{seen} 2>&1 &\n\
         exec {program} \"$@\" </dev/stdin",
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
    let begun = Instant::now();
    while process.exists() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is ended at once, and waited for");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_worker_can_open_no_file_and_no_port_and_start_no_program() {
    let probe = probe(&[]);
    if probe.seccomp || probe.landlock.is_some() {
        assert_eq!(probe.possible(), [""; 0], "{probe:?}");
    } else {
        assert!(probe.file.is_some() && probe.socket.is_some(), "{probe:?}");
    }
}

/// Each filter alone, with descriptors to be had: it is the filter that refuses. A kernel that has none is told.
#[test]
fn each_filter_alone_refuses_all_of_it() {
    let calls = probe(&["seccomp"]);
    assert_eq!(calls.landlock, None);
    let paths = probe(&["landlock"]);
    assert!(!paths.seccomp);
    if calls.seccomp {
        for refused in [&calls.file, &calls.socket, &calls.network, &calls.process, &calls.host, &calls.privilege] {
            assert!(refused.as_ref().unwrap().contains("Operation not permitted"), "{calls:?}");
        }
    }
    // Ports from the fourth version on.
    if paths.landlock.is_some_and(|version| version >= 4) {
        for refused in [&paths.file, &paths.socket, &paths.process] {
            assert!(refused.as_ref().unwrap().contains("Permission denied"), "{paths:?}");
        }
    }
    // Signals from the sixth on.
    if paths.landlock.is_some_and(|version| version >= 6) {
        assert!(paths.host.as_ref().unwrap().contains("Operation not permitted"), "{paths:?}");
    }
    // The kernel itself says which filters it knows.
    let actions = Path::new("/proc/sys/kernel/seccomp/actions_avail");
    assert_eq!(calls.seccomp, actions.exists(), "{calls:?}");
}

#[test]
fn a_worker_belongs_to_the_process_that_started_it() {
    // Started by somebody else than it is told, and with no word of who that is.
    for arguments in [&["__worker", "1"][..], &["__worker"], &["__worker", "me"]] {
        let ended = Command::new(program()).args(arguments).stdin(Stdio::piped()).output().unwrap();
        assert_eq!((ended.status.code(), ended.stdout.len()), (Some(1), 0), "{arguments:?}");
    }
}

#[test]
fn more_than_may_be_is_refused_before_it_is_read() {
    // An answer that is announced with 2^62 bytes, and one that is one byte too long for what it is.
    let begun = Instant::now();
    refused(run(r"printf 'A\0\0\0\0\0\0\0\100'; cat /dev/zero"), Phase::Start, codes::WORKER_TOO_LONG);
    let message = refused(run(r"printf 'A\001\0\001\0\0\0\0\0'; cat /dev/zero"), Phase::Start, codes::WORKER_TOO_LONG);
    assert_eq!(message, "the worker's answer at `start` is announced with 65537 bytes, above 65536");
    assert!(begun.elapsed() < Duration::from_secs(5));
    // A definition above the limit, by one byte of what the call used and its form.
    let limits = Limits { canonical: 1 << 20, ..Limits::default() };
    let over = limits.canonical + 41;
    let length = over.to_le_bytes().map(|byte| format!("\\{byte:03o}")).concat();
    let text = format!(r"printf 'A\002\0\0\0\0\0\0\0abD\0\0\0\0\0\0\0\0E{length}'; cat /dev/zero");
    refused(Script::new(&text).run(limits, &GOOD), Phase::Describe, codes::WORKER_TOO_LONG);
}

#[test]
fn what_follows_an_answer_unasked_is_no_answer() {
    // A greeting, and without a question frames of zeros without an end.
    let text = r"printf 'A\002\0\0\0\0\0\0\0ab'; cat /dev/zero";
    refused(run(text), Phase::Compile, codes::WORKER_ANSWER);
    // "Loaded" before anything was sent is believed by nobody: what is described after it has to be canonical.
    let text = r"printf 'A\002\0\0\0\0\0\0\0abF\0\0\0\0\0\0\0\0'; sleep 60";
    refused(run(text), Phase::Compile, codes::WORKER_ANSWER);
}

#[test]
fn silence_after_loading_is_ended_by_the_clock() {
    let limits = Limits { call_ms: 1, ..Limits::default() };
    let script = Script::new(r"printf 'A\002\0\0\0\0\0\0\0abD\0\0\0\0\0\0\0\0'; sleep 60");
    let begun = Instant::now();
    let message = refused(script.run(limits, &GOOD), Phase::Describe, codes::WORKER_SILENT);
    assert!(message.contains("no answer in time at `describe`"), "{message}");
    assert!(begun.elapsed() < Duration::from_secs(15));
}

#[test]
fn ends_while_compiling_are_told_as_such() {
    let greeting = r"printf 'A\002\0\0\0\0\0\0\0ab'; ";
    let memory = "echo memory allocation of 9 bytes failed >&2; kill -ABRT $$";
    refused(run(&format!("{greeting}{memory}")), Phase::Compile, codes::COMPILE_MEMORY);
    let stack = "echo thread worker has overflowed its stack >&2; kill -ABRT $$";
    refused(run(&format!("{greeting}{stack}")), Phase::Compile, codes::COMPILE_STACK);
    refused(run(stack), Phase::Start, codes::WORKER_DIED);
    refused(run(&format!("{greeting}kill -XCPU $$")), Phase::Compile, codes::COMPILE_TIME);
    let message = refused(run(&format!("{greeting}kill -SEGV $$")), Phase::Compile, codes::WORKER_DIED);
    assert!(message.contains("signal 11"), "{message}");
}
