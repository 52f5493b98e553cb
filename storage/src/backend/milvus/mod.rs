//! Milvus, from 2.3 on, over its own protocol.
//!
//! One client a target. The client library retries 75 times and has no time limits by itself: both are set here, and
//! every call is bounded a second time by [`Link::ask`]. The database is named in each request. Loads are asked for by
//! steps and waited for together, in `settle`. Collections carry our mark as the property `whale.mark`; databases can
//! carry none.

mod inspect;
mod lower;
mod normalize;
mod record;
mod run;

pub use lower::MilvusLower;

use super::{Address, EngineError, FailureKind, Scope, Seal, Target};
use crate::catalog::Catalog;
use crate::definition::{Backend, ObjectName};
use crate::name::Name;
use crate::plan::{Step, VersionRow};
use crate::server::Server;
use milvus::v2::error::Error;
use milvus::v2::request::utility::GetServerVersionRequest;
use milvus::v2::{ClientV2, ConnectConfig, RetryConfig, TelemetryConfig};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// Requests that are under way at once.
const PARALLEL: usize = 8;
/// Attempts at a request whose failure says that it may be repeated.
const ATTEMPTS: u32 = 3;
/// Milvus' own port.
const DEFAULT_PORT: u16 = 19_530;

/// A connection to Milvus.
pub struct MilvusTarget {
    link: Link,
    server: Server,
    /// Collections whose load was asked for, each with its database.
    loading: BTreeSet<(Name, Name)>,
    /// Collections that were made over this connection: nothing is in them that others wrote.
    made: BTreeSet<(Name, Name)>,
}

/// The client, with what every request needs.
struct Link {
    client: ClientV2,
    /// Host and port.
    place: String,
    statement_timeout: Duration,
    sent: AtomicU64,
}

impl Link {
    /// Sends one request, and gives up when the client library should have and did not.
    async fn ask<T>(&self, request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let limit = self.statement_timeout.saturating_mul(2);
        match timeout(limit, request).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout(format!("no answer within {} s", limit.as_secs()))),
        }
    }

    /// The failure of a request.
    fn failure(&self, attempted: impl Into<String>, error: &Error) -> EngineError {
        let kind = kind_of(error);
        let hint = match kind {
            FailureKind::Denied => Some(format!("give the user of the URL the right to do this on {}", self.place)),
            FailureKind::InDoubt => {
                Some(format!("look whether Milvus at {} still runs; then apply again, which goes on from what is there", self.place))
            }
            _ => None,
        };
        EngineError { backend: Backend::Milvus, kind, attempted: attempted.into(), detail: said(error), hint }
    }
}

/// Connects, and asks what the server is.
pub async fn connect(address: &Address) -> Result<MilvusTarget, EngineError> {
    let place = Place::read(&address.url)?;
    place.reach(address.connect_timeout).await?;
    let retry = RetryConfig::new()
        .max_attempts(ATTEMPTS)
        .max_backoff(Duration::from_millis(500))
        .max_retry_timeout(address.statement_timeout);
    let mut config = ConnectConfig::new()
        .uri(place.uri.clone())
        .connect_timeout(address.connect_timeout)
        .rpc_timeout(address.statement_timeout)
        .retry(retry)
        .telemetry(TelemetryConfig::new().enabled(false));
    if let Some(token) = &place.token {
        config = config.token(token);
    }
    // The client's own limit ends a wait for an answer; this one also ends whatever precedes it.
    let client = match timeout(address.connect_timeout, ClientV2::new(&config)).await {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => return Err(place.refused(&error)),
        Err(_) => return Err(place.silent()),
    };
    let link =
        Link { client, place: place.host_and_port(), statement_timeout: address.statement_timeout, sent: AtomicU64::new(0) };
    let server = probe(&link, &place).await?;
    Ok(MilvusTarget { link, server, loading: BTreeSet::new(), made: BTreeSet::new() })
}

async fn probe(link: &Link, place: &Place) -> Result<Server, EngineError> {
    let request = GetServerVersionRequest::builder().build().map_err(|error| place.refused(&error))?;
    let answer = link.ask(link.client.server_version(request)).await.map_err(|error| place.refused(&error))?;
    let version_text = answer.version().to_owned();
    let user = place.token.as_deref().and_then(|token| token.split_once(':')).map_or("", |(user, _)| user).to_owned();
    Ok(Server { version: version_text.parse().ok(), version_text, user, ..Server::unknown(Backend::Milvus) })
}

/// A URL taken apart. It has no `Debug`: the token is in it.
struct Place {
    /// Without credentials.
    uri: String,
    host: String,
    port: u16,
    token: Option<String>,
}

