//! Files that a person named, reached through the authority that `main` hands down: bounded reads, folders that only we
//! can enter, and paths with `*` and `?`.

use crate::folder;
use cap_std::AmbientAuthority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt as _};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use whale_storage::file;

/// The way to files.
#[derive(Clone, Copy)]
pub(crate) struct Files {
    authority: AmbientAuthority,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files")
    }
}

impl Files {
    /// With the authority of `main`.
    pub(crate) fn new(authority: AmbientAuthority) -> Self {
        Self { authority }
    }

    /// For the sandbox, which opens plugins its own way.
    pub(crate) fn authority(self) -> AmbientAuthority {
        self.authority
    }

    /// Reads a text file of at most so many bytes.
    pub(crate) fn read_text(self, path: &Path, most: u64) -> io::Result<String> {
        String::from_utf8(self.read(path, most)?).map_err(|_| io::Error::other("the file is not UTF-8 text"))
    }

    /// Reads a file of at most so many bytes.
    pub(crate) fn read(self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        file::read(&self.open(&parent(path))?, name, most)
    }

    /// Bytes of a file, without opening it; of what is no file none.
    pub(crate) fn size(self, path: &Path) -> io::Result<u64> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let about = self.open(&parent(path))?.metadata(name)?;
        Ok(if about.is_file() { about.len() } else { 0 })
    }

    /// Makes a file that is not there yet.
    pub(crate) fn create(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.create_with(path, bytes, file::COMMON)
    }

    /// Makes a file that is not there yet, and that only we can read.
    pub(crate) fn create_private(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.create_with(path, bytes, file::PRIVATE)
    }

    fn create_with(self, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let dir = self.open(&parent(path))?;
        let written = file::create(&dir, name, mode)?.write_all(bytes);
        if written.is_err() {
            // Half of it would be taken for the whole.
            dir.remove_file(name)?;
        }
        written
    }

    /// Writes a file, whether it is there or not: as a whole, or not at all.
    pub(crate) fn replace(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let mut partial = name.to_owned();
        partial.push(".partial");
        file::replace(&self.open(&parent(path))?, name, &partial, bytes)
    }

    /// Removes a file.
    pub(crate) fn remove(self, path: &Path) -> io::Result<()> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        self.open(&parent(path))?.remove_file(name)
    }

    /// Opens a folder, and makes it and what is missing above it, for us alone.
    pub(crate) fn private_folder(self, path: &Path) -> io::Result<Dir> {
        let mut private = DirBuilder::new();
        private.mode(0o700);
        self.made_folder(path, &private)
    }

    /// The same, of a folder that nobody else may change.
    pub(crate) fn own_folder(self, path: &Path) -> io::Result<Dir> {
        let dir = self.private_folder(path)?;
        folder::ours(&dir.dir_metadata()?)?;
        Ok(dir)
    }

    /// Opens a folder, and makes it and what is missing above it, with the rights that new folders have.
    pub(crate) fn common_folder(self, path: &Path) -> io::Result<Dir> {
        self.made_folder(path, &DirBuilder::new())
    }

    fn made_folder(self, path: &Path, builder: &DirBuilder) -> io::Result<Dir> {
        let mut missing: Vec<&OsStr> = Vec::new();
        let mut above = path;
        let mut dir = loop {
            match self.open(above) {
                Ok(dir) => break dir,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            missing.push(above.file_name().ok_or(io::ErrorKind::NotFound)?);
            above = above.parent().unwrap_or(Path::new("."));
        };
        for name in missing.into_iter().rev() {
            match dir.create_dir_with(name, builder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => dir = dir.open_dir(name)?,
            }
        }
        Ok(dir)
    }

    /// The paths that fit a pattern, sorted. Without `*` and `?` it is the path itself, whether it exists or not.
    pub(crate) fn matching(self, pattern: &Path) -> io::Result<Vec<PathBuf>> {
        let mut found = vec![PathBuf::new()];
        for component in pattern.components() {
            let part = component.as_os_str();
            found = match component {
                Component::Normal(_) if is_pattern(part) => self.expand(&found, part)?,
                _ => found.into_iter().map(|path| path.join(part)).collect(),
            };
        }
        found.sort();
        Ok(found)
    }

    fn expand(self, folders: &[PathBuf], pattern: &OsStr) -> io::Result<Vec<PathBuf>> {
        let pattern = pattern.to_string_lossy();
        let mut found = Vec::new();
        for folder in folders {
            let dir = match self.open(folder) {
                Ok(dir) => dir,
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            for entry in dir.entries()? {
                let name: OsString = entry?.file_name();
                let text = name.to_string_lossy();
                // As in a shell: what is hidden is not meant.
                if !text.starts_with('.') && fits(&pattern, &text) {
                    found.push(folder.join(&name));
                }
            }
        }
        Ok(found)
    }

    /// Opens a folder that exists.
    pub(crate) fn folder(self, path: &Path) -> io::Result<Dir> {
        self.open(path)
    }

    fn open(self, folder: &Path) -> io::Result<Dir> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Dir::open_ambient_dir(folder, self.authority)
    }
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

fn is_pattern(part: &OsStr) -> bool {
    part.as_encoded_bytes().iter().any(|byte| matches!(byte, b'*' | b'?'))
}

/// Whether a name fits: `*` is any number of characters, `?` is one. Linear in the name for each star.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(expected) if *expected == '?' || name.get(n) == Some(expected) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, n) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names() {
        for (pattern, name) in [("*.wasm", "a.wasm"), ("a?c*", "abc"), ("*", ""), ("*a*b", "xaybzb"), ("a**", "a")] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.wasm", "a.wasm2"), ("?", ""), ("a*b", "abc"), ("", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test is its own main")]
    fn folders_are_made_for_us_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let files = Files::new(cap_std::ambient_authority());
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("a/b");
        files.private_folder(&path).unwrap().write("c.wasm", "x").unwrap();
        files.private_folder(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(files.matching(&temporary.path().join("*/b/?.wasm")).unwrap(), [path.join("c.wasm")]);
        assert!(files.matching(&temporary.path().join("no/*.wasm")).unwrap().is_empty());
        assert_eq!(files.read_text(&path.join("c.wasm"), 1).unwrap(), "x");
        assert!(files.read_text(&path.join("c.wasm"), 0).is_err());
    }
}
