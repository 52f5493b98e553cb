//! Doors for the fuzz targets: the files that a person writes. They are in builds with debug assertions only, as the
//! doors of [`crate::sandbox::fuzzing`] are.

use crate::lock::{Lock, Locked, file};
use crate::settings::config::Config;
use std::collections::BTreeMap;
use whale_storage::capability::Capabilities;
use whale_storage::diagnostic::Diagnostics;

/// Reads a whale.toml; tells how many targets it names.
pub fn config(source: &str) -> Result<usize, Diagnostics> {
    let config = Config::parse("whale.toml", source)?;
    let layout = config.layout();
    Ok(config.all_targets().count().max(layout.own.len()))
}

/// Reads a file of grants.
pub fn grants(source: &str) -> Result<(), Diagnostics> {
    Config::default().take_grants("grants.toml", source)
}

/// An entry of whale.lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Version of the plugin.
    pub version: String,
    /// Its model.
    pub model: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// The most it may do.
    pub may: Capabilities,
}

/// The text of a whale.lock with these entries.
pub fn lock_text(entries: &BTreeMap<String, Entry>) -> String {
    let locked =
        |entry: Entry| Locked { version: entry.version, model: entry.model, sha256: entry.sha256, may: entry.may };
    let plugins = entries.iter().map(|(name, entry)| (name.clone(), locked(entry.clone()))).collect();
    file::text(&Lock { plugins })
}

/// Reads a whale.lock.
pub fn lock(source: &str) -> Result<BTreeMap<String, Entry>, Diagnostics> {
    let entry =
        |locked: Locked| Entry { version: locked.version, model: locked.model, sha256: locked.sha256, may: locked.may };
    let lock = file::parse("whale.lock", source)?;
    Ok(lock.plugins.into_iter().map(|(name, locked)| (name, entry(locked))).collect())
}
