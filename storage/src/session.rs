//! Open connections to the targets of a run, and what is done over them.
//!
//! One connection a target. Reading (`plan`, `status`) changes nothing. `execute` takes only an [`ApprovedPlan`], writes
//! the journal before and after each step, stops at the first failure, and looks again at the end.

mod connections;
mod documents;
mod examine;
mod exclusive;
mod execute;
mod status;
mod stop;
mod users;

pub use examine::failed;
pub use execute::Progress;
pub use status::{Owned, Status, TargetStatus};
pub use stop::Stop;

use crate::backend::{Address, EngineError, Scope};
use crate::catalog::Catalog;
use crate::definition::Backend;
use crate::desire::{Desire, HOST_MODEL, Wanted};
use crate::diff::{Diff, diff, role_of};
use crate::plan::Plan;
use crate::server::Server;
use crate::target::TargetName;
use crate::word::{Spoken, Word};
use connections::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Open connections.
pub struct Session {
    connections: BTreeMap<TargetName, Connection>,
    /// Why servers are not asked what they make of definitions, where they are not.
    offline: Option<String>,
    stop: Stop,
}

impl Session {
    /// Opens all targets at once. Those that fail are reported beside those that answer.
    pub async fn open(addresses: &BTreeMap<TargetName, Address>) -> (Self, Vec<(TargetName, EngineError)>) {
        let opening = addresses.iter().map(|(target, address)| Connection::open(target.backend, address));
        let mut connections = BTreeMap::new();
        let mut failures = Vec::new();
        for (target, opened) in addresses.keys().cloned().zip(futures::future::join_all(opening).await) {
            match opened {
                Ok(connection) => {
                    connections.insert(target, connection);
                }
                Err(failure) => failures.push((target, failure)),
            }
        }
        (Self { connections, offline: None, stop: Stop::default() }, failures)
    }

    /// Asks no server what it makes of a definition, for this reason: it stays undecided until it is applied.
    pub fn ask_nothing(&mut self, why: &str) {
        self.offline = Some(why.to_owned());
    }

    /// Has what is carried out from here on end where somebody asks for it.
    pub fn heed(&mut self, stop: Stop) {
        self.stop = stop;
    }

    /// The servers, in order.
    pub fn servers(&self) -> impl Iterator<Item = (&TargetName, &Server)> {
        self.connections.iter().map(|(target, connection)| (target, connection.server()))
    }

    /// Requests sent so far.
    pub fn round_trips(&self) -> BTreeMap<TargetName, u64> {
        self.connections.iter().map(|(target, connection)| (target.clone(), connection.round_trips())).collect()
    }

    /// Compares what is wanted with every target, and plans. Only reads.
    pub async fn plan(&mut self, desire: &Desire, run: &str) -> Result<Plan, Vec<(TargetName, EngineError)>> {
        Ok(self.look(desire, run).await?.0)
    }

    /// Closes all connections.
    pub async fn close(self) {
        for connection in self.connections.into_values() {
            // Nothing is under way any more; a server that has gone needs no goodbye.
            let _ = connection.close().await;
        }
    }

    /// Reads every target that is needed, and plans.
    async fn look(
        &mut self,
        desire: &Desire,
        run: &str,
    ) -> Result<(Plan, Vec<Looked>), Vec<(TargetName, EngineError)>> {
        let mut plan = Plan::default();
        let servers = self.servers().filter(|(target, _)| desire.targets.contains_key(*target));
        servers.flat_map(|(_, server)| server.findings()).for_each(|found| plan.found.push(found));
        if plan.found.errors() > 0 {
            // A server that is too old may not even know what it would be asked.
            return Ok((plan, Vec::new()));
        }
        let reading = self
            .connections
            .iter_mut()
            .filter(|(target, _)| desire.targets.contains_key(*target))
            .map(|(target, connection)| look_at(target, connection, desire, self.offline.as_deref()));
        let mut looked = Vec::new();
        let mut failures = Vec::new();
        for result in futures::future::join_all(reading).await {
            match result {
                Ok(one) => looked.push(one),
                Err(failure) => failures.push(failure),
            }
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        let mut seen = Vec::new();
        for (one, differences) in looked {
            if let Some(connection) = self.connections.get(&one.wanted.target) {
                plan.add(&one.wanted, &one.actual, differences, connection.lower().as_ref(), run);
            }
            seen.push(one);
        }
        Ok((plan, seen))
    }
}

/// What is wanted of a target and what was found there.
struct Looked {
    wanted: Wanted,
    actual: Catalog,
}

async fn look_at(
    target: &TargetName,
    connection: &mut Connection,
    desire: &Desire,
    offline: Option<&str>,
) -> Result<(Looked, Diff), (TargetName, EngineError)> {
    let failed = |failure| (target.clone(), failure);
    let wanted = connection.wanted(target, desire);
    let actual = connection.inspect(&scope_of(&wanted)).await.map_err(failed)?;
    debug_assert_eq!(target.backend, actual.backend);
    let wanted = wanted.as_found(&actual);
    let mut differences = diff(&wanted, &actual, &Spoken::new());
    let asks = &differences.asks;
    let words = match offline {
        _ if asks.is_empty() => Spoken::new(),
        Some(_) if target.backend == Backend::Milvus => Spoken::new(),
        Some(why) => asks.iter().map(|name| (name.clone(), Word::Undecided(why.to_owned()))).collect(),
        None => connection.words(asks, &wanted).await.map_err(failed)?,
    };
    if !words.is_empty() {
        differences = diff(&wanted, &actual, &words);
    }
    Ok((Looked { wanted, actual }, differences))
}

fn scope_of(wanted: &Wanted) -> Scope {
    let models: BTreeSet<_> = wanted.model_namespaces().into_iter().map(|(model, _)| model).collect();
    Scope {
        deployment: wanted.deployment.clone(),
        namespaces: wanted.namespaces(),
        roles: models.iter().filter(|model| model.as_str() != HOST_MODEL).map(role_of).collect(),
        limited: wanted.limits.keys().cloned().collect(),
        relations: wanted.relations(),
        marked: false,
    }
}
