//! What the host reads of plugins and workers: a plugin's file before it is compiled, a worker's stream, the cache.
//!
//! Laws: no bytes make it panic; a refusal has codes of the table and text that is safe to show; frames are the same in
//! whatever pieces they come; an answer is taken only if it is its own canonical form; and the cache gives back what was
//! put in, or nothing.

use crate::folder::Folder;
use crate::text;
use serde_json::Value;
use whale_host::sandbox::{Cache, Limits, Refusal, fuzzing};
use whale_storage::diagnostic::Code;
use whale_storage::raw;

/// The bytes are a plugin's file.
pub fn scan(data: &[u8]) {
    match fuzzing::scanned(data) {
        Ok(version) => assert!(!version.is_empty() && data.starts_with(b"\0asm")),
        Err(refusal) => safe(&refusal.expect("the scan names codes of the table")),
    }
}

/// The bytes are a worker's stream: the first two say how it is cut into pieces.
pub fn frames(data: &[u8]) {
    let Some(([size, kind], stream)) = data.split_first_chunk::<2>() else { return };
    let limits = Limits { canonical: 2_000, artifact: 3_000, file: 3_000, ..Limits::default() };
    let whole = fuzzing::heard([stream], &limits);
    let pieces = fuzzing::heard(stream.chunks(usize::from(*size).max(1)), &limits);
    assert_eq!(pieces, whole, "in pieces of {size}");
    for (kind, payload) in &whole.0 {
        assert!(payload.len() <= stream.len());
        payload_of(*kind, payload);
    }
    // The rest as one payload of a kind of our choice, so that answers are reached without a length that fits.
    payload_of(65 + kind % 7, stream);
    if let Some(said) = fuzzing::said(65 + kind % 7, stream) {
        let (frames, kept) = fuzzing::heard([said.as_slice()], &Limits::default());
        assert!(kept && frames.len() == 1 || stream.len() > 64 * 1024, "one frame comes back as one");
    }
}

fn payload_of(kind: u8, payload: &[u8]) {
    let limits = Limits::default();
    match kind {
        69 => answer::<raw::PluginInfo>(payload, &limits),
        70 => answer::<raw::ModelDefinition>(payload, &limits),
        71 => {
            if let Some(refusal) = fuzzing::refused(payload) {
                assert!(!refusal.diagnostics.is_empty());
                safe(&refusal);
            }
        }
        _ => {}
    }
}

fn answer<T: serde::Serialize + serde::de::DeserializeOwned>(payload: &[u8], limits: &Limits) {
    let Some((value, used)) = fuzzing::answer::<T>(payload, limits) else { return };
    let bytes = &payload[fuzzing::USED..];
    assert_eq!(fuzzing::canonical(&value, limits).as_deref(), Some(bytes));
    let plain: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!(serde_json::from_value::<Value>(plain.clone()).unwrap(), plain);
    assert_eq!(used.fuel.to_le_bytes(), payload[..8]);
}

/// Codes that are in the table, and nothing that a terminal would act on.
fn safe(refusal: &Refusal) {
    for found in &refusal.diagnostics {
        assert!(Code::find(found.code.id).is_some());
        let texts = [Some(&found.message), found.help.as_ref(), Some(&found.path), found.plugin.as_ref()];
        for shown in texts.into_iter().flatten() {
            assert_eq!(&whale_host::text::escape(shown), shown, "{}", found.code.id);
        }
    }
}

/// Bytes written over what the cache keeps: where, then what.
pub fn cache(data: &[u8]) {
    let Some(([mode, at], rest)) = data.split_first_chunk::<2>() else { return };
    let (files, state) = (Folder::new(), Folder::new());
    let dir = files.open();
    let cache = Cache::open(files.open(), &state.open(), Cache::MOST).unwrap();
    let artifact = b"what a worker compiled".as_slice();
    fuzzing::keep(&cache, "digest", "engine", artifact).unwrap();
    let find = |digest: &str| fuzzing::find(&cache, digest, "engine", 1 << 20);
    assert_eq!(find("digest").as_deref(), Some(artifact));
    let name = dir.entries().unwrap().next().unwrap().unwrap().file_name();
    let mut kept = dir.read(&name).unwrap();
    let at = usize::from(*at).min(kept.len());
    match mode % 4 {
        0 => kept = rest.to_vec(),
        1 => kept.truncate(at),
        2 => kept.splice(at..at, rest.iter().copied()).for_each(drop),
        _ => kept.iter_mut().skip(at).zip(rest).for_each(|(byte, other)| *byte ^= other),
    }
    let before = dir.read(&name).unwrap();
    dir.write(&name, &kept).unwrap();
    assert_eq!(find("digest").as_deref(), (kept == before).then_some(artifact), "{}", text(&kept));
    // The same bytes under another name are another plugin's.
    dir.write("other-engine.artifact", before).unwrap();
    assert_eq!(find("other"), None);
}
