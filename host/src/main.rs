//! The program: a worker that runs one plugin, one that tries what a worker can do, or what a person asked for.

use std::process::ExitCode;
use whale_host::sandbox;

#[allow(clippy::disallowed_methods, reason = "the way to files begins here, and is handed down")]
fn main() -> ExitCode {
    let verb = std::env::args_os().nth(1).unwrap_or_default();
    if verb == sandbox::WORKER_VERB {
        return sandbox::worker_main(std::env::args_os().skip(2));
    }
    if verb == sandbox::PROBE_VERB {
        return sandbox::probe_main(std::env::args_os().skip(2));
    }
    whale_host::run(std::env::args_os(), cap_std::ambient_authority())
}
