//! From results to what is shown. Commands compute values; here they become text for people, or one JSON document.
//!
//! Pure: pages out, nothing printed. Whatever a plugin or a server wrote is cut here, at the latest, and escaped by the
//! [`page`] that it is put on.

pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod moment;
pub(crate) mod next;
pub(crate) mod outline;
pub(crate) mod page;
pub(crate) mod sarif;
pub(crate) mod style;
pub(crate) mod text;

use crate::lock;
use crate::pipeline::{Candidate, Ruling, Rulings};
use crate::tree::definitions::Written;
use crate::tree::shipped::Fate;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::change::Change;
use whale_storage::check::{Check, Verdict};
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Code;
use whale_storage::journal::history::Run;
use whale_storage::name::Name;
use whale_storage::plan::Plan;
use whale_storage::report::Report;
use whale_storage::server::Server;
use whale_storage::session::Status;
use whale_storage::target::TargetName;

/// What a command found out.
#[derive(Debug)]
pub(crate) enum Output {
    /// `validate`.
    Validated(Rulings),
    /// `info`.
    Info(Vec<Candidate>),
    /// `info --schema`: the JSON Schema of what `info` writes.
    Schema,
    /// `plan`.
    Planned(Box<Planned>),
    /// `apply`.
    Applied(Box<Applied>),
    /// `status`.
    Status(Box<StatusView>),
    /// `doctor`.
    Examined(Examined),
    /// `history`.
    History(HistoryView),
    /// `init`: the file it wrote, fit to be shown.
    Initialised(String),
    /// `setup`.
    SetUp(SetUp),
    /// `setup roles`.
    Roles(RolesView),
    /// `lock`.
    Locked(LockView),
    /// `explain`: one code, or all of them.
    Explained(Vec<Code>),
    /// `explain`: what definitions may name.
    Listed(Vec<Listed>),
}

/// A plan with what is needed to show it.
#[derive(Debug)]
pub(crate) struct Planned {
    /// The plan.
    pub(crate) plan: Plan,
    /// What it was made for.
    pub(crate) desire: Desire,
    /// Where it was made.
    pub(crate) places: Places,
    /// What it took.
    pub(crate) spent: Spent,
}

/// How much a plan does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Steps that make something.
    pub(crate) created: usize,
    /// Steps that change something.
    pub(crate) altered: usize,
    /// Findings that forbid the plan.
    pub(crate) refused: usize,
}

impl Planned {
    /// How much the plan does.
    pub(crate) fn totals(&self) -> Totals {
        let altered = self
            .plan
            .steps()
            .filter(|step| matches!(step.change, Change::AlterObject { .. } | Change::AlterRole { .. }))
            .count();
        let created = self.plan.steps().count() - altered;
        Totals { created, altered, refused: self.plan.found.errors_only().count() }
    }
}

/// The servers of a run, each with its host and port.
pub(crate) type Places = BTreeMap<TargetName, (String, Server)>;

/// What came of an apply.
#[derive(Debug)]
pub(crate) struct Applied {
    /// The plan.
    pub(crate) planned: Planned,
    /// What came of it; none: it was not begun.
    pub(crate) report: Option<Report>,
    /// What was written into the storage tree, where there is one.
    pub(crate) tree: Option<Written>,
    /// The command line.
    pub(crate) command: String,
}

/// What `doctor` found.
#[derive(Debug)]
pub(crate) struct Examined {
    /// By target, the machine's own last: its title for people, and its checks.
    pub(crate) groups: Vec<Group>,
    /// What it took.
    pub(crate) spent: Spent,
}

/// What was found of one target, or of this machine.
#[derive(Debug)]
pub(crate) struct Group {
    /// None: this machine.
    pub(crate) target: Option<TargetName>,
    /// Host and port; none: there is no target.
    pub(crate) place: Option<String>,
    /// What was found.
    pub(crate) checks: Vec<Check>,
}

impl Examined {
    /// How many checks came to this.
    pub(crate) fn count(&self, verdict: Verdict) -> usize {
        self.groups.iter().flat_map(|group| &group.checks).filter(|check| check.verdict == verdict).count()
    }
}

