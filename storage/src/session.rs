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

pub use examine::failed;
pub use execute::Progress;
pub use status::{Owned, Status, TargetStatus};

use crate::backend::{Address, EngineError, Scope};
use crate::catalog::Catalog;
use crate::definition::Backend;
use crate::desire::{Desire, HOST_MODEL, Wanted};
use crate::diff::role_of;
use crate::plan::Plan;
use crate::server::Server;
use connections::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Open connections.
pub struct Session {
    connections: BTreeMap<Backend, Connection>,
}

impl Session {
    /// Opens all targets at once. Those that fail are reported beside those that answer.
    pub async fn open(addresses: &BTreeMap<Backend, Address>) -> (Self, Vec<EngineError>) {
        let opening = addresses.iter().map(|(backend, address)| Connection::open(*backend, address));
        let mut connections = BTreeMap::new();
        let mut failures = Vec::new();
        for opened in futures::future::join_all(opening).await {
            match opened {
                Ok(connection) => {
                    connections.insert(connection.server().backend, connection);
                }
                Err(failure) => failures.push(failure),
            }
        }
        (Self { connections }, failures)
    }

    /// The servers, in order.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.connections.values().map(Connection::server)
    }

    /// Requests sent so far.
    pub fn round_trips(&self) -> BTreeMap<Backend, u64> {
        self.connections.iter().map(|(backend, connection)| (*backend, connection.round_trips())).collect()
    }

    /// Compares what is wanted with every target, and plans. Only reads.
    pub async fn plan(&mut self, desire: &Desire, run: &str) -> Result<Plan, Vec<EngineError>> {
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
    async fn look(&mut self, desire: &Desire, run: &str) -> Result<(Plan, Vec<Looked>), Vec<EngineError>> {
        let needed = desire.backends();
        let mut plan = Plan::default();
        let servers = self.servers().filter(|server| needed.contains(&server.backend));
        servers.flat_map(Server::findings).for_each(|found| plan.found.push(found));
        if plan.found.errors() > 0 {
            // A server that is too old may not even know what it would be asked.
            return Ok((plan, Vec::new()));
        }
        let reading = self
            .connections
            .iter_mut()
            .filter(|(backend, _)| needed.contains(*backend))
            .map(|(backend, connection)| look_at(*backend, connection, desire));
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
        for one in &looked {
            if let Some(connection) = self.connections.get(&one.wanted.backend) {
                connection.plan_into(&mut plan, one, run);
            }
        }
        Ok((plan, looked))
    }
}

/// What is wanted of a target and what was found there.
struct Looked {
    wanted: Wanted,
    actual: Catalog,
}

async fn look_at(backend: Backend, connection: &mut Connection, desire: &Desire) -> Result<Looked, EngineError> {
    let wanted = connection.wanted(desire);
    let scope = scope_of(&wanted);
    let actual = connection.inspect(&scope).await?;
    debug_assert_eq!(backend, actual.backend);
    Ok(Looked { wanted, actual })
}

fn scope_of(wanted: &Wanted) -> Scope {
    let models: BTreeSet<_> = wanted.model_namespaces().into_iter().map(|(model, _)| model).collect();
    Scope {
        namespaces: wanted.namespaces(),
        roles: models.iter().filter(|model| model.as_str() != HOST_MODEL).map(role_of).collect(),
        marked: false,
    }
}
