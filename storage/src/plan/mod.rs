//! One ordered plan over all engines.
//!
//! Pure: differences and backends' recipes in, steps out, the same bytes for the same input. A step is one change of one
//! object. Order: TimescaleDB, ClickHouse, Milvus, of each kind the shared target before those of models; within a target
//! roles, namespaces, the version table, tables with those they name before them, aggregates and views. A difference
//! without a recipe is a fault, and a plan with a fault is never carried out.

mod order;
mod statement;

pub use statement::{Call, Statement};

use crate::catalog::{Catalog, Digests, PartKey, Shape, digest_of};
use crate::change::{Cause, Change};
use crate::definition::{Backend, Object, ObjectName};
use crate::desire::{Drawn, HOST_MODEL, Wanted, WantedObject};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::diff::{self, Diff, Outdated};
use crate::document::Document;
use crate::hazard::Hazard;
use crate::mark::{Mark, Parts};
use crate::name::Name;
use crate::raw::Operation;
use crate::target::TargetName;
use serde::Serialize;
use std::collections::BTreeMap;

/// How much of a step happens at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Atomicity {
    /// All of it, or nothing.
    Transaction,
    /// Each statement by itself, in order.
    Statements,
}

/// How a change is carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// What is sent, in order.
    pub statements: Vec<Statement>,
    /// Its dangers.
    pub hazards: Vec<Hazard>,
    /// How much happens at once.
    pub atomicity: Atomicity,
}

/// A part of a change that a backend has no recipe for.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsupported {
    /// Which part.
    pub part: PartKey,
    /// Why, in lower case: `the type of a column cannot be changed yet`.
    pub reason: String,
}

/// What a backend knows, without a connection: what an object's shape is on its server, and how a change is carried out.
pub trait Lower {
    /// The shape of a defined object on this server.
    fn shape(&self, object: &Object) -> Shape;

    /// Of what the deployment, not the author, says of parts.
    fn deployed(&self, _: &Object) -> Digests {
        Digests::new()
    }

    /// An object as it is wanted on this server.
    fn drawn(&self, object: &Object) -> Drawn {
        Drawn::new(self.shape(object), object, &self.deployed(object))
    }

    /// The objects that are made of those that are defined: on most servers, they themselves.
    fn laid_out(&self, wanted: Wanted) -> Wanted {
        wanted
    }

    /// The recipe of a change. For objects, `object` is the definition, and `mark` what is to stand in its comment;
    /// for roles and namespaces there is only the mark.
    fn lower(&self, change: &Change, object: Option<&Object>, mark: &Mark) -> Result<Recipe, Vec<Unsupported>>;

    /// The object as a file for those who review it: what makes it on this server, without its mark. None: this server
    /// cannot make it, or has no such thing.
    fn document(&self, object: &Object) -> Option<Document>;
}

/// One unit of work.
#[derive(Debug, Clone)]
pub struct Step {
    /// From 1, through all engines.
    pub number: usize,
    /// Where it is done.
    pub target: TargetName,
    /// The difference that causes it.
    pub change: Change,
    /// The model it is for.
    pub model: Name,
    /// The role under which it runs; none: as the user of the connection.
    pub role: Option<Name>,
    /// What is sent.
    pub recipe: Recipe,
    /// The row of the version table that goes with it.
    pub version: Option<VersionRow>,
}

impl Step {
    /// What it does, in a few words: `create table language.dialects`.
    pub fn title(&self) -> String {
        match &self.change {
            Change::CreateRole { role, .. } => format!("create role {role}"),
            Change::AlterRole { role, .. } => format!("limit role {role}"),
            Change::CreateNamespace { namespace, .. } => format!("create namespace {namespace}"),
            Change::OpenNamespace { namespace, role, .. } => format!("let {role} create in {namespace}"),
            Change::CreateObject { object, kind } => format!("create {kind} {object}"),
            Change::AlterObject { object, kind, .. } => format!("alter {kind} {object}"),
        }
    }
}

/// A row of `schema_version`, for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct VersionRow {
    /// `namespace.object`.
    pub table_name: String,
    /// Version of the plugin.
    pub version: String,
    /// The author's comment.
    pub description: String,
}

