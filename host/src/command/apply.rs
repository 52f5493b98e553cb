//! `apply`: carries out what `plan` shows, and looks again.
//!
//! Where nobody is asked, the lock is taken first, so that the plan that is shown is the one that is carried out and the
//! engines are read once. Where a person is asked, nobody else waits for the answer: the plan is made again under the
//! lock, and if it has become another one it is shown and asked about again.
//!
//! Before the first step Ctrl-C ends the program, which has changed nothing. From then on the run ends with its report.
//!
//! Where there is a storage tree, whether definitions can be written there is looked at before anything is sent.

use super::targets::{self, Wanted};
use crate::cli::{Format, Selection};
use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::printer::Printer;
use crate::render::page::Page;
use crate::render::{self, Applied, Output, Places, Planned, Spent};
use crate::sandbox;
use crate::settings::Settings;
use crate::tree::Tree;
use crate::tree::definitions::{self, Written};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use whale_storage::approve::ApprovedPlan;
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::{Diagnostics, Severity};
use whale_storage::hazard::Hazard;
use whale_storage::journal::Journal;
use whale_storage::plan::Plan;
use whale_storage::report::Report;
use whale_storage::session::{Session, Stop};

/// How to go about it.
pub(super) struct How {
    /// Hazards that are allowed.
    pub(super) allowed: BTreeSet<Hazard>,
    /// Do not ask.
    pub(super) yes: bool,
    /// How long to wait for another applier.
    pub(super) wait: Duration,
    /// Root of the storage tree.
    pub(super) root: Option<PathBuf>,
    /// The command line.
    pub(super) typed: String,
}

/// Applies.
pub(super) fn run(
    settings: &Settings,
    selection: &Selection,
    how: &How,
    printer: &mut Printer,
) -> Result<Ending, Failure> {
    let prepared = targets::prepare(settings, selection)?;
    let tree = Tree::named(settings, how.root.as_deref());
    if let Some(tree) = &tree {
        definitions::survey(tree, &prepared.desire).map_err(Failure::Refused)?;
    }
    let name = targets::run_name();
    let state = settings.folders.open_state(settings.files)?;
    let journal = Journal::open(&state, &name, &how.typed).map_err(|error| {
        Failure::World(vec![
            Trouble::new("state", "opening the journal").because(&error).hint("name another folder with --state DIR"),
        ])
    })?;
    targets::block(async {
        // The lock of appliers stands on TimescaleDB, whatever is applied.
        let mut needed = prepared.desire.needed();
        needed.insert(Backend::Timescaledb.into());
        let mut session = targets::open(&prepared.targets, &needed).await?;
        let places = targets::places(&session, &prepared.targets);
        let Wanted { desire, found, spent } = prepared.for_servers(settings, selection, &session)?;
        let stop = Stop::default();
        let mut run = Run { how, printer, session: &mut session, desire: &desire, journal, name: &name, stop };
        let done = run.apply(&places).await;
        let interrupted = run.stop.clone();
        sandbox::heed(None);
        run.printer.progress_end();
        // Under the lock still, so that two appliers do not write at once.
        let written =
            tree.as_ref().zip(done.as_ref().ok()).and_then(|(tree, done)| keep(tree, done, &session, &desire));
        let round_trips = session.round_trips();
        if !interrupted.at_once() {
            session.close().await;
        }
        let done = done?;
        let spent = Spent { round_trips, ..spent };
        let planned = |plan: Plan| Planned { plan, desire, places, spent };
        let mut ending = ending(done, written, planned, how.typed.clone(), found);
        if interrupted.asked() {
            ending.exit = Exit::Interrupted;
        }
        Ok(ending)
    })
}

/// One apply.
struct Run<'a> {
    how: &'a How,
    printer: &'a mut Printer,
    session: &'a mut Session,
    desire: &'a Desire,
    journal: Journal,
    name: &'a str,
    stop: Stop,
}

/// How far an apply came.
enum Done {
    /// The plan is forbidden.
    Refused(Plan, Diagnostics),
    /// The person said no.
    Declined(Plan),
    /// It was carried out, or begun.
    Ran(Plan, Box<Report>),
}

