//! Units given to a live engine through the library's own session, and what came of each.
//!
//! A batch is one plan. What an engine refuses is found by the step that failed, and what does not compare equal
//! afterwards by the names in the second plan; where neither tells, the batch is halved.

use super::unit::{Unit, together};
use super::{MODEL, text};
use crate::clients;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::task::{LocalSet, spawn_local};
use whale_storage::approve::ApprovedPlan;
use whale_storage::backend::Address;
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::hazard::Hazard;
use whale_storage::journal::Journal;
use whale_storage::plan::Plan;
use whale_storage::raw::{CapabilityRequest, ModelDefinition, Operation, PluginInfo};
use whale_storage::report::{Outcome, Report};
use whale_storage::session::Session;
use whale_storage::target::Layout;
use whale_storage::validate::{Against, Granted, validate};

/// What came of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// A finding of the first plan, before anything was sent. With the codes.
    Planned(Vec<String>),
    /// Applied, and a second plan is empty.
    Done,
    /// What must not be.
    Fault(Fault),
}

/// What must not be, of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The engine refused a step.
    Refused(String),
    /// A second plan is not empty: what still differs, each with the wanted and the found text.
    Differs(Vec<Difference>),
    /// A panic, or an error where none can be.
    Broken(String),
}

/// A part that is not as wanted afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `check constraint: condition`.
    pub part: String,
    pub wanted: String,
    pub found: String,
}

/// One engine under the hunt.
pub struct Live {
    pub engine: Backend,
    address: Address,
    against: Against,
    info: PluginInfo,
    state: cap_std::fs::Dir,
    /// How many plans were made.
    pub plans: std::cell::Cell<usize>,
    _folder: tempfile::TempDir,
}

impl Live {
    /// Looks which version is there.
    #[allow(clippy::disallowed_methods, reason = "a test has a folder of its own")]
    pub async fn new(engine: Backend) -> Self {
        // The journal is flushed before and after each step; in memory that costs nothing.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let state = cap_std::fs::Dir::open_ambient_dir(folder.path(), cap_std::ambient_authority()).unwrap();
        let (address, against) = (address(engine), Against::oldest());
        let mut live = Self {
            engine,
            address,
            against,
            info: info(engine),
            state,
            plans: std::cell::Cell::new(0),
            _folder: folder,
        };
        let session = live.open().await.unwrap();
        for (_, server) in session.servers() {
            live.against.set(server.backend, server.version.unwrap());
        }
        session.close().await;
        live
    }

    async fn open(&self) -> Result<Session, String> {
        let (session, failures) = Session::open(&BTreeMap::from([(self.engine.into(), self.address.clone())])).await;
        match failures.first() {
            None => Ok(session),
            Some((_, failure)) => Err(failure.to_string()),
        }
    }

    /// Removes everything that a batch has made.
    pub async fn forget(&self) {
        match self.engine {
            Backend::Timescaledb => clients::forget_timescaledb(MODEL).await,
            Backend::Clickhouse => clients::forget_clickhouse(MODEL).await,
            Backend::Milvus => clients::forget_milvus(MODEL).await,
        }
    }

    /// What `validate` says: what is wanted, or why not.
    pub fn judge(&self, definition: &ModelDefinition) -> Result<Result<Desire, Diagnostics>, String> {
        let judged = std::panic::catch_unwind(AssertUnwindSafe(|| {
            let (definition, mut found) = validate(&self.info, definition, "", &Granted::default(), &self.against);
            let (desire, clashes) = Desire::merge(definition.as_slice(), &Layout::default());
            found.extend(clashes);
            if found.errors() == 0 { Ok(desire) } else { Err(found) }
        }));
        judged.map_err(|panic| panicked(panic.as_ref()))
    }

    /// What comes of each unit of a batch. It is there until the next one.
    pub async fn batch(&self, units: &[Unit]) -> BTreeMap<u64, Met> {
        let mut met = BTreeMap::new();
        let mut queue = vec![units.to_vec()];
        while let Some(units) = queue.pop() {
            self.forget().await;
            let mut left = units.clone();
            let ended = self.caught(&mut left, &mut met).await;
            if let Err(fault) = ended {
                if let [unit] = left.as_slice() {
                    met.insert(unit.number, Met::Fault(Fault::Broken(fault)));
                } else if !left.is_empty() {
                    let half = left.split_off(left.len() / 2);
                    queue.extend([left, half]);
                }
            }
        }
        met
    }

