//! Dying on command, in builds for tests only: `WHALE_CHAOS=kill:17` ends the process with SIGKILL at the seventeenth
//! boundary, `stop:17` halts it there until it is told to go on, `trace` says each one on standard error.

use crate::settings::environment::Environment;
use nix::sys::signal::{Signal, raise};
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use whale_storage::boundary;

/// The variable.
const VARIABLE: &str = "WHALE_CHAOS";

/// Does what the variable says, where it is set.
pub(crate) fn prepare(environment: &Environment) {
    let Some(wish) = environment.get(VARIABLE) else { return };
    let (verb, place) = wish.split_once(':').unwrap_or((&wish, ""));
    let signal = match verb {
        "kill" => Some(Signal::SIGKILL),
        "stop" => Some(Signal::SIGSTOP),
        _ => None,
    };
    let place: usize = place.parse().unwrap_or(usize::MAX);
    let passed = AtomicUsize::new(0);
    boundary::listen(move |boundary| {
        let number = passed.fetch_add(1, Ordering::SeqCst) + 1;
        match signal {
            Some(signal) if number == place => drop(raise(signal)),
            Some(_) => {}
            None => drop(writeln!(std::io::stderr(), "boundary {number}: {boundary:?}")),
        }
    });
}
