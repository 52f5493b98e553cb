//! Whether a folder that outlives a run can be written to, and how much room there is. Nothing is made or written.

use super::files::Files;
use crate::folder::{self, NotOurs};
use nix::fcntl::AtFlags;
use nix::sys::statvfs::fstatvfs;
use nix::unistd::{AccessFlags, faccessat};
use std::io;
use std::path::Path;

/// What was found of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// Whether it is there already; otherwise the rest is about the nearest folder above it.
    pub(crate) exists: bool,
    /// Whether we may make files in it.
    pub(crate) writable: bool,
    /// Free bytes.
    pub(crate) free: u64,
    /// Why it is not ours alone to change, if it is there.
    pub(crate) foreign: Option<NotOurs>,
}

/// Looks at a folder, or at the nearest above it that exists.
pub(crate) fn look(files: Files, path: &Path) -> io::Result<Room> {
    let mut at = path;
    let dir = loop {
        match files.folder(at) {
            Ok(dir) => break dir,
            Err(error) if error.kind() == io::ErrorKind::NotFound && at.parent().is_some() => {}
            Err(error) => return Err(error),
        }
        at = at.parent().unwrap_or(Path::new("."));
    };
    let may = faccessat(&dir, ".", AccessFlags::W_OK | AccessFlags::X_OK, AtFlags::AT_EACCESS);
    let space = fstatvfs(&dir)?;
    let free = space.blocks_available().saturating_mul(space.fragment_size());
    let exists = at == path;
    let foreign = folder::ours(&dir.dir_metadata()?).err().filter(|_| exists);
    let foreign = foreign.as_ref().and_then(folder::not_ours);
    Ok(Room { exists, writable: may.is_ok(), free, foreign })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test is its own main")]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above_it() {
        let files = Files::new(cap_std::ambient_authority());
        let temporary = tempfile::tempdir().unwrap();
        let there = look(files, temporary.path()).unwrap();
        assert!(there.exists && there.writable && there.free > 0);
        let missing = temporary.path().join("a/b");
        let above = look(files, &missing).unwrap();
        assert!(!above.exists && above.writable);
        assert!(!missing.exists(), "nothing is made");
    }
}
