//! Doors for the fuzz targets: what the host reads of a plugin's file, a worker's answers and its own cache. They are in
//! builds with debug assertions only.

use super::error::{Phase, Refusal, Report};
use super::{Cache, Limits, Used, convert, scan, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;

/// Bytes before a canonical form that say what the call used.
pub const USED: usize = wire::USED_BYTES;

/// The look at a plugin's bytes before they are compiled: the version of the contract, or the refusal.
pub fn scanned(bytes: &[u8]) -> Result<String, Option<Refusal>> {
    match scan::scan(bytes, &Limits::default()) {
        Ok(version) => Ok(version.to_string()),
        Err(finding) => Err(Refusal::found("plugin", Report::one(Phase::Scan, finding))),
    }
}

/// Frames that a worker sent in these pieces, by kind, and whether it kept to the form.
pub fn heard<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limits: &Limits) -> (Vec<(u8, Vec<u8>)>, bool) {
    let (mut received, mut frames) = (Vec::new(), Vec::new());
    for piece in pieces {
        received.extend_from_slice(piece);
        loop {
            match wire::take(&mut received, limits) {
                Ok(Some(frame)) => frames.push((frame.kind as u8, frame.payload)),
                Ok(None) => break,
                Err(_) => return (frames, false),
            }
        }
    }
    (frames, true)
}

/// One frame as a worker writes it, if there is such a kind.
pub fn said(kind: u8, payload: &[u8]) -> Option<Vec<u8>> {
    let kind = wire::Kind::of(kind)?;
    let mut out = Vec::new();
    wire::write(&mut out, kind, &[payload]).ok()?;
    Some(out)
}

/// The refusal that a worker's report becomes.
pub fn refused(payload: &[u8]) -> Option<Refusal> {
    Refusal::found("plugin", serde_json::from_slice(payload).ok()?)
}

/// A value that a worker returned, if the bytes after what the call used are its canonical form.
pub fn answer<T: DeserializeOwned + Serialize>(payload: &[u8], limits: &Limits) -> Option<(T, Used)> {
    super::answer(payload, limits).map(|(value, (used, _))| (value, used))
}

/// Canonical bytes of a value; `None` above the limits.
pub fn canonical(value: &impl Serialize, limits: &Limits) -> Option<Vec<u8>> {
    convert::canonical(value, limits).ok().map(|(bytes, _)| bytes)
}

/// Keeps a compiled plugin.
pub fn keep(cache: &Cache, digest: &str, engine: &str, artifact: &[u8]) -> io::Result<()> {
    cache.keep(digest, engine, &Limits::default(), artifact)
}

/// Finds a compiled plugin.
pub fn find(cache: &Cache, digest: &str, engine: &str, most: u64) -> Option<Vec<u8>> {
    cache.find(digest, engine, &Limits { artifact: most, ..Limits::default() })
}
