//! Cases: what is there, what is wanted, and what comes of it, as data in `tests/cases/<engine>/<name>.toml`.
//!
//! `file` reads a case and `definition` turns its short form into the contract's records; `run` carries it out on a live
//! engine and `expect` says how what came differs from what the file says. `server` has what ordinary clients do for it. A key that
//! nobody reads is an error: a case cannot expect less than it seems to.

mod definition;
mod expect;
mod file;
mod limits;
mod milvus;
mod run;
mod server;

pub use file::{Case, load, read};
pub use run::{Met, meet, run};

use std::path::PathBuf;
use whale_storage::definition::Backend;

/// Where the cases of an engine are.
pub fn folder(engine: Backend) -> PathBuf {
    crate::root().join("tests/cases").join(engine.to_string())
}

/// Every case of an engine, in the order of their names; those that cannot be read as what is wrong with them.
pub fn all(engine: Backend) -> Vec<Result<Case, String>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder(engine)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| load(engine, path).map_err(|fault| format!("{}: {fault}", path.display()))).collect()
}
