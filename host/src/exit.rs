//! How a command ends: the one table of exit codes, and what there is to tell beside the result.

use crate::render::Output;
use std::process::ExitCode;
use whale_storage::backend::{EngineError, FailureKind};
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Diagnostic, Diagnostics};
use whale_storage::target::TargetName;

/// The table, as `--help` shows it.
pub(crate) const TABLE: &str = "\
Exit codes:
  0    done, or nothing to do
  1    refused (input, plugin, grant, hazard); nothing was changed
  2    wrong usage
  3    differences found (plan --check)
  4    an engine could not be reached, failed, or a step is in doubt; doctor found a problem
  101  a fault of whale-host itself
  130  an apply was interrupted (Ctrl-C); the report says what was done";

/// Exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Input, plugin, grant or hazard; nothing was changed.
    Refused = 1,
    /// The command line.
    Usage = 2,
    /// `plan --check` found differences.
    Differences = 3,
    /// An engine could not be reached, failed, or a step is in doubt.
    Failed = 4,
    /// A fault of ours; what a panic gives, too.
    Fault = 101,
    /// An apply was interrupted; what a shell says of a program that Ctrl-C ended.
    Interrupted = 130,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

/// Something of the world that went wrong: single, unlike findings about input.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trouble {
    /// The engine, where one is concerned.
    pub(crate) engine: Option<Backend>,
    /// The target, where one is concerned.
    pub(crate) target: Option<Box<TargetName>>,
    /// For machines: `unreachable`, `denied`, `usage`.
    pub(crate) kind: &'static str,
    /// What was attempted, on which object.
    pub(crate) message: String,
    /// Why, outermost first.
    pub(crate) causes: Vec<String>,
    /// What to do.
    pub(crate) hint: Option<String>,
}

impl Trouble {
    /// A trouble of some kind.
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), ..Self::default() }
    }

    /// Adds a cause below those there are.
    pub(crate) fn because(mut self, cause: &impl ToString) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::from((TargetName::from(error.backend), error))
    }
}

impl From<(TargetName, EngineError)> for Trouble {
    fn from((target, error): (TargetName, EngineError)) -> Self {
        // Neither the journal nor a signal belongs to an engine.
        let ours = matches!(error.kind, FailureKind::Journal | FailureKind::Interrupted);
        let engine = (!ours).then_some(error.backend);
        let title = engine.map(|_| format!("{}: ", target.title())).unwrap_or_default();
        Self {
            engine,
            target: engine.map(|_| Box::new(target)),
            kind: error.kind.id(),
            message: format!("{title}{}", error.attempted),
            causes: vec![error.detail],
            hint: error.hint,
        }
    }
}

/// Why a command ends before it has a result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Input is refused.
    Refused(Diagnostics),
    /// The command line cannot be meant.
    Usage(Trouble),
    /// Engines, or what stands around them.
    World(Vec<Trouble>),
    /// A fault of ours.
    Fault(anyhow::Error),
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Failure::Refused(diagnostic.into())
    }
}

impl From<Vec<(TargetName, EngineError)>> for Failure {
    fn from(errors: Vec<(TargetName, EngineError)>) -> Self {
        Failure::World(errors.into_iter().map(Trouble::from).collect())
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Failure::World(vec![error.into()])
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Fault(error)
    }
}

/// What a command ends with.
#[derive(Debug)]
pub(crate) struct Ending {
    /// The exit code.
    pub(crate) exit: Exit,
    /// The result.
    pub(crate) output: Option<Output>,
    /// Findings about input.
    pub(crate) found: Diagnostics,
    /// What went wrong in the world.
    pub(crate) troubles: Vec<Trouble>,
}

impl Ending {
    /// A result, and how it is to be taken.
    pub(crate) fn new(exit: Exit, output: Output, found: Diagnostics) -> Self {
        Self { exit, output: Some(output), found, troubles: Vec::new() }
    }

    /// No result.
    pub(crate) fn early(exit: Exit, found: Diagnostics, troubles: Vec<Trouble>) -> Self {
        Self { exit, output: None, found, troubles }
    }
}

impl From<Failure> for Ending {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(found) => Ending::early(Exit::Refused, found, Vec::new()),
            Failure::Usage(trouble) => Ending::early(Exit::Usage, Diagnostics::default(), vec![trouble]),
            Failure::World(troubles) => Ending::early(Exit::Failed, Diagnostics::default(), troubles),
            Failure::Fault(error) => {
                let trouble = Trouble {
                    causes: error.chain().skip(1).map(ToString::to_string).collect(),
                    ..Trouble::new("fault", format!("this is a fault of whale-host: {error}"))
                };
                Ending::early(Exit::Fault, Diagnostics::default(), vec![trouble])
            }
        }
    }
}

impl From<Result<Ending, Failure>> for Ending {
    fn from(result: Result<Ending, Failure>) -> Self {
        result.unwrap_or_else(Ending::from)
    }
}
