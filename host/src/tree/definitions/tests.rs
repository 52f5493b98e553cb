//! Which definitions are written after which end of a run, with the host's own objects as the model.

#![allow(clippy::disallowed_methods, reason = "a test is its own main")]

use super::*;
use crate::settings::files::Files;
use std::fs;
use std::path::Path;
use std::time::Duration;
use whale_storage::backend::memory::MemoryLower;
use whale_storage::catalog::Catalog;
use whale_storage::definition::Backend;
use whale_storage::diff::diff;
use whale_storage::plan::Lower as _;
use whale_storage::report::StepReport;
use whale_storage::target::Layout;
use whale_storage::version_table;
use whale_storage::word::Spoken;

/// A plan that makes the version table of every engine, and what is wanted.
fn planned() -> (Plan, Desire) {
    let own = Backend::ALL.map(|backend| version_table::definition(backend, "").unwrap());
    let (desire, _) = Desire::merge(&own, &Layout::default());
    let mut plan = Plan::default();
    for backend in Backend::ALL {
        let wanted = desire.for_target(&backend.into(), |object| MemoryLower.drawn(object));
        let actual = Catalog::empty(backend);
        plan.add(&wanted, &actual, diff(&wanted, &actual, &Spoken::new()), &MemoryLower, "run");
    }
    (plan, desire)
}

/// A run in which steps about objects of the first engines were done, and one was left as it says.
fn report(plan: &Plan, done: &[Backend], otherwise: Outcome, converged: Option<bool>) -> Report {
    let step = |step: &whale_storage::plan::Step| StepReport {
        number: step.number,
        target: step.target.clone(),
        title: step.title(),
        outcome: if done.contains(&step.target.backend) { Outcome::Done } else { otherwise },
        took: Duration::ZERO,
    };
    Report {
        run: "run".to_owned(),
        steps: plan.steps().map(step).collect(),
        failure: None,
        converged,
        remaining: Vec::new(),
        round_trips: BTreeMap::new(),
        engine_time: BTreeMap::new(),
        took: Duration::ZERO,
        journal_time: Duration::ZERO,
        record_time: Duration::ZERO,
    }
}

fn backends(placed: &BTreeSet<Placed>) -> Vec<Backend> {
    placed.iter().map(|(target, _)| target.backend).collect()
}

#[test]
fn a_run_that_failed_proves_what_it_did_and_what_was_there() {
    let (plan, desire) = planned();
    let done = [Backend::Timescaledb, Backend::Clickhouse];
    for otherwise in [Outcome::InDoubt, Outcome::Failed, Outcome::NotStarted] {
        assert_eq!(backends(&proved(&plan, &report(&plan, &done, otherwise, None), &desire)), done);
    }
    let nothing = Plan::default();
    let before_the_first_step = report(&nothing, &[], Outcome::NotStarted, None);
    assert_eq!(backends(&proved(&nothing, &before_the_first_step, &desire)), Backend::ALL, "all were found equal");
    assert_eq!(backends(&proved(&plan, &before_the_first_step, &desire)), [], "no step has a report");
}

#[test]
fn a_run_that_converged_proves_everything_and_one_that_did_not_nothing() {
    let (plan, desire) = planned();
    let of =
        |converged| backends(&proved(&plan, &report(&plan, &Backend::ALL, Outcome::Done, Some(converged)), &desire));
    assert_eq!(of(true), Backend::ALL);
    assert_eq!(of(false), []);
}

fn tree(root: &Path) -> Tree {
    Tree::at(root, Files::new(cap_std::ambient_authority()))
}

fn all(desire: &Desire) -> BTreeSet<Placed> {
    desire.objects().map(|(target, name, _)| (target.clone(), name.clone())).collect()
}

fn documents(desire: &Desire, text: &str) -> BTreeMap<Placed, Document> {
    let document = || Document { ending: "sql", text: text.to_owned() };
    all(desire).into_iter().map(|placed| (placed, document())).collect()
}

#[test]
fn only_what_differs_is_written_and_what_was_not_proved_stays() {
    let (_, desire) = planned();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("new/tree");
    let all = all(&desire);
    let first = write(&tree(&root), &desire, &documents(&desire, "one"), &all);
    assert_eq!((first.files.len(), first.unchanged, first.failed), (3, 0, None));
    let second = write(&tree(&root), &desire, &documents(&desire, "one"), &all);
    assert_eq!((second.files.len(), second.unchanged, second.failed), (0, 3, None));
    let some = all.iter().filter(|(target, _)| target.backend == Backend::Milvus).cloned().collect();
    let third = write(&tree(&root), &desire, &documents(&desire, "two"), &some);
    assert_eq!((third.files, third.unchanged), (vec!["shared/db/schemas/milvus/schema_version.json".to_owned()], 0));
    assert_eq!(fs::read_to_string(root.join("shared/db/schemas/timescaledb/schema_version.sql")).unwrap(), "one");
}

#[test]
fn what_came_into_the_way_since_it_was_looked_at_is_told() {
    let (_, desire) = planned();
    let folder = tempfile::tempdir().unwrap();
    let tree = tree(folder.path());
    survey(&tree, &desire).unwrap();
    std::os::unix::fs::symlink("/tmp", folder.path().join("shared")).unwrap();
    let written = write(&tree, &desire, &documents(&desire, "one"), &all(&desire));
    assert!(written.files.is_empty() && written.failed.unwrap().contains("shared in the storage tree"));
}
