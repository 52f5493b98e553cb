//! Definitions as they were applied: which of them a run has proved, and their files.
//!
//! After an apply that converged these are all that it was about. After one that failed they are those that were found
//! equal and those whose step the engine confirmed; of everything else the file stays as it was. A file stays, too, when
//! its object leaves the definition, as the object does.

use super::{Failed, Survey, Tree, Wanted, layout};
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::change::Change;
use whale_storage::definition::ObjectName;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::document::Document;
use whale_storage::plan::Plan;
use whale_storage::report::{Outcome, Report};
use whale_storage::target::TargetName;

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The root, fit to be shown.
    pub(crate) root: String,
    /// Files that are new or changed.
    pub(crate) files: Vec<String>,
    /// How many were as they should be.
    pub(crate) unchanged: usize,
    /// Why the rest was not written.
    pub(crate) failed: Option<String>,
}

/// Looks, before anything is sent, whether the definitions of all these objects can be written.
pub(crate) fn survey(tree: &Tree, desire: &Desire) -> Result<Survey, Diagnostics> {
    tree.survey(&Wanted { folders: BTreeSet::new(), files: places(desire).into_keys().collect() })
}

/// An object in its target.
pub(crate) type Placed = (TargetName, ObjectName);

/// Where each definition lies.
fn places(desire: &Desire) -> BTreeMap<String, Placed> {
    let places = desire.objects().map(|(target, name, desired)| {
        (layout::definition(&desired.object.header().model, name), (target.clone(), name.clone()))
    });
    places.collect()
}

/// Objects of which a run has proved that they are as defined.
pub(crate) fn proved(plan: &Plan, report: &Report, desire: &Desire) -> BTreeSet<Placed> {
    let all: BTreeSet<Placed> = desire.objects().map(|(target, name, _)| (target.clone(), name.clone())).collect();
    match (&report.failure, report.converged) {
        (None, Some(true)) => all,
        // Something differs after every step was done, and which steps are to be believed is not known.
        (_, Some(false)) => BTreeSet::new(),
        _ => {
            let done: BTreeSet<usize> =
                report.steps.iter().filter(|step| step.outcome == Outcome::Done).map(|step| step.number).collect();
            let open = plan.steps().filter(|step| !done.contains(&step.number));
            let open: BTreeSet<Placed> =
                open.filter_map(|step| Some((step.target.clone(), object(&step.change)?.clone()))).collect();
            all.into_iter().filter(|name| !open.contains(name)).collect()
        }
    }
}

fn object(change: &Change) -> Option<&ObjectName> {
    match change {
        Change::CreateObject { object, .. } | Change::AlterObject { object, .. } => Some(object),
        Change::CreateRole { .. }
        | Change::AlterRole { .. }
        | Change::CreateNamespace { .. }
        | Change::OpenNamespace { .. } => None,
    }
}

/// Writes the documents of these objects where they differ from what is there.
pub(crate) fn write(
    tree: &Tree,
    desire: &Desire,
    documents: &BTreeMap<Placed, Document>,
    proved: &BTreeSet<Placed>,
) -> Written {
    let mut written = Written { root: tree.shown(), ..Written::default() };
    let meant: BTreeMap<String, &str> = places(desire)
        .into_iter()
        .filter(|(_, placed)| proved.contains(placed))
        .filter_map(|(path, placed)| Some((path, documents.get(&placed)?.text.as_str())))
        .collect();
    let wanted = Wanted { folders: BTreeSet::new(), files: meant.keys().cloned().collect() };
    let survey = match tree.survey(&wanted) {
        Ok(survey) => survey,
        Err(faults) => {
            let said: Vec<&str> = faults.iter().take(3).map(|fault| fault.message.as_str()).collect();
            written.failed = Some(said.join("; "));
            return written;
        }
    };
    let same = |path: &str, text: &str| survey.files.get(path).and_then(Option::as_deref) == Some(text.as_bytes());
    let differ: Vec<(&str, &str)> =
        meant.iter().map(|(path, text)| (path.as_str(), *text)).filter(|(path, text)| !same(path, text)).collect();
    written.unchanged = meant.len() - differ.len();
    if let Err(Failed { path, error }) = tree.make([], differ, &mut |path| written.files.push(path.to_owned())) {
        written.failed = Some(format!("{path}: {error}"));
    }
    written
}

#[cfg(test)]
mod tests;
