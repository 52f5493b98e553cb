//! What bounds a run of many plugins: how many there are, and how large their files are together.
//!
//! Both are looked at before anything runs. Files may grow after that, so what is read is counted as well.

use crate::sandbox::{Limits, Plugin};
use crate::settings::Settings;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes::sandbox as codes};

/// Refuses more plugins than a run may have.
pub(super) fn bounds(settings: &Settings, paths: &[PathBuf]) -> Result<(), Diagnostics> {
    let limits = &settings.config.limits;
    let number = paths.len() as u64;
    if number > limits.plugins {
        let message = format!("{number} plugins are too many for one run, above {} (limit `plugins`)", limits.plugins);
        let help = "name fewer with --plugin, look at the patterns of plugins.files, or raise the limit in [limits]";
        return Err(Diagnostic::error(codes::TOO_MANY_PLUGINS, "limits.plugins", message).help(help).into());
    }
    // What cannot be looked at is refused when it is read. So is a file above what one may have.
    let size = |path: &PathBuf| settings.files.size(path).unwrap_or(0).min(limits.file);
    let total = paths.iter().map(size).fold(0, u64::saturating_add);
    if total > limits.plugins_bytes { Err(too_large("limits.plugins_bytes", total, limits).into()) } else { Ok(()) }
}

/// Bytes of plugins that a run has read.
#[derive(Debug, Default)]
pub(super) struct Read(AtomicU64);

impl Read {
    /// Counts a plugin that was read, and refuses it if it is one too many.
    pub(super) fn add(&self, plugin: &Plugin, limits: &Limits) -> Result<(), Diagnostics> {
        let size = plugin.bytes().len() as u64;
        let total = self.0.fetch_add(size, Ordering::Relaxed).saturating_add(size);
        if total <= limits.plugins_bytes { Ok(()) } else { Err(too_large(plugin.shown(), total, limits).into()) }
    }
}

fn too_large(path: &str, total: u64, limits: &Limits) -> Diagnostic {
    let most = limits.plugins_bytes;
    let message = format!("the plugins of the run have {total} bytes together, above {most} (limit `plugins_bytes`)");
    Diagnostic::error(codes::PLUGINS_TOO_LARGE, path, message)
        .help("name fewer with --plugin, build them in release mode and stripped, or raise the limit in [limits]")
}