    /// The same for the whole batch at once; a panic of the library is an error. What is settled leaves `left`.
    async fn caught(&self, left: &mut Vec<Unit>, met: &mut BTreeMap<u64, Met>) -> Result<(), String> {
        let mut made = BTreeSet::new();
        while !left.is_empty() {
            let desire = match self.judge(&together(left.iter()))? {
                Ok(desire) => desire,
                Err(found) => return Err(format!("together: {}", listed(&found))),
            };
            self.plans.set(self.plans.get() + 1);
            let (one, address) = (desire.clone(), self.address.clone());
            let (state, engine) = (self.state.try_clone().unwrap(), self.engine);
            let local = LocalSet::new();
            let applied = local
                .run_until(async move { spawn_local(async move { apply(engine, &address, &one, &state).await }).await })
                .await;
            let applied = applied.map_err(|error| panicked(error.into_panic().as_ref()))??;
            if self.settle(applied, &desire, left, met, &mut made).await? {
                break;
            }
        }
        Ok(())
    }

    /// Takes out of `left` what an apply has settled. Returns whether all of it is.
    async fn settle(
        &self,
        applied: Applied,
        desire: &Desire,
        left: &mut Vec<Unit>,
        met: &mut BTreeMap<u64, Met>,
        made: &mut BTreeSet<u64>,
    ) -> Result<bool, String> {
        match applied {
            Applied::NotPlanned(found) => {
                let mut blamed: BTreeMap<u64, Vec<(String, String)>> = BTreeMap::new();
                for one in found.errors_only() {
                    let unit = owner(left, &format!("{} {}", one.path, one.message));
                    let unit = unit.ok_or_else(|| listed(&found))?;
                    blamed.entry(unit).or_default().push((one.code.id.to_owned(), one.message.clone()));
                }
                let differences = if blamed.keys().any(|unit| made.contains(unit)) {
                    differences(self.engine, &self.address, desire).await
                } else {
                    Vec::new()
                };
                for (unit, found) in blamed {
                    let (codes, said) = found.into_iter().unzip();
                    let what = if made.contains(&unit) {
                        Met::Fault(differs(left, unit, &differences, said))
                    } else {
                        Met::Planned(codes)
                    };
                    met.insert(unit, what);
                    left.retain(|one| one.number != unit);
                }
                Ok(false)
            }
            Applied::Failed(report) => {
                let failure = report.failure.map(|failure| failure.to_string()).unwrap_or_default();
                let failed =
                    report.steps.iter().find(|step| matches!(step.outcome, Outcome::Failed | Outcome::InDoubt));
                let unit = failed.and_then(|step| owner(left, &step.title)).ok_or_else(|| failure.clone())?;
                let done = report.steps.iter().filter(|step| step.outcome == Outcome::Done);
                made.extend(done.filter_map(|step| owner(left, &step.title)));
                met.insert(unit, Met::Fault(Fault::Refused(failure)));
                left.retain(|one| one.number != unit);
                Ok(false)
            }
            Applied::Remains(said) => {
                let differences = differences(self.engine, &self.address, desire).await;
                let blamed: BTreeSet<u64> = said.iter().filter_map(|one| owner(left, one)).collect();
                if blamed.is_empty() {
                    return Err(format!("a second plan is not empty: {}", said.join("; ")));
                }
                for unit in &blamed {
                    met.insert(*unit, Met::Fault(differs(left, *unit, &differences, said.clone())));
                }
                left.retain(|one| !blamed.contains(&one.number));
                met.extend(left.drain(..).map(|unit| (unit.number, Met::Done)));
                Ok(true)
            }
            Applied::Converged => {
                met.extend(left.drain(..).map(|unit| (unit.number, Met::Done)));
                Ok(true)
            }
        }
    }
}

/// What came of a plan over several units.
enum Applied {
    NotPlanned(Diagnostics),
    Failed(Box<Report>),
    /// What the second plan, or the one of a fresh session, still says.
    Remains(Vec<String>),
    Converged,
}