impl Run<'_> {
    async fn apply(&mut self, places: &Places) -> Result<Done, Failure> {
        let ask = !self.how.yes && self.printer.attended();
        let mut locked = !ask;
        if locked {
            self.lock().await?;
        }
        let mut plan = self.session.plan(self.desire, self.name).await?;
        loop {
            self.show(&plan, places);
            let approved = match ApprovedPlan::approve(plan.clone(), &self.how.allowed) {
                Ok(approved) => approved,
                Err(faults) => return Ok(Done::Refused(plan, faults)),
            };
            let steps = render::style::count(plan.steps().count(), "step");
            if ask && !plan.is_empty() && !self.printer.ask("carry out ", format_args!("{steps}?")) {
                return Ok(Done::Declined(plan));
            }
            if !locked {
                self.lock().await?;
                locked = true;
                let again = self.session.plan(self.desire, self.name).await?;
                if differs(&plan, &again) {
                    self.printer.say("the engines have changed in the meantime; the plan is another one now", "");
                    plan = again;
                    continue;
                }
            }
            self.heed_signals();
            let printer = &mut *self.printer;
            let mut progress = |progress: whale_storage::session::Progress<'_>| printer.progress(&progress);
            let report = self.session.execute(&approved, self.desire, &mut self.journal, &mut progress).await;
            return Ok(Done::Ran(plan, Box::new(report)));
        }
    }

    /// From here on Ctrl-C ends the run after its step, twice at once, and only the third time the host.
    fn heed_signals(&mut self) {
        self.session.heed(self.stop.clone());
        let stop = self.stop.clone();
        sandbox::heed(Some(Box::new(move || stop.ask() <= 2)));
    }

    async fn lock(&mut self) -> Result<(), Failure> {
        let printer = &mut *self.printer;
        Ok(self.session.lock(self.how.wait, &mut |progress| printer.progress(&progress)).await?)
    }

    /// The plan, before anything is done. A machine gets it with the report.
    fn show(&mut self, plan: &Plan, places: &Places) {
        if self.printer.format() == Format::Text && !self.printer.quiet() {
            let planned = Planned {
                plan: plan.clone(),
                desire: self.desire.clone(),
                places: places.clone(),
                spent: Spent::default(),
            };
            let mut page = Page::new(self.printer.out_style());
            render::text::plan::plan(&mut page, &planned);
            self.printer.result(&page);
        }
    }
}

/// Writes the definitions that the run has proved into the tree.
fn keep(tree: &Tree, done: &Done, session: &Session, desire: &Desire) -> Option<Written> {
    let Done::Ran(plan, report) = done else { return None };
    let proved = definitions::proved(plan, report, desire);
    Some(definitions::write(tree, desire, &session.documents(desire), &proved))
}

/// Whether two plans differ in what was found or in what would be done.
fn differs(one: &Plan, other: &Plan) -> bool {
    let found = |plan: &Plan| -> Vec<String> { plan.targets.iter().map(|target| target.fingerprint.clone()).collect() };
    let titles = |plan: &Plan| -> Vec<String> { plan.steps().map(whale_storage::plan::Step::title).collect() };
    found(one) != found(other) || titles(one) != titles(other)
}

fn ending(
    done: Done,
    written: Option<Written>,
    planned: impl FnOnce(Plan) -> Planned,
    command: String,
    mut found: Diagnostics,
) -> Ending {
    let (plan, report, mut exit, refused) = match done {
        Done::Refused(plan, faults) => (plan, None, Exit::Refused, Some(faults)),
        Done::Declined(plan) => (plan, None, Exit::Refused, None),
        Done::Ran(plan, report) => {
            let exit = if report.succeeded() { Exit::Done } else { Exit::Failed };
            (plan, Some(*report), exit, None)
        }
    };
    plan.found
        .iter()
        .filter(|found| found.severity == Severity::Warning)
        .for_each(|warning| found.push(warning.clone()));
    found.extend(refused.unwrap_or_default());
    let mut troubles = report.as_ref().map(troubles).unwrap_or_default();
    if let Some(trouble) = written.as_ref().and_then(unwritten) {
        troubles.push(trouble);
        exit = Exit::Failed;
    }
    let applied = Applied { planned: planned(plan), report, tree: written, command };
    Ending { exit, output: Some(Output::Applied(Box::new(applied))), found, troubles }
}

fn troubles(report: &Report) -> Vec<Trouble> {
    let failure = report.failure.clone().map(Trouble::from);
    let left = (report.converged == Some(false)).then(|| {
        let message = "every step was done, and a plan made afterwards is not empty";
        Trouble {
            causes: report.remaining.iter().take(20).cloned().collect(),
            ..Trouble::new("not-converged", message)
        }
        .hint("apply again; if it stays so, this is a fault of whale-host")
    });
    failure.into_iter().chain(left).collect()
}

/// Definitions that were applied and could not be written down.
fn unwritten(written: &Written) -> Option<Trouble> {
    let cause = written.failed.as_ref()?;
    let message = format!("writing definitions as applied into the storage tree {}", written.root);
    let hint = "the engines are as the report says; apply again to write what is missing";
    Some(Trouble::new("tree", message).because(cause).hint(hint))
}
