//! Carrying out an approved plan.
//!
//! Steps run one after the other; the first failure ends the run, and everything after it is not started. What steps have
//! asked for without waiting (loads) is waited for together. Then every target is read again: marks are completed with
//! what the server said back, and a plan made from that reading must be empty.

use super::{Looked, Session};
use crate::approve::ApprovedPlan;
use crate::backend::{EngineError, FailureKind, Renewal, Seal};
use crate::definition::{Backend, ObjectName};
use crate::desire::Desire;
use crate::diff::Outdated;
use crate::journal::Journal;
use crate::mark::{Mark, MarkState, Parts};
use crate::name::Name;
use crate::plan::{Plan, Step, TargetPlan};
use crate::report::{Outcome, Report, StepReport};
use crate::target::TargetName;
use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

/// What a person watching is told.
#[derive(Debug, Clone)]
pub enum Progress<'a> {
    /// A step is about to be sent.
    Step {
        /// The step.
        step: &'a Step,
        /// Of how many.
        of: usize,
    },
    /// Somebody asked that the run end, and the step that is under way is waited for.
    Stopping,
    /// Loads are waited for.
    Settling,
    /// What an earlier run left at work is waited for.
    Waiting {
        /// What it is.
        what: &'a str,
    },
    /// The targets are read again.
    Checking,
}

