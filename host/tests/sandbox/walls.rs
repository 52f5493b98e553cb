//! What a plugin could do that had taken over the process that runs it: each thing is tried, by a worker that is confined as
//! all are, and by one that has a single layer.

use super::program;
use whale_host::sandbox::{Limits, Probe, Sandbox};

pub(crate) fn probe(layers: &[&str]) -> Probe {
    Sandbox::with_program(program(), Limits::default(), None).probe(layers).unwrap()
}

/// Whether this kernel, or the container around us, lets us have namespaces, as the system's own program finds out.
fn gives_namespaces() -> bool {
    let tried = std::process::Command::new("unshare").args(["-U", "-p", "-n", "-i", "-f", "true"]).output();
    tried.is_ok_and(|tried| tried.status.success())
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
