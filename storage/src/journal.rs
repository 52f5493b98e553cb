//! What a run does, written down before and after each step: JSON lines in one file, flushed before the next thing happens.
//!
//! People read it through `status` and `history`; no decision does. A line that was cut short by a crash is skipped. Lines
//! hold names, numbers and the first words of a failure, never credentials and never rows. Fields may be added to an
//! event, each with a default: what older versions wrote stays readable.

mod file;
pub mod history;

pub use file::{FILE, OLDER};

use crate::backend::EngineError;
use crate::boundary::{self, Boundary};
use crate::desire::Desire;
use crate::plan::{Plan, Step};
use crate::report::{Outcome, Report};
use cap_std::fs::Dir;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Characters of a failure's text that are kept.
const MOST_DETAIL: usize = 400;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The run it belongs to.
    pub run: String,
    /// Milliseconds since 1970.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A run begins.
    Begin {
        /// How many steps it has.
        steps: usize,
        /// Digests of what is applied, by plugin.
        digests: Vec<(String, String)>,
        /// Versions of the plugins.
        #[serde(default)]
        versions: BTreeMap<String, String>,
        /// Version of whale-host.
        #[serde(default)]
        host: String,
        /// The command that began it.
        #[serde(default)]
        command: String,
        /// Targets that were looked at, whether there was anything to do in them or not.
        #[serde(default)]
        engines: Vec<String>,
        /// What the deployment is called, in each of those; mostly one name.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        deployments: BTreeSet<String>,
        /// All its steps, in order: target and title.
        #[serde(default)]
        plan: Vec<(String, String)>,
    },
    /// A step is about to be sent.
    Start {
        /// Its number.
        step: usize,
        /// Its target: `milvus`, `milvus@legal`.
        engine: String,
        /// What it is.
        title: String,
    },
    /// A step has ended.
    End {
        /// Its number.
        step: usize,
        /// `done`, `failed`, `in-doubt` or `not-started`.
        outcome: String,
        /// Why it was not done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
    },
    /// The run has ended.
    Finish {
        /// Whether everything was done and a second plan was empty.
        succeeded: bool,
        /// The failure that ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<Fault>,
        /// How much a second plan still wanted to do.
        #[serde(default)]
        remaining: usize,
    },
}

/// A failure, as far as it is kept: what an engine adds below its first sentence may quote rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its kind: `unreachable`, `refused`, `in-doubt`.
    pub kind: String,
    /// Engine.
    pub engine: String,
    /// What was attempted.
    pub attempted: String,
    /// The first sentence of what the engine or the client said.
    pub detail: String,
    /// What to do.
    #[serde(default)]
    pub hint: Option<String>,
}

impl From<&EngineError> for Fault {
    fn from(error: &EngineError) -> Self {
        let detail = error.detail.lines().next().unwrap_or_default();
        let detail = detail.split("; ").next().unwrap_or_default();
        Self {
            kind: error.kind.id().to_owned(),
            engine: error.backend.id().to_owned(),
            attempted: error.attempted.chars().take(MOST_DETAIL).collect(),
            detail: detail.chars().take(MOST_DETAIL).collect(),
            hint: error.hint.clone(),
        }
    }
}

/// The journal of one run.
#[derive(Debug)]
pub struct Journal {
    state: Dir,
    file: file::Appended,
    run: String,
    command: String,
    spent: Duration,
}

impl Journal {
    /// Opens the journal of a state directory, for a run that a command is about to begin.
    pub fn open(state: &Dir, run: &str, command: &str) -> io::Result<Self> {
        let file = file::Appended::open(state)?;
        Ok(Self {
            state: state.try_clone()?,
            file,
            run: run.to_owned(),
            command: command.to_owned(),
            spent: Duration::ZERO,
        })
    }

    /// The run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// How long writing took so far.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    /// Notes that the run begins. Where the journal has grown long, it is put aside first.
    pub fn begin(&mut self, desire: &Desire, plan: &Plan) -> io::Result<()> {
        self.file = file::begin(&self.state)?;
        let versions = desire.objects().map(|(_, _, one)| (one.plugin.to_string(), one.version.to_string()));
        let mut digests = desire.digests();
        digests.retain(|(_, digest)| !digest.is_empty());
        let event = Event::Begin {
            steps: plan.steps().count(),
            versions: versions.filter(|(name, _)| digests.iter().any(|(plugin, _)| plugin == name)).collect(),
            digests,
            host: env!("CARGO_PKG_VERSION").to_owned(),
            command: self.command.clone(),
            engines: desire.targets.keys().map(ToString::to_string).collect(),
            deployments: desire.targets.keys().map(|target| desire.layout.deployment(target).name).collect(),
            plan: plan.steps().map(|step| (step.target.to_string(), step.title())).collect(),
        };
        self.write(event)
    }

    /// Notes that a step is about to be sent.
    pub fn start(&mut self, step: &Step, title: &str) -> io::Result<()> {
        self.write(Event::Start { step: step.number, engine: step.target.to_string(), title: title.to_owned() })
    }

    /// Notes how a step ended.
    pub fn end(&mut self, step: &Step, outcome: Outcome, failure: Option<&EngineError>) -> io::Result<()> {
        let outcome = match outcome {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::InDoubt => "in-doubt",
            Outcome::NotStarted => "not-started",
        };
        self.write(Event::End { step: step.number, outcome: outcome.to_owned(), fault: failure.map(Fault::from) })
    }

    /// Notes that the run has ended.
    pub fn finish(&mut self, report: &Report) -> io::Result<()> {
        let fault = report.failure.as_ref().map(Fault::from);
        self.write(Event::Finish { succeeded: report.succeeded(), fault, remaining: report.remaining.len() })
    }

    /// Writes an event and flushes it to the disk.
    pub fn write(&mut self, event: Event) -> io::Result<()> {
        let line = Line { run: self.run.clone(), at: now_ms(), event };
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        boundary::at(Boundary::Writing);
        let began = Instant::now();
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        self.spent += began.elapsed();
        boundary::at(Boundary::Written);
        Ok(())
    }
}

fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
