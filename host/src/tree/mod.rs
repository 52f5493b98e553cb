//! The storage tree: folders of models and engines, working files, and definitions as they were applied.
//!
//! Looking and making are two steps. [`Tree::survey`] looks at everything that is wanted and changes nothing; it refuses
//! what is not as it should be, all of it at once. Only then [`Tree::make`] makes what is missing. Everything below the
//! root goes through one directory handle: no path leads outside, no link is followed, not even one that appears between
//! the two steps. A file is replaced whole or not at all, and one that is as it should be is not touched.

pub(crate) mod definitions;
pub(crate) mod layout;
mod make;
pub(crate) mod root;
pub(crate) mod shipped;
mod survey;

pub(crate) use make::Failed;
pub(crate) use root::Tree;
pub(crate) use survey::{Survey, Wanted};

/// Longest file that is read to be compared: the longest definition is far below it.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The name under which a file is written before it takes its place. What a killed run leaves of it is written over.
fn partial(name: &str) -> String {
    format!(".{name}.partial")
}

/// A path in its folder and its name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
