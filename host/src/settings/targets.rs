//! Where the engines are: those of `whale.toml`; otherwise those whose variables are set; otherwise the local ones.
//!
//! Read only once every plugin has been run and is gone. What is shown of a target is host and port, never its URL.

use super::config::{CONNECT_SECONDS, STATEMENT_SECONDS, TargetSettings};
use super::source::{MOST_BYTES, UrlSource};
use super::{Settings, address};
use crate::exit::{Failure, Trouble};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use whale_storage::backend::Address;
use whale_storage::backend::tls::Authority;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes};

/// Longest file of authorities: a system's whole bundle is a quarter of a megabyte.
const MOST_CERTIFICATES: u64 = 4 * 1024 * 1024;

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
            let Some(source) = &target.url else { continue };
            let read = source.url(settings).map_err(Unusable::Url);
            match read.and_then(|url| Self::target(settings, *backend, url, source.base(settings))) {
                Ok(target) => {
                    by.insert(*backend, target);
                }
                Err(fault) => {
                    found.push(fault.diagnostic(*backend, format!("targets.{backend}")).at(Some(&target.origin)));
                }
            }
        }
        if found.is_empty() { Ok(Self { by, source: Source::Config }) } else { Err(Failure::Refused(found)) }
    }

    fn of_urls(settings: &Settings, source: Source, urls: Vec<(Backend, String)>) -> Result<Self, Failure> {
        let mut found = Diagnostics::default();
        let mut by = BTreeMap::new();
        for (backend, url) in urls {
            match Self::target(settings, backend, url, Path::new("")) {
                Ok(target) => {
                    by.insert(backend, target);
                }
                Err(fault) => found.push(fault.diagnostic(backend, variable(backend))),
            }
        }
        if found.is_empty() { Ok(Self { by, source }) } else { Err(Failure::Refused(found)) }
    }

    /// A target from its URL; a file that the URL names is relative to `base`.
    fn target(settings: &Settings, backend: Backend, url: String, base: &Path) -> Result<Target, Unusable> {
        let found = address::parse(backend, &url).map_err(Unusable::Url)?;
        let authority = match &found.authority_file {
            Some(file) => Some(authority(settings, &base.join(file)).map_err(Unusable::Authority)?),
            None => None,
        };
        // A table without a URL may still set the time limits.
        let limits = settings.config.targets.get(&backend);
        let connect_timeout = limits.map_or(Duration::from_secs(CONNECT_SECONDS), |target| target.connect_timeout);
        let statement_timeout =
            limits.map_or(Duration::from_secs(STATEMENT_SECONDS), |target| target.statement_timeout);
        let address = Address { url, authority, connect_timeout, statement_timeout };
        Ok(Target { address, place: found.place, loopback: found.loopback })
    }
}

/// Why a URL is not a target.
enum Unusable {
    /// The URL cannot be had or used.
    Url(String),
    /// The file that it names.
    Authority(String),
}

impl Unusable {
    fn diagnostic(self, backend: Backend, path: impl Into<String>) -> Diagnostic {
        match self {
            Self::Url(message) => {
                Diagnostic::error(codes::settings::BAD_TARGET, path, message).help(address::form(backend))
            }
            Self::Authority(message) => Diagnostic::error(codes::settings::BAD_AUTHORITY, path, message)
                .help("sslrootcert takes the path of a file with certificates of authorities in PEM form"),
        }
    }
}

fn authority(settings: &Settings, path: &Path) -> Result<Authority, String> {
    let name = path.display().to_string();
    let pem = settings.files.read(path, MOST_CERTIFICATES).map_err(|error| format!("{name}: {error}"))?;
    Authority::read(name.clone(), &pem).map_err(|fault| format!("{name}: {fault}"))
}

/// The addresses that a plain `url` of whale.toml names and that are not this machine; nothing secret is read for it.
pub(crate) fn remote_in_config(settings: &Settings) -> Option<String> {
    settings.config.targets.iter().find_map(|(backend, target)| match &target.url {
        Some(UrlSource::Text(url)) => {
            address::parse(*backend, url).ok().filter(|found| !found.loopback).map(|found| found.place)
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
