//! ClickHouse, over its HTTP interface.
//!
//! Every statement is one request and stands by itself: there is no session and no transaction. Names are always
//! qualified, so the database of the URL plays no part. The client library has no time limits; [`run::Session`] puts one
//! around every request.

mod access;
mod check;
mod cluster;
mod inspect;
mod limits;
mod lower;
mod normalize;
mod roles;
mod run;
mod spread;
mod wall;
mod word;

pub use lower::ClickhouseLower;

use crate::backend::protection::{self, Level, Protection};
use crate::backend::tls::{self, Explained, Peer};
use crate::backend::{Address, EngineError, FailureKind, Renewal, Scope, Seal, Target};
use crate::catalog::Catalog;
use crate::definition::{Backend, ObjectName};
use crate::desire::Wanted;
use crate::plan::{Step, VersionRow};
use crate::server::Server;
use crate::version_table;
use crate::word::Spoken;
use clickhouse::{Client, Compression};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use url::Url;
use wall::Wall;

/// The storage policy that tables are made with, on servers that have it: its volumes are what tiers move rows between.
pub const STORAGE_POLICY: &str = "whale";

/// By this our statements are found in `system.processes` and `system.query_log`.
const LOG_COMMENT: &str = "whale-host";

/// Where a server does not answer as one, and the URL has a path.
const PATH_HINT: &str = "the URL has a path, which is sent with each request and names no database: take it out, unless a proxy asks for it";

/// A connection to a ClickHouse server.
pub struct ClickhouseTarget {
    session: run::Session,
    server: Server,
    version_table: ObjectName,
}

impl ClickhouseTarget {
    /// Reaches the server and asks what it is. The whole of it takes at most the address's `connect_timeout`.
    pub async fn connect(address: &Address) -> Result<Self, EngineError> {
        let url = Url::parse(&address.url).map_err(|fault| unusable(&fault.to_string()))?;
        let (host, port) = place(&address.url, &url)?;
        let place = format!("{host}:{port}");
        let protection = Protection::read(Backend::Clickhouse, &url).map_err(|fault| unusable(&fault))?;
        let client = client(&url, &place, &protection, address)?;
        let peer = Peer::new(Backend::Clickhouse, &host, address.authority.as_ref());
        let mut session = run::Session::new(client, place.clone(), peer, address.statement_timeout);
        let probe = tokio::time::timeout(address.connect_timeout, inspect::server(&mut session, address));
        let fault = match probe.await.unwrap_or_else(|_| Err(silent(&place, address.connect_timeout))) {
            Ok(server) => {
                let version_table = version_table::name(Backend::Clickhouse, &address.prefix);
                return Ok(Self { session, server, version_table });
            }
            Err(fault) => fault,
        };
        let was_plain = protection.level == Level::Plain && fault.kind == FailureKind::Unreachable;
        if was_plain && tls::is_spoken(&host, port, address.connect_timeout).await {
            let Explained { detail, hint } = Explained::no_plain_text();
            return Err(EngineError { attempted: format!("connecting to {place}"), detail, hint: Some(hint), ..fault });
        }
        let has_path = fault.kind == FailureKind::Unreachable && !matches!(url.path(), "" | "/");
        Err(if has_path { EngineError { hint: Some(PATH_HINT.to_owned()), ..fault } } else { fault })
    }

    /// What writes changes for this server.
    pub fn lower(&self) -> ClickhouseLower {
        ClickhouseLower::new(&self.server)
    }
}

impl Target for ClickhouseTarget {
    fn server(&self) -> &Server {
        &self.server
    }

    fn version_table(&self) -> &ObjectName {
        &self.version_table
    }

    async fn inspect(&mut self, scope: &Scope) -> Result<Catalog, EngineError> {
        inspect::catalog(&self.session, scope, self.server.cluster.as_ref()).await
    }

    async fn words(&mut self, asked: &BTreeSet<ObjectName>, wanted: &Wanted) -> Result<Spoken, EngineError> {
        word::words(&self.session, &self.lower(), asked, wanted).await
    }

    async fn run(&mut self, step: &Step) -> Result<(), EngineError> {
        run::step(&self.session, &Wall::of(&self.server), step).await
    }

    async fn leftovers(&mut self) -> Result<Vec<String>, EngineError> {
        inspect::at_work(&self.session, self.server.cluster.as_ref()).await
    }

    fn unsettled(&self) -> bool {
        false
    }

