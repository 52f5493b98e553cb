//! Files that somebody else may have put where we look: opened without waiting, regular ones only, read up to a bound.
//!
//! Invariant: a file whose path a person, a setting or an earlier run gave is opened here and nowhere else. A pipe without a
//! writer, a terminal or a folder in its place is told as what it is, at once, and before a byte is read or written.

#![allow(clippy::disallowed_methods, reason = "this is the owner of opening files")]

use cap_std::AmbientAuthority;
use cap_std::fs::{Dir, File, FileTypeExt as _, Metadata, OpenOptions, OpenOptionsExt as _};
use nix::fcntl::OFlag;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Rights of a file that is nobody's secret; the process's mask takes its part of them.
pub const COMMON: u32 = 0o666;

/// Rights of a file for us alone.
pub const PRIVATE: u32 = 0o600;

/// What stands where a file belongs is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is {0}, not a regular file")]
pub struct NotRegular(pub &'static str);

/// A file is longer than it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file has more than {0} bytes")]
pub struct TooLong(pub u64);

/// What becomes of a link in the file's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It is followed, within the folder.
    Followed,
    /// It is refused.
    Refused,
}

/// Opens a file of a folder for reading.
pub fn open(dir: &Dir, path: impl AsRef<Path>, links: Links) -> io::Result<File> {
    open_with(dir, path, links, OpenOptions::new().read(true))
}

/// Opens a file of a folder as these options say; their own flags are not kept.
pub fn open_with(dir: &Dir, path: impl AsRef<Path>, links: Links, options: &OpenOptions) -> io::Result<File> {
    let path = path.as_ref();
    let opened = dir.open_with(path, &without_waiting(links, options));
    regular(opened.map_err(|error| named(error, || dir.symlink_metadata(path))))
}

/// Opens a file for reading, wherever it is.
pub fn open_ambient(path: &Path, authority: AmbientAuthority) -> io::Result<File> {
    let options = without_waiting(Links::Followed, OpenOptions::new().read(true));
    regular(File::open_ambient_with(path, &options, authority))
}

/// Reads a whole file of a folder, of at most so many bytes.
pub fn read(dir: &Dir, path: impl AsRef<Path>, most: u64) -> io::Result<Vec<u8>> {
    read_opened(open(dir, path, Links::Followed)?, most)
}

/// Reads the whole of an open file, of at most so many bytes.
pub fn read_opened(file: File, most: u64) -> io::Result<Vec<u8>> {
    if file.metadata()?.len() > most {
        return Err(TooLong(most).into());
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(TooLong(most).into()) } else { Ok(bytes) }
}

/// Makes a file that is not there yet, with these rights.
pub fn create(dir: &Dir, name: impl AsRef<Path>, mode: u32) -> io::Result<File> {
    dir.open_with(name, OpenOptions::new().write(true).create_new(true).mode(mode))
}

/// Writes a file beside its place and moves it there: as a whole, or not at all. Whatever has the name of the part that is
/// written, or the file's own, gives way; nothing of it is opened.
pub fn replace(dir: &Dir, name: impl AsRef<Path>, partial: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let partial = partial.as_ref();
    match dir.remove_file(partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = create(dir, partial, COMMON)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| dir.rename(partial, dir, name));
    if written.is_err() {
        // The first error is the one to tell; what is left gives way to the next run as well.
        let _ = dir.remove_file(partial);
    }
    written
}

/// What is in a file's place, where that is why it was refused.
pub fn not_regular(error: &io::Error) -> Option<NotRegular> {
    error.get_ref()?.downcast_ref().copied()
}

/// Whether a file was refused for its length.
pub fn is_too_long(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooLong>)
}

impl From<TooLong> for io::Error {
    fn from(error: TooLong) -> Self {
        Self::new(io::ErrorKind::FileTooLarge, error)
    }
}

/// Without waiting, and without becoming the process's terminal.
fn without_waiting(links: Links, options: &OpenOptions) -> OpenOptions {
    let mut flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    if links == Links::Refused {
        flags |= OFlag::O_NOFOLLOW;
    }
    let mut options = options.clone();
    options.custom_flags(flags.bits());
    options
}

fn regular(opened: io::Result<File>) -> io::Result<File> {
    let file = opened?;
    let about = file.metadata()?;
    if about.is_file() { Ok(file) } else { Err(refused(&about)) }
}

/// A pipe without a reader, a socket and a folder cannot even be opened for writing. What they are says more than why.
fn named(error: io::Error, look: impl FnOnce() -> io::Result<Metadata>) -> io::Error {
    match look() {
        Ok(about) if !about.is_file() && !about.is_symlink() => refused(&about),
        _ => error,
    }
}

fn refused(about: &Metadata) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, NotRegular(what(about)))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test is its own main, and may panic")]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("whale-file-{name}-{}", std::process::id()));
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn dir(&self) -> Dir {
            Dir::open_ambient_dir(&self.0, cap_std::ambient_authority()).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn whatever_is_no_file_is_told_as_what_it_is_whichever_way_it_is_opened() {
        let folder = Folder::new("kinds");
        let dir = folder.dir();
        nix::unistd::mkfifo(&folder.0.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        dir.create_dir("folder").unwrap();
        let _socket = UnixListener::bind(folder.0.join("socket")).unwrap();
        let append = OpenOptions::new().append(true).create(true).clone();
        for (name, what) in [("pipe", "a pipe"), ("folder", "a directory"), ("socket", "a socket")] {
            for links in [Links::Followed, Links::Refused] {
                let (reading, writing) = (open(&dir, name, links), open_with(&dir, name, links, &append));
                for error in [reading.unwrap_err(), writing.unwrap_err()] {
                    assert_eq!(not_regular(&error), Some(NotRegular(what)), "{error}");
                }
            }
        }
        let device = open_ambient(Path::new("/dev/zero"), cap_std::ambient_authority()).unwrap_err();
        assert_eq!(device.to_string(), "this is a device, not a regular file");
        assert_eq!(open(&dir, "nothing", Links::Followed).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_is_read_up_to_its_bound_and_no_further() {
        let folder = Folder::new("bound");
        let dir = folder.dir();
        dir.write("file", "four").unwrap();
        assert_eq!(read(&dir, "file", 4).unwrap(), b"four");
        let error = read(&dir, "file", 3).unwrap_err();
        assert!(is_too_long(&error) && error.to_string() == "the file has more than 3 bytes", "{error}");
        // Of a length that nobody could read.
        dir.create("long").unwrap().set_len(1 << 40).unwrap();
        assert!(is_too_long(&read(&dir, "long", 1 << 20).unwrap_err()));
        dir.symlink("file", "link").unwrap();
        assert!(open(&dir, "link", Links::Followed).is_ok() && open(&dir, "link", Links::Refused).is_err());
    }

    #[test]
    fn writing_waits_for_nothing_that_has_the_name() {
        let folder = Folder::new("replace");
        let dir = folder.dir();
        for name in ["file", "file.partial"] {
            nix::unistd::mkfifo(&folder.0.join(name), nix::sys::stat::Mode::S_IRWXU).unwrap();
        }
        replace(&dir, "file", "file.partial", b"new").unwrap();
        assert_eq!(read(&dir, "file", 9).unwrap(), b"new");
        assert!(dir.symlink_metadata("file.partial").is_err());
    }
}
