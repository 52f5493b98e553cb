//! Where a Milvus is, and what goes wrong on the way there.

use super::{GRPC_UNIMPLEMENTED, grpc_code, innermost, kind_of, said};
use crate::backend::protection::{self, Level, PARAMETERS, Protection};
use crate::backend::tls::{self, Explained, Peer};
use crate::backend::{Address, EngineError, FailureKind};
use crate::definition::Backend;
use milvus::v2::error::Error;
use percent_encoding::percent_decode_str;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// The protocol below Milvus' own, as TLS names it.
const HTTP2: &[u8] = b"h2";

/// Milvus' own port.
const DEFAULT_PORT: u16 = 19_530;

/// A URL taken apart. It has no `Debug`: the token is in it.
pub(super) struct Place {
    /// Without credentials.
    pub(super) uri: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) token: Option<String>,
    protection: Protection,
}

impl Place {
    pub(super) fn read(text: &str) -> Result<Self, EngineError> {
        let fault = |detail: &str| EngineError {
            backend: Backend::Milvus,
            kind: FailureKind::Address,
            attempted: "reading the URL of Milvus".to_owned(),
            detail: detail.to_owned(),
            hint: Some("write it as https://user:password@host:19530, or with http:// on this machine".to_owned()),
        };
        let url = Url::parse(text).map_err(|error| fault(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(fault("the scheme is neither http nor https"));
        }
        let protection = Protection::read(Backend::Milvus, &url).map_err(|detail| fault(&detail))?;
        let others = url.query_pairs().any(|(name, _)| !PARAMETERS.contains(&name.as_ref()));
        if !matches!(url.path(), "" | "/") || others || url.fragment().is_some() {
            return Err(fault("something follows the port; databases are named by definitions, not by the URL"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| fault("it names no host"))?;
        let port = protection::port(text, &url, DEFAULT_PORT);
        let user = decoded(url.username());
        let token = match url.password() {
            Some(password) => Some(format!("{user}:{}", decoded(password))),
            None if user.is_empty() => None,
            None => Some(user),
        };
        Ok(Self { uri: format!("{}://{host}:{port}", url.scheme()), host: host.to_owned(), port, token, protection })
    }

    pub(super) fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Opens the port and closes it again, after shaking hands where there is TLS: what is wrong is known at once and in
    /// full, while the client would go on trying.
    pub(super) async fn reach(&self, address: &Address) -> Result<(), EngineError> {
        let limit = address.connect_timeout;
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let reached = if self.protection.level == Level::Plain {
            timeout(limit, TcpStream::connect((host, self.port))).await.map(|reached| reached.map(|_| true))
        } else {
            let mut client = tls::configuration(&self.protection, address.authority.as_ref())
                .map_err(|detail| self.fault(FailureKind::Address, &detail, "correct the URL of the target"))?;
            client.alpn_protocols.push(HTTP2.to_vec());
            let met = timeout(limit, tls::handshake(host, self.port, client)).await;
            met.map(|met| met.map(|stream| stream.get_ref().1.alpn_protocol() == Some(HTTP2)))
        };
        match reached {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(self.unreachable(
                "the server's end of TLS does not offer HTTP/2, over which Milvus speaks",
                "let it offer `h2` (ALPN), or name Milvus' own port in the URL",
            )),
            Ok(Err(error)) => {
                let peer = Peer::new(Backend::Milvus, host, address.authority.as_ref());
                Err(match peer.explain(&error) {
                    Some(Explained { detail, hint }) => self.unreachable(&detail, &hint),
                    None => {
                        self.unreachable(&error.to_string(), "start Milvus there, or correct the URL of the target")
                    }
                })
            }
            Err(_) => Err(self.unreachable(
                &format!("no connection within {} ms", limit.as_millis()),
                "look for a firewall on the way, or correct the URL of the target",
            )),
        }
    }

    fn unreachable(&self, detail: &str, hint: &str) -> EngineError {
        self.fault(FailureKind::Unreachable, detail, hint)
    }

    pub(super) fn silent(&self) -> EngineError {
        self.unreachable(
            "something listens there and does not answer as Milvus does",
            "check that the URL names Milvus' own port (19530 by default); one that has just been started needs up to a minute",
        )
    }

    /// Why nothing came of connecting to an open port: as given, or because what is there takes no plain text.
    pub(super) async fn not_connected(&self, fault: EngineError, limit: Duration) -> EngineError {
        let was_plain = self.protection.level == Level::Plain && fault.kind == FailureKind::Unreachable;
        if was_plain && tls::is_spoken(&self.host, self.port, limit).await {
            let Explained { detail, hint } = Explained::no_plain_text();
            return self.unreachable(&detail, &hint);
        }
        fault
    }

    pub(super) fn refused(&self, error: &Error) -> EngineError {
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
    percent_decode_str(text).decode_utf8_lossy().into_owned()
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
        assert_eq!(Place::read("https://key@host:1").ok().unwrap().token.as_deref(), Some("key"));
        assert_eq!(Place::read("http://[::1]:19530").ok().unwrap().host_and_port(), "[::1]:19530");
    }

    #[test]
    fn urls_that_cannot_be_used_say_how_to_write_one() {
        for text in [
            "milvus",
            "tcp://host:1",
            "https://host:1/default",
            "https://host:1?a=b",
            "https://h:99999",
            "http://host:1",
        ] {
            let fault = Place::read(text).err().unwrap();
            assert_eq!(fault.kind, FailureKind::Address, "{text}");
            assert!(fault.hint.unwrap().contains("https://user:password@host:19530"));
        }
    }

    #[test]
    fn percent_signs_that_are_none_stay() {
        assert_eq!(decoded("a%zz%4"), "a%zz%4");
        assert_eq!(decoded("%D1%8F"), "я");
    }
}
