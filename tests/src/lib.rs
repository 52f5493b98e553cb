//! What the suite's files share: where the program is, how it is run, ordinary clients of the three engines, and
//! the cases that are data.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    missing_docs,
    reason = "helpers of tests may fail loudly"
)]

pub mod acting;
pub mod cases;
pub mod chaos;
pub mod chdb;
pub mod clients;
pub mod deployment;
pub mod good;
pub mod hostile;
pub mod hunt;
pub mod own_milvus;
pub mod tampered;
pub mod tls;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The program, built beside the tests.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join("whale-host");
    assert!(program.is_file(), "{} is not built: cargo build -p whale-host", program.display());
    program
}

/// The variables that name targets.
pub const VARIABLES: [&str; 3] = ["TIMESCALEDB_URL", "CLICKHOUSE_URL", "MILVUS_URL"];

/// The program in the repository, with these targets and no others.
pub fn whale_at(targets: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(root()).env("NO_COLOR", "1");
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command.envs(targets.iter().copied());
    command
}

/// Runs the program in the repository, against the engines that the environment names.
pub fn whale(arguments: &[&str]) -> Output {
    let output = Command::new(program()).args(arguments).current_dir(root()).env("NO_COLOR", "1").output().unwrap();
    println!("$ whale-host {}\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr));
    output
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