    /// Nothing is left to wait for: every statement was answered when it was done.
    async fn settle(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn seal(&mut self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
        run::seal(&self.session, &Wall::of(&self.server), &self.lower(), marks).await
    }

    async fn renew(&mut self, marks: &Renewal) -> Result<(), EngineError> {
        run::renew(&self.session, &Wall::of(&self.server), &self.lower(), marks).await
    }

    async fn record(&mut self, rows: &[VersionRow]) -> Result<(), EngineError> {
        run::record(&self.session, &Wall::of(&self.server), &self.version_table, rows).await
    }

    fn round_trips(&self) -> u64 {
        self.session.round_trips()
    }

    async fn close(self) -> Result<(), EngineError> {
        Ok(())
    }
}

/// Host and port, for messages.
fn place(text: &str, url: &Url) -> Result<(String, u16), EngineError> {
    let port = match url.scheme() {
        "http" => 8123,
        "https" => 8443,
        other => return Err(unusable(&format!("the scheme is {other}, not http or https"))),
    };
    match url.host_str() {
        Some(host) => Ok((host.to_owned(), protection::port(text, url, port))),
        None => Err(unusable("it names no host")),
    }
}

fn client(url: &Url, place: &str, protection: &Protection, address: &Address) -> Result<Client, EngineError> {
    // Below the shortest keep-alive of a server, so that a request never meets a connection that is being closed.
    const IDLE: Duration = Duration::from_secs(2);
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(address.connect_timeout));
    connector.set_nodelay(true);
    let mut builder = HttpClient::builder(TokioExecutor::new());
    builder.pool_idle_timeout(IDLE);
    let client = if protection.level == Level::Plain {
        Client::with_http_client(builder.build(connector))
    } else {
        connector.enforce_http(false);
        let tls = tls::configuration(protection, address.authority.as_ref()).map_err(|fault| unusable(&fault))?;
        let tls = HttpsConnectorBuilder::new().with_tls_config(tls).https_only().enable_http1();
        Client::with_http_client(builder.build(tls.wrap_connector(connector)))
    };
    let (user, password) = (percent_decoded(url.username())?, percent_decoded(url.password().unwrap_or_default())?);
    // No credentials in it: the library puts the URL into its own messages.
    let base = format!("{}://{place}{}", url.scheme(), url.path());
    let client = client.with_url(base).with_compression(Compression::None).with_setting("wait_end_of_query", "1");
    Ok(match user.as_str() {
        "" => client,
        user => client.with_user(user).with_password(password),
    })
}

fn percent_decoded(text: &str) -> Result<String, EngineError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |found: Option<u8>| found.and_then(|digit| char::from(digit).to_digit(16));
        let decoded = match byte {
            b'%' => {
                digit(rest.next()).zip(digit(rest.next())).and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            }
            plain => Some(plain),
        };
        bytes.push(decoded.ok_or_else(|| unusable("a % in the user or the password is not followed by two digits"))?);
    }
    String::from_utf8(bytes).map_err(|_| unusable("the user or the password is not UTF-8"))
}

fn unusable(detail: &str) -> EngineError {
    EngineError {
        backend: Backend::Clickhouse,
        kind: FailureKind::Address,
        attempted: "reading the URL".to_owned(),
        detail: detail.to_owned(),
        hint: Some(
            "write https://USER:PASSWORD@HOST:8443, or http and port 8123 on this machine; in the password write %40 for @, %2F for /, %25 for %"
                .to_owned(),
        ),
    }
}

fn silent(place: &str, waited: Duration) -> EngineError {
    EngineError {
        backend: Backend::Clickhouse,
        kind: FailureKind::Unreachable,
        attempted: format!("connecting to {place}"),
        detail: format!("no answer within {} s", waited.as_secs_f32()),
        hint: Some(run::PORT_HINT.to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_decoded() {
        assert_eq!(percent_decoded("p%40w+%25%C3%A9").unwrap(), "p@w+%é");
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(percent_decoded(text).unwrap_err().kind, FailureKind::Address, "{text}");
        }
    }

    #[test]
    fn places_have_the_engines_ports() {
        let of = |text: &str| place(text, &Url::parse(text).unwrap());
        assert_eq!(of("http://u:p@db").unwrap(), ("db".to_owned(), 8123));
        assert_eq!(of("https://db/path?database=x").unwrap(), ("db".to_owned(), 8443));
        assert_eq!(of("http://[::1]:9").unwrap(), ("[::1]".to_owned(), 9));
        assert_eq!(of("clickhouse://db").unwrap_err().kind, FailureKind::Address);
    }
}
