//! `doctor`: whether everything that an apply needs is there. Only reads: nothing is made, in an engine or beside it.

use super::history;
use super::targets::{self, Prepared};
use crate::cli::Selection;
use crate::exit::{Ending, Exit, Failure};
use crate::render::{self, Examined, Group, Output, Spent, style};
use crate::sandbox::{Limits, Probe, Sandbox};
use crate::settings::room::{self, Room};
use crate::settings::targets::{Origins, Targets};
use crate::settings::{Settings, folders};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use whale_storage::capability::Size;
use whale_storage::check::{Check, Verdict};
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, Severity, codes};
use whale_storage::journal::history::{Ended, History};
use whale_storage::session::{self, Session};
use whale_storage::target::TargetName;

/// The longest that one question to an engine may take.
const QUESTION: Duration = Duration::from_secs(10);

/// Free bytes that a folder should have: the journal takes eight MiB at most, a compiled plugin about one.
const ROOM: u64 = 16 * 1024 * 1024;

/// What stands in an engine's place for checks of this machine.
const HOST: &str = "host";

/// Checks by target.
type Checks = BTreeMap<TargetName, Vec<Check>>;

/// Looks at the targets, with plugins also for what their definitions need, and at this machine.
pub(super) fn run(settings: &Settings, selection: &Selection) -> Result<Ending, Failure> {
    let named = selection.all || selection.model.is_some() || !selection.plugin.is_empty();
    let (prepared, targets) = if named {
        let prepared = targets::prepare(settings, selection)?;
        let targets = prepared.targets.clone();
        (Some(prepared), targets)
    } else {
        (None, Targets::resolve(settings)?)
    };
    let mut needed: BTreeSet<TargetName> =
        targets.by.keys().filter(|name| selection.means(name.backend)).cloned().collect();
    // Every apply takes its lock on TimescaleDB.
    let always: &[Backend] = if selection.engine.is_empty() { &[Backend::Timescaledb] } else { &selection.engine };
    needed.extend(always.iter().map(|engine| TargetName::from(*engine)));
    needed.extend(prepared.iter().flat_map(|prepared| prepared.desire.needed()));
    let spent = prepared.as_ref().map(|prepared| Spent::of_plugins(&prepared.judged.candidates)).unwrap_or_default();
    let (mut checks, round_trips) = targets::block(examine(settings, selection, prepared, &targets, &needed))?;
    let mut groups: Vec<Group> = needed
        .into_iter()
        .map(|target| Group {
            place: targets.by.get(&target).map(|target| target.place.clone()),
            checks: checks.remove(&target).unwrap_or_default(),
            target: Some(target),
        })
        .collect();
    groups.push(Group { target: None, place: None, checks: machine(settings)? });
    let examined = Examined { groups, spent: Spent { round_trips, ..spent } };
    let exit = if examined.count(Verdict::Problem) == 0 { Exit::Done } else { Exit::Failed };
    Ok(Ending::new(exit, Output::Examined(examined), Diagnostics::default()))
}

async fn examine(
    settings: &Settings,
    selection: &Selection,
    prepared: Option<Prepared>,
    targets: &Targets,
    needed: &BTreeSet<TargetName>,
) -> Result<(Checks, BTreeMap<TargetName, u64>), Failure> {
    let mut checks = Checks::new();
    for name in needed.iter().filter(|name| !targets.by.contains_key(name)) {
        let missing = targets.missing(name.backend);
        let check = Check::problem(name.backend.id(), "configured", missing.message);
        checks.entry(name.clone()).or_default().push(Check { hint: missing.help, ..check });
    }
    let configured = needed.iter().filter(|name| targets.by.contains_key(name)).cloned().collect();
    let mut addresses = targets.addresses(&configured).map_err(Failure::Refused)?;
    let mut usual = BTreeMap::new();
    for (target, address) in &mut addresses {
        usual.insert(target.clone(), address.statement_timeout);
        address.statement_timeout = address.statement_timeout.min(QUESTION);
    }
    let (mut session, failures) = Session::open(&addresses).await;
    let origins = Origins::of(settings);
    for (target, failure) in &failures {
        let mut check = session::failed(failure);
        origins.explain(Some(target), &mut check.hint);
        checks.entry(target.clone()).or_default().push(check);
    }
    let desire =
        prepared.as_ref().map_or_else(|| Desire::nothing(settings.config.layout()), |prepared| prepared.desire.clone());
    for (target, found) in session.examine(&desire).await {
        let told = found.into_iter().map(|check| beside_our_own(check, usual.get(&target).copied()));
        let told: Vec<Check> = told.collect();
        checks.entry(target).or_default().extend(told);
    }
    if let Some(prepared) = prepared {
        definitions(settings, selection, prepared, &mut session, &mut checks).await?;
    }
    let round_trips = session.round_trips();
    session.close().await;
    Ok((checks, round_trips))
}

