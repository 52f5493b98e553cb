//! Where a Milvus is, and what goes wrong on the way there.

use super::{GRPC_UNIMPLEMENTED, grpc_code, innermost, kind_of, said};
use crate::backend::{EngineError, FailureKind};
use crate::definition::Backend;
use milvus::v2::error::Error;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// Milvus' own port.
const DEFAULT_PORT: u16 = 19_530;

/// A URL taken apart. It has no `Debug`: the token is in it.
pub(super) struct Place {
    /// Without credentials.
    pub(super) uri: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) token: Option<String>,
}

impl Place {
    pub(super) fn read(text: &str) -> Result<Self, EngineError> {
        let fault = |detail: &str| EngineError {
            backend: Backend::Milvus,
            kind: FailureKind::Address,
            attempted: "reading the URL of Milvus".to_owned(),
            detail: detail.to_owned(),
            hint: Some(
                "write it as http://user:password@host:19530, with https:// where the server has TLS".to_owned(),
            ),
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

    pub(super) fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Opens the port and closes it again: a closed one is known at once, while the client would go on trying.
    pub(super) async fn reach(&self, limit: Duration) -> Result<(), EngineError> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        match timeout(limit, TcpStream::connect((host, self.port))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                Err(self.unreachable(&error.to_string(), "start Milvus there, or correct the URL of the target"))
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
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%');
        let value =
            escaped.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