/// The plan for one target.
#[derive(Debug, Clone)]
pub struct TargetPlan {
    /// Which target.
    pub target: TargetName,
    /// Work, in order.
    pub steps: Vec<Step>,
    /// Objects that are as wanted, but whose mark has still to say so, or what the server said back; and what it is to remember.
    pub unsealed: BTreeMap<ObjectName, Parts>,
    /// Namespaces and roles whose mark an older host wrote.
    pub outdated: Outdated,
    /// Rows that the version table should hold once the plan is carried out.
    pub versions: Vec<VersionRow>,
    /// Digest of the state that was compared.
    pub fingerprint: String,
}

/// A plan over all targets.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Plans by target, in order.
    pub targets: Vec<TargetPlan>,
    /// What is worth saying; errors among them forbid the plan.
    pub found: Diagnostics,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.targets.iter().all(|target| target.steps.is_empty())
    }

    /// All steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.targets.iter().flat_map(|target| &target.steps)
    }

    /// Adds a target, whose differences these are: orders them, and takes each one's recipe. `run` names the run in the marks.
    pub fn add(&mut self, wanted: &Wanted, actual: &Catalog, differences: Diff, lower: &dyn Lower, run: &str) {
        let Diff { changes, unsealed, outdated, found, .. } = differences;
        self.found.extend(found);
        let mut steps = Vec::new();
        for change in order::ordered(changes, wanted) {
            let number = self.steps().count() + steps.len() + 1;
            match step(number, change, wanted, lower, run) {
                Ok(step) => steps.push(step),
                Err(faults) => faults.into_iter().for_each(|fault| self.found.push(fault)),
            }
        }
        self.targets.push(TargetPlan {
            target: wanted.target.clone(),
            steps,
            unsealed,
            outdated,
            versions: wanted.objects.values().map(version_row).collect(),
            fingerprint: fingerprint(actual),
        });
    }
}

/// Digest of what was found of a target: names, and what the server said of each.
pub fn fingerprint(catalog: &Catalog) -> String {
    let seen: BTreeMap<String, String> =
        catalog.objects.iter().map(|(name, object)| (name.to_string(), object.seen())).collect();
    let namespaces: Vec<&str> = catalog.namespaces.keys().map(Name::as_str).collect();
    let roles: Vec<(&str, String)> =
        catalog.roles.iter().map(|(name, role)| (name.as_str(), role.limits.digest())).collect();
    digest_of(&(namespaces, roles, seen))
}

/// The mark of an object that remembers these parts.
pub fn mark_of(object: &Object, parts: Parts, deployment: &str, run: &str) -> Mark {
    let header = object.header();
    let mark = Mark::live(deployment, header.id.as_str(), header.model.as_str(), run);
    Mark { parts, settings: object.settings(), ..mark }
}

/// What a mark remembers of an object that a step makes or changes: all that is asked for, and what the server answered of
/// the parts that the step does not touch.
fn remembered(wanted: &Drawn, change: &Change) -> Parts {
    let mut parts = match change {
        Change::AlterObject { kept, .. } => kept.clone(),
        _ => Parts::default(),
    };
    for (key, asked) in &wanted.asked {
        if parts.get(key).is_none() {
            parts.put(key, *asked, None);
        }
    }
    parts
}

fn version_row(wanted: &WantedObject) -> VersionRow {
    let header = wanted.desired.object.header();
    VersionRow {
        table_name: header.name.to_string(),
        version: wanted.desired.version.to_string(),
        description: header.comment.clone(),
    }
}

