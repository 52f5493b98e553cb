//! What `plan`, `apply` and `status` share: from plugins to a desire, and from a desire to open connections.

use super::validate::versions;
use crate::cli::Selection;
use crate::exit::{Failure, Trouble};
use crate::pipeline;
use crate::render::{Places, Spent};
use crate::settings::Settings;
use crate::settings::targets::Targets;
use std::collections::BTreeSet;
use std::future::Future;
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::session::Session;
use whale_storage::version_table;

/// What is wanted, and where.
pub(super) struct Prepared {
    /// All objects, the host's own among them.
    pub(super) desire: Desire,
    /// Where the engines are.
    pub(super) targets: Targets,
    /// Warnings.
    pub(super) found: Diagnostics,
    /// What the plugins used.
    pub(super) spent: Spent,
}

/// Runs and judges the plugins, and finds the targets. Faults of plugins are told before those of the world.
pub(super) fn prepare(settings: &Settings, selection: &Selection) -> Result<Prepared, Failure> {
    let candidates = pipeline::load(settings, selection)?;
    // From here on no guest is left, and credentials may be read.
    let targets = Targets::resolve(settings);
    let remote = targets.as_ref().ok().and_then(|targets| targets.remote().map(str::to_owned));
    let mut judged = pipeline::judge(settings, candidates, &versions(settings, &[]), remote.as_deref());
    let found = judged.found();
    if found.errors() > 0 {
        return Err(Failure::Refused(found));
    }
    let targets = targets?;
    let spent = Spent::of_plugins(&judged.candidates);
    restrict(&mut judged.desire, &selection.engine);
    let backends = judged.desire.backends();
    judged.definitions.extend(version_table::definition(&backends));
    let (mut desire, clashes) = Desire::merge(&judged.definitions);
    if clashes.errors() > 0 {
        return Err(Failure::Refused(clashes));
    }
    restrict(&mut desire, &selection.engine);
    Ok(Prepared { desire, targets, found, spent })
}

/// Leaves only what is for these engines; none named: all of them.
fn restrict(desire: &mut Desire, engines: &[Backend]) {
    if !engines.is_empty() {
        desire.objects.retain(|name, _| engines.contains(&name.backend));
    }
}

/// Runs what waits for engines. Nothing before this needs a runtime, so `validate` starts none.
pub(super) fn block<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Failure::Fault(anyhow::Error::new(error).context("starting the runtime")))?.block_on(future)
}

/// Opens these targets, all of them or none.
pub(super) async fn open(targets: &Targets, needed: &BTreeSet<Backend>) -> Result<Session, Failure> {
    let addresses = targets.addresses(needed).map_err(Failure::Refused)?;
    let (session, failures) = Session::open(&addresses).await;
    if failures.is_empty() {
        return Ok(session);
    }
    session.close().await;
    Err(Failure::World(failures.into_iter().map(Trouble::from).collect()))
}

/// The servers of a session with host and port.
pub(super) fn places(session: &Session, targets: &Targets) -> Places {
    let place = |backend: Backend| targets.by.get(&backend).map(|target| target.place.clone()).unwrap_or_default();
    session.servers().map(|server| (server.backend, (place(server.backend), server.clone()))).collect()
}

/// A name for a run: when, and which process.
pub(super) fn run_name() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let moment: String = crate::render::text::moment(millis).chars().filter(char::is_ascii_digit).collect();
    let (date, time) = moment.split_at_checked(8).unwrap_or((&moment, ""));
    format!("{date}t{time}-{:x}", std::process::id())
}
