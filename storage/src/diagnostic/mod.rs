//! Coded findings about input: what is wrong, where, and what to do.
//!
//! Faults of input are collected, all at once; faults of the world (an engine that is down) are single errors.
//! Every code stands once, in the tables of [`codes`], with the text that `explain` shows.
//! A collection holds at most [`Diagnostics::MOST`] findings and counts the rest: a hostile definition can have
//! hundreds of thousands of faults.

pub mod codes;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A stable code with what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `WH0102`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Why the rule exists and what to do, in full sentences.
    pub explanation: &'static str,
}

impl Code {
    /// Finds a code by its id, in any case.
    pub fn find(id: &str) -> Option<Code> {
        codes::all().find(|code| code.id.eq_ignore_ascii_case(id))
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is taken; something about it is likely not meant.
    Warning,
}

/// Place in the author's source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Source file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// Name of the plugin, where one is concerned.
    pub plugin: Option<String>,
    /// What it is about: `clickhouse/dialects/columns/dialect_id`.
    pub path: String,
    /// Where the author wrote it.
    pub origin: Option<Origin>,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            plugin: None,
            path: path.into(),
            origin: None,
            message: message.into(),
            help: None,
        }
    }

    /// A warning.
    pub fn warning(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, path, message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the author's place.
    #[must_use]
    pub fn at(mut self, origin: Option<&Origin>) -> Self {
        self.origin = origin.cloned();
        self
    }

    /// Adds the plugin.
    #[must_use]
    pub fn of(mut self, plugin: impl Into<String>) -> Self {
        self.plugin = Some(plugin.into());
        self
    }
}

/// A bounded collection of findings.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    errors: usize,
    dropped: usize,
}

impl Diagnostics {
    /// The most that are kept; further ones are counted.
    pub const MOST: usize = 1_000;

    /// Takes one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            self.errors += 1;
        }
        if self.found.len() < Self::MOST {
            self.found.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// Takes all of another collection.
    pub fn extend(&mut self, other: Diagnostics) {
        self.dropped += other.dropped;
        let kept_errors = other.found.iter().filter(|d| d.severity == Severity::Error).count();
        self.errors += other.errors - kept_errors;
        for diagnostic in other.found {
            self.push(diagnostic);
        }
    }

    /// What is kept, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.found.iter()
    }

    /// Leaves out the warnings that have one of these codes.
    #[must_use]
    pub fn without(mut self, accepted: &BTreeSet<&str>) -> Self {
        self.found.retain(|one| one.severity == Severity::Error || !accepted.contains(one.code.id));
        self
    }

    /// The same findings, each as this tells it: with another place, or another help.
    #[must_use]
    pub fn map(mut self, tell: impl Fn(Diagnostic) -> Diagnostic) -> Self {
        self.found = self.found.into_iter().map(tell).collect();
        self
    }

    /// Names the plugin of every finding that names none.
    #[must_use]
    pub fn of(mut self, plugin: &str) -> Self {
        for found in &mut self.found {
            found.plugin.get_or_insert_with(|| plugin.to_owned());
        }
        self
    }

    /// The errors among what is kept.
    pub fn errors_only(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().filter(|found| found.severity == Severity::Error)
    }

    /// How many errors were found, kept or not.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// How many findings were counted and not kept.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut all = Self::default();
        all.push(diagnostic);
        all
    }
}
