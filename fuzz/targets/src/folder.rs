//! A folder in memory where there is one, for targets that read and write files.

use cap_std::fs::Dir;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

/// Removed when it goes.
pub(crate) struct Folder {
    kept: TempDir,
}

impl Folder {
    /// A new one, closed to other users.
    pub(crate) fn new() -> Folder {
        let memory = std::path::Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let private = std::fs::Permissions::from_mode(0o700);
        Folder { kept: tempfile::Builder::new().permissions(private).tempdir_in(place).unwrap() }
    }

    /// To read and write in.
    pub(crate) fn open(&self) -> Dir {
        Dir::open_ambient_dir(self.kept.path(), cap_std::ambient_authority()).unwrap()
    }
}
