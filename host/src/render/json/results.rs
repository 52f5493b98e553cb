//! The result of each command, as `docs/output.md` describes it.

use super::super::{Applied, Listed, Output, Planned, StatusView, Totals, next};
use super::doctor::{Doctor, doctor};
use super::history::{History, RunView, history, run_view};
use super::lock;
use super::plugins::{Plugins, SpentView, judged, plugins, schema, spent};
use super::setup::{self, SetUpView, TreeView, set_up, tree_view};
use serde::Serialize;
use std::collections::BTreeMap;
use whale_storage::approve;
use whale_storage::catalog::PartKey;
use whale_storage::change::{Cause, Change, ChangedPart};
use whale_storage::diagnostic::Code;
use whale_storage::plan::{Atomicity, Statement, Step, TargetPlan};
use whale_storage::report::{Outcome, Report};
use whale_storage::server::Server;
use whale_storage::session::Owned;
use whale_storage::target::TargetName;

/// A result.
#[derive(Serialize)]
pub(super) struct Result<'a> {
    #[serde(flatten)]
    content: Content<'a>,
    /// Only with `-v`: numbers that differ from run to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<SpentView>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Plugins(Plugins<'a>),
    Planned { plan: PlanView<'a> },
    Applied { plan: PlanView<'a>, report: Option<ReportView<'a>>, tree: Option<TreeView<'a>> },
    Status { targets: Vec<TargetView<'a>>, unfinished: Option<RunView<'a>> },
    History(History<'a>),
    Doctor(Doctor<'a>),
    SetUp(SetUpView<'a>),
    Locked(lock::View<'a>),
    Roles { users: Vec<setup::UserView<'a>>, sent: bool },
    Explained { codes: Vec<CodeView> },
    Listed { lists: Vec<ListView<'a>> },
    Schema { schema: serde_json::Value },
    Initialised { file: &'a str },
}

/// The result of a command.
pub(super) fn of(output: &Output, detail: u8) -> Result<'_> {
    let content = match output {
        Output::Validated(rulings) => Content::Plugins(judged(&rulings.all)),
        Output::Info(candidates) => Content::Plugins(plugins(candidates)),
        Output::Schema => Content::Schema { schema: schema() },
        Output::Planned(planned) => Content::Planned { plan: plan(planned) },
        Output::Applied(applied) => {
            let Applied { planned, report, tree, command } = applied.as_ref();
            Content::Applied {
                plan: plan(planned),
                report: report.as_ref().map(|report| report_view(report, command)),
                tree: tree.as_ref().map(tree_view),
            }
        }
        Output::Status(view) => status(view),
        Output::Examined(view) => Content::Doctor(doctor(view)),
        Output::History(view) => Content::History(history(view)),
        Output::Initialised(file) => Content::Initialised { file },
        Output::SetUp(view) => Content::SetUp(set_up(view)),
        Output::Roles(view) => Content::Roles { users: setup::users(view), sent: !view.pretended },
        Output::Locked(view) => Content::Locked(lock::view(view)),
        Output::Listed(lists) => Content::Listed { lists: lists.iter().map(list).collect() },
        Output::Explained(codes) => Content::Explained { codes: codes.iter().map(code).collect() },
    };
    Result { content, spent: (detail > 0).then(|| spent(&output.spent())) }
}

#[derive(Serialize)]
struct PlanView<'a> {
    to_create: usize,
    to_alter: usize,
    refused: usize,
    /// What `apply` has to be allowed.
    to_allow: Vec<String>,
    digests: BTreeMap<&'a str, &'a str>,
    targets: Vec<TargetPlanView<'a>>,
}

#[derive(Serialize)]
struct TargetPlanView<'a> {
    engine: &'a str,
    target: &'a TargetName,
    server: Option<ServerView<'a>>,
    fingerprint: &'a str,
    steps: Vec<StepView<'a>>,
}

#[derive(Serialize)]
struct ServerView<'a> {
    address: &'a str,
    version: Option<String>,
    version_text: &'a str,
    user: &'a str,
    superuser: bool,
    wall: bool,
}

#[derive(Serialize)]
struct StepView<'a> {
    number: usize,
    action: &'static str,
    title: String,
    object: Option<String>,
    model: &'a str,
    role: Option<&'a str>,
    added: &'a [PartKey],
    changed: Vec<ChangedView<'a>>,
    removed: &'a [PartKey],
    causes: Vec<CauseView<'a>>,
    hazards: Vec<String>,
    atomicity: Atomicity,
    statements: &'a [Statement],
}

/// A part that somebody else had a hand in.
#[derive(Serialize)]
struct CauseView<'a> {
    #[serde(flatten)]
    part: &'a PartKey,
    cause: Cause,
}

#[derive(Serialize)]
struct ChangedView<'a> {
    kind: whale_storage::catalog::PartKind,
    name: &'a str,
    facts: Vec<FactView<'a>>,
}

#[derive(Serialize)]
struct FactView<'a> {
    name: &'a str,
    from: Option<&'a whale_storage::catalog::Fact>,
    to: Option<&'a whale_storage::catalog::Fact>,
}

