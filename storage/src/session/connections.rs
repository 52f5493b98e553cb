//! One connection of any kind: the one place that knows all backends.

use crate::backend::host_user::HostUser;
use crate::backend::{
    Address, EngineError, Renewal, Scope, Seal, Target, clickhouse::ClickhouseTarget, milvus::MilvusTarget,
    timescaledb::TimescaleTarget,
};
use crate::catalog::Catalog;
use crate::check::{Check, Needs};
use crate::definition::{Backend, ObjectName};
use crate::desire::{Desire, Wanted};
use crate::plan::{Lower, Step, VersionRow};
use crate::server::Server;
use crate::target::TargetName;
use crate::word::Spoken;
use std::collections::{BTreeMap, BTreeSet};

/// A connection.
pub(super) enum Connection {
    Timescaledb(TimescaleTarget),
    Clickhouse(ClickhouseTarget),
    Milvus(MilvusTarget),
}

/// Calls the same method of whichever target it is.
macro_rules! each {
    ($connection:expr, $target:ident => $call:expr) => {
        match $connection {
            Connection::Timescaledb($target) => $call,
            Connection::Clickhouse($target) => $call,
            Connection::Milvus($target) => $call,
        }
    };
}

impl Connection {
    pub(super) async fn open(backend: Backend, address: &Address) -> Result<Self, EngineError> {
        match backend {
            Backend::Timescaledb => TimescaleTarget::connect(address).await.map(Self::Timescaledb),
            Backend::Clickhouse => ClickhouseTarget::connect(address).await.map(Self::Clickhouse),
            Backend::Milvus => MilvusTarget::connect(address).await.map(Self::Milvus),
        }
    }

    pub(super) fn wanted(&self, target: &TargetName, desire: &Desire) -> Wanted {
        let lower = self.lower();
        lower.laid_out(desire.for_target(target, |object| lower.drawn(object)))
    }

    pub(super) fn lower(&self) -> Box<dyn Lower + '_> {
        each!(self, target => Box::new(target.lower()))
    }

    pub(super) async fn inspect(&mut self, scope: &Scope) -> Result<Catalog, EngineError> {
        each!(self, target => target.inspect(scope).await)
    }

    pub(super) async fn words(&mut self, asked: &BTreeSet<ObjectName>, wanted: &Wanted) -> Result<Spoken, EngineError> {
        each!(self, target => target.words(asked, wanted).await)
    }

    pub(super) async fn check(&mut self, needs: &Needs) -> Result<Vec<Check>, EngineError> {
        each!(self, target => target.check(needs).await)
    }

    pub(super) async fn make_user(
        &mut self,
        user: &HostUser,
        needs: &Needs,
        pretend: bool,
    ) -> Result<Vec<String>, EngineError> {
        each!(self, target => target.make_user(user, needs, pretend).await)
    }

    pub(super) async fn run(&mut self, step: &Step) -> Result<(), EngineError> {
        each!(self, target => target.run(step).await)
    }

    pub(super) async fn leftovers(&mut self) -> Result<Vec<String>, EngineError> {
        each!(self, target => target.leftovers().await)
    }

    pub(super) fn unsettled(&self) -> bool {
        each!(self, target => target.unsettled())
    }

    pub(super) async fn settle(&mut self) -> Result<(), EngineError> {
        each!(self, target => target.settle().await)
    }

    pub(super) async fn seal(&mut self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
        each!(self, target => target.seal(marks).await)
    }

    pub(super) async fn renew(&mut self, marks: &Renewal) -> Result<(), EngineError> {
        each!(self, target => target.renew(marks).await)
    }

    pub(super) async fn record(&mut self, rows: &[VersionRow]) -> Result<(), EngineError> {
        each!(self, target => target.record(rows).await)
    }

    pub(super) fn server(&self) -> &Server {
        each!(self, target => target.server())
    }

    pub(super) fn version_table(&self) -> &ObjectName {
        each!(self, target => target.version_table())
    }

    pub(super) fn round_trips(&self) -> u64 {
        each!(self, target => target.round_trips())
    }

    pub(super) async fn close(self) -> Result<(), EngineError> {
        each!(self, target => target.close().await)
    }
}
