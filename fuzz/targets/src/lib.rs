//! What each fuzz target does with its bytes: a function that returns if every law held, and panics otherwise.
//!
//! libFuzzer calls them from `fuzz/fuzz_targets`, and the suite from `tests/replay.rs`, with the kept inputs and with
//! mutations of them. So a target needs no special compiler to be run, and none of them keeps anything between two calls.

#![cfg(debug_assertions)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a law that does not hold ends in a panic"
)]

pub mod definition;
pub mod expressions;
mod folder;
pub mod grammar;
pub mod journal;
pub mod loader;
pub mod lock;
pub mod mutate;
pub mod quoting;
pub mod settings;
pub mod types;

/// A target: its name, which is that of its binary and of its folder of inputs, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 11] = [
    ("scan", loader::scan),
    ("frames", loader::frames),
    ("cache", loader::cache),
    ("definition", definition::run),
    ("types", types::run),
    ("expressions", expressions::run),
    ("expressions_built", expressions::built),
    ("quoting", quoting::run),
    ("settings", settings::run),
    ("lock", lock::run),
    ("journal", journal::run),
];

/// Text of any bytes.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
