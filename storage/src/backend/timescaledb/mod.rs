//! TimescaleDB: PostgreSQL with its extension, or without it where no definition needs it.
//!
//! One connection a target, begun clean. Objects belong to the role of their model from the start, and every step runs
//! under that role, in one transaction and one round trip. The lock that keeps appliers apart is this target's.

mod check;
mod fault;
mod inspect;
mod limits;
mod lock;
mod lower;
mod normalize;
mod roles;
mod run;
mod session;
mod word;

pub use lock::{Holder, LOCK_KEY};
pub use lower::TimescaleLower;

use crate::backend::{Address, EngineError, Renewal, Scope, Seal, Target};
use crate::catalog::Catalog;
use crate::definition::{Backend, ObjectName};
use crate::desire::{HOST_MODEL, Wanted};
use crate::plan::{Step, VersionRow};
use crate::server::Server;
use crate::version_table;
use crate::word::Spoken;
use session::Session;
use std::collections::{BTreeMap, BTreeSet};

/// A connection to a TimescaleDB server.
pub struct TimescaleTarget {
    address: Address,
    session: Session,
    server: Server,
    version_table: ObjectName,
    /// Whether the version table is there and ours.
    records: bool,
}

impl TimescaleTarget {
    /// Connects, clears what another client left in the session, sets it up, and asks what the server is.
    pub async fn connect(address: &Address) -> Result<Self, EngineError> {
        let mut session = Session::open(address).await?;
        let mut server = inspect::probe(&mut session).await?;
        server.unheld.clone_from(&session.unheld);
        let version_table = version_table::name(Backend::Timescaledb, &address.prefix);
        Ok(Self { address: address.clone(), session, server, version_table, records: false })
    }

    /// How changes are carried out on this server.
    pub fn lower(&self) -> TimescaleLower {
        TimescaleLower::new(self.server.clone())
    }
}

impl Target for TimescaleTarget {
    fn server(&self) -> &Server {
        &self.server
    }

    fn version_table(&self) -> &ObjectName {
        &self.version_table
    }

    async fn inspect(&mut self, scope: &Scope) -> Result<Catalog, EngineError> {
        let rows = inspect::read(&mut self.session, &self.server, scope).await?;
        let catalog = normalize::catalog(&rows).within(&scope.deployment);
        let found = catalog.objects.get(&self.version_table);
        self.records = found.and_then(|object| object.mark.mark()).is_some_and(|mark| mark.model == HOST_MODEL);
        Ok(catalog)
    }

    async fn words(&mut self, asked: &BTreeSet<ObjectName>, wanted: &Wanted) -> Result<Spoken, EngineError> {
        word::words(&mut self.session, &self.server, &TimescaleLower::new(self.server.clone()), asked, wanted).await
    }

    async fn run(&mut self, step: &Step) -> Result<(), EngineError> {
        run::step(&mut self.session, step, self.records.then_some(&self.version_table)).await?;
        if run::makes(step, &self.version_table) {
            self.records = true;
        }
        Ok(())
    }

    /// Nothing: what a killed run left at work runs in the session that holds the lock.
    async fn leftovers(&mut self) -> Result<Vec<String>, EngineError> {
        Ok(Vec::new())
    }

    fn unsettled(&self) -> bool {
        false
    }

    async fn settle(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn seal(&mut self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
        run::seal(&mut self.session, marks).await
    }

    async fn renew(&mut self, marks: &Renewal) -> Result<(), EngineError> {
        run::renew(&mut self.session, marks).await
    }

    async fn record(&mut self, rows: &[VersionRow]) -> Result<(), EngineError> {
        run::record(&mut self.session, &self.version_table, rows).await
    }

    fn round_trips(&self) -> u64 {
        self.session.round_trips()
    }

    async fn close(self) -> Result<(), EngineError> {
        self.session.close().await;
        Ok(())
    }
}
