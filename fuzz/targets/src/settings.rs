//! What a person writes: whale.toml, and a file of grants.
//!
//! Laws: no text makes them panic, and every fault names a line that the file has.

use whale_host::fuzzing;
use whale_storage::diagnostic::Diagnostics;

/// The bytes are the file.
pub fn run(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    if let Err(found) = fuzzing::config(source) {
        have_lines(source, &found);
    }
    if let Err(found) = fuzzing::grants(source) {
        have_lines(source, &found);
    }
}

/// Every fault stands at a line of the file.
pub(crate) fn have_lines(source: &str, found: &Diagnostics) {
    let lines = source.bytes().filter(|byte| *byte == b'\n').count() + 1;
    assert!(found.errors() > 0, "refused without a reason: {source:?}");
    for fault in found {
        let line = fault.origin.as_ref().map(|origin| origin.line as usize);
        let there = line.is_some_and(|line| (1..=lines).contains(&line));
        assert!(there, "{}: line {line:?} of {lines}: {source:?}", fault.message);
    }
}
