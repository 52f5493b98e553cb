//! The journal's files: the one that is written, the one before it, and the lock that says whether a run is under way.
//!
//! Every run holds the lock, shared, from its beginning until its process is gone, however that ends. Files change places
//! only under the lock held alone, so no run loses the file that it writes.

use super::{Line, history};
use crate::file::{self, Links, PRIVATE};
use cap_std::fs::{Dir, File, OpenOptions, OpenOptionsExt as _};
use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write};

/// Name of the file in the state directory.
pub const FILE: &str = "journal.jsonl";

/// Name of the one before it.
pub const OLDER: &str = "journal.1.jsonl";

const LOCK: &str = "journal.lock";

/// From how many bytes on the file is put aside: some thousand runs.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The most that is read of one: what is put aside, and the longest run after it, many times over.
const MOST_READ: u64 = 256 * 1024 * 1024;

/// The file, open at its end.
#[derive(Debug)]
pub(super) struct Appended {
    file: File,
    /// Keeps the lock.
    _lock: Option<std::fs::File>,
}

impl Appended {
    /// Opens it, without the lock. What a crash cut short gets an end, so that the next line is one of its own.
    pub(super) fn open(state: &Dir) -> io::Result<Self> {
        let mut file = opened(state, FILE, OpenOptions::new().create(true).read(true).append(true))?;
        if file.metadata()?.len() > 0 {
            let mut last = [b'\n'];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self { file, _lock: None })
    }

    pub(super) fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl Write for Appended {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Opens a file that may not be there yet, for us alone, whoever made the folder.
fn opened(state: &Dir, name: &str, options: &mut OpenOptions) -> io::Result<File> {
    file::open_with(state, name, Links::Followed, options.mode(PRIVATE))
}

/// Opens the file for a run that begins, and puts a long one aside first.
pub(super) fn begin(state: &Dir) -> io::Result<Appended> {
    let lock = opened(state, LOCK, OpenOptions::new().create(true).append(true))?.into_std();
    if lock.try_lock().is_ok() {
        put_aside(state, MOST_BYTES)?;
    }
    // On a file system without locks a run is not seen to be under way; that is all.
    let _ = lock.lock_shared();
    Ok(Appended { _lock: Some(lock), ..Appended::open(state)? })
}

/// Whether a run is under way, as far as that can be told.
pub(super) fn is_held(state: &Dir) -> bool {
    let Ok(lock) = file::open(state, LOCK, Links::Followed) else { return false };
    matches!(lock.into_std().try_lock(), Err(std::fs::TryLockError::WouldBlock))
}

/// Puts the file in the place of the one before it. Runs that are still open there are written down again first.
fn put_aside(state: &Dir, most: u64) -> io::Result<()> {
    match state.metadata(FILE) {
        Ok(file) if file.len() > most => {}
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    let history = history::read(state)?;
    let open: BTreeSet<&str> = history.open().map(|run| run.run.as_str()).collect();
    let mut carried = Vec::new();
    each_line(state, OLDER, |line| {
        if serde_json::from_slice::<Line>(line).is_ok_and(|line| open.contains(line.run.as_str())) {
            carried.extend_from_slice(line);
            carried.push(b'\n');
        }
    })?;
    let mut file = Appended::open(state)?;
    file.write_all(&carried)?;
    file.file.sync_all()?;
    state.rename(FILE, state, OLDER)
}

/// Hands over every line of a file, if it is there.
pub(super) fn each_line(state: &Dir, name: &str, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let file = match file::open(state, name, Links::Followed) {
        Ok(file) if file.metadata()?.len() > MOST_READ => return Err(file::TooLong(MOST_READ).into()),
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for line in BufReader::new(file.take(MOST_READ)).split(b'\n') {
        let line = line?;
        if !line.is_empty() {
            each(&line);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test is its own main, and may panic")]
mod tests {
    use super::super::Journal;
    use super::*;
    use crate::desire::Desire;
    use crate::plan::Plan;

    fn run(state: &Dir, name: &str) -> Journal {
        let mut journal = Journal::open(state, name, "whale-host apply").unwrap();
        journal.begin(&Desire::default(), &Plan::default()).unwrap();
        journal
    }

    fn folder() -> (std::path::PathBuf, Dir) {
        let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        let path = std::env::temp_dir().join(format!("whale-journal-{}-{moment}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        let dir = Dir::open_ambient_dir(&path, cap_std::ambient_authority()).unwrap();
        (path, dir)
    }

    #[test]
    fn a_long_file_is_put_aside_and_what_is_open_goes_along_every_time() {
        let (path, state) = folder();
        // Killed: it has begun and not finished. What others do later does not cover it.
        let killed = r#"{"run":"killed","at":1,"event":"begin","steps":1,"digests":[["a","d"]],"engines":["milvus"]}"#;
        state.write(FILE, format!("{killed}\n")).unwrap();
        for round in 0..4_u64 {
            put_aside(&state, 10).unwrap();
            assert!(!state.exists(FILE), "round {round}");
            let other = format!(
                "{{\"run\":\"r{round}\",\"at\":{},\"event\":\"begin\",\"steps\":0,\"digests\":[]}}\n{{\"run\":\"r{round}\",\"at\":9,\"event\":\"finish\",\"succeeded\":true}}\n",
                round + 2
            );
            state.write(FILE, other).unwrap();
            let history = history::read(&state).unwrap();
            let names: Vec<&str> = history.runs.iter().map(|run| run.run.as_str()).collect();
            assert_eq!(history.open().map(|run| run.run.as_str()).collect::<Vec<_>>(), ["killed"], "round {round}");
            assert!(names.len() <= 3, "what ended well may go: {names:?}");
        }
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_short_file_stays() {
        let (path, state) = folder();
        drop(run(&state, "one"));
        drop(run(&state, "two"));
        assert!(!state.exists(OLDER));
        assert_eq!(history::read(&state).unwrap().runs.len(), 2);
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn what_a_crash_cut_short_does_not_take_the_next_line_along() {
        let (path, state) = folder();
        state.write(FILE, r#"{"run":"torn","at":1,"event":"beg"#).unwrap();
        drop(run(&state, "next"));
        let history = history::read(&state).unwrap();
        assert_eq!((history.unreadable, history.runs.len()), (1, 1));
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_run_is_under_way_as_long_as_its_journal_is_open() {
        let (path, state) = folder();
        let journal = run(&state, "now");
        assert_eq!(history::read(&state).unwrap().runs.first().unwrap().result, history::Ended::UnderWay);
        drop(journal);
        assert_eq!(history::read(&state).unwrap().runs.first().unwrap().result, history::Ended::Interrupted);
        std::fs::remove_dir_all(path).unwrap();
    }
}
