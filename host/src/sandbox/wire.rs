//! What host and worker say to each other: frames of a kind, a length and as many bytes.
//!
//! Neither side believes a length: each kind has its most, and a frame above it ends the talk. Memory is taken as bytes
//! arrive, never because a length was announced.
//!
//! Host: `Setup`, then `Artifact` or a plugin (`Plugin`, `PluginToKeep`), later `Define`. Worker: `Hello` after
//! `Setup`; `Stale` if the artifact is of no use, then the host sends the plugin; `Compiled` if it is to be kept;
//! `Loaded`; `Described`; `Defined`. In the place of any of the last four, `Refused`.

use super::limits::Limits;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// Kinds of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Setup = 1,
    Artifact = 2,
    Plugin = 3,
    PluginToKeep = 4,
    Define = 5,
    Hello = 65,
    Stale = 66,
    Compiled = 67,
    Loaded = 68,
    Described = 69,
    Defined = 70,
    Refused = 71,
}

impl Kind {
    pub(super) fn of(byte: u8) -> Option<Kind> {
        use Kind::{
            Artifact, Compiled, Define, Defined, Described, Hello, Loaded, Plugin, PluginToKeep, Refused, Setup, Stale,
        };
        [Setup, Artifact, Plugin, PluginToKeep, Define, Hello, Stale, Compiled, Loaded, Described, Defined, Refused]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }

    /// The most bytes of a frame of this kind.
    fn most(self, limits: &Limits) -> u64 {
        match self {
            Kind::Setup | Kind::Hello | Kind::Stale | Kind::Loaded => 64 * 1024,
            Kind::Plugin | Kind::PluginToKeep => limits.file,
            Kind::Artifact | Kind::Compiled => limits.artifact,
            Kind::Define | Kind::Refused => 32 << 20,
            // Beside the canonical form stands what the call used.
            Kind::Described | Kind::Defined => limits.canonical.saturating_add(USED_BYTES as u64),
        }
    }
}

/// One message.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) payload: Vec<u8>,
}

/// Bytes before the payload.
pub(super) const HEADER: usize = 9;

/// The bytes before a payload of this kind and length.
pub(super) fn header(kind: Kind, length: usize) -> [u8; HEADER] {
    let mut bytes = [kind as u8; HEADER];
    if let Some((_, rest)) = bytes.split_first_mut() {
        rest.copy_from_slice(&(length as u64).to_le_bytes());
    }
    bytes
}

/// Reads kind and length; `None` for what is no frame or is longer than its kind may be.
pub(super) fn read_header(bytes: [u8; HEADER], limits: &Limits) -> Option<(Kind, usize)> {
    let (kind, length) = bytes.split_first()?;
    let kind = Kind::of(*kind)?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    (length <= kind.most(limits)).then_some(())?;
    usize::try_from(length).ok().map(|length| (kind, length))
}

/// What was received does not begin as a frame does.
#[derive(Debug)]
pub(super) struct NoFrame;

/// Takes the next frame off what was received, if it is whole.
pub(super) fn take(received: &mut Vec<u8>, limits: &Limits) -> Result<Option<Frame>, NoFrame> {
    let Some((head, rest)) = received.split_first_chunk::<HEADER>() else { return Ok(None) };
    let (kind, length) = read_header(*head, limits).ok_or(NoFrame)?;
    if rest.len() < length {
        return Ok(None);
    }
    let after = received.split_off(HEADER + length);
    let mut payload = std::mem::replace(received, after);
    payload.drain(..HEADER);
    Ok(Some(Frame { kind, payload }))
}

/// Writes one frame whose payload comes in parts. Only the worker does; the host must not block.
pub(super) fn write(out: &mut impl Write, kind: Kind, parts: &[&[u8]]) -> io::Result<()> {
    out.write_all(&header(kind, parts.iter().map(|part| part.len()).sum()))?;
    for part in parts {
        out.write_all(part)?;
    }
    out.flush()
}

/// Reads one frame. Only the worker does, from the host, which it believes.
pub(super) fn read(from: &mut impl Read, limits: &Limits) -> io::Result<Frame> {
    let mut bytes = [0; HEADER];
    from.read_exact(&mut bytes)?;
    let (kind, length) = read_header(bytes, limits).ok_or(io::ErrorKind::InvalidData)?;
    let mut payload = vec![0; length];
    from.read_exact(&mut payload)?;
    Ok(Frame { kind, payload })
}

/// The first message: what the worker may cost.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setup {
    pub(super) limits: Limits,
    pub(super) address_space: u64,
    pub(super) processor_seconds: u64,
}

/// What one call used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// Instructions, as wasmtime counts them.
    pub fuel: u64,
    /// The most bytes of memory at one time.
    pub memory: u64,
    /// The most table elements at one time.
    pub table_elements: u64,
    /// Microseconds on the clock.
    pub micros: u64,
}

/// Length of [`Used`] on the pipe.
pub(super) const USED_BYTES: usize = 32;

impl Used {
    pub(super) fn to_bytes(self) -> [u8; USED_BYTES] {
        let mut bytes = [0; USED_BYTES];
        let numbers = [self.fuel, self.memory, self.table_elements, self.micros];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// Takes it from before a canonical form.
    pub(super) fn split(payload: &[u8]) -> Option<(Used, &[u8])> {
        let (bytes, rest) = payload.split_first_chunk::<USED_BYTES>()?;
        let mut numbers = bytes.chunks_exact(8).filter_map(|eight| eight.try_into().ok().map(u64::from_le_bytes));
        let mut next = || numbers.next();
        Some((Used { fuel: next()?, memory: next()?, table_elements: next()?, micros: next()? }, rest))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back() {
        let limits = Limits::default();
        let mut pipe = Vec::new();
        write(&mut pipe, Kind::Defined, &[b"ab", b"c"]).unwrap();
        let frame = read(&mut pipe.as_slice(), &limits).unwrap();
        assert_eq!((frame.kind, frame.payload.as_slice()), (Kind::Defined, b"abc".as_slice()));
    }

    #[test]
    fn a_length_above_the_most_is_no_frame() {
        let limits = Limits::default();
        assert!(read_header(header(Kind::Hello, 100_000), &limits).is_none());
        assert!(read_header([255; HEADER], &limits).is_none());
        assert!(read_header(*b"garbage!!", &limits).is_none());
    }

    #[test]
    fn what_was_used_comes_back() {
        let used = Used { fuel: 1, memory: 2, table_elements: 3, micros: u64::MAX };
        let mut payload = used.to_bytes().to_vec();
        payload.extend(b"{}");
        assert_eq!(Used::split(&payload), Some((used, b"{}".as_slice())));
        assert_eq!(Used::split(&payload[..31]), None);
    }
}
