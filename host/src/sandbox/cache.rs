//! Compiled plugins, kept so that a component compiles once a machine and not once a run; and verdicts, so that what
//! was refused before it could run is refused at once.
//!
//! A file of the cache is machine code, so what is loaded must be what a worker of this host wrote. Each file begins
//! with a keyed hash over its own name and content; the key lies in the state directory and nowhere else. The bytes
//! that were verified are the bytes that are handed on: a file is read once, into memory. Whatever is not right about
//! a file makes it a miss. Both directories must be closed to other users.

use super::error::Report;
use super::limits::Limits;
use crate::folder;
use cap_std::fs::Dir;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use whale_storage::file::{self, Links};

const MAGIC: &[u8; 16] = b"whale-artifact-1";
const KEY_FILE: &str = "artifact.key";
const KEY_SIZE: usize = 32;
const SUFFIX: &str = ".artifact";
const VERDICT: &str = ".verdict";
/// Bytes of a file before its content: the magic number and the hash.
const BEFORE: u64 = (MAGIC.len() + blake3::OUT_LEN) as u64;
const UNFINISHED: &str = ".unfinished";

/// To be counted up when the scan changes within a version of this host, which the name of the engine tells.
const RULES: u32 = 1;

/// Bytes of a verdict; of a plugin with one fault it has some hundred.
const MOST_VERDICT: u64 = 64 * 1024;

/// A file that a killed run left unfinished is removed after this time.
const ABANDONED: Duration = Duration::from_hours(1);

/// Compiled plugins of this machine.
#[derive(Debug)]
pub struct Cache {
    dir: Dir,
    key: [u8; KEY_SIZE],
    most: u64,
    seen: Mutex<Seen>,
}

/// What is known of the files that are there. Looking at all of them takes as long as there are many, so it is done once, and
/// again when there is no room left or enough was written that other runs may have filled it, too.
#[derive(Debug, Default)]
struct Seen {
    /// Bytes of all files together; none: nobody has looked.
    total: Option<u64>,
    /// Files written since.
    written: u32,
}

/// Files that are written until all are looked at again.
const LOOK_AGAIN: u32 = 1_000;

impl Cache {
    /// Bytes of all files together, unless said otherwise.
    pub const MOST: u64 = 1 << 30;

