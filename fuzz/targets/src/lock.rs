//! whale.lock: which plugins may run, and what each may do.
//!
//! Laws: no text makes it panic, and every fault names a line; what is written is read as the same; and whatever is
//! changed in a written file, no entry is read that was not written so.

use crate::mutate::{Draw, mutated};
use crate::settings::have_lines;
use arbitrary::{Arbitrary as _, Result, Unstructured};
use std::collections::{BTreeMap, BTreeSet};
use whale_host::fuzzing::{self, Entry};
use whale_storage::capability::{Capabilities, Maxima, Size};
use whale_storage::definition::Backend;
use whale_storage::raw::Operation;

/// The bytes as a file; then as what draws entries, and a change to the file of them.
pub fn run(data: &[u8]) {
    if let Ok(source) = std::str::from_utf8(data) {
        read(source);
    }
    let mut bytes = Unstructured::new(data);
    let Ok(entries) = entries(&mut bytes) else { return };
    let text = fuzzing::lock_text(&entries);
    assert_eq!(read(&text).as_ref(), Some(&entries), "{text}");
    let mut draw = Draw::new(bytes.arbitrary().unwrap_or(0));
    let changed = mutated(text.as_bytes(), text.as_bytes(), &mut draw);
    let Ok(changed) = std::str::from_utf8(&changed) else { return };
    for (name, entry) in read(changed).into_iter().flatten() {
        assert_eq!(entries.get(&name), Some(&entry), "from\n{text}\nto\n{changed}");
    }
}

fn read(source: &str) -> Option<BTreeMap<String, Entry>> {
    match fuzzing::lock(source) {
        Ok(entries) => Some(entries),
        Err(found) => {
            have_lines(source, &found);
            None
        }
    }
}

fn entries(bytes: &mut Unstructured<'_>) -> Result<BTreeMap<String, Entry>> {
    let mut entries = BTreeMap::new();
    for _ in 0..bytes.int_in_range(0..=3)? {
        let may = Capabilities {
            engines: some(bytes, &Backend::ALL)?,
            namespaces: namespaces(bytes)?,
            operations: some(bytes, &Operation::ALL)?,
            maxima: maxima(bytes)?,
        };
        let version = format!("{}.{}.0-rc.{}", u8::arbitrary(bytes)?, u8::arbitrary(bytes)?, u8::arbitrary(bytes)?);
        let sha256 = format!("{:064x}", u128::arbitrary(bytes)?);
        entries.insert(name(bytes)?, Entry { version, model: name(bytes)?, sha256, may });
    }
    Ok(entries)
}

/// A name within the profile.
fn name(bytes: &mut Unstructured<'_>) -> Result<String> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz_0123456789";
    let mut name = String::from(char::from(LETTERS[bytes.int_in_range(0..=26)?]));
    for _ in 0..bytes.int_in_range(0..=12)? {
        name.push(char::from(*bytes.choose(LETTERS)?));
    }
    Ok(name)
}

fn some<T: Ord + Copy>(bytes: &mut Unstructured<'_>, all: &[T]) -> Result<BTreeSet<T>> {
    let mut set = BTreeSet::new();
    for one in all {
        if bytes.arbitrary()? {
            set.insert(*one);
        }
    }
    Ok(set)
}

fn namespaces(bytes: &mut Unstructured<'_>) -> Result<BTreeSet<(Backend, String)>> {
    let mut set = BTreeSet::new();
    for _ in 0..bytes.int_in_range(0..=2)? {
        set.insert((*bytes.choose(&Backend::ALL)?, name(bytes)?));
    }
    Ok(set)
}

fn maxima(bytes: &mut Unstructured<'_>) -> Result<Maxima> {
    let mut maxima = Maxima::default();
    for size in Size::ALL {
        if bytes.arbitrary()? {
            maxima.set(size, bytes.int_in_range(0..=i64::MAX.cast_unsigned())?);
        }
    }
    Ok(maxima)
}
