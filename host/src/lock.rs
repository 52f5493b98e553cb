//! `whale.lock`: which plugins may run here, by the bytes of their files, and the most each may do.
//!
//! Where the file exists, beside `whale.toml`, nothing runs that it does not name by its digest, and a grant that became
//! wider since does not hold until `lock update` was run. What became narrower holds at once. Where it does not exist, an author
//! rebuilds freely.

pub(crate) mod file;

pub(crate) use file::FILE;

use crate::sandbox::Plugin;
use crate::settings::Settings;
use crate::text::shown_within;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use whale_storage::capability::Capabilities;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes::settings as codes};
use whale_storage::raw::PluginInfo;

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lock {
    /// By name of the plugin.
    pub(crate) plugins: BTreeMap<String, Locked>,
}

/// One plugin, as it was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Locked {
    /// What it said its version was.
    pub(crate) version: String,
    /// The model that it belongs to.
    pub(crate) model: String,
    /// SHA-256 of its file.
    pub(crate) sha256: String,
    /// The most it may do.
    pub(crate) may: Capabilities,
}

impl Lock {
    /// Where the file is.
    pub(crate) fn path(settings: &Settings) -> PathBuf {
        settings.beside_config(std::path::Path::new(FILE))
    }

    /// Reads the file; none where there is none.
    pub(crate) fn find(settings: &Settings) -> Result<Option<Lock>, Diagnostics> {
        let path = Self::path(settings);
        let shown = path.display().to_string();
        match settings.files.read_text(&path, file::MOST_BYTES) {
            Ok(source) => file::parse(&shown, &source).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Diagnostic::error(codes::LOCK_UNUSABLE, &shown, format!("reading {shown}: {error}"))
                .help("make it readable; to have no lock, remove the file")
                .into()),
        }
    }

    /// Writes the file.
    pub(crate) fn write(&self, settings: &Settings) -> io::Result<()> {
        settings.files.replace(&Self::path(settings), file::text(self).as_bytes())
    }

    /// Refuses a file whose bytes nobody approved, before any of them is run.
    pub(crate) fn knows(&self, plugin: &Plugin) -> Result<(), Diagnostics> {
        if self.plugins.values().any(|locked| locked.sha256 == plugin.digest()) {
            return Ok(());
        }
        let message = format!("{FILE} names no plugin of this content, whose sha256 is {}", plugin.digest());
        Err(Diagnostic::error(codes::NOT_LOCKED, plugin.shown(), message)
            .help(format!("once it may run here: whale-host lock update --plugin {}", plugin.shown()))
            .into())
    }

    /// The entry of a plugin that said what it is.
    pub(crate) fn entry(&self, info: &PluginInfo, sha256: &str) -> Result<&Locked, Diagnostics> {
        let locked = self.plugins.get(&info.name).filter(|locked| {
            (locked.sha256.as_str(), &locked.model, &locked.version) == (sha256, &info.model, &info.version)
        });
        locked.ok_or_else(|| {
            let name = shown_within(&info.name, 80);
            let message = format!("{FILE} has this content under another name, model or version than it says itself");
            Diagnostic::error(codes::NOT_LOCKED, format!("plugins.{name}"), message)
                .of(name)
                .help("see what changed, and approve it: whale-host lock update")
                .into()
        })
    }
}

impl Locked {
    /// What is wider than what was approved, where anything is.
    pub(crate) fn widened(&self, name: &str, may: &Capabilities) -> Option<Diagnostic> {
        let wider = may.beyond(&self.may);
        if wider.is_empty() {
            return None;
        }
        let message = format!("the plugin may now do more than {FILE} says: {}", wider.join("; "));
        let fault = Diagnostic::error(codes::LOCK_WIDENED, format!("plugins.{}", shown_within(name, 80)), message);
        Some(fault.help("take it back in whale.toml, or approve it: whale-host lock update"))
    }
}

/// How an entry changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was not there.
    New(Locked),
    /// It differs.
    Changed(Box<Locked>, Locked),
    /// It stays.
    Same(Locked),
    /// It goes: no file is that plugin any more.
    Gone(Locked),
}

/// How the entries change from one file to another.
pub(crate) fn changes(before: &Lock, after: &Lock) -> BTreeMap<String, Change> {
    let mut changes = BTreeMap::new();
    for (name, locked) in &after.plugins {
        let change = match before.plugins.get(name) {
            None => Change::New(locked.clone()),
            Some(first) if first == locked => Change::Same(locked.clone()),
            Some(first) => Change::Changed(Box::new(first.clone()), locked.clone()),
        };
        changes.insert(name.clone(), change);
    }
    for (name, locked) in &before.plugins {
        changes.entry(name.clone()).or_insert_with(|| Change::Gone(locked.clone()));
    }
    changes
}
