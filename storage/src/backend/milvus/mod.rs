//! Milvus, from 2.3 on, over its own protocol.
//!
//! The client library retries 75 times and has no time limits by itself: both are set in [`link`], and every call is bounded
//! a second time by [`Link::ask`]. The database is named in each request. Loads are asked for by
//! steps and waited for together, in `settle`. Collections carry our mark as the property `whale.mark`; databases can
//! carry none.

mod check;
mod inspect;
mod link;
mod lower;
mod normalize;
mod place;
mod placement;
mod record;
mod roles;
mod run;
mod terms;

pub use lower::MilvusLower;

use super::{Address, EngineError, FailureKind, Renewal, Scope, Seal, Target};
use crate::catalog::Catalog;
use crate::definition::{Backend, ObjectName};
use crate::desire::Wanted;
use crate::name::Name;
use crate::plan::{Step, VersionRow};
use crate::server::{Server, Version};
use crate::version_table;
use crate::word::Spoken;
use link::Link;
use milvus::v2::error::Error;
use milvus::v2::request::utility::GetServerVersionRequest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

/// Requests that are under way at once.
const PARALLEL: usize = 8;
/// From here on Milvus keeps the last alteration of a collection's properties over a restart. Before, it writes down what
/// it knew *before* each one (milvus-io/milvus#30144), so that every alteration is sent twice.
const REMEMBERS: Version = Version { major: 2, minor: 3, patch: 6 };

/// A connection to Milvus.
pub struct MilvusTarget {
    link: Link,
    server: Server,
    version_table: ObjectName,
    /// Collections whose load was asked for, each with its database.
    loading: BTreeSet<(Name, Name)>,
    /// Collections that were made over this connection: nothing is in them that others wrote.
    made: BTreeSet<(Name, Name)>,
}

impl MilvusTarget {
    /// Connects, and asks what the server is.
    pub async fn connect(address: &Address) -> Result<Self, EngineError> {
        let mut link = Link::open(address).await?;
        let server = probe(&link).await?;
        link.forgetful = !server.at_least(REMEMBERS);
        let version_table = version_table::name(Backend::Milvus, &address.prefix);
        Ok(Self { link, server, version_table, loading: BTreeSet::new(), made: BTreeSet::new() })
    }

    /// What turns definitions into shapes and calls for this server.
    pub fn lower(&self) -> MilvusLower {
        MilvusLower::new(&self.server)
    }
}

async fn probe(link: &Link) -> Result<Server, EngineError> {
    let request = GetServerVersionRequest::builder().build().map_err(|error| link.place.refused(&error))?;
    let answer = link.ask(link.client.server_version(request)).await.map_err(|error| link.place.refused(&error))?;
    let version_text = answer.version().to_owned();
    let user = link.user().to_owned();
    let wall = link.model_users;
    Ok(Server { version: version_text.parse().ok(), version_text, user, wall, ..Server::unknown(Backend::Milvus) })
}

const GRPC_CANCELLED: i32 = 1;
const GRPC_UNKNOWN: i32 = 2;
const GRPC_DEADLINE: i32 = 4;
const GRPC_DENIED: i32 = 7;
const GRPC_UNIMPLEMENTED: i32 = 12;
const GRPC_INTERNAL: i32 = 13;
const GRPC_UNAVAILABLE: i32 = 14;
const GRPC_UNAUTHENTICATED: i32 = 16;

/// The error below the client's accounts of its retries.
fn innermost(error: &Error) -> &Error {
    match error {
        Error::RetryExhausted { source, .. } => innermost(source),
        other => other,
    }
}

fn grpc_code(error: &Error) -> Option<i32> {
    match innermost(error) {
        Error::Grpc(status) => Some(i32::from(status.code())),
        _ => None,
    }
}

/// Milvus' own code of an error, where it is the server that refused.
fn server_code(error: &Error) -> Option<i32> {
    match innermost(error) {
        Error::Server(said) => Some(said.code()),
        _ => None,
    }
}

fn kind_of(error: &Error) -> FailureKind {
    match innermost(error) {
        Error::Grpc(_) => match grpc_code(error) {
            Some(GRPC_UNAUTHENTICATED | GRPC_DENIED) => FailureKind::Denied,
            Some(GRPC_CANCELLED | GRPC_UNKNOWN | GRPC_DEADLINE | GRPC_INTERNAL | GRPC_UNAVAILABLE) => {
                FailureKind::InDoubt
            }
            _ => FailureKind::Refused,
        },
        Error::Server(said)
            if said.reason().contains("auth check failure") || said.reason().contains("permission deny") =>
        {
            FailureKind::Denied
        }
        Error::Timeout(_) | Error::MalformedResponse(_) | Error::Cancelled(_) | Error::Unexpected(_) => {
            FailureKind::InDoubt
        }
        _ => FailureKind::Refused,
    }
}

/// What the server or the client said, without the client's own frame.
fn said(error: &Error) -> String {
    match innermost(error) {
        Error::Grpc(status) => status.message().to_owned(),
        Error::Server(said) => format!("{} (code {})", said.reason(), said.code()),
        other => other.to_string(),
    }
}

impl Target for MilvusTarget {
    fn server(&self) -> &Server {
        &self.server
    }

    fn version_table(&self) -> &ObjectName {
        &self.version_table
    }

    async fn inspect(&mut self, scope: &Scope) -> Result<Catalog, EngineError> {
        let (catalog, loading) = inspect::read(&self.link, scope).await?;
        self.loading.extend(loading);
        Ok(catalog)
    }

    /// Nothing: everything in a collection is closed.
    async fn words(&mut self, _: &BTreeSet<ObjectName>, _: &Wanted) -> Result<Spoken, EngineError> {
        Ok(Spoken::new())
    }

    async fn run(&mut self, step: &Step) -> Result<(), EngineError> {
        self.run_step(step).await
    }

    /// Nothing: a load changes nothing that a plan is made from, and is settled.
    async fn leftovers(&mut self) -> Result<Vec<String>, EngineError> {
        Ok(Vec::new())
    }

    fn unsettled(&self) -> bool {
        !self.loading.is_empty()
    }

    async fn settle(&mut self) -> Result<(), EngineError> {
        self.wait_for_loads().await
    }

    async fn seal(&mut self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
        self.write_marks(marks).await
    }

    /// Nothing: Milvus keeps no marks on databases, and models have no roles that whale-host marks.
    async fn renew(&mut self, _marks: &Renewal) -> Result<(), EngineError> {
        Ok(())
    }

    async fn record(&mut self, rows: &[VersionRow]) -> Result<(), EngineError> {
        self.write_versions(rows).await
    }

    fn round_trips(&self) -> u64 {
        self.link.sent.load(Ordering::Relaxed)
    }

    async fn close(self) -> Result<(), EngineError> {
        // The connection is closed with its last handle; Milvus keeps no session.
        Ok(())
    }
}
