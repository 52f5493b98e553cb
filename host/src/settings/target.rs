//! `[targets.ENGINE]` and `[models.NAME.targets.ENGINE]`: what is said of one target.

use super::reader::{Key, Reader, Value};
use super::source::UrlSource;
use super::{cluster, session};
use std::collections::BTreeMap;
use std::time::Duration;
use whale_storage::cluster::Cluster;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::Origin;
use whale_storage::name::{Name, Place, reserved};
use whale_storage::scaling::own::Said;
use whale_storage::server::{Version, known};

/// What is said of a target.
#[derive(Debug, Clone)]
pub(crate) struct TargetSettings {
    /// What `validate` judges for.
    pub(crate) version: Option<Version>,
    /// Where it is.
    pub(crate) url: Option<UrlSource>,
    /// How long to wait for a connection.
    pub(crate) connect_timeout: Duration,
    /// How long to wait for the answer to one statement.
    pub(crate) statement_timeout: Duration,
    /// What stands before the name of every namespace there.
    pub(crate) prefix: String,
    /// Whether each model is served as a user of its own, of Milvus.
    pub(crate) model_users: bool,
    /// What each connection may use there.
    pub(crate) session: Said,
    /// The cluster that it is, of ClickHouse.
    pub(crate) cluster: Option<Cluster>,
    /// The table's place in the file.
    pub(crate) origin: Origin,
}

/// Seconds until a connection has to stand.
pub(super) const CONNECT_SECONDS: u64 = 5;
/// Seconds until a statement has to be answered: an index over large tables takes minutes.
pub(super) const STATEMENT_SECONDS: u64 = 600;
/// What the two can be raised to.
const MOST_SECONDS: u64 = 86_400;

/// The longest prefix: it leaves 39 bytes for the name of a model.
const MOST_PREFIX: usize = 24;

/// Reads a table of targets, by engine.
pub(super) fn read_all(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> BTreeMap<Backend, TargetSettings> {
    let mut targets = BTreeMap::new();
    for (key, value) in reader.entries(path, value) {
        match Backend::find(key.get_ref()) {
            Some(backend) => {
                targets.insert(backend, read(reader, path, backend, key, value));
            }
            None => reader.unknown(path, key, &Backend::ALL.map(Backend::id)),
        }
    }
    targets
}

fn read(reader: &mut Reader<'_>, path: &str, backend: Backend, key: &Key<'_>, value: &Value<'_>) -> TargetSettings {
    let path = format!("{path}.{backend}");
    let mut settings = TargetSettings {
        version: None,
        url: None,
        connect_timeout: Duration::from_secs(CONNECT_SECONDS),
        statement_timeout: Duration::from_secs(STATEMENT_SECONDS),
        prefix: String::new(),
        model_users: false,
        session: Said::default(),
        cluster: None,
        origin: reader.origin(key.span()),
    };
    for (key, value) in reader.entries(&path, value) {
        let inner = format!("{path}.{}", key.get_ref());
        match key.get_ref().as_ref() {
            "version" => settings.version = version(reader, backend, &inner, value),
            source if UrlSource::KEYS.contains(&source) => {
                UrlSource::read(reader, backend, &inner, source, value, &mut settings.url);
            }
            "connect_timeout" => settings.connect_timeout = seconds(reader, &inner, value, CONNECT_SECONDS),
            "statement_timeout" => settings.statement_timeout = seconds(reader, &inner, value, STATEMENT_SECONDS),
            "prefix" => settings.prefix = prefix(reader, backend, &inner, value),
            session::TABLE => settings.session = session::read(reader, backend, &inner, value),
            "cluster" => settings.cluster = cluster::read(reader, backend, &path, key, value),
            "model_users" if backend == Backend::Milvus => {
                settings.model_users = reader.truth(&inner, value).unwrap_or_default();
            }
            _ => {
                let known = ["version", "connect_timeout", "statement_timeout", "prefix", session::TABLE];
                let own: &[&str] = match backend {
                    Backend::Timescaledb => &[],
                    Backend::Clickhouse => &["cluster"],
                    Backend::Milvus => &["model_users"],
                };
                reader.unknown(&path, key, &[&known[..], own, &UrlSource::KEYS].concat());
            }
        }
    }
    settings
}

fn prefix(reader: &mut Reader<'_>, backend: Backend, path: &str, value: &Value<'_>) -> String {
    let Some(text) = reader.text(path, value) else { return String::new() };
    // Whatever stands behind it, the whole has to be a name that the engine does not keep.
    let fault = match Name::checked(&format!("{text}x")) {
        Err(fault) => Some(fault.to_string()),
        Ok(_) if text.len() > MOST_PREFIX => Some(format!("it has {} bytes", text.len())),
        Ok(name) => reserved(backend, Place::Namespace, &name).map(str::to_owned),
    };
    if let Some(fault) = fault {
        let help =
            format!("a prefix has lower-case letters, digits and `_`, no digit first, and at most {MOST_PREFIX} bytes");
        let message = format!("this prefix cannot begin the name of a namespace: {fault}");
        reader.unusable(path, value, message, Some(help));
    }
    text
}

fn version(reader: &mut Reader<'_>, backend: Backend, path: &str, value: &Value<'_>) -> Option<Version> {
    let text = reader.text(path, value)?;
    let oldest = known(backend).oldest;
    match text.parse::<Version>() {
        Ok(version) if version >= oldest => Some(version),
        Ok(version) => {
            let message = format!("{} {version} is not supported; the oldest that is is {oldest}", backend.title());
            reader.unusable(path, value, message, None);
            None
        }
        // Without what stands there: it may be a URL that went to the wrong line.
        Err(_) => {
            reader.unusable(path, value, "this is not a version such as 2.3 or 2.3.5", None);
            None
        }
    }
}

fn seconds(reader: &mut Reader<'_>, path: &str, value: &Value<'_>, otherwise: u64) -> Duration {
    let seconds = reader.number(path, value).unwrap_or(otherwise);
    if !(1..=MOST_SECONDS).contains(&seconds) {
        reader.unusable(path, value, format!("a time limit is from 1 to {MOST_SECONDS} seconds"), None);
    }
    Duration::from_secs(seconds)
}
