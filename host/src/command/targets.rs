//! What `plan`, `apply` and `status` share: from plugins to a desire, and from a desire to open connections.

use crate::cli::Selection;
use crate::exit::{Failure, Trouble};
use crate::pipeline::{self, Judged};
use crate::render::{Places, Spent};
use crate::settings::targets::Targets;
use crate::settings::versions::Versions;
use crate::settings::{Settings, models};
use std::collections::BTreeSet;
use std::future::Future;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::session::Session;
use whale_storage::target::TargetName;
use whale_storage::version_table;

/// Plugins that were judged as far as that goes without a server, and where the engines are.
pub(super) struct Prepared {
    /// The plugins.
    pub(super) judged: Judged,
    /// All objects, the host's own among them.
    pub(super) desire: Desire,
    /// Where the engines are.
    pub(super) targets: Targets,
}

/// What is wanted of the servers that there are.
pub(super) struct Wanted {
    /// All objects, the host's own among them.
    pub(super) desire: Desire,
    /// Warnings.
    pub(super) found: Diagnostics,
    /// What the plugins used.
    pub(super) spent: Spent,
}

/// Runs and judges the plugins, and finds the targets. Faults of plugins are told before those of the world; what depends
/// on a version is left to [`Prepared::for_servers`].
pub(super) fn prepare(settings: &Settings, selection: &Selection) -> Result<Prepared, Failure> {
    let candidates = pipeline::load(settings, selection)?;
    // From here on no guest is left, and credentials may be read.
    let targets = Targets::resolve(settings);
    let remote = targets.as_ref().ok().and_then(|targets| targets.remote().map(str::to_owned));
    let judged = pipeline::judge(settings, candidates, &Versions::newest(settings), remote.as_deref());
    let desire = desire(settings, &judged, selection)?;
    Ok(Prepared { judged, desire, targets: targets? })
}

impl Prepared {
    /// Judges again, now for the versions of the servers.
    pub(super) fn for_servers(
        self,
        settings: &Settings,
        selection: &Selection,
        session: &Session,
    ) -> Result<Wanted, Failure> {
        let mut versions = Versions::told(settings, &[]);
        for (target, server) in session.servers() {
            if let Some(version) = server.version {
                versions.set(target.clone(), version);
            }
        }
        let judged = pipeline::judge(settings, self.judged.candidates, &versions, self.targets.remote());
        let desire = desire(settings, &judged, selection)?;
        Ok(Wanted { desire, found: judged.found(), spent: Spent::of_plugins(&judged.candidates) })
    }
}

/// What is wanted of these engines; none named: of all. The host's own objects stand beside those of the plugins.
fn desire(settings: &Settings, judged: &Judged, selection: &Selection) -> Result<Desire, Failure> {
    let found = judged.found();
    if found.errors() > 0 {
        return Err(Failure::Refused(found));
    }
    let mut desire = judged.desire.clone();
    desire.targets.retain(|target, _| selection.means(target.backend));
    let layout = settings.config.layout();
    for target in desire.needed() {
        if let Some(own) = version_table::definition(target.backend, layout.prefix(&target)) {
            // No plugin's object can have the table's name.
            let _ = desire.add(&own, |_| target.clone());
        }
    }
    let whole =
        models::limits(settings, |target, model| judged.desire.holds(target, model)).map_err(Failure::Refused)?;
    desire.limits = whole.into_iter().filter(|((target, _), _)| selection.means(target.backend)).collect();
    Ok(desire)
}

/// Runs what waits for engines. Nothing before this needs a runtime, so `validate` starts none.
pub(super) fn block<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Failure::Fault(anyhow::Error::new(error).context("starting the runtime")))?.block_on(future)
}

/// Opens these targets, all of them or none.
pub(super) async fn open(targets: &Targets, needed: &BTreeSet<TargetName>) -> Result<Session, Failure> {
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
    let place = |name: &TargetName| targets.by.get(name).map(|target| target.place.clone()).unwrap_or_default();
    session.servers().map(|(name, server)| (name.clone(), (place(name), server.clone()))).collect()
}

/// A name for a run: when, and which process.
pub(super) fn run_name() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let moment: String = crate::render::moment::moment(millis).chars().filter(char::is_ascii_digit).collect();
    let (date, time) = moment.split_at_checked(8).unwrap_or((&moment, ""));
    format!("{date}t{time}-{:x}", std::process::id())
}
