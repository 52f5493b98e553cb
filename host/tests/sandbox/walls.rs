//! What a plugin could do that had taken over the process that runs it: each thing is tried, by a worker that is confined as
//! all are, and by one that has a single layer.

use super::program;
use std::path::Path;
use whale_host::sandbox::{Limits, Probe, Sandbox};

fn probe(layers: &[&str]) -> Probe {
    Sandbox::with_program(program(), Limits::default(), None).probe(layers).unwrap()
}

/// Whether this kernel, or the container around us, lets us have namespaces, as the system's own program finds out.
fn gives_namespaces() -> bool {
    let tried = std::process::Command::new("unshare").args(["-U", "-p", "-n", "-i", "-f", "true"]).output();
    tried.is_ok_and(|tried| tried.status.success())
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

#[test]
fn a_worker_shares_nothing_and_may_do_nothing() {
    let probe = probe(&[]);
    assert!(probe.powerless, "{probe:?}");
    if gives_namespaces() {
        assert_eq!(probe.namespaces.missing(), [""; 0], "{probe:?}");
    }
    if probe.seccomp && probe.namespaces.missing().is_empty() {
        assert_eq!(probe.possible_within(), [""; 0], "{probe:?}");
    }
}

#[test]
fn the_limit_on_descriptors_alone_leaves_no_file_and_no_port() {
    let probe = probe(&["limits"]);
    assert_eq!((probe.landlock, probe.seccomp), (None, false));
    for refused in [&probe.file, &probe.socket] {
        assert!(refused.as_ref().unwrap().contains("Too many open files"), "{probe:?}");
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

/// The filter leaves no page that is written and run, before the compiler is done and after.
#[test]
fn no_page_is_writable_and_executable() {
    let calls = probe(&["seccomp"]);
    if calls.seccomp {
        for refused in [&calls.writable_code, &calls.code_made_writable, &calls.late_code] {
            assert!(refused.as_ref().unwrap().contains("Operation not permitted"), "{calls:?}");
        }
    }
    // Without the filter all of it can be done: what is tried is what a plugin would do.
    let none = probe(&["limits"]);
    assert_eq!((none.writable_code, none.code_made_writable, none.late_code), (None, None, None));
}

/// Namespaces alone, without a filter: there is no other process, no network, no capability, and no room for threads.
#[test]
fn namespaces_alone_leave_nobody_to_reach() {
    let apart = probe(&["namespaces"]);
    assert_eq!((apart.landlock, apart.seccomp), (None, false));
    if !gives_namespaces() {
        return;
    }
    assert!(apart.powerless && apart.namespaces.missing().is_empty(), "{apart:?}");
    assert!(apart.host.as_ref().unwrap().contains("No such process"), "{apart:?}");
    assert!(apart.network.as_ref().unwrap().contains("Network is unreachable"), "{apart:?}");
    assert!(apart.privilege.as_ref().unwrap().contains("Operation not permitted"), "{apart:?}");
    assert!(apart.threads.as_ref().unwrap().contains("Resource temporarily unavailable"), "{apart:?}");
    // Without them there are as many as are wanted, and the host is there to be reached.
    let shared = probe(&["limits"]);
    assert_eq!((shared.threads, shared.host), (None, None));
    assert_eq!(probe(&["none"]).network, None);
}
