//! A case on a live engine: what is there is made, what is wanted is planned and applied, and every difference from what the
//! case expects is told, in the words that stand in the case.
//!
//! What holds for every case is checked though no case says it: a refused plan changes nothing; one that is not refused
//! needs each of its hazards allowed, converges, leaves nothing to plan, reads back equal by value, and loses no row.

use super::expect::{expect, finding, listed, titles};
use super::file::Case;
use super::server;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::approve::ApprovedPlan;
use whale_storage::backend::clickhouse::ClickhouseTarget;
use whale_storage::backend::milvus::MilvusTarget;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{Scope, Target};
use whale_storage::capability::Terms;
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::diff::{diff, role_of};
use whale_storage::hazard::Hazard;
use whale_storage::journal::Journal;
use whale_storage::mark::{MarkState, Parts};
use whale_storage::name::Name;
use whale_storage::plan::{Lower, Plan};
use whale_storage::raw::{CapabilityRequest, ModelDefinition, PluginInfo};
use whale_storage::scaling::Limits;
use whale_storage::session::Session;
use whale_storage::target::Layout;
use whale_storage::validate::{Against, Granted, validate};
use whale_storage::word::Spoken;

/// Carries out a case. Returns what was otherwise than it expects.
pub async fn run(case: &Case) -> Vec<String> {
    server::clear(case).await;
    let mut faults = Vec::new();
    if let Err(fault) = prepare(case).await {
        faults.push(format!("current: {fault}"));
    } else {
        let before = server::rows(case).await;
        faults.extend(planned(case).await);
        faults.extend(lost(&before, &server::rows(case).await));
        faults.extend(server::check(case).await);
    }
    server::clear(case).await;
    faults.iter().map(|fault| fault.replace(&case.name, "$case")).collect()
}

/// What came of a definition that nobody has an expectation of.
#[derive(Debug, PartialEq, Eq)]
pub enum Met {
    /// By `validate`, or by the plan: nothing was sent. With the codes.
    Refused(Vec<String>),
    /// Applied, and a second plan is empty.
    Done,
}

/// Tries what a case wants, on what is there. Whatever is neither refused before anything is sent nor done whole is a fault.
pub async fn meet(case: &Case) -> Result<Met, String> {
    let codes = |found: &Diagnostics| Met::Refused(found.errors_only().map(|one| one.code.id.to_owned()).collect());
    let mut session = open(case.engine).await;
    let (desire, found) = desire(case, &case.desired, &case.limits[1], &session);
    if found.errors() > 0 {
        session.close().await;
        return Ok(codes(&found));
    }
    let plan = session.plan(&desire, "met").await.unwrap();
    if plan.found.errors() > 0 {
        session.close().await;
        return Ok(codes(&plan.found));
    }
    let applied = apply(&mut session, plan, &desire, &BTreeSet::from(Hazard::ALL)).await;
    session.close().await;
    applied?;
    let mut session = open(case.engine).await;
    let again = session.plan(&desire, "again").await.unwrap();
    session.close().await;
    if again.is_empty() && again.found.errors() == 0 {
        return Ok(Met::Done);
    }
    Err(format!("a second plan is not empty: {:?}\n{}", titles(&again), listed(&again.found)))
}

/// What the case begins with.
async fn prepare(case: &Case) -> Result<(), String> {
    if let Some(current) = &case.current {
        let mut session = open(case.engine).await;
        let (desire, found) = desire(case, current, &case.limits[0], &session);
        if found.errors() > 0 {
            return Err(listed(&found));
        }
        let plan = session.plan(&desire, "current").await.unwrap();
        let applied = apply(&mut session, plan, &desire, &BTreeSet::from(Hazard::ALL)).await;
        session.close().await;
        applied?;
    }
    server::set_up(case).await;
    Ok(())
}

/// Plans what is wanted; applies it, where it is not to be refused.
async fn planned(case: &Case) -> Vec<String> {
    let mut session = open(case.engine).await;
    let (desire, mut found) = desire(case, &case.desired, &case.limits[1], &session);
    let valid = found.errors() == 0;
    let plan = if valid { session.plan(&desire, "desired").await.unwrap() } else { Plan::default() };
    found.extend(plan.found.clone());
    let mut faults = expect(case, &plan, &found);
    if case.diagnostics.is_empty() && found.errors() == 0 {
        faults.extend(applied(case, session, plan, &desire).await);
        faults.extend(by_value(case, &desire).await);
    } else if valid {
        faults.extend(refused(session, plan, &desire).await);
    }
    faults
}

async fn refused(mut session: Session, plan: Plan, desire: &Desire) -> Vec<String> {
    let mut faults = Vec::new();
    if ApprovedPlan::approve(plan.clone(), &BTreeSet::from(Hazard::ALL)).is_ok() {
        faults.push("a plan that is to be refused was approved".to_owned());
    }
    let again = session.plan(desire, "again").await.unwrap();
    session.close().await;
    let state = |plan: &Plan| plan.targets.iter().map(|target| target.fingerprint.clone()).collect::<Vec<_>>();
    if state(&plan) != state(&again) {
        faults.push("a plan that was refused changed something".to_owned());
    }
    faults
}

