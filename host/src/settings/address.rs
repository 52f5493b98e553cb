//! A URL taken apart, as far as the host looks into it: where it leads, and which file it names.
//!
//! Invariant: messages never repeat anything of a URL.

use std::borrow::Cow;
use url::Url;
use whale_storage::backend::protection::{Protection, is_loopback, port};
use whale_storage::definition::Backend;

/// What a URL says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    /// Host and port, for people.
    pub(super) place: String,
    /// The same, with the database where a server has walls between them.
    pub(super) server: String,
    /// Whether that is this machine.
    pub(super) loopback: bool,
    /// The file with authorities to trust.
    pub(super) authority_file: Option<String>,
}

/// How a URL of an engine is written.
pub(super) fn form(backend: Backend) -> &'static str {
    match backend {
        Backend::Timescaledb => "write it as postgres://user:password@host:port/database",
        Backend::Clickhouse => {
            "write it as https://user:password@host:8443/, or on this machine http://user:password@host:8123/"
        }
        Backend::Milvus => "write it as https://user:password@host:19530, or on this machine with http",
    }
}

/// Takes a URL apart.
pub(super) fn parse(backend: Backend, text: &str) -> Result<Parsed, String> {
    let url = Url::parse(text).map_err(|error| format!("this is not a URL: {error}"))?;
    let (schemes, usual): (&[&str], u16) = match (backend, url.scheme()) {
        (Backend::Timescaledb, _) => (&["postgres", "postgresql"], 5432),
        (Backend::Clickhouse, "https") => (&["http", "https"], 8443),
        (Backend::Clickhouse, _) => (&["http", "https"], 8123),
        (Backend::Milvus, _) => (&["http", "https"], 19530),
    };
    if !schemes.contains(&url.scheme()) {
        return Err(format!("a URL of {} begins with {}://", backend.title(), schemes.join(":// or ")));
    }
    let protection = Protection::read(backend, &url)?;
    let place = place(backend, text, &url, usual)?;
    let server = match backend {
        Backend::Timescaledb => format!("{place}{}", url.path()),
        Backend::Clickhouse | Backend::Milvus => place.clone(),
    };
    Ok(Parsed { place, server, loopback: is_loopback(&url), authority_file: protection.authority_file })
}

fn place(backend: Backend, text: &str, url: &Url, usual: u16) -> Result<String, String> {
    let is_host = |(name, _): &(Cow<'_, str>, Cow<'_, str>)| matches!(name.as_ref(), "host" | "hostaddr");
    if let Some((_, folder)) = url.query_pairs().find(is_host) {
        // Whether a target is this machine has to be plain from the URL.
        let is_socket = folder.starts_with('/') && url.host_str().unwrap_or_default().is_empty();
        return match backend {
            Backend::Timescaledb if is_socket => Ok(format!("socket in {folder}")),
            _ => Err("the host stands in the URL's parameters; write it before the port".to_owned()),
        };
    }
    let host = url.host().ok_or("the URL names no host")?;
    Ok(format!("{host}:{}", port(text, url, usual)))
}

/// Whether a URL holds what nobody else should read. A name alone is a token in Milvus.
pub(super) fn has_secret(backend: Backend, url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        url.password().is_some()
            || url.query_pairs().any(|(name, _)| name == "password")
            || (backend == Backend::Milvus && !url.username().is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_shown_and_nothing_else() {
        let parsed = |backend, url| parse(backend, url).map(|found| (found.place, found.loopback)).unwrap();
        assert_eq!(
            parsed(Backend::Timescaledb, "postgres://u:p@127.0.0.1:55432/d"),
            ("127.0.0.1:55432".to_owned(), true)
        );
        assert_eq!(parsed(Backend::Timescaledb, "postgresql://u@db.example/d"), ("db.example:5432".to_owned(), false));
        assert_eq!(parsed(Backend::Timescaledb, "postgres://u@[::1]/d"), ("[::1]:5432".to_owned(), true));
        assert_eq!(parsed(Backend::Clickhouse, "http://localhost/"), ("localhost:8123".to_owned(), true));
        assert_eq!(parsed(Backend::Milvus, "https://m.example:443"), ("m.example:443".to_owned(), false));
        assert_eq!(parsed(Backend::Milvus, "https://m.example"), ("m.example:19530".to_owned(), false));
        assert_eq!(parsed(Backend::Clickhouse, "https://c.example"), ("c.example:8443".to_owned(), false));
        assert_eq!(parsed(Backend::Timescaledb, "postgres:///d?host=/run/pg"), ("socket in /run/pg".to_owned(), true));
    }

    #[test]
    fn a_host_cannot_hide_in_the_parameters() {
        assert!(parse(Backend::Timescaledb, "postgres://localhost/d?host=evil.example").is_err());
        assert!(parse(Backend::Timescaledb, "postgres://localhost/d?hostaddr=10.0.0.1").is_err());
        assert!(parse(Backend::Timescaledb, "postgres://evil.example/d?host=/run/pg").is_err());
    }

    #[test]
    fn an_error_does_not_repeat_the_url() {
        for url in ["secret", "mysql://u:secret@h/d", "postgres://u:secret@h:99999/d", "postgres://u:secret@/d"] {
            let message = parse(Backend::Timescaledb, url).unwrap_err();
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
