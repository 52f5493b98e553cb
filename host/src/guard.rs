//! What the program takes away from itself before anything else: nobody reads its memory.
//!
//! Credentials stand in it, and every plugin's answer. No other process of the user can look into it, and no crash writes it
//! to a disk. A kernel that refuses is no reason to stop.

use nix::sys::prctl::set_dumpable;
use nix::sys::resource::{Resource, setrlimit};

/// Called first.
pub(crate) fn keep_memory_to_ourselves() {
    let _ = set_dumpable(false);
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
}
