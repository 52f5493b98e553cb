//! The sandbox with real workers and guests that are good, broken or hostile.
//!
//! A test of a refusal names the code and the phase: that something failed is not enough.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod calls;
mod file;
mod guests;
mod keep;
mod limits;
mod scan;
mod size;
mod walls;
mod workers;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::path::{Path, PathBuf};
use whale_host::sandbox::{Cache, Defined, Limits, Phase, Plugin, Refusal, Sandbox};
use whale_storage::diagnostic::Code;

/// The program whose hidden verb is the worker.
fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_whale-host"))
}

fn plugin(bytes: &[u8]) -> Plugin {
    plugin_within(bytes, &Limits::default())
}

fn plugin_within(bytes: &[u8], limits: &Limits) -> Plugin {
    let temporary = tempfile::tempdir().unwrap();
    let dir = Dir::open_ambient_dir(temporary.path(), ambient_authority()).unwrap();
    dir.write("plugin.wasm", bytes).unwrap();
    Plugin::read(&dir, Path::new("plugin.wasm"), limits).unwrap()
}

fn sandbox(limits: Limits, cache: Option<Cache>) -> Sandbox {
    Sandbox::with_program(program(), limits, cache)
}

fn run_with(bytes: &[u8], limits: Limits) -> Result<Defined, Refusal> {
    sandbox(limits, None).describe(&plugin(bytes))?.define(&[])
}

fn run(bytes: &[u8]) -> Result<Defined, Refusal> {
    run_with(bytes, Limits::default())
}

/// The message of the first finding, after checking phase and code.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>, phase: Phase, code: Code) -> String {
    let refusal = result.expect_err("this must be refused");
    let first = refusal.diagnostics.iter().next().expect("a refusal says why").clone();
    assert_eq!((refusal.phase, first.code.id), (phase, code.id), "{}", first.message);
    first.message
}
