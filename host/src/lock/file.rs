//! The file itself: TOML, an entry a plugin, each with a digest over all that it says.
//!
//! The digest finds what was changed by hand or cut off by a merge. It protects against nobody who may write the file:
//! that is what its review is for.

use super::{Lock, Locked};
use crate::settings::reader::{Key, Reader, Value};
use crate::settings::terms;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use whale_storage::capability::{Capabilities, Size, Terms};
use whale_storage::catalog::hex;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Diagnostics, codes::settings as codes};

/// Name of the file.
pub(crate) const FILE: &str = "whale.lock";

/// Longest file.
pub(super) const MOST_BYTES: u64 = 1024 * 1024;

/// Version of its form.
const VERSION: u64 = 1;

const HEAD: &str = "\
# Which plugins may run here, by the content of their files, and the most each may do.
# Written by `whale-host lock update`, which shows what changes. Not to be edited.
";

/// The file of a lock.
pub(crate) fn text(lock: &Lock) -> String {
    let mut text = format!("{HEAD}version = {VERSION}\n");
    for (name, locked) in &lock.plugins {
        let body = body(name, locked);
        let _ = write!(text, "\n{body}digest = \"{}\"\n", digest(&body));
    }
    text
}

/// An entry without its digest. Names went through the profile of names, versions through semver: nothing needs quoting.
fn body(name: &str, locked: &Locked) -> String {
    let Locked { version, model, sha256, may } = locked;
    let list = |items: Vec<String>| items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ");
    let mut body = format!("[plugins.{name}]\nversion = \"{version}\"\nmodel = \"{model}\"\nsha256 = \"{sha256}\"\n");
    let _ = writeln!(body, "engines = [{}]", list(may.engines.iter().map(ToString::to_string).collect()));
    let spaces = may.namespaces.iter().map(|(engine, name)| format!("{engine} {name}")).collect();
    let _ = writeln!(body, "namespaces = [{}]", list(spaces));
    let _ = writeln!(body, "operations = [{}]", list(may.operations.iter().map(ToString::to_string).collect()));
    for size in Size::ALL {
        if let Some(most) = may.maxima.of(size) {
            let _ = writeln!(body, "{} = {most}", size.key());
        }
    }
    body
}

fn digest(body: &str) -> String {
    hex(&Sha256::digest(body.as_bytes()))
}

/// Reads a file of that name.
pub(crate) fn parse(file: &str, source: &str) -> Result<Lock, Diagnostics> {
    let mut reader = Reader::new(file, source);
    let mut lock = Lock::default();
    let mut version = None;
    for (key, value) in reader.document().into_iter().flatten() {
        match key.get_ref().as_ref() {
            "version" => version = reader.number("version", &value),
            "plugins" => {
                let entries: Vec<_> = reader.entries("plugins", &value).collect();
                lock.plugins = entries.into_iter().filter_map(|(key, value)| entry(&mut reader, key, value)).collect();
            }
            _ => reader.unknown("", &key, &["version", "plugins"]),
        }
    }
    if reader.found.errors() == 0 && version != Some(VERSION) {
        let message = format!("this is not version {VERSION} of the file's form");
        let help = "write it anew: remove it, then whale-host lock update --all".to_owned();
        reader.fault(codes::LOCK_UNUSABLE, "version", 0..0, message, Some(help));
    }
    if reader.found.errors() == 0 { Ok(lock) } else { Err(reader.found) }
}

fn entry(reader: &mut Reader<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<(String, Locked)> {
    let name = key.get_ref().to_string();
    let path = format!("plugins.{name}");
    let mut texts = BTreeMap::new();
    let mut terms = Terms::default();
    let mut namespaces = Vec::new();
    for (key, value) in reader.entries(&path, value) {
        let inner = format!("{path}.{}", key.get_ref());
        match key.get_ref().as_ref() {
            "namespaces" => namespaces = reader.texts(&inner, value).unwrap_or_default(),
            known @ ("version" | "model" | "sha256" | "digest") => {
                texts.insert(known.to_owned(), reader.text(&inner, value)?);
            }
            known if terms::KEYS.contains(&known) => terms::read(reader, &inner, known, value, &mut terms),
            _ => reader.unknown(
                &path,
                key,
                &[&["version", "model", "sha256", "digest"], terms::KEYS.as_slice()].concat(),
            ),
        }
    }
    let mut take = |key: &str| texts.remove(key).unwrap_or_default();
    let (version, model, sha256, told) = (take("version"), take("model"), take("sha256"), take("digest"));
    let pair = |text: String| {
        let (engine, name) = text.split_once(' ')?;
        Some((Backend::find(engine)?, name.to_owned()))
    };
    let may = Capabilities {
        engines: terms.engines.unwrap_or_default(),
        namespaces: namespaces.into_iter().filter_map(pair).collect(),
        operations: terms.operations.unwrap_or_default(),
        maxima: terms.maxima,
    };
    let locked = Locked { version, model, sha256, may };
    if digest(&body(&name, &locked)) != told {
        let message = "the entry is not as it was written: its digest is another".to_owned();
        let help = "take the file back as it was, or remove the entry and approve the plugin: whale-host lock update";
        reader.fault(codes::LOCK_UNUSABLE, &path, key.span(), message, Some(help.to_owned()));
        return None;
    }
    Some((name, locked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use whale_storage::capability::Maxima;
    use whale_storage::raw::Operation;

    fn lock() -> Lock {
        let mut maxima = Maxima::default();
        maxima.set(Size::Columns, 40);
        let may = Capabilities {
            engines: BTreeSet::from([Backend::Clickhouse, Backend::Timescaledb]),
            namespaces: BTreeSet::from([(Backend::Clickhouse, "default".to_owned())]),
            operations: BTreeSet::from([Operation::Create]),
            maxima,
        };
        let locked = |sha256: &str, may| Locked {
            version: "0.1.0".to_owned(),
            model: "shared".to_owned(),
            sha256: sha256.to_owned(),
            may,
        };
        let plugins =
            [("shared".to_owned(), locked("ab", may)), ("void".to_owned(), locked("cd", Capabilities::default()))];
        Lock { plugins: plugins.into() }
    }

    #[test]
    fn a_lock_comes_back() {
        let text = text(&lock());
        assert_eq!(parse("whale.lock", &text).unwrap(), lock(), "{text}");
    }

    #[test]
    fn what_was_changed_by_hand_is_found_with_its_line() {
        let whole = text(&lock());
        let widened = [
            ("operations = [\"create\"]", "operations = [\"create\", \"alter\"]"),
            ("max_columns = 40\n", ""),
            ("sha256 = \"ab\"", "sha256 = \"cd\""),
            (
                "namespaces = [\"clickhouse default\"]",
                "namespaces = [\"clickhouse default\", \"x\", \"mysql y\", \"milvus z\"]",
            ),
            ("[plugins.shared]", "[plugins.other]"),
        ];
        for (from, to) in widened {
            let found = parse("whale.lock", &whole.replacen(from, to, 1)).unwrap_err();
            let first = found.iter().next().unwrap();
            assert_eq!((first.code.id, first.origin.as_ref().unwrap().line), (codes::LOCK_UNUSABLE.id, 5), "{to}");
        }
    }

    #[test]
    fn what_is_no_lock_is_refused() {
        for source in
            ["", "version = 2\n", "version = 1\nplugin = 1\n", "version = \"1\"", "[plugins]\na = 1\n", "<<<<<<<\n"]
        {
            assert!(parse("whale.lock", source).is_err(), "{source:?}");
        }
        assert_eq!(parse("whale.lock", "version = 1\n").unwrap(), Lock::default());
    }
}
