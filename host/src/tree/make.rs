//! Making what is missing. Whatever was looked at before may be another thing by now: each step holds by itself.

use super::root::Tree;
use super::{partial, split};
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _};
use nix::fcntl::OFlag;
use std::io;
use whale_storage::file;

/// Where making stopped.
#[derive(Debug)]
pub(crate) struct Failed {
    /// The path in the tree; empty: the root.
    pub(crate) path: String,
    /// Why.
    pub(crate) error: io::Error,
}

impl Tree {
    /// Makes folders, then writes files, each with its content; `done` is told of each.
    pub(crate) fn make<'a>(
        &self,
        folders: impl IntoIterator<Item = &'a str>,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        done: &mut dyn FnMut(&str),
    ) -> Result<(), Failed> {
        let mut folders = folders.into_iter().peekable();
        let mut files = files.into_iter().peekable();
        if folders.peek().is_none() && files.peek().is_none() {
            return Ok(());
        }
        let failed = |path: &str| {
            let path = path.to_owned();
            move |error| Failed { path, error }
        };
        let root = self.open().map_err(failed(""))?;
        for path in folders {
            reach(&root, path).map_err(failed(path))?;
            done(path);
        }
        for (path, content) in files {
            let (above, name) = split(path);
            reach(&root, above)
                .and_then(|dir| file::replace(&dir, name, partial(name), content.as_bytes()))
                .map_err(failed(path))?;
            done(path);
        }
        Ok(())
    }
}

/// Opens a folder below another, and makes what is missing on the way.
fn reach(root: &Dir, path: &str) -> io::Result<Dir> {
    let mut dir = root.try_clone()?;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match dir.create_dir(part) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => dir = enter(&dir, part)?,
        }
    }
    Ok(dir)
}

/// Opens a folder, and no link to one.
#[allow(clippy::disallowed_methods, reason = "a folder, opened as nothing else")]
pub(super) fn enter(dir: &Dir, name: &str) -> io::Result<Dir> {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags((OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW).bits());
    Ok(Dir::from_std_file(dir.open_with(name, &options)?.into_std()))
}

#[cfg(test)]
mod tests;