async fn apply(
    engine: Backend,
    address: &Address,
    desire: &Desire,
    state: &cap_std::fs::Dir,
) -> Result<Applied, String> {
    let open = async || {
        let (session, failures) = Session::open(&BTreeMap::from([(engine.into(), address.clone())])).await;
        failures.first().map_or(Ok(session), |(_, failure)| Err(failure.to_string()))
    };
    let first = |failures: Vec<(whale_storage::target::TargetName, whale_storage::backend::EngineError)>| {
        failures.first().map(|(_, failure)| failure.to_string()).unwrap_or_default()
    };
    let mut session = open().await?;
    let plan = match session.plan(desire, "hunt").await {
        Ok(plan) => plan,
        Err(failures) => {
            session.close().await;
            return Err(first(failures));
        }
    };
    let approved = match ApprovedPlan::approve(plan, &BTreeSet::from(Hazard::ALL)) {
        Ok(approved) => approved,
        Err(found) => {
            session.close().await;
            return Ok(Applied::NotPlanned(found));
        }
    };
    let mut journal = Journal::open(state, "hunt", "whale-host apply").unwrap();
    let report = session.execute(&approved, desire, &mut journal, &mut |_| {}).await;
    session.close().await;
    if report.failure.is_some() {
        return Ok(Applied::Failed(Box::new(report)));
    }
    // As another run would see it: over a connection of its own.
    let mut session = open().await?;
    let again = session.plan(desire, "again").await;
    session.close().await;
    let mut said = remaining(&again.map_err(first)?);
    said.extend(report.remaining.clone());
    Ok(if said.is_empty() && report.converged == Some(true) { Applied::Converged } else { Applied::Remains(said) })
}

/// What a plan that has to be empty says.
fn remaining(plan: &Plan) -> Vec<String> {
    let errors = plan.found.errors_only().map(|one| format!("{}: {}", one.path, one.message));
    let unsealed = plan.targets.iter().flat_map(|target| target.unsealed.keys());
    let unsealed = unsealed.map(|name| format!("the mark of {name} is completed again"));
    plan.steps().map(whale_storage::plan::Step::title).chain(errors).chain(unsealed).collect()
}

/// The unit of an object that a text names with its namespace.
fn owner(units: &[Unit], text: &str) -> Option<u64> {
    let mut words = text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.')));
    words.find_map(|word| {
        let name = word.trim_end_matches('.').strip_prefix(MODEL)?.strip_prefix('.')?;
        units.iter().find(|unit| unit.names().iter().any(|one| one == name)).map(|unit| unit.number)
    })
}

fn differs(units: &[Unit], unit: u64, all: &[(String, Difference)], said: Vec<String>) -> Fault {
    let names = units.iter().find(|one| one.number == unit).map(Unit::names).unwrap_or_default();
    let of: Vec<Difference> =
        all.iter().filter(|(object, _)| names.contains(object)).map(|(_, difference)| difference.clone()).collect();
    if !of.is_empty() {
        return Fault::Differs(of);
    }
    let own = said.into_iter().filter(|one| owner(units, one).is_none_or(|owner| owner == unit));
    Fault::Differs(own.map(|part| Difference { part, wanted: String::new(), found: String::new() }).collect())
}

pub(super) use super::by_value::differences;

/// Errors in a line.
pub fn listed(found: &Diagnostics) -> String {
    let one = |one: &whale_storage::diagnostic::Diagnostic| format!("{} {}: {}", one.code.id, one.path, one.message);
    found.errors_only().map(one).collect::<Vec<_>>().join("; ")
}

fn panicked(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    format!("panic: {}", text::first_line(&text.unwrap_or_default()))
}

fn info(engine: Backend) -> PluginInfo {
    PluginInfo {
        name: MODEL.to_owned(),
        version: "0.1.0".to_owned(),
        model: MODEL.to_owned(),
        summary: "a hunt".to_owned(),
        parameters: Vec::new(),
        requests: CapabilityRequest {
            databases: vec![engine],
            namespaces: Vec::new(),
            operations: Operation::ALL.to_vec(),
        },
    }
}

fn address(engine: Backend) -> Address {
    let variable = match engine {
        Backend::Timescaledb => "TIMESCALEDB_URL",
        Backend::Clickhouse => "CLICKHOUSE_URL",
        Backend::Milvus => "MILVUS_URL",
    };
    Address {
        url: clients::address(variable).to_string(),
        authority: None,
        connect_timeout: Duration::from_mins(1),
        statement_timeout: Duration::from_mins(2),
        prefix: String::new(),
        model_users: false,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    }
}
