//! Why a plugin is refused: always a phase and coded findings, never a bare error.
//!
//! A [`Finding`] is what the worker writes on the pipe. It names a code of the sandbox's table and carries text that a
//! hostile guest may have chosen, so turning it into a diagnostic cuts and escapes every text, whoever wrote it.

use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;
use whale_storage::diagnostic::{Code, Diagnostic, Diagnostics, codes::sandbox as codes};

/// Characters of a message or a help line that are kept.
const MOST_TEXT: usize = 1_000;

/// Where on its way a plugin was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Reading the file.
    Read,
    /// Starting the worker process.
    Start,
    /// Looking at the component before compiling it.
    Scan,
    /// Compiling it, or loading what was compiled.
    Compile,
    /// Its first call.
    Describe,
    /// Its second call.
    Define,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Read => "read",
            Phase::Start => "start",
            Phase::Scan => "scan",
            Phase::Compile => "compile",
            Phase::Describe => "describe",
            Phase::Define => "define",
        })
    }
}

/// A refused plugin.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Where on its way.
    pub phase: Phase,
    /// Why; at least one finding.
    pub diagnostics: Diagnostics,
}

impl Refusal {
    /// Refuses for one reason. `path` says what the finding is about: the file, or a call.
    pub(super) fn new(phase: Phase, diagnostic: Diagnostic) -> Self {
        Self { phase, diagnostics: diagnostic.into() }
    }

    /// Refuses for what a worker found, about the plugin of that name.
    pub(super) fn found(plugin: &str, report: Report) -> Option<Self> {
        let mut diagnostics = Diagnostics::default();
        for finding in report.findings {
            diagnostics.push(finding.into_diagnostic(plugin, report.phase)?);
        }
        // What the worker left out is counted here, so that the number shown is the true one.
        for _ in 0..report.left_out.min(MOST_COUNTED) {
            diagnostics.push(Diagnostic::error(codes::PROBLEM, "", "").of(plugin));
        }
        (!diagnostics.is_empty()).then_some(Self { phase: report.phase, diagnostics })
    }
}

/// A worker that lies about how much it left out must not cost time.
const MOST_COUNTED: usize = 1_000_000;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused while the sandbox was at `{}`", self.phase)?;
        match self.diagnostics.iter().next() {
            Some(first) => write!(f, ": {} ({})", first.message, first.code.id),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}

/// One reason, as the worker tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finding {
    code: String,
    path: Option<String>,
    message: String,
    help: Option<String>,
}

impl Finding {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code: code.id.to_owned(), path: None, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    #[cfg(test)]
    pub(super) fn is(&self, code: Code) -> bool {
        self.code == code.id
    }

    /// `None` when it names a code that no worker of ours names.
    fn into_diagnostic(self, plugin: &str, phase: Phase) -> Option<Diagnostic> {
        let code = Code::find(&self.code).filter(|code| code.id.starts_with("WH01"))?;
        let path = self.path.map_or_else(|| phase.to_string(), |path| text::shown(&path));
        let mut diagnostic = Diagnostic::error(code, path, text::shown_within(&self.message, MOST_TEXT)).of(plugin);
        diagnostic.help = self.help.map(|help| text::shown_within(&help, MOST_TEXT));
        Some(diagnostic)
    }
}

/// Why the worker refuses.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    pub(super) phase: Phase,
    pub(super) findings: Vec<Finding>,
    /// Findings beyond the most that are told.
    pub(super) left_out: usize,
}

impl Report {
    pub(super) fn one(phase: Phase, finding: Finding) -> Self {
        Self { phase, findings: vec![finding], left_out: 0 }
    }
}
