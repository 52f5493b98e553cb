//! What the journal tells: runs, newest first, with what became of each step.
//!
//! Only reads. A line that cannot be read is skipped and counted. A run that has no last line was interrupted, unless the
//! lock says that it is still under way.

use super::file::{self, FILE, OLDER};
use super::{Event, Fault, Line};
use cap_std::fs::Dir;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// All that the journal still holds.
#[derive(Debug, Default)]
pub struct History {
    /// Newest first.
    pub runs: Vec<Run>,
    /// Lines that could not be read.
    pub unreadable: usize,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Everything was done, and a second plan was empty.
    Succeeded,
    /// It says itself that it failed.
    Failed,
    /// It was killed, or its machine went down: it never said how it ended.
    Interrupted,
    /// It has not ended yet.
    UnderWay,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepEnded {
    /// The engine confirmed it.
    Done,
    /// The engine refused it.
    Failed,
    /// It was sent, and no answer was noted.
    InDoubt,
    /// It was not sent.
    NotStarted,
    /// Its run is under way, and so is it.
    UnderWay,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunStep {
    /// Its number.
    pub number: usize,
    /// Engine.
    pub engine: String,
    /// What it is.
    pub title: String,
    /// What became of it.
    pub outcome: StepEnded,
    /// How long it took, in milliseconds; none: it has not ended.
    pub took_ms: Option<u64>,
    #[serde(skip)]
    began: u64,
}

/// A plugin of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunPlugin {
    /// Its name.
    pub name: String,
    /// Its version. None: the run was written down by a version of whale-host that did not note it.
    pub version: Option<String>,
    /// Digest of its definition.
    pub digest: String,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its name.
    pub run: String,
    /// When it began, in milliseconds since 1970.
    pub began: u64,
    /// When its last line was written.
    pub last: u64,
    /// How it ended.
    pub result: Ended,
    /// Version of whale-host; empty: not noted.
    pub host: String,
    /// The command that began it; empty: not noted.
    pub command: String,
    /// What was applied.
    pub plugins: Vec<RunPlugin>,
    /// What the deployment was called; none: not noted.
    pub deployments: BTreeSet<String>,
    /// How many steps it had.
    pub steps: usize,
    /// Its steps; of a run of an older version, those that were begun.
    pub outcomes: Vec<RunStep>,
    /// The failure that ended it.
    pub fault: Option<Fault>,
    /// How much a second plan still wanted to do.
    pub remaining: usize,
    engines: BTreeSet<String>,
    finished: Option<bool>,
}

/// How far a run came in one engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineSteps {
    /// Engine.
    pub engine: String,
    /// How many steps it had there.
    pub steps: usize,
    /// How many of them were done.
    pub done: usize,
}

impl Run {
    /// How many steps were done.
    pub fn done(&self) -> usize {
        self.outcomes.iter().filter(|step| step.outcome == StepEnded::Done).count()
    }

    /// The step at which it stopped, or is.
    pub fn at_step(&self) -> Option<&RunStep> {
        self.outcomes.iter().find(|step| !matches!(step.outcome, StepEnded::Done | StepEnded::NotStarted))
    }

    /// How far it came in each engine, in the order of its steps.
    pub fn engines(&self) -> Vec<EngineSteps> {
        let mut engines: Vec<EngineSteps> = Vec::new();
        for step in &self.outcomes {
            let done = usize::from(step.outcome == StepEnded::Done);
            match engines.iter_mut().find(|one| one.engine == step.engine) {
                Some(one) => {
                    one.steps += 1;
                    one.done += done;
                }
                None => engines.push(EngineSteps { engine: step.engine.clone(), steps: 1, done }),
            }
        }
        engines
    }

    /// Whether this run, begun later, took up all that the other one was about.
    fn covers(&self, other: &Run) -> bool {
        let names = |run: &Run| -> BTreeSet<String> { run.plugins.iter().map(|one| one.name.clone()).collect() };
        let engines = self.engines.is_empty() || other.engines.is_subset(&self.engines);
        let known = !self.deployments.is_empty() && !other.deployments.is_empty();
        let deployment = !known || other.deployments.is_subset(&self.deployments);
        engines && deployment && names(other).is_subset(&names(self))
    }

