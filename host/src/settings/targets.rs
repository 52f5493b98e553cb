//! Where the engines are: those of `whale.toml`; otherwise those whose variables are set; otherwise the local ones.
//!
//! Read only once every plugin has been run and is gone. What is shown of a target is host and port, never its URL.

use super::Settings;
use super::config::{CONNECT_SECONDS, STATEMENT_SECONDS, TargetSettings, UrlSource};
use crate::exit::{Failure, Trouble};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::{Host, Url};
use whale_storage::backend::Address;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes};

/// Longest file that holds a URL or the local engines' addresses.
const MOST_BYTES: u64 = 64 * 1024;

/// Where it was said which targets there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// `whale.toml`.
    Config,
    /// Environment variables.
    Environment,
    /// The engines of `just up`.
    Local,
}

/// One target.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// With credentials.
    pub(crate) address: Address,
    /// Host and port, for people.
    pub(crate) place: String,
    /// Whether it is on this machine.
    pub(crate) loopback: bool,
}

/// All targets.
#[derive(Debug, Clone)]
pub(crate) struct Targets {
    /// By kind.
    pub(crate) by: BTreeMap<Backend, Target>,
    source: Source,
}

/// The variable that holds the URL of an engine.
pub(crate) fn variable(backend: Backend) -> &'static str {
    match backend {
        Backend::Timescaledb => "TIMESCALEDB_URL",
        Backend::Clickhouse => "CLICKHOUSE_URL",
        Backend::Milvus => "MILVUS_URL",
    }
}

impl Targets {
    /// Finds the targets and reads their addresses.
    pub(crate) fn resolve(settings: &Settings) -> Result<Self, Failure> {
        let named: Vec<_> = settings.config.targets.iter().filter(|(_, target)| target.url.is_some()).collect();
        if !named.is_empty() {
            return Self::of_config(settings, named);
        }
        let set: Vec<_> = Backend::ALL
            .into_iter()
            .filter_map(|backend| settings.environment.get(variable(backend)).map(|url| (backend, url)))
            .collect();
        if !set.is_empty() {
            return Self::of_urls(settings, Source::Environment, set);
        }
        Self::of_urls(settings, Source::Local, local(settings)?)
    }

    /// A target that is not on this machine.
    pub(crate) fn remote(&self) -> Option<&str> {
        self.by.values().find(|target| !target.loopback).map(|target| target.place.as_str())
    }

    /// Addresses of these kinds, or which of them has no target.
    pub(crate) fn addresses(&self, needed: &BTreeSet<Backend>) -> Result<BTreeMap<Backend, Address>, Diagnostics> {
        let mut found = Diagnostics::default();
        let mut addresses = BTreeMap::new();
        for backend in needed {
            match self.by.get(backend) {
                Some(target) => {
                    addresses.insert(*backend, target.address.clone());
                }
                None => found.push(self.missing(*backend)),
            }
        }
        if found.is_empty() { Ok(addresses) } else { Err(found) }
    }

    /// What is to be said where a target is needed and not there.
    pub(crate) fn missing(&self, backend: Backend) -> Diagnostic {
        let (title, variable) = (backend.title(), variable(backend));
        let help = match self.source {
            Source::Config => format!("add [targets.{backend}] with url_env = \"{variable}\" to whale.toml"),
            Source::Environment => {
                format!("set {variable}: where one of the three variables is set, exactly those that are set count")
            }
            Source::Local => format!("run `just up` again: it did not start {title}; or set {variable}"),
        };
        Diagnostic::error(codes::plan::NO_TARGET, backend.id(), format!("{title} is needed and has no target"))
            .help(help)
    }

    fn of_config(settings: &Settings, named: Vec<(&Backend, &TargetSettings)>) -> Result<Self, Failure> {
        let mut found = Diagnostics::default();
        let mut by = BTreeMap::new();
        for (backend, target) in named {
            let url = url_of(settings, target).and_then(|url| parse(*backend, &url).map(|parsed| (url, parsed)));
            match url {
                Ok((url, (place, loopback))) => {
                    let (connect_timeout, statement_timeout) = (target.connect_timeout, target.statement_timeout);
                    by.insert(
                        *backend,
                        Target { address: Address { url, connect_timeout, statement_timeout }, place, loopback },
                    );
                }
                Err(message) => found.push(
                    Diagnostic::error(codes::settings::BAD_TARGET, format!("targets.{backend}"), message)
                        .at(Some(&target.origin))
                        .help(form(*backend)),
                ),
            }
        }
        if found.is_empty() { Ok(Self { by, source: Source::Config }) } else { Err(Failure::Refused(found)) }
    }

    fn of_urls(settings: &Settings, source: Source, urls: Vec<(Backend, String)>) -> Result<Self, Failure> {
        let mut found = Diagnostics::default();
        let mut by = BTreeMap::new();
        for (backend, url) in urls {
            // A table without a URL may still set the time limits.
            let limits = settings.config.targets.get(&backend);
            let connect_timeout = limits.map_or(Duration::from_secs(CONNECT_SECONDS), |target| target.connect_timeout);
            let statement_timeout =
                limits.map_or(Duration::from_secs(STATEMENT_SECONDS), |target| target.statement_timeout);
            match parse(backend, &url) {
                Ok((place, loopback)) => {
                    by.insert(
                        backend,
                        Target { address: Address { url, connect_timeout, statement_timeout }, place, loopback },
                    );
                }
                Err(message) => found.push(
                    Diagnostic::error(codes::settings::BAD_TARGET, variable(backend), message).help(form(backend)),
                ),
            }
        }
        if found.is_empty() { Ok(Self { by, source }) } else { Err(Failure::Refused(found)) }
    }
}

