//! Dangers of a step, as data; each is allowed by name.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A danger of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Hazard {
    /// Writers of the object wait while the step runs.
    ExclusiveLock,
    /// The time it takes grows with the data.
    LongRunning,
    /// The object cannot be read for a while.
    Interruption,
}

impl Hazard {
    /// All of them.
    pub const ALL: [Hazard; 3] = [Hazard::ExclusiveLock, Hazard::LongRunning, Hazard::Interruption];

    /// What it means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Hazard::ExclusiveLock => "writers of the object wait while the step runs",
            Hazard::LongRunning => "the time it takes grows with the rows that are there",
            Hazard::Interruption => "the object is not to be read until the step is done, loads included",
        }
    }

    /// Finds a hazard by its name.
    pub fn find(name: &str) -> Option<Hazard> {
        Hazard::ALL.into_iter().find(|hazard| hazard.to_string().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