    fn take(&mut self, at: u64, event: Event) {
        self.last = self.last.max(at);
        match event {
            Event::Begin { .. } => {}
            Event::Start { step, engine, title } => {
                let one =
                    RunStep { number: step, engine, title, outcome: StepEnded::InDoubt, took_ms: None, began: at };
                match self.outcomes.iter_mut().find(|known| known.number == step) {
                    Some(known) => *known = one,
                    None => self.outcomes.push(one),
                }
            }
            Event::End { step, outcome, fault } => {
                if let Some(known) = self.outcomes.iter_mut().find(|known| known.number == step) {
                    known.took_ms = Some(at.saturating_sub(known.began));
                    known.outcome = match outcome.as_str() {
                        "done" => StepEnded::Done,
                        "failed" => StepEnded::Failed,
                        "not-started" => StepEnded::NotStarted,
                        _ => StepEnded::InDoubt,
                    };
                }
                self.fault = fault.or(self.fault.take());
            }
            Event::Finish { succeeded, fault, remaining } => {
                self.finished = Some(succeeded);
                self.fault = fault.or(self.fault.take());
                self.remaining = remaining;
            }
        }
    }
}

impl History {
    /// Runs that did not end well, and that no later run took up: newest first.
    pub fn open(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().enumerate().filter_map(|(place, run)| {
            let later = self.runs.get(..place).unwrap_or_default();
            (run.result != Ended::Succeeded && !later.iter().any(|later| later.covers(run))).then_some(run)
        })
    }

    /// Runs of this name, or whose name begins with it.
    pub fn named<'a>(&'a self, name: &'a str) -> Vec<&'a Run> {
        match self.runs.iter().find(|run| run.run == name) {
            Some(run) => vec![run],
            None => self.runs.iter().filter(|run| run.run.starts_with(name)).collect(),
        }
    }
}

/// Reads the journal of a state directory. Where there is none, there was no run.
pub fn read(state: &Dir) -> io::Result<History> {
    let mut runs: BTreeMap<String, Run> = BTreeMap::new();
    let mut unreadable = 0;
    let mut take = |line: &[u8]| match serde_json::from_slice(line) {
        Ok(Line { run, at, event: begin @ Event::Begin { .. } }) => {
            if let Some(begun) = begun(run.clone(), at, begin) {
                runs.insert(run, begun);
            }
        }
        Ok(Line { run, at, event }) => {
            // Without its first line nothing is known of a run.
            if let Some(run) = runs.get_mut(&run) {
                run.take(at, event);
            }
        }
        Err(_) => unreadable += 1,
    };
    file::each_line(state, OLDER, &mut take)?;
    file::each_line(state, FILE, &mut take)?;
    let mut runs: Vec<Run> = runs.into_values().collect();
    runs.sort_by(|one, other| other.began.cmp(&one.began).then_with(|| other.run.cmp(&one.run)));
    let held = file::is_held(state);
    let mut newest = true;
    for run in &mut runs {
        run.result = match run.finished {
            Some(true) => Ended::Succeeded,
            Some(false) => Ended::Failed,
            None if held && newest => Ended::UnderWay,
            None => Ended::Interrupted,
        };
        if run.finished.is_none() {
            newest = false;
        }
        if run.result == Ended::UnderWay {
            run.outcomes.iter_mut().filter(|step| step.outcome == StepEnded::InDoubt).for_each(|step| {
                step.outcome = StepEnded::UnderWay;
            });
        }
    }
    Ok(History { runs, unreadable })
}

fn begun(run: String, at: u64, event: Event) -> Option<Run> {
    let Event::Begin { steps, digests, versions, host, command, engines, deployments, plan } = event else {
        return None;
    };
    let step = |(place, (engine, title)): (usize, (String, String))| RunStep {
        number: place + 1,
        engine,
        title,
        outcome: StepEnded::NotStarted,
        took_ms: None,
        began: at,
    };
    Some(Run {
        run,
        began: at,
        last: at,
        result: Ended::Interrupted,
        host,
        command,
        plugins: digests
            .into_iter()
            .filter(|(_, digest)| !digest.is_empty())
            .map(|(name, digest)| RunPlugin { version: versions.get(&name).cloned(), name, digest })
            .collect(),
        deployments,
        steps,
        outcomes: plan.into_iter().enumerate().map(step).collect(),
        fault: None,
        remaining: 0,
        engines: engines.into_iter().collect(),
        finished: None,
    })
}