impl Session {
    /// Carries out a plan, and looks again.
    pub async fn execute(
        &mut self,
        approved: &ApprovedPlan,
        desire: &Desire,
        journal: &mut Journal,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Report {
        let began = Instant::now();
        let plan = approved.plan();
        let mut report = Report {
            run: journal.run().to_owned(),
            steps: Vec::new(),
            failure: None,
            converged: None,
            remaining: Vec::new(),
            round_trips: BTreeMap::new(),
            engine_time: BTreeMap::new(),
            took: Duration::ZERO,
            journal_time: Duration::ZERO,
            record_time: Duration::ZERO,
        };
        let outcome = Box::pin(self.carry_out(plan, desire, journal, progress, &mut report)).await;
        if let Err(failure) = outcome {
            report.failure = Some(failure);
        }
        if let Err(error) = journal.finish(&report) {
            report.failure.get_or_insert(journal_failure(&error));
        }
        report.round_trips = self.round_trips();
        report.took = began.elapsed();
        report.journal_time = journal.spent();
        report
    }

    async fn carry_out(
        &mut self,
        plan: &Plan,
        desire: &Desire,
        journal: &mut Journal,
        progress: &mut dyn FnMut(Progress<'_>),
        report: &mut Report,
    ) -> Result<(), EngineError> {
        journal.begin(desire, plan).map_err(|error| journal_failure(&error))?;
        self.settle(progress).await?;
        Box::pin(self.run_steps(plan, journal, progress, report)).await?;
        self.settle(progress).await?;
        let written = |target: &TargetPlan| target.unsealed.is_empty() && target.outdated.is_empty();
        if plan.is_empty() && plan.targets.iter().all(written) {
            report.converged = Some(true);
        } else {
            progress(Progress::Checking);
            self.check(desire, report).await?;
        }
        let began = Instant::now();
        let recording = self.connections.iter_mut().filter_map(|(name, connection)| {
            let target = plan.targets.iter().find(|target| target.target == *name)?;
            Some(connection.record(&target.versions))
        });
        let recorded = futures::future::join_all(recording).await;
        report.record_time += began.elapsed();
        recorded.into_iter().collect()
    }

    /// Waits for loads, of this run or of one that was killed.
    async fn settle(&mut self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), EngineError> {
        for (name, connection) in self.connections.iter_mut().filter(|(_, connection)| connection.unsettled()) {
            progress(Progress::Settling);
            self.stop.or_asked(name.backend, "waiting for loads", connection.settle()).await?;
        }
        Ok(())
    }

    async fn run_steps(
        &mut self,
        plan: &Plan,
        journal: &mut Journal,
        progress: &mut dyn FnMut(Progress<'_>),
        report: &mut Report,
    ) -> Result<(), EngineError> {
        let of = plan.steps().count();
        let mut failure = None;
        for step in plan.steps() {
            let title = step.title();
            let mut entry = StepReport {
                number: step.number,
                target: step.target.clone(),
                title,
                outcome: Outcome::NotStarted,
                took: Duration::ZERO,
            };
            failure = failure.or_else(|| self.stop.check(step.target.backend).err());
            if failure.is_none() {
                progress(Progress::Step { step, of });
                let began = Instant::now();
                let result = Box::pin(self.run_step(step, &entry.title, journal, progress)).await;
                entry.took = began.elapsed();
                *report.engine_time.entry(step.target.clone()).or_default() += entry.took;
                (entry.outcome, failure) = match result {
                    Ok(()) => (Outcome::Done, None),
                    Err((outcome, error)) => (outcome, Some(error)),
                };
            }
            report.steps.push(entry);
        }
        failure.map_or(Ok(()), Err)
    }

    async fn run_step(
        &mut self,
        step: &Step,
        title: &str,
        journal: &mut Journal,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), (Outcome, EngineError)> {
        journal.start(step, title).map_err(|error| (Outcome::NotStarted, journal_failure(&error)))?;
        let result = match self.connections.get_mut(&step.target) {
            Some(connection) => {
                let told = || progress(Progress::Stopping);
                let run = Box::pin(connection.run(step));
                self.stop.or_at_once(step.target.backend, title, run, told).await
            }
            // A plan is made from open connections only.
            None => Ok(()),
        };
        let outcome = match &result {
            Ok(()) => Outcome::Done,
            Err(error) if error.kind == FailureKind::InDoubt => Outcome::InDoubt,
            Err(_) => Outcome::Failed,
        };
        journal.end(step, outcome, result.as_ref().err()).map_err(|error| (outcome, journal_failure(&error)))?;
        result.map_err(|error| (outcome, error))
    }

    /// Reads everything again, completes marks, and notes whether anything is left to do.
    async fn check(&mut self, desire: &Desire, report: &mut Report) -> Result<(), EngineError> {
        let (plan, looked) = self.look(desire, &report.run).await.map_err(first)?;
        let began = Instant::now();
        for (target, looked) in plan.targets.iter().zip(&looked) {
            let seals = seals(&target.unsealed, looked, &report.run);
            let Some(connection) = self.connections.get_mut(&target.target) else { continue };
            if !seals.is_empty() {
                connection.seal(&seals).await?;
            }
            if !target.outdated.is_empty() {
                connection.renew(&renewal(&target.outdated, looked, &report.run)).await?;
            }
        }
        report.record_time += began.elapsed();
        report.remaining = plan.steps().map(Step::title).collect();
        report.remaining.extend(plan.found.errors_only().map(|found| found.message.clone()));
        report.converged = Some(report.remaining.is_empty());
        Ok(())
    }
}

fn seals(unsealed: &BTreeMap<ObjectName, Parts>, looked: &Looked, run: &str) -> BTreeMap<ObjectName, Seal> {
    let seal = |(name, parts): (&ObjectName, &Parts)| {
        let object = &looked.wanted.objects.get(name)?.desired.object;
        Some((name.clone(), Seal::of(object, parts.clone(), &looked.wanted.deployment.name, run)))
    };
    unsealed.iter().filter_map(seal).collect()
}

/// Marks as they are, but for the deployment and the run.
fn renewal(outdated: &Outdated, looked: &Looked, run: &str) -> Renewal {
    let anew = |name: &Name, mark: Option<&Mark>| {
        let deployment = looked.wanted.deployment.name.clone();
        mark.map(|mark| (name.clone(), Mark { deployment, run: run.to_owned(), ..mark.clone() }))
    };
    let (namespaces, roles) = (&looked.actual.namespaces, &looked.actual.roles);
    let namespace = |name: &Name| anew(name, namespaces.get(name).and_then(MarkState::mark));
    let role = |name: &Name| anew(name, roles.get(name).and_then(|role| role.mark.mark()));
    Renewal {
        namespaces: outdated.namespaces.iter().filter_map(namespace).collect(),
        roles: outdated.roles.iter().filter_map(role).collect(),
    }
}

fn first(failures: Vec<(TargetName, EngineError)>) -> EngineError {
    failures
        .into_iter()
        .next()
        .map_or_else(|| journal_failure(&io::Error::other("no target answered")), |(_, failure)| failure)
}

fn journal_failure(error: &io::Error) -> EngineError {
    EngineError {
        backend: Backend::Timescaledb,
        kind: FailureKind::Journal,
        attempted: "writing the journal".to_owned(),
        detail: error.to_string(),
        hint: Some(
            "nothing more was sent; make room in the state directory, or name another with --state, and run again"
                .to_owned(),
        ),
    }
}