/// What a connection may use, of which the time limit is lower while `doctor` asks than in an apply.
fn beside_our_own(mut check: Check, usual: Option<Duration>) -> Check {
    if let Some(usual) = usual.filter(|usual| check.id.ends_with(".limits") && *usual > QUESTION) {
        let own = QUESTION.as_secs();
        check.message = format!("{}; the {own} s are doctor's own, an apply has {} s", check.message, usual.as_secs());
    }
    check
}

/// What a plan would refuse on the servers that answer.
async fn definitions(
    settings: &Settings,
    selection: &Selection,
    prepared: Prepared,
    session: &mut Session,
    checks: &mut Checks,
) -> Result<(), Failure> {
    // What a server makes of an expression is tried out in a transaction, and here nothing is.
    session.ask_nothing("doctor only reads");
    let open: Vec<TargetName> = session.servers().map(|(target, _)| target.clone()).collect();
    let faults = match prepared.for_servers(settings, selection, session) {
        Ok(wanted) => {
            for target in wanted.desire.needed().into_iter().filter(|target| open.contains(target)) {
                let mut part = wanted.desire.clone();
                part.targets.retain(|name, _| *name == target);
                let found = checks.entry(target.clone()).or_default();
                match session.plan(&part, &targets::run_name()).await {
                    Ok(plan) => refusals(target.backend, part.objects().count(), &plan.found, found),
                    Err(failures) => found.extend(failures.iter().map(|(_, failure)| Check {
                        hint: failure.hint.clone(),
                        ..Check::problem(
                            target.backend.id(),
                            "definitions",
                            format!("{}: {}", failure.attempted, failure.detail),
                        )
                    })),
                }
            }
            return Ok(());
        }
        Err(Failure::Refused(faults)) => faults,
        Err(failure) => return Err(failure),
    };
    for fault in faults.errors_only() {
        let engine = fault.path.split('/').next().and_then(Backend::find).unwrap_or(Backend::Timescaledb);
        checks.entry(engine.into()).or_default().push(refusal(engine, fault));
    }
    Ok(())
}

fn refusals(engine: Backend, objects: usize, found: &Diagnostics, checks: &mut Vec<Check>) {
    // A version that is too old is told of already.
    let faults = found.iter().filter(|one| one.severity == Severity::Error && one.code.id != codes::engine::TOO_OLD.id);
    let before = checks.len();
    checks.extend(faults.map(|fault| refusal(engine, fault)));
    if checks.len() == before {
        let said = format!("{} of the definitions: nothing that they need is missing", style::count(objects, "object"));
        checks.push(Check::ok(engine.id(), "definitions", said));
    }
}

fn refusal(engine: Backend, fault: &Diagnostic) -> Check {
    let plugin = fault.plugin.as_ref().map(|plugin| format!("{plugin}: ")).unwrap_or_default();
    let said = format!("{plugin}{} ({})", fault.message, fault.code.id);
    Check { hint: fault.help.clone(), ..Check::problem(engine.id(), "definitions", said) }
}

/// This machine: folders that outlive a run, and the journal.
fn machine(settings: &Settings) -> Result<Vec<Check>, Failure> {
    let no_state = "name a folder that can be written to with --state DIR, or in WHALE_STATE";
    let no_cache = "name a folder that can be written to in WHALE_CACHE; until then plugins are compiled each time";
    let state = folder(settings, "state", settings.folders.state.as_deref(), Check::problem, no_state);
    let cache = folder(settings, "cache", settings.folders.compiled.as_deref(), Check::warning, no_cache);
    let mut checks = sandbox();
    checks.extend([state, cache, bounds(settings)]);
    let ours = |path: &Path| room::look(settings.files, path).is_ok_and(|room| room.foreign.is_none());
    let foreign = settings.folders.state.as_deref().is_some_and(|path| !ours(path));
    if let Some((root, _)) = &settings.config.storage_root {
        let root = settings.beside_config(Path::new(root));
        let no_root = "give the right to write there, or name another folder in storage_root";
        checks.push(folder(settings, "tree", Some(&root), Check::problem, no_root));
    }
    if foreign {
        // What stands in a journal that others may write is not worth telling.
        return Ok(checks);
    }
    let history = history::read(settings)?;
    checks.push(runs(&history));
    if history.unreadable > 0 {
        let said = format!("{} of the journal could not be read", style::count(history.unreadable, "line"));
        checks.push(
            Check::warning(HOST, "journal", said)
                .hint("they were cut short by a crash, or are not ours; they are skipped"),
        );
    }
    Ok(checks)
}

/// What a plugin may define of which whale.toml says nothing else.
fn bounds(settings: &Settings) -> Check {
    let ceiling = &settings.config.ceiling.maxima;
    let bound = |size: Size| {
        let most = [size.usual(), ceiling.of(size)].into_iter().flatten().min()?;
        Some(format!("{most} {}", size.unit()))
    };
    let bounds: Vec<String> = Size::ALL.into_iter().filter_map(bound).collect();
    Check::ok(
        HOST,
        "bounds",
        format!("a plugin may define at most {}, unless [plugins.NAME] says more", bounds.join(", ")),
    )
}

