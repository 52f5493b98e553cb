//! The kinds of databases, behind one face.
//!
//! Every backend has the same five files: `mod` (connection, and what holds for the whole kind), `inspect` (reading
//! queries), `normalize` (definitions and what was read, as shapes), `lower` (changes as statements), `run` (sending
//! them). `normalize` and `lower` are pure. No backend uses another; what they share stands beside them: `protection` (what
//! a URL asks for) and `tls`.

pub mod clickhouse;
pub mod host_user;
pub mod memory;
pub mod milvus;
pub mod protection;
pub mod timescaledb;
pub mod tls;

use crate::catalog::Catalog;
use crate::cluster::Cluster;
use crate::definition::{Backend, HOST_MODEL, Object, ObjectName};
use crate::desire::Wanted;
use crate::diff::role_of;
use crate::mark::{Mark, Parts};
use crate::name::Name;
use crate::plan::{Step, VersionRow, mark_of};
use crate::scaling::own::Said;
use crate::server::Server;
use crate::target::Deployment;
use crate::word::Spoken;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

/// Where a target is. The URL holds credentials: it has no `Debug` that shows it and is never printed.
#[derive(Clone)]
pub struct Address {
    /// With credentials.
    pub url: String,
    /// What the file holds that the URL names in `sslrootcert`.
    pub authority: Option<tls::Authority>,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the answer to one statement.
    pub statement_timeout: Duration,
    /// What stands before the name of every namespace there; empty where nothing does.
    pub prefix: String,
    /// Milvus: whether each model is served as a user of its own, as `setup roles` makes them.
    pub model_users: bool,
    /// What each connection may use there, as far as somebody has said so.
    pub session: Said,
    /// ClickHouse: the cluster that the server is a host of, where the target is declared to be one.
    pub cluster: Option<Cluster>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("url", &"(not shown)").finish_non_exhaustive()
    }
}

/// What is read of a target.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The deployment that reads: marks of others are strangers'.
    pub deployment: Deployment,
    /// Namespaces whose objects are read.
    pub namespaces: BTreeSet<Name>,
    /// Roles that are looked for.
    pub roles: BTreeSet<Name>,
    /// Models that are to be limited on the target.
    pub limited: BTreeSet<Name>,
    /// Names, each with its schema, of which it is asked whether anything has them: TimescaleDB.
    pub relations: BTreeSet<(Name, Name)>,
    /// Also reads namespaces that carry our mark (where the engine has none on namespaces: all), and all roles of models.
    pub marked: bool,
}

/// Why an engine did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// No connection; nothing was sent.
    Unreachable,
    /// User or password was refused, or a right is missing.
    Denied,
    /// The URL cannot be used.
    Address,
    /// The server refused the statement; it had no effect.
    Refused,
    /// No answer came: the statement may or may not have had its effect.
    InDoubt,
    /// Another applier holds the lock.
    Locked,
    /// Somebody asked that the run end; what is left of it was not sent.
    Interrupted,
    /// Our own journal could not be written; the step was not sent, or its end not noted.
    Journal,
}

impl FailureKind {
    /// Its name, for machines.
    pub const fn id(self) -> &'static str {
        match self {
            FailureKind::Unreachable => "unreachable",
            FailureKind::Denied => "denied",
            FailureKind::Address => "address",
            FailureKind::Refused => "refused",
            FailureKind::InDoubt => "in-doubt",
            FailureKind::Locked => "locked",
            FailureKind::Interrupted => "interrupted",
            FailureKind::Journal => "journal",
        }
    }
}

/// A failure of an engine.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {attempted}: {detail}", backend.title())]
pub struct EngineError {
    /// Kind of database.
    pub backend: Backend,
    /// What kind of failure.
    pub kind: FailureKind,
    /// What was attempted, with the target's host and port where it is about the connection: `connecting to 127.0.0.1:5432`.
    pub attempted: String,
    /// What the engine or the client said, credentials left out.
    pub detail: String,
    /// What to do.
    pub hint: Option<String>,
}

/// A connection to one target. Every method has a time limit of its own.
///
/// `connect` is a function of each backend, since what it needs differs; everything else is the same for all.
#[allow(async_fn_in_trait, reason = "used with static dispatch inside this crate and by one caller")]
pub trait Target {
    /// What the server is. Asked once, after connecting.
    fn server(&self) -> &Server;

    /// Where the version table is.
    fn version_table(&self) -> &ObjectName;

    /// Reads what is there, in a number of queries that does not depend on the number of tables.
    async fn inspect(&mut self, scope: &Scope) -> Result<Catalog, EngineError>;

    /// What the server would say of some of the wanted objects that it does not hold, or holds otherwise, and what of them it
    /// would refuse: in a number of queries that grows by chunks of objects, none of which changes anything. A kind of
    /// database that has no open facts says nothing.
    async fn words(&mut self, asked: &BTreeSet<ObjectName>, wanted: &Wanted) -> Result<Spoken, EngineError>;

    /// Carries out one step. Repeating a step that was carried out already is not an error.
    async fn run(&mut self, step: &Step) -> Result<(), EngineError>;

    /// Statements and mutations that an earlier run left at work, each as a person would name it. What they still change
    /// would make a plan wrong, so they are asked for before one is made.
    async fn leftovers(&mut self) -> Result<Vec<String>, EngineError>;

    /// Whether there is something to settle.
    fn unsettled(&self) -> bool;

    /// Waits for what steps, or an earlier run, have asked for and not waited for: loads of collections.
    async fn settle(&mut self) -> Result<(), EngineError>;

    /// Writes marks that say what the server said back.
    async fn seal(&mut self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError>;

    /// Writes marks of namespaces and roles anew, which an older host wrote. Nothing of them changes but the mark; where the
    /// server does not let it be written, the older one stays.
    async fn renew(&mut self, marks: &Renewal) -> Result<(), EngineError>;

    /// Brings the version table up to date with these rows; rows of others stay.
    async fn record(&mut self, rows: &[VersionRow]) -> Result<(), EngineError>;

    /// How many requests were sent so far.
    fn round_trips(&self) -> u64;

    /// Closes the connection.
    async fn close(self) -> Result<(), EngineError>;
}

/// Now, in milliseconds since 1970, by this machine's clock: what a server's is compared with.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Marks of namespaces and roles to write anew.
#[derive(Debug, Clone, Default)]
pub struct Renewal {
    /// By namespace.
    pub namespaces: BTreeMap<Name, Mark>,
    /// By role.
    pub roles: BTreeMap<Name, Mark>,
}

/// A mark to write.
#[derive(Debug, Clone)]
pub struct Seal {
    /// Kind of the object.
    pub kind: crate::definition::ObjectKind,
    /// The author's comment, which stands above the mark.
    pub comment: String,
    /// The mark.
    pub mark: Mark,
    /// The role that owns the object, in engines that have roles.
    pub role: Option<Name>,
}

impl Seal {
    /// For an object as it is defined, with a mark that remembers these parts.
    pub fn of(object: &Object, parts: Parts, deployment: &str, run: &str) -> Self {
        let header = object.header();
        let owned = header.name.backend == Backend::Timescaledb && header.model.as_str() != HOST_MODEL;
        Self {
            kind: object.kind(),
            comment: header.comment.clone(),
            mark: mark_of(object, parts, deployment, run),
            role: owned.then(|| role_of(&header.model)),
        }
    }
}