async fn applied(case: &Case, mut session: Session, plan: Plan, desire: &Desire) -> Vec<String> {
    let mut faults = Vec::new();
    let allowed: BTreeSet<Hazard> = case.hazards.iter().filter_map(|name| Hazard::find(name)).collect();
    for hazard in &allowed {
        let fewer = allowed.iter().copied().filter(|other| other != hazard).collect();
        if ApprovedPlan::approve(plan.clone(), &fewer).is_ok() {
            faults.push(format!("the plan was approved without {hazard}"));
        }
    }
    let outcome = apply(&mut session, plan, desire, &allowed).await;
    session.close().await;
    if let Err(fault) = outcome {
        faults.push(format!("apply: {fault}"));
        return faults;
    }
    // As another run would see it: over a connection of its own.
    let mut session = open(case.engine).await;
    let again = session.plan(desire, "again").await.unwrap();
    session.close().await;
    if !again.is_empty() || again.found.errors() > 0 {
        faults.push(format!("a second plan is not empty: {:?}\n{}", titles(&again), listed(&again.found)));
    }
    let unsealed: Vec<String> =
        again.targets.iter().flat_map(|target| target.unsealed.keys()).map(ToString::to_string).collect();
    if !unsealed.is_empty() {
        faults.push(format!("a second run would complete the marks of {unsealed:?} again"));
    }
    faults
}

async fn open(engine: Backend) -> Session {
    let (session, failures) = Session::open(&BTreeMap::from([(engine.into(), server::address(engine))])).await;
    assert!(failures.is_empty(), "{failures:?}");
    session
}

/// What a plugin of the case's own name asks for, judged against the server's version.
fn desire(case: &Case, definition: &ModelDefinition, limits: &Limits, session: &Session) -> (Desire, Diagnostics) {
    let info = PluginInfo {
        name: case.name.clone(),
        version: "0.1.0".to_owned(),
        model: case.name.clone(),
        summary: "a case".to_owned(),
        parameters: Vec::new(),
        requests: CapabilityRequest {
            databases: vec![case.engine],
            namespaces: Vec::new(),
            operations: case.operations.clone(),
        },
    };
    // Each case has its namespace made beforehand, by others.
    let grant = Terms { namespaces: Some([case.name.clone()].into()), ..Terms::default() };
    let granted = Granted { grant, ..Granted::default() };
    let mut against = Against::oldest();
    for (_, server) in session.servers() {
        against.set(server.backend, server.version.unwrap());
    }
    let (definition, mut found) = validate(&info, definition, "", &granted, &against);
    let (mut desire, clashes) = Desire::merge(definition.as_slice(), &Layout::default());
    if !limits.by.is_empty() {
        let table = format!("models.{}.scaling.{}", case.name, case.engine);
        let limits = Limits { table, ..limits.clone() };
        desire.limits.insert((case.engine.into(), Name::from_server(case.name.as_str())), limits);
    }
    found.extend(clashes);
    (desire, found)
}

#[allow(clippy::disallowed_methods, reason = "a test has a folder of its own")]
async fn apply(session: &mut Session, plan: Plan, desire: &Desire, allowed: &BTreeSet<Hazard>) -> Result<(), String> {
    let approved = ApprovedPlan::approve(plan, allowed).map_err(|found| listed(&found))?;
    let folder = tempfile::tempdir().unwrap();
    let state = cap_std::fs::Dir::open_ambient_dir(folder.path(), cap_std::ambient_authority()).unwrap();
    let mut journal = Journal::open(&state, "case", "whale-host apply").unwrap();
    let report = session.execute(&approved, desire, &mut journal, &mut |_| {}).await;
    match report.failure {
        Some(failure) => Err(failure.to_string()),
        None if report.converged != Some(true) => Err(format!("did not converge: {:?}", report.remaining)),
        None => Ok(()),
    }
}

/// Tables that were there and have another number of rows now, or none at all.
fn lost(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let differ = before.iter().filter(|(table, rows)| after.get(*table) != Some(rows));
    differ.map(|(table, rows)| format!("{table} had {rows} rows, and has {:?}", after.get(table))).collect()
}

/// What was read back, compared with what is wanted as if no mark said that it is the same.
async fn by_value(case: &Case, desire: &Desire) -> Vec<String> {
    let address = server::address(case.engine);
    match case.engine {
        Backend::Timescaledb => {
            let target = TimescaleTarget::connect(&address).await.unwrap();
            let lower = target.lower();
            differences(case, desire, target, &lower).await
        }
        Backend::Clickhouse => {
            let target = ClickhouseTarget::connect(&address).await.unwrap();
            let lower = target.lower();
            differences(case, desire, target, &lower).await
        }
        Backend::Milvus => {
            let target = MilvusTarget::connect(&address).await.unwrap();
            let lower = target.lower();
            differences(case, desire, target, &lower).await
        }
    }
}

async fn differences(case: &Case, desire: &Desire, mut target: impl Target, lower: &impl Lower) -> Vec<String> {
    let wanted = desire.for_target(&case.engine.into(), |object| lower.drawn(object));
    let roles = wanted.model_namespaces().into_iter().map(|(model, _)| role_of(&model)).collect();
    let limited = wanted.limits.keys().cloned().collect();
    let scope = Scope { namespaces: wanted.namespaces(), roles, limited, ..Scope::default() };
    let mut actual = target.inspect(&scope).await.unwrap();
    let wanted = wanted.as_found(&actual);
    target.close().await.unwrap();
    // As an older host would have left them: closed values are compared, and what the server made of open ones is trusted.
    for (name, found) in &mut actual.objects {
        if let (MarkState::Ours(mark), Some(wanted)) = (&mut found.mark, wanted.objects.get(name)) {
            mark.parts = Parts::default();
            mark.former = wanted.drawn.shape.digest();
        }
    }
    let found = diff(&wanted, &actual, &Spoken::new());
    let differ = found.changes.iter().map(|change| format!("by value: {change:?}"));
    let errors = found.found.errors_only().map(finding);
    differ.chain(errors).collect()
}