fn url_of(settings: &Settings, target: &TargetSettings) -> Result<String, String> {
    match &target.url {
        Some(UrlSource::Text(url)) => Ok(url.clone()),
        Some(UrlSource::Variable(name)) => {
            settings.environment.get(name).ok_or_else(|| format!("the environment variable {name} is not set"))
        }
        Some(UrlSource::File(path)) => {
            let path = settings.beside_config(Path::new(path));
            let text =
                settings.files.read_text(&path, MOST_BYTES).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(text.trim().to_owned())
        }
        None => Err("there is no URL".to_owned()),
    }
}

fn form(backend: Backend) -> &'static str {
    match backend {
        Backend::Timescaledb => "write it as postgres://user:password@host:port/database",
        Backend::Clickhouse => "write it as http://user:password@host:8123/, or with https",
        Backend::Milvus => "write it as http://user:password@host:19530, or with https",
    }
}

/// Host and port of a URL, and whether that is this machine. Messages never repeat the URL.
fn parse(backend: Backend, url: &str) -> Result<(String, bool), String> {
    let url = Url::parse(url).map_err(|error| format!("this is not a URL: {error}"))?;
    let (schemes, port): (&[&str], u16) = match backend {
        Backend::Timescaledb => (&["postgres", "postgresql"], 5432),
        Backend::Clickhouse => (&["http", "https"], 8123),
        Backend::Milvus => (&["http", "https"], 19530),
    };
    if !schemes.contains(&url.scheme()) {
        return Err(format!("a URL of {} begins with {}://", backend.title(), schemes.join(":// or ")));
    }
    if let Some((_, host)) = url.query_pairs().find(|(name, _)| matches!(name.as_ref(), "host" | "hostaddr")) {
        // Whether a target is this machine has to be plain from the URL.
        return if backend == Backend::Timescaledb
            && host.starts_with('/')
            && url.host_str().unwrap_or_default().is_empty()
        {
            Ok((format!("socket in {host}"), true))
        } else {
            Err("the host stands in the URL's parameters; write it before the port".to_owned())
        };
    }
    let host = url.host().ok_or("the URL names no host")?;
    let loopback = match &host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        // Schemes that the URL standard does not know keep an address as text.
        Host::Domain(name) => {
            *name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    };
    Ok((format!("{host}:{}", url.port_or_known_default().filter(|_| url.port().is_some()).unwrap_or(port)), loopback))
}

/// Whether a URL holds a password.
pub(super) fn has_password(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password"))
}

/// The addresses that a plain `url` of whale.toml names and that are not this machine; nothing secret is read for it.
pub(crate) fn remote_in_config(settings: &Settings) -> Option<String> {
    settings.config.targets.iter().find_map(|(backend, target)| match &target.url {
        Some(UrlSource::Text(url)) => {
            parse(*backend, url).ok().filter(|(_, loopback)| !loopback).map(|(place, _)| place)
        }
        _ => None,
    })
}

/// What `just up` leaves for us.
#[derive(Deserialize)]
struct LocalEngines {
    version: u32,
    targets: BTreeMap<String, LocalEngine>,
}

#[derive(Deserialize)]
struct LocalEngine {
    url: String,
}

fn local(settings: &Settings) -> Result<Vec<(Backend, String)>, Failure> {
    let folder = settings.environment.path("WHALE_LOCAL").unwrap_or_else(|| PathBuf::from(".local"));
    let path: PathBuf = folder.join("engines.json");
    let trouble = |message: String| {
        let hint = "run `just up` to start the local engines, or set TIMESCALEDB_URL, CLICKHOUSE_URL and MILVUS_URL";
        Trouble::new("no-targets", message).hint(hint)
    };
    let text = settings.files.read_text(&path, MOST_BYTES).map_err(|error| {
        Failure::World(vec![match error.kind() {
            io::ErrorKind::NotFound => {
                trouble("there are no engines: none is configured, and the local ones are not up".to_owned())
            }
            _ => trouble(format!("reading the local engines' addresses from {}", path.display())).because(&error),
        }])
    })?;
    // The parser's own message could repeat what stands in the file, and that is passwords.
    let unreadable = || Failure::World(vec![trouble(format!("{} is not what `just up` writes", path.display()))]);
    let local: LocalEngines = serde_json::from_str(&text).map_err(|_| unreadable())?;
    if local.version != 1 {
        return Err(unreadable());
    }
    let known = |(name, engine): (String, LocalEngine)| Backend::find(&name).map(|backend| (backend, engine.url));
    Ok(local.targets.into_iter().filter_map(known).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_shown_and_nothing_else() {
        let parsed = |backend, url| parse(backend, url).unwrap();
        assert_eq!(
            parsed(Backend::Timescaledb, "postgres://u:p@127.0.0.1:55432/d"),
            ("127.0.0.1:55432".to_owned(), true)
        );
        assert_eq!(parsed(Backend::Timescaledb, "postgresql://u@db.example/d"), ("db.example:5432".to_owned(), false));
        assert_eq!(parsed(Backend::Timescaledb, "postgres://u@[::1]/d"), ("[::1]:5432".to_owned(), true));
        assert_eq!(parsed(Backend::Clickhouse, "http://localhost/"), ("localhost:8123".to_owned(), true));
        assert_eq!(parsed(Backend::Milvus, "https://m.example:443"), ("m.example:19530".to_owned(), false));
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