/// What `setup` made, and what was there.
#[derive(Debug)]
pub(crate) struct SetUp {
    /// The root, fit to be shown.
    pub(crate) root: String,
    /// Models with folders of their own.
    pub(crate) models: BTreeSet<Name>,
    /// Folders, and whether each was there.
    pub(crate) folders: BTreeMap<String, bool>,
    /// Working files, and what became of each.
    pub(crate) files: BTreeMap<&'static str, Fate>,
}

/// Users that `setup roles` made, or would make.
#[derive(Debug)]
pub(crate) struct RolesView {
    /// By target.
    pub(crate) users: BTreeMap<TargetName, UserView>,
    /// Whether nothing was sent.
    pub(crate) pretended: bool,
}

/// A user of the host's.
#[derive(Debug)]
pub(crate) struct UserView {
    /// Its name.
    pub(crate) user: Name,
    /// Host and port.
    pub(crate) place: String,
    /// The file with its URL, fit to be shown.
    pub(crate) file: String,
    /// What was sent, the password left out.
    pub(crate) statements: Vec<String>,
}

/// What `lock` wrote, or found as it was written.
#[derive(Debug)]
pub(crate) struct LockView {
    /// The file, fit to be shown.
    pub(crate) file: String,
    /// How each entry changes, by name of the plugin.
    pub(crate) changes: BTreeMap<String, lock::Change>,
    /// How many are not as the file says, where it was compared.
    pub(crate) refused: usize,
    /// Whether it was written.
    pub(crate) written: bool,
}

/// Names that definitions may use.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Of what: `Types of ClickHouse`.
    pub(crate) heading: &'static str,
    /// The names, in order.
    pub(crate) names: Vec<&'static str>,
}

/// Runs of the journal.
#[derive(Debug)]
pub(crate) struct HistoryView {
    /// Newest first.
    pub(crate) runs: Vec<Run>,
    /// Lines that could not be read.
    pub(crate) unreadable: usize,
    /// How many runs before them are not shown.
    pub(crate) older: usize,
    /// With their steps.
    pub(crate) whole: bool,
}

/// What is in the engines.
#[derive(Debug)]
pub(crate) struct StatusView {
    /// What was read.
    pub(crate) status: Status,
    /// Host and port by target.
    pub(crate) places: BTreeMap<TargetName, String>,
    /// A run that did not end well.
    pub(crate) unfinished: Option<Run>,
    /// What reading it took.
    pub(crate) spent: Spent,
}

impl Output {
    /// What the command took.
    pub(crate) fn spent(&self) -> Spent {
        match self {
            Output::Validated(rulings) => Spent::of_rulings(&rulings.all),
            Output::Info(candidates) => Spent::of_plugins(candidates),
            Output::Planned(planned) => planned.spent.clone(),
            Output::Applied(applied) => applied.planned.spent.clone(),
            Output::Status(view) => view.spent.clone(),
            Output::Examined(view) => view.spent.clone(),
            Output::Schema
            | Output::Initialised(_)
            | Output::SetUp(_)
            | Output::Locked(_)
            | Output::Roles(_)
            | Output::History(_)
            | Output::Explained(_)
            | Output::Listed(_) => Spent::default(),
        }
    }
}

/// What a run took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spent {
    /// What each plugin used.
    pub(crate) plugins: Vec<(String, crate::sandbox::Usage)>,
    /// Requests to each target.
    pub(crate) round_trips: BTreeMap<TargetName, u64>,
}

impl Spent {
    /// What these plugins used.
    pub(crate) fn of_plugins(candidates: &[Candidate]) -> Self {
        let used = |candidate: &Candidate| {
            candidate.defined.as_ref().map(|defines| (candidate.title(), defines.usage.clone()))
        };
        Self { plugins: candidates.iter().filter_map(used).collect(), round_trips: BTreeMap::new() }
    }

    /// The same of plugins that were judged.
    fn of_rulings(rulings: &[Ruling]) -> Self {
        let used = |ruling: &Ruling| ruling.defined.as_ref().map(|outcome| (ruling.title(), outcome.usage.clone()));
        Self { plugins: rulings.iter().filter_map(used).collect(), round_trips: BTreeMap::new() }
    }
}
