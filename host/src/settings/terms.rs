//! What a table of grants says: `[plugins.NAME]`, and `[ceiling]`, which has the same shape.

use super::limits::Named;
use super::reader::{Reader, Value};
use std::collections::BTreeSet;
use whale_storage::capability::{Maxima, Size, Terms};
use whale_storage::definition::Backend;
use whale_storage::diagnostic::codes;
use whale_storage::name::Name;
use whale_storage::raw::Operation;

/// Keys of such a table.
pub(crate) const KEYS: [&str; 10] = [
    "engines",
    "namespaces",
    "operations",
    "max_objects",
    "max_columns",
    "max_partitions",
    "max_dimension",
    "max_vector_dimensions",
    "max_loaded_shards",
    "max_job_runs",
];

/// A grant that mentions nothing: no namespace but its model's own, and the usual sizes.
pub(super) fn unsaid() -> Terms {
    Terms { namespaces: Some(BTreeSet::new()), maxima: Maxima::usual(), ..Terms::default() }
}

/// The ceiling, on what is granted and on guests; it bounds nothing that it does not mention.
pub(super) fn ceiling(reader: &mut Reader<'_>, value: &Value<'_>) -> (Terms, Named) {
    let (mut terms, mut limits) = (Terms::default(), Named::default());
    for (key, value) in reader.entries("ceiling", value) {
        match key.get_ref().as_ref() {
            name if KEYS.contains(&name) => read(reader, &format!("ceiling.{name}"), name, value, &mut terms),
            "limits" => limits = Named::read(reader, "ceiling.limits", value),
            _ => reader.unknown("ceiling", key, &[&["limits"], KEYS.as_slice()].concat()),
        }
    }
    (terms, limits)
}

/// One key of a table.
pub(crate) fn read(reader: &mut Reader<'_>, path: &str, key: &str, value: &Value<'_>, terms: &mut Terms) {
    match key {
        "engines" => {
            let help = format!("there are {}", Backend::ALL.map(Backend::id).join(", "));
            terms.engines = Some(words(reader, path, value, "an engine", &help, Backend::find));
        }
        "namespaces" => {
            let help = "name each namespace as it is called, such as \"public\": there are no patterns, and [] is none";
            terms.namespaces = Some(words(reader, path, value, "the name of a namespace", help, |word| {
                Name::checked(word).ok().map(|name| name.to_string())
            }));
        }
        "operations" => {
            let help = format!("there are {}", Operation::ALL.map(Operation::word).join(", "));
            terms.operations = Some(words(reader, path, value, "an operation", &help, Operation::find));
        }
        _ => {
            let size = Size::ALL.into_iter().find(|size| size.key() == key);
            if let (Some(size), Some(most)) = (size, reader.number(path, value)) {
                terms.maxima.set(size, most);
            }
        }
    }
}

/// Warnings that are known and meant. An error cannot be accepted: it is not a matter of taste.
pub(super) fn accept(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> BTreeSet<&'static str> {
    let known = codes::WARNINGS.iter().map(|code| code.id).collect::<Vec<_>>().join(", ");
    let help = format!("the warnings of validate are {known}; whale-host explain CODE says what one means");
    let find = |word: &str| codes::WARNINGS.iter().find(|code| code.id == word).map(|code| code.id);
    words(reader, path, value, "the code of a warning about a definition", &help, find)
}

/// Words that each stand for something.
fn words<T: Ord>(
    reader: &mut Reader<'_>,
    path: &str,
    value: &Value<'_>,
    what: &str,
    help: &str,
    find: impl Fn(&str) -> Option<T>,
) -> BTreeSet<T> {
    let mut found = BTreeSet::new();
    for word in reader.texts(path, value).unwrap_or_default() {
        match find(&word) {
            Some(one) => {
                found.insert(one);
            }
            None => reader.unusable(path, value, format!("`{word}` is not {what}"), Some(help.to_owned())),
        }
    }
    found
}