fn plan(planned: &Planned) -> PlanView<'_> {
    let Totals { created, altered, refused } = planned.totals();
    PlanView {
        to_create: created,
        to_alter: altered,
        refused,
        to_allow: approve::hazards(&planned.plan).keys().map(ToString::to_string).collect(),
        digests: planned
            .desire
            .plugins
            .iter()
            .filter(|(_, digest)| !digest.is_empty())
            .map(|(name, digest)| (name.as_str(), digest.as_str()))
            .collect(),
        targets: planned.plan.targets.iter().map(|target| target_plan(planned, target)).collect(),
    }
}

fn target_plan<'a>(planned: &'a Planned, target: &'a TargetPlan) -> TargetPlanView<'a> {
    TargetPlanView {
        engine: target.target.backend.id(),
        target: &target.target,
        server: planned.places.get(&target.target).map(|(address, server)| server_view(address, server)),
        fingerprint: &target.fingerprint,
        steps: target.steps.iter().map(step).collect(),
    }
}

fn server_view<'a>(address: &'a str, server: &'a Server) -> ServerView<'a> {
    ServerView {
        address,
        version: server.version.map(|version| version.to_string()),
        version_text: &server.version_text,
        user: &server.user,
        superuser: server.superuser,
        wall: server.wall,
    }
}

fn step(step: &Step) -> StepView<'_> {
    let (action, object) = match &step.change {
        Change::CreateRole { .. } => ("create-role", None),
        Change::AlterRole { .. } => ("alter-role", None),
        Change::CreateNamespace { .. } => ("create-namespace", None),
        Change::OpenNamespace { .. } => ("open-namespace", None),
        Change::CreateObject { object, .. } => ("create", Some(object.to_string())),
        Change::AlterObject { object, .. } => ("alter", Some(object.to_string())),
    };
    let causes = match &step.change {
        Change::AlterObject { causes, .. } => {
            causes.iter().map(|(part, cause)| CauseView { part, cause: *cause }).collect()
        }
        _ => Vec::new(),
    };
    let (added, changed, removed): (&[PartKey], &[ChangedPart], &[PartKey]) = match &step.change {
        Change::AlterObject { added, changed, removed, .. } => (added, changed, removed),
        Change::AlterRole { settings, .. } => (&[], settings, &[]),
        _ => (&[], &[], &[]),
    };
    StepView {
        number: step.number,
        action,
        title: step.title(),
        object,
        model: step.model.as_str(),
        role: step.role.as_ref().map(whale_storage::name::Name::as_str),
        added,
        changed: changed.iter().map(changed_part).collect(),
        removed,
        causes,
        hazards: step.recipe.hazards.iter().map(ToString::to_string).collect(),
        atomicity: step.recipe.atomicity,
        statements: &step.recipe.statements,
    }
}

