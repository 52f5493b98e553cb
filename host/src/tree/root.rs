//! The root of a tree: where it is, who said so, and whether it can be one.

use crate::settings::Settings;
use crate::settings::files::Files;
use crate::settings::room;
use crate::text::shown_within;
use cap_std::fs::Dir;
use std::io;
use std::path::{Path, PathBuf};
use whale_storage::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes::settings as codes};

/// The root where nobody names one.
const USUAL: &str = "data";

/// A tree that is to be looked at or made.
#[derive(Debug)]
pub(crate) struct Tree {
    path: PathBuf,
    files: Files,
    /// `--root`, or `storage_root`.
    said: &'static str,
    /// The line of whale.toml that says so.
    origin: Option<Origin>,
}

impl Tree {
    /// The tree that `--root` names, or whale.toml; none: nobody named one.
    pub(crate) fn named(settings: &Settings, flag: Option<&Path>) -> Option<Self> {
        let files = settings.files;
        match (flag, &settings.config.storage_root) {
            (Some(path), _) => Some(Self { path: path.to_path_buf(), files, said: "--root", origin: None }),
            (None, Some((path, origin))) => Some(Self {
                path: settings.beside_config(Path::new(path)),
                files,
                said: "storage_root",
                origin: Some(origin.clone()),
            }),
            (None, None) => None,
        }
    }

    /// The same, or the usual one.
    pub(crate) fn named_or_usual(settings: &Settings, flag: Option<&Path>) -> Self {
        Self::named(settings, flag).unwrap_or_else(|| Self {
            path: PathBuf::from(USUAL),
            files: settings.files,
            said: "--root",
            origin: None,
        })
    }

    /// The tree at this path.
    #[cfg(test)]
    pub(super) fn at(path: &Path, files: Files) -> Self {
        Self { path: path.to_path_buf(), files, said: "--root", origin: None }
    }

    /// Its path, fit to be shown.
    pub(crate) fn shown(&self) -> String {
        shown_within(&self.path.display().to_string(), 500)
    }

    /// A finding about this tree.
    pub(super) fn fault(&self, code: Code, message: String, help: &str) -> Diagnostics {
        Diagnostic::error(code, self.said, message).at(self.origin.as_ref()).help(help).into()
    }

    /// Opens the root, if it is there; if not, looks whether it can be made.
    pub(super) fn look(&self) -> Result<Option<Dir>, Diagnostics> {
        let shown = self.shown();
        let unusable = |error: io::Error| {
            let why = match error.kind() {
                io::ErrorKind::NotADirectory => "it, or a part of its path, is not a folder".to_owned(),
                _ => error.to_string(),
            };
            let message = format!("the storage root {shown} cannot be used: {why}");
            self.fault(
                codes::STORAGE_ROOT,
                message,
                "name a folder, or one that can be made, with --root or storage_root",
            )
        };
        let room = room::look(self.files, &self.path).map_err(unusable)?;
        if !room.exists {
            if room.writable {
                return Ok(None);
            }
            let message = format!("the storage root {shown} cannot be made: the folder above it cannot be written to");
            return Err(self.fault(
                codes::STORAGE_ROOT,
                message,
                "give the right to write there, or name another root",
            ));
        }
        let dir = self.files.folder(&self.path).map_err(unusable)?;
        if dir.symlink_metadata("Cargo.toml").is_ok() {
            let message = format!("the storage root {shown} holds a Cargo.toml: it is the source of a program");
            let help = "the tree is for data; name a folder of its own, such as data, with --root or storage_root";
            return Err(self.fault(codes::STORAGE_ROOT, message, help));
        }
        Ok(Some(dir))
    }

    /// Opens the root, and makes it where it is missing.
    pub(super) fn open(&self) -> io::Result<Dir> {
        self.files.common_folder(&self.path)
    }
}
