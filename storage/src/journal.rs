//! What a run does, written down before and after each step: JSON lines in one file, flushed before the next thing happens.
//!
//! People read it through `status`; no decision does. A line that was cut short by a crash is skipped. Lines hold names and
//! numbers, never credentials and never rows.

use crate::boundary::{self, Boundary};
use crate::plan::Step;
use crate::report::Outcome;
use cap_std::fs::{Dir, OpenOptions};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Name of the file in the state directory.
pub const FILE: &str = "journal.jsonl";

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
    },
    /// A step is about to be sent.
    Start {
        /// Its number.
        step: usize,
        /// Engine.
        engine: String,
        /// What it is.
        title: String,
    },
    /// A step has ended.
    End {
        /// Its number.
        step: usize,
        /// `done`, `failed` or `in-doubt`.
        outcome: String,
    },
    /// The run has ended.
    Finish {
        /// Whether everything was done and a second plan was empty.
        succeeded: bool,
    },
}

/// The journal of one run.
#[derive(Debug)]
pub struct Journal {
    file: cap_std::fs::File,
    run: String,
    spent: Duration,
}

impl Journal {
    /// Opens the journal of a state directory, for a run.
    pub fn open(state: &Dir, run: &str) -> io::Result<Self> {
        let mut file = state.open_with(FILE, OpenOptions::new().create(true).append(true).read(true))?;
        end_last_line(&mut file)?;
        Ok(Self { file, run: run.to_owned(), spent: Duration::ZERO })
    }

    /// The run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// How long writing took so far.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    /// Notes that a step is about to be sent.
    pub fn start(&mut self, step: &Step, title: &str) -> io::Result<()> {
        self.write(Event::Start { step: step.number, engine: step.backend.to_string(), title: title.to_owned() })
    }

    /// Notes how a step ended.
    pub fn end(&mut self, step: &Step, outcome: Outcome) -> io::Result<()> {
        let outcome = match outcome {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::InDoubt => "in-doubt",
            Outcome::NotStarted => "not-started",
        };
        self.write(Event::End { step: step.number, outcome: outcome.to_owned() })
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

/// A line that a crash or a full disk cut short stays by itself: what is written next begins a line of its own.
fn end_last_line(file: &mut cap_std::fs::File) -> io::Result<()> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

/// The last run that began and did not finish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// The run.
    pub run: String,
    /// When it began, in milliseconds since 1970.
    pub began: u64,
    /// How many steps it had.
    pub steps: usize,
    /// How many of them ended well.
    pub done: usize,
    /// The step that was under way or failed.
    pub at_step: Option<String>,
}

/// Reads whether the newest run in the journal is unfinished, or finished without success.
pub fn last_unfinished(state: &Dir) -> io::Result<Option<Unfinished>> {
    let file = match state.open(FILE) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut last: Option<Unfinished> = None;
    for line in BufReader::new(file).split(b'\n') {
        let Ok(Line { run, at, event }) = serde_json::from_slice(&line?) else { continue };
        match event {
            Event::Begin { steps, .. } => last = Some(Unfinished { run, began: at, steps, done: 0, at_step: None }),
            Event::Start { engine, title, .. } => {
                update(&mut last, &run, |u| u.at_step = Some(format!("{engine}: {title}")));
            }
            Event::End { outcome, .. } => update(&mut last, &run, |u| {
                if outcome == "done" {
                    u.done += 1;
                    u.at_step = None;
                }
            }),
            Event::Finish { succeeded } => {
                if succeeded && last.as_ref().is_some_and(|last| last.run == run) {
                    last = None;
                }
            }
        }
    }
    Ok(last)
}

fn update(last: &mut Option<Unfinished>, run: &str, change: impl FnOnce(&mut Unfinished)) {
    if let Some(unfinished) = last.as_mut().filter(|last| last.run == run) {
        change(unfinished);
    }
}

fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
