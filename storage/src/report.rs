//! What came of a run: done, in doubt, not started, for each engine, and the truth about the rest.

use crate::backend::EngineError;
use crate::target::TargetName;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The engine confirmed it.
    Done,
    /// The engine refused it; it had no effect, or only that of the statements before.
    Failed,
    /// It was sent and no answer came.
    InDoubt,
    /// It was not sent.
    NotStarted,
}

/// A step with what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    /// Number of the step in the plan.
    pub number: usize,
    /// Where it was done.
    pub target: TargetName,
    /// What it was: `create table language.dialects`.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// The run.
    pub run: String,
    /// Steps, in order.
    pub steps: Vec<StepReport>,
    /// The failure that ended the run.
    pub failure: Option<EngineError>,
    /// Whether a plan made after the run was empty. None: it was not asked, because the run had failed.
    pub converged: Option<bool>,
    /// What that plan still wanted to do.
    pub remaining: Vec<String>,
    /// Requests sent to each target, from connecting on.
    pub round_trips: BTreeMap<TargetName, u64>,
    /// Time spent on each target's steps, loads not waited for.
    pub engine_time: BTreeMap<TargetName, Duration>,
    /// How long it took, loads and the last look included.
    pub took: Duration,
    /// Time spent on the journal.
    pub journal_time: Duration,
    /// Time spent on marks and version tables, after the steps.
    pub record_time: Duration,
}

impl Report {
    /// Whether everything was done and the second plan was empty.
    pub fn succeeded(&self) -> bool {
        self.failure.is_none() && self.converged != Some(false)
    }

    /// How many steps had this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.steps.iter().filter(|step| step.outcome == outcome).count()
    }
}
