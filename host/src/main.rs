//! The program: a worker that runs one plugin, or what a person asked for.

use std::process::ExitCode;

#[allow(clippy::disallowed_methods, reason = "the way to files begins here, and is handed down")]
fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|verb| verb == whale_host::sandbox::WORKER_VERB) {
        return whale_host::sandbox::worker_main();
    }
    whale_host::run(std::env::args_os(), cap_std::ambient_authority())
}
