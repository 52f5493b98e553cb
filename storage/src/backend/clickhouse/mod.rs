//! ClickHouse, over its HTTP interface.
//!
//! Every statement is one request and stands by itself: there is no session and no transaction. Names are always
//! qualified, so the database of the URL plays no part. The client library has no time limits; [`run::Session`] puts one
//! around every request.

mod check;
mod inspect;
mod lower;
mod normalize;
mod run;

pub use lower::ClickhouseLower;

use crate::backend::{Address, EngineError, FailureKind, Scope, Seal, Target};
use crate::catalog::Catalog;
use crate::definition::{Backend, ObjectName};
use crate::plan::{Step, VersionRow};
use crate::server::Server;
use clickhouse::{Client, Compression};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// The storage policy that tables are made with, on servers that have it: its volumes are what tiers move rows between.
pub const STORAGE_POLICY: &str = "whale";

/// A connection to a ClickHouse server.
pub struct ClickhouseTarget {
    session: run::Session,
    server: Server,
}

impl ClickhouseTarget {
    /// Reaches the server and asks what it is. The whole of it takes at most the address's `connect_timeout`.
    pub async fn connect(address: &Address) -> Result<Self, EngineError> {
        let url = Url::parse(&address.url).map_err(|fault| unusable(&fault.to_string()))?;
        let place = place(&url)?;
        let client = client(&url, address.connect_timeout)?;
        let session = run::Session::new(client, place.clone(), address.statement_timeout);
        let probe = tokio::time::timeout(address.connect_timeout, inspect::server(&session));
        let server = probe.await.unwrap_or_else(|_| Err(silent(&place, address.connect_timeout)))?;
        Ok(Self { session, server })
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

    async fn inspect(&mut self, scope: &Scope) -> Result<Catalog, EngineError> {
        inspect::catalog(&self.session, scope).await
    }

    async fn run(&mut self, step: &Step) -> Result<(), EngineError> {
        run::step(&self.session, step).await
    }

    /// Nothing is left to wait for: every statement was answered when it was done.
    async fn settle(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn seal(&mut self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
        run::seal(&self.session, marks).await
    }

    async fn record(&mut self, rows: &[VersionRow]) -> Result<(), EngineError> {
        run::record(&self.session, rows).await
    }

    fn round_trips(&self) -> u64 {
        self.session.round_trips()
    }

    async fn close(self) -> Result<(), EngineError> {
        Ok(())
    }
}

/// Host and port, for messages.
fn place(url: &Url) -> Result<String, EngineError> {
    let port = match url.scheme() {
        "http" => 8123,
        "https" => 8443,
        other => return Err(unusable(&format!("the scheme is {other}, not http or https"))),
    };
    match url.host_str() {
        Some(host) => Ok(format!("{host}:{}", url.port().unwrap_or(port))),
        None => Err(unusable("it names no host")),
    }
}

fn client(url: &Url, connect_timeout: Duration) -> Result<Client, EngineError> {
    let client = if url.scheme() == "https" { encrypted()? } else { plain(connect_timeout) };
    let (user, password) = (percent_decoded(url.username())?, percent_decoded(url.password().unwrap_or_default())?);
    // No credentials in it: the library puts the URL into its own messages.
    let base = format!("{}://{}{}", url.scheme(), place(url)?, url.path());
    let client = client.with_url(base).with_compression(Compression::None).with_setting("wait_end_of_query", "1");
    Ok(match user.as_str() {
        "" => client,
        user => client.with_user(user).with_password(password),
    })
}

fn plain(connect_timeout: Duration) -> Client {
    // Below the shortest keep-alive of a server, so that a request never meets a connection that is being closed.
    const IDLE: Duration = Duration::from_secs(2);
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(connect_timeout));
    connector.set_nodelay(true);
    Client::with_http_client(HttpClient::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(connector))
}

/// The library's own client. It panics on a machine without root certificates, so they are looked for first.
fn encrypted() -> Result<Client, EngineError> {
    if rustls_native_certs::load_native_certs().certs.is_empty() {
        let mut fault = unusable("this machine has no root certificates to check the server's with");
        fault.hint =
            Some("install the package `ca-certificates`, or name a file with them in SSL_CERT_FILE".to_owned());
        return Err(fault);
    }
    Ok(Client::default())
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
            "write http://USER:PASSWORD@HOST:8123, or https and port 8443; in the password write %40 for @, %2F for /, %25 for %"
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
        let of = |text: &str| place(&Url::parse(text).unwrap());
        assert_eq!(of("http://u:p@db").unwrap(), "db:8123");
        assert_eq!(of("https://db/path?database=x").unwrap(), "db:8443");
        assert_eq!(of("http://[::1]:9").unwrap(), "[::1]:9");
        assert_eq!(of("clickhouse://db").unwrap_err().kind, FailureKind::Address);
    }
}
