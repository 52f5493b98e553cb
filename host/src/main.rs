//! whale-host.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|verb| verb == whale_host::sandbox::WORKER_VERB) {
        return whale_host::sandbox::worker_main();
    }
    ExitCode::SUCCESS
}