    /// Opens a cache in a directory that is its own, with its key in another.
    pub fn open(dir: Dir, state: &Dir, most: u64) -> io::Result<Cache> {
        folder::closed(&dir.dir_metadata()?)?;
        folder::ours(&state.dir_metadata()?)?;
        let key = match read_key(state) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_key(state)?,
            other => other?,
        };
        Ok(Cache { dir, key, most, seen: Mutex::default() })
    }

    /// What was compiled from the plugin of this digest by an engine of this name.
    /// It passed a scan under these limits: a file that was scanned under others has another name.
    pub(super) fn find(&self, digest: &str, engine: &str, limits: &Limits) -> Option<Vec<u8>> {
        self.read(&name(digest, engine, limits), limits.artifact)
    }

    /// Why the plugin of this digest was refused before it ran, by an engine of this name and under these limits.
    ///
    /// There is no verdict by which a plugin passes.
    pub(super) fn verdict(&self, digest: &str, engine: &str, limits: &Limits) -> Option<Report> {
        let report: Report =
            serde_json::from_slice(&self.read(&verdict_name(digest, engine, limits), MOST_VERDICT)?).ok()?;
        (!report.findings.is_empty()).then_some(report)
    }

    /// Keeps why a plugin was refused. One that is too long is found again each time.
    pub(super) fn condemn(&self, digest: &str, engine: &str, limits: &Limits, report: &Report) -> io::Result<()> {
        let report = serde_json::to_vec(report)?;
        if report.len() as u64 > MOST_VERDICT {
            return Ok(());
        }
        self.write(&verdict_name(digest, engine, limits), &report)
    }

    fn read(&self, name: &str, most: u64) -> Option<Vec<u8>> {
        let mut file = file::open(&self.dir, name, Links::Followed).ok()?;
        let about = file.metadata().ok()?;
        if about.len() > most.saturating_add(64) {
            return None;
        }
        let mut magic = [0; MAGIC.len()];
        let mut hash = [0; blake3::OUT_LEN];
        file.read_exact(&mut magic).ok()?;
        file.read_exact(&mut hash).ok()?;
        let mut artifact = Vec::with_capacity(usize::try_from(about.len()).ok()?);
        (&file).take(most).read_to_end(&mut artifact).ok()?;
        if magic != *MAGIC || self.hash(name, &artifact) != blake3::Hash::from_bytes(hash) {
            return None;
        }
        // The oldest go first, and this one was just used. Not knowing that is no reason to fail.
        let _ = file.into_std().set_modified(SystemTime::now());
        Some(artifact)
    }

    /// Keeps what was compiled; makes room first.
    pub(super) fn keep(&self, digest: &str, engine: &str, limits: &Limits, artifact: &[u8]) -> io::Result<()> {
        self.write(&name(digest, engine, limits), artifact)
    }

    fn write(&self, name: &str, artifact: &[u8]) -> io::Result<()> {
        self.make_room(artifact.len() as u64 + BEFORE)?;
        let unfinished = format!("{name}.{}{UNFINISHED}", random_name()?);
        let mut file = file::create(&self.dir, &unfinished, file::PRIVATE)?;
        let written = file
            .write_all(MAGIC)
            .and_then(|()| file.write_all(self.hash(name, artifact).as_bytes()))
            .and_then(|()| file.write_all(artifact))
            .and_then(|()| self.dir.rename(&unfinished, &self.dir, name));
        if written.is_err() {
            // The first error is the one to tell.
            let _ = self.dir.remove_file(&unfinished);
        }
        written
    }

    fn hash(&self, name: &str, artifact: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes()).update(artifact);
        hasher.finalize()
    }

    /// Sees to it that so many bytes fit.
    fn make_room(&self, wanted: u64) -> io::Result<()> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let total = match seen.total {
            Some(total) if seen.written < LOOK_AGAIN && total.saturating_add(wanted) <= self.most => total,
            _ => {
                seen.written = 0;
                self.clear(wanted)?
            }
        };
        seen.total = Some(total.saturating_add(wanted));
        seen.written += 1;
        Ok(())
    }

    /// Removes the files that were used longest ago until so many bytes fit, and what killed runs left. Where anything has to
    /// go, a tenth of the room is made, so that not each file that follows needs a look at all of them. Tells what is left.
    fn clear(&self, wanted: u64) -> io::Result<u64> {
        let mut files = Vec::new();
        let mut total = 0_u64;
        for entry in self.dir.entries()? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Another run may have removed it meanwhile.
            let Ok(about) = entry.metadata() else { continue };
            let used = about.modified().map_or(SystemTime::UNIX_EPOCH, cap_std::time::SystemTime::into_std);
            if name.ends_with(UNFINISHED) {
                if used.elapsed().is_ok_and(|age| age > ABANDONED) {
                    let _ = self.dir.remove_file(&name);
                }
            } else if name.ends_with(SUFFIX) || name.ends_with(VERDICT) {
                total = total.saturating_add(about.len());
                files.push((used, about.len(), name));
            }
        }
        if total.saturating_add(wanted) <= self.most {
            return Ok(total);
        }
        let aim = (self.most - self.most / 10).saturating_sub(wanted);
        files.sort_unstable();
        for (_, size, name) in files {
            if total <= aim {
                break;
            }
            if self.dir.remove_file(&name).is_ok() {
                total = total.saturating_sub(size);
            }
        }
        Ok(total)
    }
}

fn name(digest: &str, engine: &str, limits: &Limits) -> String {
    format!("{digest}-{engine}-{}{SUFFIX}", short(&limits.of_the_scan()))
}

/// Under other limits the verdict may be another. What bounds the run says nothing of one plugin.
fn verdict_name(digest: &str, engine: &str, limits: &Limits) -> String {
    let limits = Limits { plugins: 0, plugins_bytes: 0, ..limits.clone() };
    format!("{digest}-{engine}-{}{VERDICT}", short(&limits))
}

fn short(limits: &impl std::fmt::Debug) -> String {
    blake3::hash(format!("{RULES} {limits:?}").as_bytes()).to_hex().chars().take(16).collect()
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(whale_storage::catalog::hex(&bytes))
}

fn read_key(state: &Dir) -> io::Result<[u8; KEY_SIZE]> {
    let mut file = file::open(state, KEY_FILE, Links::Refused)?;
    folder::closed(&file.metadata()?)?;
    let mut key = [0; KEY_SIZE];
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Two runs may both find no key. The one that links its own first wins, and the key is never seen half written.
fn make_key(state: &Dir) -> io::Result<[u8; KEY_SIZE]> {
    let mut key = [0; KEY_SIZE];
    getrandom::fill(&mut key)?;
    let unfinished = format!("{KEY_FILE}.{}{UNFINISHED}", random_name()?);
    file::create(state, &unfinished, file::PRIVATE)?.write_all(&key)?;
    let linked = state.hard_link(Path::new(&unfinished), state, KEY_FILE);
    state.remove_file(&unfinished)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_key(state),
        Err(error) => Err(error),
    }
}
