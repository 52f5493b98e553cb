//! Where a run can be cut short with something known and something not: before and after each request to an engine, and
//! each line of the journal.
//!
//! In ordinary runs nobody listens. A build for tests sets a listener that dies or stops at one of these points; what
//! holds at all of them is what makes an apply safe to repeat.

use crate::definition::Backend;
use std::sync::OnceLock;

/// One such point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// A request is about to be sent.
    Request(Backend),
    /// Its answer is here, and nothing was done with it yet.
    Answer(Backend),
    /// A line of the journal is about to be written.
    Writing,
    /// The line is on the disk.
    Written,
}

type Listener = Box<dyn Fn(Boundary) + Send + Sync>;

static LISTENER: OnceLock<Listener> = OnceLock::new();

/// Sets who is told. The first one stays.
pub fn listen(listener: impl Fn(Boundary) + Send + Sync + 'static) {
    let _ = LISTENER.set(Box::new(listener));
}

/// Says that the run is at a boundary.
pub(crate) fn at(boundary: Boundary) {
    if let Some(listener) = LISTENER.get() {
        listener(boundary);
    }
}