/// What a plugin could do if it took over the process that runs it.
fn sandbox() -> Vec<Check> {
    match Sandbox::new(Limits::default(), None).probe(&[]) {
        Ok(probe) => vec![reach(&probe), isolation(&probe)],
        Err(error) => vec![Check::problem(HOST, "sandbox", format!("a plugin's process cannot be started: {error}"))],
    }
}

/// What it could reach outside.
fn reach(probe: &Probe) -> Check {
    let possible = probe.possible();
    let missing: Vec<&str> = [(probe.landlock.is_none(), "landlock"), (!probe.seccomp, "seccomp")]
        .into_iter()
        .filter_map(|(missing, name)| missing.then_some(name))
        .collect();
    let hint = "plugins run all the same, under limits on descriptors, memory and time; a Linux kernel from 5.13 on \
                has both, unless they are switched off";
    if !possible.is_empty() {
        let said = format!("a plugin that took over its process could {}", possible.join(" and "));
        return Check::warning(HOST, "sandbox", format!("{said}: the kernel has no {}", missing.join(" and no ")))
            .hint(hint);
    }
    let said = "a plugin's process can open no file and no port, and start no program";
    match missing.as_slice() {
        [] => Check::ok(HOST, "sandbox", said.to_owned()),
        missing => {
            Check::warning(HOST, "sandbox", format!("{said}, but the kernel has no {}", missing.join(" and no ")))
                .hint(hint)
        }
    }
}

/// What it shares with others, and what it could do within.
fn isolation(probe: &Probe) -> Check {
    let hint = "plugins run all the same, behind what there is; namespaces are refused where user.max_user_namespaces is 0, \
                by AppArmor (kernel.apparmor_restrict_unprivileged_userns) and in most containers";
    let (shared, possible) = (probe.namespaces.missing(), probe.possible_within());
    let spaces = match shared.as_slice() {
        [] => "a plugin's process has user, process, network and IPC namespaces of its own".to_owned(),
        shared => format!("a plugin's process shares the {} namespace with others", shared.join(" and the ")),
    };
    let power = if probe.powerless { ", no capability" } else { "" };
    let within = if possible.is_empty() {
        ", few threads, and no page that is writable and executable".to_owned()
    } else {
        format!("; one that took it over could {}", possible.join(" and "))
    };
    let group = if probe.grouped { "; a control group bounds all of them together" } else { "" };
    let said = format!("{spaces}{power}{within}{group}");
    if shared.is_empty() && probe.powerless && possible.is_empty() {
        Check::ok(HOST, "isolation", said)
    } else {
        Check::warning(HOST, "isolation", said).hint(hint)
    }
}

fn folder(
    settings: &Settings,
    what: &str,
    path: Option<&Path>,
    bad: fn(&str, &str, String) -> Check,
    hint: &str,
) -> Check {
    let Some(path) = path else {
        return bad(HOST, what, format!("there is no folder for the {what}: HOME is not set")).hint(hint);
    };
    let shown = crate::text::shown_within(&path.display().to_string(), 500);
    match room::look(settings.files, path) {
        Err(error) => bad(HOST, what, format!("the {what} folder {shown} cannot be opened: {error}")).hint(hint),
        Ok(room) if !room.writable => {
            bad(HOST, what, format!("the {what} folder {shown} cannot be written to")).hint(hint)
        }
        // A tree is for others to write to, if its owner says so.
        Ok(Room { foreign: Some(why), .. }) if what != "tree" => {
            bad(HOST, what, format!("the {what} folder {shown} is not used: {why}")).hint(folders::NOT_OURS)
        }
        Ok(room) => {
            let made = if room.exists { "can be written to" } else { "can be made" };
            let said = format!("the {what} folder {shown} {made}, {} MiB free", room.free / (1024 * 1024));
            if room.free < ROOM { bad(HOST, what, said).hint("make room there") } else { Check::ok(HOST, what, said) }
        }
    }
}

fn runs(history: &History) -> Check {
    match history.open().next() {
        None => Check::ok(HOST, "runs", "no run is unfinished"),
        Some(run) if run.result == Ended::UnderWay => {
            Check::warning(HOST, "runs", format!("run {} is under way", run.run)).hint("wait for it to end")
        }
        Some(run) => {
            let said =
                format!("run {} did not finish: {} of {} done", run.run, run.done(), style::count(run.steps, "step"));
            let command = if run.command.is_empty() { "the same apply again" } else { run.command.as_str() };
            Check::warning(HOST, "runs", said).hint(format!("{}: {command}", render::text::advice(run)))
        }
    }
}