impl Place {
    fn read(text: &str) -> Result<Self, EngineError> {
        let fault = |detail: &str| EngineError {
            backend: Backend::Milvus,
            kind: FailureKind::Address,
            attempted: "reading the URL of Milvus".to_owned(),
            detail: detail.to_owned(),
            hint: Some("write it as http://user:password@host:19530, with https:// where the server has TLS".to_owned()),
        };
        let url = Url::parse(text).map_err(|error| fault(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(fault("the scheme is neither http nor https"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(fault("something follows the port; databases are named by definitions, not by the URL"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| fault("it names no host"))?;
        // `http` and `https` have ports of their own, which are not Milvus'.
        let port = url.port().unwrap_or(DEFAULT_PORT);
        let user = decoded(url.username());
        let token = match url.password() {
            Some(password) => Some(format!("{user}:{}", decoded(password))),
            None if user.is_empty() => None,
            None => Some(user),
        };
        Ok(Self { uri: format!("{}://{host}:{port}", url.scheme()), host: host.to_owned(), port, token })
    }

    fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Opens the port and closes it again: a closed one is known at once, while the client would go on trying.
    async fn reach(&self, limit: Duration) -> Result<(), EngineError> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        match timeout(limit, TcpStream::connect((host, self.port))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.unreachable(&error.to_string(), "start Milvus there, or correct the URL of the target")),
            Err(_) => Err(self.unreachable(
                &format!("no connection within {} ms", limit.as_millis()),
                "look for a firewall on the way, or correct the URL of the target",
            )),
        }
    }

    fn unreachable(&self, detail: &str, hint: &str) -> EngineError {
        self.fault(FailureKind::Unreachable, detail, hint)
    }

    fn silent(&self) -> EngineError {
        self.unreachable(
            "something listens there and does not answer as Milvus does",
            "check that the URL names Milvus' own port (19530 by default); one that has just been started needs up to a minute",
        )
    }

    fn refused(&self, error: &Error) -> EngineError {
        match (kind_of(error), grpc_code(error)) {
            (FailureKind::Denied, _) => self.fault(
                FailureKind::Denied,
                &said(error),
                "check user and password in the URL: http://user:password@host:port",
            ),
            (_, Some(GRPC_UNIMPLEMENTED)) => self.fault(
                FailureKind::Address,
                "what answers there is not Milvus 2.3 or newer",
                "check that the URL names Milvus' own port, 19530 by default",
            ),
            _ if matches!(innermost(error), Error::Timeout(_)) => self.silent(),
            _ => self.unreachable(&said(error), "check that the URL names Milvus' own port, 19530 by default"),
        }
    }

    fn fault(&self, kind: FailureKind, detail: &str, hint: &str) -> EngineError {
        EngineError {
            backend: Backend::Milvus,
            kind,
            attempted: format!("connecting to {}", self.host_and_port()),
            detail: detail.to_owned(),
            hint: Some(hint.to_owned()),
        }
    }
}

/// Undoes the percent signs of a URL.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%');
        let value = escaped.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
            Some(GRPC_CANCELLED | GRPC_UNKNOWN | GRPC_DEADLINE | GRPC_INTERNAL | GRPC_UNAVAILABLE) => FailureKind::InDoubt,
            _ => FailureKind::Refused,
        },
        Error::Server(said) if said.reason().contains("auth check failure") || said.reason().contains("permission deny") => {
            FailureKind::Denied
        }
        Error::Timeout(_) | Error::MalformedResponse(_) | Error::Cancelled(_) | Error::Unexpected(_) => FailureKind::InDoubt,
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

    async fn inspect(&mut self, scope: &Scope) -> Result<Catalog, EngineError> {
        inspect::read(&self.link, scope).await
    }

    async fn run(&mut self, step: &Step) -> Result<(), EngineError> {
        self.run_step(step).await
    }

    async fn settle(&mut self) -> Result<(), EngineError> {
        self.wait_for_loads().await
    }

    async fn seal(&mut self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
        self.write_marks(marks).await
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart_and_lose_their_credentials() {
        let place = Place::read("http://root:a%40b%3Ac@127.0.0.1:59530").ok().unwrap();
        assert_eq!((place.uri.as_str(), place.token.as_deref()), ("http://127.0.0.1:59530", Some("root:a@b:c")));
        let place = Place::read("https://db.example").ok().unwrap();
        assert_eq!((place.uri.as_str(), place.token), ("https://db.example:19530", None));
        assert_eq!(Place::read("http://key@host:1").ok().unwrap().token.as_deref(), Some("key"));
        assert_eq!(Place::read("http://[::1]:19530").ok().unwrap().host_and_port(), "[::1]:19530");
    }

    #[test]
    fn urls_that_cannot_be_used_say_how_to_write_one() {
        for text in ["milvus", "tcp://host:1", "http://host:1/default", "http://host:1?a=b", "http://host:99999"] {
            let fault = Place::read(text).err().unwrap();
            assert_eq!(fault.kind, FailureKind::Address, "{text}");
            assert!(fault.hint.unwrap().contains("http://user:password@host:19530"));
        }
    }

    #[test]
    fn percent_signs_that_are_none_stay() {
        assert_eq!(decoded("a%zz%4"), "a%zz%4");
        assert_eq!(decoded("%D1%8F"), "я");
    }
}