fn changed_part(part: &ChangedPart) -> ChangedView<'_> {
    let facts = part.facts.iter();
    let facts = facts.map(|fact| FactView { name: fact.name, from: fact.from.as_ref(), to: fact.to.as_ref() });
    ChangedView { kind: part.key.kind, name: &part.key.name, facts: facts.collect() }
}

#[derive(Serialize)]
struct ReportView<'a> {
    run: &'a str,
    succeeded: bool,
    converged: Option<bool>,
    done: usize,
    failed: usize,
    in_doubt: usize,
    not_started: usize,
    engines: Vec<EngineView<'a>>,
    steps: Vec<StepReportView<'a>>,
    remaining: &'a [String],
    next: Option<NextView<'a>>,
}

#[derive(Serialize)]
struct StepReportView<'a> {
    number: usize,
    engine: &'a str,
    target: &'a TargetName,
    title: &'a str,
    outcome: Outcome,
}

#[derive(Serialize)]
struct EngineView<'a> {
    engine: &'static str,
    target: &'a TargetName,
    steps: usize,
    done: usize,
    failed: usize,
    in_doubt: usize,
    not_started: usize,
}

#[derive(Serialize)]
struct NextView<'a> {
    advice: String,
    command: &'a str,
}

fn engines(report: &Report) -> Vec<EngineView<'_>> {
    let mut targets: Vec<&TargetName> = report.steps.iter().map(|step| &step.target).collect();
    targets.dedup();
    targets.into_iter().map(|target| engine(report, target)).collect()
}

fn engine<'a>(report: &Report, target: &'a TargetName) -> EngineView<'a> {
    let of = || report.steps.iter().filter(|step| step.target == *target);
    let count = |outcome| of().filter(|step| step.outcome == outcome).count();
    EngineView {
        engine: target.backend.id(),
        target,
        steps: of().count(),
        done: count(Outcome::Done),
        failed: count(Outcome::Failed),
        in_doubt: count(Outcome::InDoubt),
        not_started: count(Outcome::NotStarted),
    }
}

fn report_view<'a>(report: &'a Report, command: &'a str) -> ReportView<'a> {
    let steps = report.steps.iter();
    let steps = steps.map(|step| StepReportView {
        number: step.number,
        engine: step.target.backend.id(),
        target: &step.target,
        title: &step.title,
        outcome: step.outcome,
    });
    ReportView {
        run: &report.run,
        succeeded: report.succeeded(),
        converged: report.converged,
        done: report.count(Outcome::Done),
        failed: report.count(Outcome::Failed),
        in_doubt: report.count(Outcome::InDoubt),
        not_started: report.count(Outcome::NotStarted),
        engines: engines(report),
        steps: steps.collect(),
        remaining: &report.remaining,
        next: (!report.succeeded()).then(|| NextView { advice: next::advice(report), command }),
    }
}

#[derive(Serialize)]
struct TargetView<'a> {
    engine: &'a str,
    target: &'a TargetName,
    server: ServerView<'a>,
    objects: &'a [Owned],
    strangers: usize,
    broken: &'a [String],
}

fn status(view: &StatusView) -> Content<'_> {
    let targets = view.status.targets.iter().map(|one| TargetView {
        engine: one.target.backend.id(),
        target: &one.target,
        server: server_view(view.places.get(&one.target).map_or("", String::as_str), &one.server),
        objects: &one.objects,
        strangers: one.strangers,
        broken: &one.broken,
    });
    Content::Status { targets: targets.collect(), unfinished: view.unfinished.as_ref().map(|run| run_view(run, false)) }
}

#[derive(Serialize)]
struct CodeView {
    code: &'static str,
    title: &'static str,
    explanation: &'static str,
}

#[derive(Serialize)]
struct ListView<'a> {
    of: &'a str,
    names: &'a [&'static str],
}

fn list(list: &Listed) -> ListView<'_> {
    ListView { of: list.heading, names: &list.names }
}

fn code(code: &Code) -> CodeView {
    CodeView { code: code.id, title: code.title, explanation: code.explanation }
}
