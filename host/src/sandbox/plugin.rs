//! A plugin's file: read once, as a whole, from a regular file, and identified by what was read.
//!
//! It is opened as every file is that somebody else may have put there: without waiting, and refused where it is no regular one.

use super::error::{Phase, Refusal};
use super::limits::Limits;
use crate::text;
use cap_std::AmbientAuthority;
use cap_std::fs::{Dir, File};
use sha2::{Digest as _, Sha256};
use std::io;
use std::path::Path;
use whale_storage::catalog::hex;
use whale_storage::diagnostic::{Diagnostic, codes::sandbox as codes};
use whale_storage::file::{self, Links};

/// The bytes of a plugin.
#[derive(Debug, Clone)]
pub struct Plugin {
    shown: String,
    bytes: Vec<u8>,
    digest: String,
}

impl Plugin {
    /// Reads a file inside a directory.
    pub fn read(dir: &Dir, path: &Path, limits: &Limits) -> Result<Plugin, Refusal> {
        let shown = text::shown(&path.to_string_lossy());
        Self::take(shown, file::open(dir, path, Links::Followed), limits)
    }

    /// Reads the file that a person named on the command line, wherever it is.
    pub fn read_ambient(path: &Path, limits: &Limits, authority: AmbientAuthority) -> Result<Plugin, Refusal> {
        let shown = text::shown(&path.to_string_lossy());
        Self::take(shown, file::open_ambient(path, authority), limits)
    }

    fn take(shown: String, opened: io::Result<File>, limits: &Limits) -> Result<Plugin, Refusal> {
        let bytes = opened.and_then(|file| file::read_opened(file, limits.file));
        let bytes = bytes.map_err(|error| unreadable(&shown, &error))?;
        if bytes.is_empty() {
            let nothing = Diagnostic::error(codes::PLUGIN_EMPTY, shown.as_str(), "the file is empty");
            return Err(Refusal::new(Phase::Read, nothing.of(shown.as_str())));
        }
        let digest = hex(&Sha256::digest(&bytes));
        Ok(Plugin { shown, bytes, digest })
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The path it was read from, fit to be shown.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What was read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn unreadable(shown: &str, error: &io::Error) -> Refusal {
    let (code, message) = match error.kind() {
        _ if file::not_regular(error).is_some() => (codes::PLUGIN_NOT_A_FILE, error.to_string()),
        _ if file::is_too_long(error) => (codes::PLUGIN_TOO_LARGE, format!("{error} (limit `file`)")),
        io::ErrorKind::NotFound => (codes::PLUGIN_UNREADABLE, "there is no such file".to_owned()),
        io::ErrorKind::PermissionDenied => {
            (codes::PLUGIN_UNREADABLE, "the file may not be read, or lies outside of the directory".to_owned())
        }
        // A socket outside of every folder cannot be opened at all.
        _ => (codes::PLUGIN_UNREADABLE, format!("the file cannot be read: {}", text::shown(&error.to_string()))),
    };
    Refusal::new(Phase::Read, Diagnostic::error(code, shown, message).of(shown))
}
