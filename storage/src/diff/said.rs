//! What a server said of a definition before anything was made of it, as diagnostics.

use super::path;
use crate::definition::ObjectName;
use crate::desire::{Wanted, WantedObject};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::word::{Refusal, Spoken, Word};
use std::collections::BTreeMap;

/// What is to be told of all.
pub(super) fn told(wanted: &Wanted, words: &Spoken) -> Diagnostics {
    let mut all = Diagnostics::default();
    let mut undecided: BTreeMap<&str, Vec<&ObjectName>> = BTreeMap::new();
    for (name, word) in words {
        match (word, wanted.objects.get(name)) {
            (Word::Refused(refusals), Some(wanted)) => {
                for refusal in refusals {
                    all.push(refused(name, wanted, refusal));
                }
            }
            (Word::Undecided(why), _) => undecided.entry(why).or_default().push(name),
            (Word::Said(_) | Word::Refused(_), _) => {}
        }
    }
    undecided.into_iter().filter_map(|(why, names)| not_asked(why, &names)).for_each(|told| all.push(told));
    all
}

fn refused(name: &ObjectName, wanted: &WantedObject, Refusal { part, message }: &Refusal) -> Diagnostic {
    let (place, what) = match part {
        Some(part) => (format!("{}/{part}", path(name)), format!("{name}: {part}")),
        None => (path(name), name.to_string()),
    };
    Diagnostic::error(
        codes::plan::SERVER_REFUSES,
        place,
        format!("{what}: {} would refuse it: {message}", name.backend.title()),
    )
    .of(wanted.desired.plugin.as_str())
    .at(wanted.desired.object.header().origin.as_ref())
    .help("change the definition as the server says; it was only asked, and nothing was changed")
}

/// Said once for all objects.
fn not_asked(why: &str, names: &[&ObjectName]) -> Option<Diagnostic> {
    let first = names.first()?;
    let (backend, count) = (first.backend, names.len());
    let objects = if count == 1 { first.to_string() } else { format!("{count} objects, {first} among them") };
    Some(Diagnostic::warning(
        codes::plan::UNDECIDED,
        backend.to_string(),
        format!("whether {} takes every expression of {objects}, is not known before an apply: {why}", backend.title()),
    ))
}