fn step(number: usize, change: Change, wanted: &Wanted, lower: &dyn Lower, run: &str) -> Result<Step, Vec<Diagnostic>> {
    let target = wanted.target.clone();
    let object = match &change {
        Change::CreateObject { object, .. } | Change::AlterObject { object, .. } => wanted.objects.get(object),
        Change::CreateRole { .. }
        | Change::AlterRole { .. }
        | Change::CreateNamespace { .. }
        | Change::OpenNamespace { .. } => None,
    };
    let deployment = wanted.deployment.name.as_str();
    let plain_mark = |name: &Name, model: &Name| Mark::live(deployment, name.as_str(), model.as_str(), run);
    let (model, mark) = match (&change, object) {
        (Change::AlterRole { role, model, wanted, .. }, _) => {
            let settings = wanted.keys().map(ToString::to_string).collect();
            (model.clone(), Mark { settings, ..plain_mark(role, model) })
        }
        (
            Change::CreateRole { role: name, model, .. }
            | Change::CreateNamespace { namespace: name, model, .. }
            | Change::OpenNamespace { namespace: name, model, .. },
            _,
        ) => (model.clone(), plain_mark(name, model)),
        (_, Some(wanted)) => {
            let defined = &wanted.desired.object;
            let parts = remembered(&wanted.drawn, &change);
            (defined.header().model.clone(), mark_of(defined, parts, deployment, run))
        }
        // `diff` names only objects that are wanted.
        (_, None) => return Err(Vec::new()),
    };
    if let Some(fault) = object.and_then(|wanted| not_granted(&change, wanted)) {
        return Err(vec![fault]);
    }
    let role = (target.backend == Backend::Timescaledb && object.is_some() && model.as_str() != HOST_MODEL)
        .then(|| diff::role_of(&model));
    let recipe = lower
        .lower(&change, object.map(|wanted| &wanted.desired.object), &mark)
        .map_err(|parts| parts.into_iter().map(|part| refused(&change, &part, wanted, object)).collect::<Vec<_>>())?;
    Ok(Step { number, target, change, model, role, recipe, version: object.map(version_row) })
}

/// A change whose operation the plugin did not ask for, or was not granted.
fn not_granted(change: &Change, wanted: &WantedObject) -> Option<Diagnostic> {
    let operation = match change {
        Change::AlterObject { .. } => Operation::Alter,
        _ => Operation::Create,
    };
    let word = operation.word();
    let object = &wanted.desired.object;
    (!wanted.desired.operations.contains(&operation)).then(|| {
        Diagnostic::error(
            codes::plan::OPERATION,
            format!("{}/{}", change.backend(), object.name()),
            format!("the plan would {word} {}, which the plugin did not ask for or was not granted", object.name()),
        )
        .of(wanted.desired.plugin.as_str())
        .help(format!(
            "name `{word}` in the plugin's requests, and in operations of [plugins.{}] in whale.toml",
            wanted.desired.plugin
        ))
    })
}

fn refused(change: &Change, unsupported: &Unsupported, wanted: &Wanted, object: Option<&WantedObject>) -> Diagnostic {
    if let Change::AlterRole { model, .. } = change {
        return diff::no_limit(wanted, model, &unsupported.part.name, &unsupported.reason);
    }
    let backend = change.backend();
    let path =
        object.map_or_else(|| backend.to_string(), |wanted| format!("{backend}/{}", wanted.desired.object.name()));
    let name = object.map_or_else(String::new, |wanted| format!("{}: ", wanted.desired.object.name()));
    let cause = match change {
        Change::AlterObject { causes, .. } => causes.get(&unsupported.part),
        _ => None,
    };
    let by_others = match cause {
        Some(Cause::Drift) => "somebody else changed it in the database, and ",
        Some(Cause::Both) => "the definition changed it, so did somebody else in the database, and ",
        None => "",
    };
    let fault = Diagnostic::error(
        codes::plan::UNSUPPORTED_CHANGE,
        format!("{path}/{}", unsupported.part),
        format!("{name}{}: {by_others}{}", unsupported.part, unsupported.reason),
    )
    .help(match change {
        Change::AlterObject { .. } if cause == Some(&Cause::Drift) => {
            "set it back in the database as it is defined, or define it as it stands there"
        }
        Change::AlterObject { .. } => {
            "change the definition back, or define the object under another name; what exists stays as it is"
        }
        _ => "this server cannot make it: change the server as said, or the definition",
    });
    match object {
        Some(wanted) => fault.of(wanted.desired.plugin.as_str()).at(wanted.desired.object.header().origin.as_ref()),
        None => fault,
    }
}
