//! Where the engines are: those of `whale.toml`; otherwise those whose variables are set; otherwise the local ones. Beside
//! them the targets that models have for themselves, which only `whale.toml` names.
//!
//! Read only once every plugin has been run and is gone. What is shown of a target is host and port, never its URL.

use super::source::{self, MOST_BYTES, MOST_CERTIFICATES, UrlSource};
use super::target::{CONNECT_SECONDS, STATEMENT_SECONDS};
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
use whale_storage::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use whale_storage::target::TargetName;

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
    /// Host, port and database.
    server: String,
    /// Whether it is on this machine.
    pub(crate) loopback: bool,
}

/// All targets.
#[derive(Debug, Clone)]
pub(crate) struct Targets {
    /// By name.
    pub(crate) by: BTreeMap<TargetName, Target>,
    source: Source,
}

/// What `just up` writes the local engines' addresses into.
const LOCAL_FILE: &str = "engines.json";

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
        let mut found = Diagnostics::default();
        let mut targets = Self { by: BTreeMap::new(), source: Source::Config };
        for (name, target) in settings.config.all_targets() {
            let Some(source) = &target.url else { continue };
            let missing = |why: String| Unusable::Missing(why, source.help(&table(&name)));
            let read = source.url(settings).map_err(missing);
            let read = read.and_then(|url| Self::target(settings, &name, url, source.base(settings)));
            targets.put(name, read, Some(&target.origin), &mut found);
        }
        if !targets.by.keys().any(|name| name.model.is_none()) && found.is_empty() {
            let (source, urls) = undeclared(settings)?;
            targets.source = source;
            for (backend, url) in urls {
                let name = TargetName::from(backend);
                let read = Self::target(settings, &name, url, Path::new(""));
                targets.put(name, read, None, &mut found);
            }
        }
        found.extend(targets.same_servers(settings));
        if found.is_empty() { Ok(targets) } else { Err(Failure::Refused(found)) }
    }

    fn put(
        &mut self,
        name: TargetName,
        read: Result<Target, Unusable>,
        origin: Option<&Origin>,
        found: &mut Diagnostics,
    ) {
        match read {
            Ok(target) => {
                self.by.insert(name, target);
            }
            Err(fault) => {
                let path = if origin.is_some() { table(&name) } else { variable(name.backend).to_owned() };
                found.push(fault.diagnostic(name.backend, path).at(origin));
            }
        }
    }

    /// Targets that are another one under a second name: a model that has one of its own there has none.
    fn same_servers(&self, settings: &Settings) -> Diagnostics {
        let mut found = Diagnostics::default();
        let mut seen: BTreeMap<(Backend, &str), &TargetName> = BTreeMap::new();
        for (name, target) in &self.by {
            let Some(first) = seen.insert((name.backend, &target.server), name) else { continue };
            let message = format!("{} is the server that {} is", table(name), table(first));
            let origin =
                settings.config.all_targets().find(|(other, _)| other == name).map(|(_, target)| &target.origin);
            found.push(
                Diagnostic::error(codes::settings::SAME_SERVER, table(name), message).at(origin).help(
                    "leave the table out, so that the model shares that target; or name another server or database",
                ),
            );
        }
        found
    }

    /// A target that is not on this machine.
    pub(crate) fn remote(&self) -> Option<&str> {
        self.by.values().find(|target| !target.loopback).map(|target| target.place.as_str())
    }

    /// Addresses of these targets, or which of them there are not.
    pub(crate) fn addresses(
        &self,
        needed: &BTreeSet<TargetName>,
    ) -> Result<BTreeMap<TargetName, Address>, Diagnostics> {
        let mut found = Diagnostics::default();
        let mut addresses = BTreeMap::new();
        for name in needed {
            match self.by.get(name) {
                Some(target) => {
                    addresses.insert(name.clone(), target.address.clone());
                }
                None => found.push(self.missing(name.backend)),
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

    /// A target from its URL; a file that the URL names is relative to `base`.
    fn target(settings: &Settings, name: &TargetName, url: String, base: &Path) -> Result<Target, Unusable> {
        let found = address::parse(name.backend, &url).map_err(Unusable::Url)?;
        let authority = match &found.authority_file {
            Some(file) => Some(authority(settings, &base.join(file)).map_err(Unusable::Authority)?),
            None => source::system_authorities(settings).map(|()| None).map_err(Unusable::Authority)?,
        };
        // A table without a URL may still set the time limits and the prefix.
        let told = settings.config.all_targets().find(|(other, _)| other == name).map(|(_, target)| target);
        let address = Address {
            url,
            authority,
            connect_timeout: told.map_or(Duration::from_secs(CONNECT_SECONDS), |target| target.connect_timeout),
            statement_timeout: told.map_or(Duration::from_secs(STATEMENT_SECONDS), |target| target.statement_timeout),
            prefix: told.map(|target| target.prefix.clone()).unwrap_or_default(),
            model_users: told.is_some_and(|target| target.model_users),
            session: told.map(|target| target.session.clone()).unwrap_or_default(),
            cluster: told.and_then(|target| target.cluster.clone()),
        };
        Ok(Target { address, place: found.place, server: found.server, loopback: found.loopback })
    }
}

/// Where the URL of each target stands, for hints: an engine knows of none but the variable.
#[derive(Debug, Default)]
pub(crate) struct Origins(BTreeMap<TargetName, String>);

impl Origins {
    /// Looks at what is set; no URL is read.
    pub(crate) fn of(settings: &Settings) -> Self {
        let usual = Backend::ALL.into_iter().map(|backend| {
            let set = settings.environment.get(variable(backend)).is_some();
            let local = || format!("{LOCAL_FILE}, which `just up` writes");
            (TargetName::from(backend), if set { variable(backend).to_owned() } else { local() })
        });
        let told = settings.config.all_targets().filter_map(|(name, target)| {
            let place = target.url.as_ref()?.place(&table(&name));
            Some((name, place))
        });
        Self(usual.chain(told).collect())
    }

    /// Names the place in a hint that names the variable.
    pub(crate) fn explain(&self, target: Option<&TargetName>, hint: &mut Option<String>) {
        if let (Some(target), Some(hint)) = (target, hint)
            && let Some(place) = self.0.get(target)
        {
            *hint = hint.replace(variable(target.backend), place);
        }
    }
}

/// The table of whale.toml that is about a target.
fn table(name: &TargetName) -> String {
    match &name.model {
        None => format!("targets.{}", name.backend),
        Some(model) => format!("models.{model}.targets.{}", name.backend),
    }
}

/// Shared targets that whale.toml does not name.
fn undeclared(settings: &Settings) -> Result<(Source, Vec<(Backend, String)>), Failure> {
    let set: Vec<_> = Backend::ALL
        .into_iter()
        .filter_map(|backend| settings.environment.get(variable(backend)).map(|url| (backend, url)))
        .collect();
    if set.is_empty() { Ok((Source::Local, local(settings)?)) } else { Ok((Source::Environment, set)) }
}

/// Why a URL is not a target.
enum Unusable {
    /// There is no URL where it should come from; and what to do.
    Missing(String, String),
    /// The URL cannot be used.
    Url(String),
    /// The file that it names.
    Authority(String),
}

impl Unusable {
    fn diagnostic(self, backend: Backend, path: impl Into<String>) -> Diagnostic {
        match self {
            Self::Missing(message, help) => Diagnostic::error(codes::settings::BAD_TARGET, path, message).help(help),
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
    settings.config.all_targets().find_map(|(name, target)| match &target.url {
        Some(UrlSource::Text(url)) => {
            address::parse(name.backend, url).ok().filter(|found| !found.loopback).map(|found| found.place)
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
    let path: PathBuf = folder.join(LOCAL_FILE);
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
