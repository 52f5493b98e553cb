//! A plugin's file: read once, as a whole, from a regular file, and identified by what was read.
//!
//! Opening never waits: a pipe without a writer would hold the host for ever. What is not a regular file is refused
//! before a byte is read from it.

use super::error::{Phase, Refusal};
use super::limits::Limits;
use crate::text;
use cap_std::AmbientAuthority;
use cap_std::fs::{Dir, File, FileTypeExt as _, Metadata, OpenOptions, OpenOptionsExt as _};
use nix::fcntl::OFlag;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read as _};
use std::path::Path;
use whale_storage::catalog::hex;
use whale_storage::diagnostic::{Code, Diagnostic, codes::sandbox as codes};

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
        let file = dir.open_with(path, &how()).map_err(|error| unreadable(&shown, &error))?;
        Self::take(shown, file, limits)
    }

    /// Reads the file that a person named on the command line, wherever it is.
    pub fn read_ambient(path: &Path, limits: &Limits, authority: AmbientAuthority) -> Result<Plugin, Refusal> {
        let shown = text::shown(&path.to_string_lossy());
        let file = File::open_ambient_with(path, &how(), authority).map_err(|error| unreadable(&shown, &error))?;
        Self::take(shown, file, limits)
    }

    fn take(shown: String, file: File, limits: &Limits) -> Result<Plugin, Refusal> {
        let refuse = |code: Code, message: String| {
            Refusal::new(Phase::Read, Diagnostic::error(code, shown.as_str(), message).of(shown.as_str()))
        };
        let too_large = |most: u64| refuse(codes::PLUGIN_TOO_LARGE, format!("the file has more than {most} bytes"));
        let about = file.metadata().map_err(|error| unreadable(&shown, &error))?;
        if !about.is_file() {
            return Err(refuse(codes::PLUGIN_NOT_A_FILE, format!("this is {}, not a regular file", what(&about))));
        }
        if about.len() > limits.file {
            return Err(too_large(limits.file));
        }
        let mut bytes = Vec::new();
        // The file may grow while it is read.
        file.take(limits.file.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unreadable(&shown, &error))?;
        if bytes.len() as u64 > limits.file {
            return Err(too_large(limits.file));
        }
        if bytes.is_empty() {
            return Err(refuse(codes::PLUGIN_EMPTY, "the file is empty".to_owned()));
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

/// For reading, without waiting and without becoming the process's terminal.
fn how() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits());
    options
}

fn unreadable(shown: &str, error: &io::Error) -> Refusal {
    let message = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "the file may not be read, or lies outside of the directory".to_owned(),
        // A socket cannot be opened at all.
        _ => format!("the file cannot be read: {}", text::shown(&error.to_string())),
    };
    Refusal::new(Phase::Read, Diagnostic::error(codes::PLUGIN_UNREADABLE, shown, message).of(shown))
}

fn what(about: &Metadata) -> &'static str {
    let kind = about.file_type();
    if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "something else"
    }
}
