//! Findings as SARIF 2.1.0, which code hosts and editors read: a rule for each code that was found, a result for each finding,
//! at the author's line where the plugin tells it.
//!
//! Text of others is data here: what acts is written as `\u` escapes, as in our own JSON, and a message has no links. An
//! address is relative, without `..`, and without anything that would make it another place's.

use super::Output;
use super::page::Page;
use crate::exit::{Ending, Exit};
use crate::pipeline::Ruling;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_sarif::sarif::{
    Artifact, ArtifactLocation, Invocation, Location, LogicalLocation, Message, MultiformatMessageString, Notification,
    PhysicalLocation, PropertyBag, Region, ReportingDescriptor, Result as Found, ResultLevel, Run, SCHEMA_URL, Sarif,
    Tool, ToolComponent, Version,
};
use std::collections::BTreeMap;
use whale_storage::diagnostic::{Code, Diagnostic, Severity};

/// What separates names, on any system that may read the address.
const SEPARATORS: [char; 2] = ['/', '\\'];

/// What a name keeps in a URI.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The document of a `validate`.
pub(crate) fn document(ending: &Ending) -> Page {
    let rulings = match &ending.output {
        Some(Output::Validated(rulings)) => rulings.all.as_slice(),
        _ => &[],
    };
    let mut rules: BTreeMap<&str, Code> = BTreeMap::new();
    for found in &ending.found {
        rules.insert(found.code.id, found.code);
    }
    let places: BTreeMap<&str, i64> = rules.keys().copied().zip(0..).collect();
    let driver = ToolComponent::builder()
        .name("whale-host")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules.values().copied().map(rule).collect::<Vec<_>>())
        .build();
    let results: Vec<Found> = ending
        .found
        .iter()
        .map(|found| result(found, places.get(found.code.id).copied().unwrap_or_default(), rulings))
        .collect();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation(ending)])
        .artifacts(rulings.iter().map(artifact).collect::<Vec<_>>())
        .results(results)
        .build();
    let document = Sarif::builder().version(Version::V2_1_0.to_string()).schema(SCHEMA_URL).runs(vec![run]).build();
    Page::json(&document)
}

fn rule(code: Code) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    ReportingDescriptor::builder()
        .id(code.id)
        .short_description(text(code.title))
        .full_description(text(code.explanation))
        .help(text(&format!("{}\n\nwhale-host explain {}", code.explanation, code.id)))
        .build()
}

fn result(found: &Diagnostic, rule: i64, rulings: &[Ruling]) -> Found {
    let level = match found.severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
    };
    let help = found.help.as_ref().map(|help| format!("\nhint: {help}")).unwrap_or_default();
    let message = Message::builder().text(plain(&format!("{}{help}", found.message))).build();
    Found::builder()
        .rule_id(found.code.id)
        .rule_index(rule)
        .level(level)
        .message(message)
        .locations(vec![location(found, rulings)])
        .build()
}

/// The author's line; where that is not known, the plugin's file.
fn location(found: &Diagnostic, rulings: &[Ruling]) -> Location {
    let plugin = found.plugin.as_deref().unwrap_or_default();
    let file = rulings.iter().find(|ruling| ruling.title() == plugin).map(|ruling| ruling.file.as_str());
    let name = [plugin, &found.path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    let logical = LogicalLocation::builder().fully_qualified_name(name).build();
    let author = found.origin.as_ref().and_then(|origin| Some((relative(&origin.file)?, origin.line)));
    let physical = match author {
        Some((file, line)) => PhysicalLocation::builder()
            .artifact_location(ArtifactLocation::builder().uri(file).build())
            // Lines count from 1, and an author who says 0 means none.
            .region(Region::builder().start_line(i64::from(line.max(1))).build())
            .build(),
        None => PhysicalLocation::builder().artifact_location(place(file.unwrap_or(&found.path))).build(),
    };
    Location::builder().physical_location(physical).logical_locations(vec![logical]).build()
}

/// A path that its author gives as one of files below a root, as an address; none where it leads elsewhere.
fn relative(path: &str) -> Option<String> {
    let rooted = path.starts_with(SEPARATORS) || path.split(SEPARATORS).next().is_some_and(|first| first.contains(':'));
    let leads_up = path.split(SEPARATORS).any(|part| part.len() > 1 && part.chars().all(|c| c == '.' || c == ' '));
    let address = below(path);
    (!rooted && !leads_up && !address.is_empty()).then_some(address)
}

/// The parts of a path that are names, as an address below a root.
fn below(path: &str) -> String {
    let names = path.split(SEPARATORS).filter(|part| !part.chars().all(|c| c == '.' || c == ' '));
    names.map(|name| utf8_percent_encode(name, NAME).to_string()).collect::<Vec<_>>().join("/")
}

/// Where a file is that a person named, or what a finding is about where there is no file.
fn place(path: &str) -> ArtifactLocation {
    let address = below(path);
    ArtifactLocation::builder().uri(if address.is_empty() { "plugin".to_owned() } else { address }).build()
}

/// A message without links, of which plain text can have some: `[words](address)`.
fn plain(text: &str) -> String {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() }
}

fn artifact(ruling: &Ruling) -> Artifact {
    let hashes: BTreeMap<String, String> =
        ruling.sha256.iter().map(|sha256| ("sha-256".to_owned(), sha256.clone())).collect();
    Artifact::builder().location(place(&ruling.file)).hashes(hashes).build()
}

fn invocation(ending: &Ending) -> Invocation {
    let told = |trouble: &crate::exit::Trouble| {
        let text = [std::slice::from_ref(&trouble.message), &trouble.causes].concat().join(": ");
        Notification::builder().message(Message::builder().text(plain(&text)).build()).build()
    };
    let mut kinds = BTreeMap::new();
    if ending.found.dropped() > 0 {
        kinds.insert("findingsLeftOut".to_owned(), ending.found.dropped().into());
    }
    Invocation::builder()
        // Refusing a plugin is what the tool is for.
        .execution_successful(matches!(ending.exit, Exit::Done | Exit::Refused))
        .exit_code(i64::from(ending.exit.code()))
        .tool_execution_notifications(ending.troubles.iter().map(told).collect::<Vec<_>>())
        .properties(PropertyBag::builder().additional_properties(kinds).build())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_s_path_is_an_address_below_a_root_or_none() {
        for (path, address) in [
            ("src/words.rs", Some("src/words.rs")),
            ("./src//words.rs", Some("src/words.rs")),
            ("src\\words.rs", Some("src/words.rs")),
            ("a b#?%2e%2e/\u{1b}\u{202e}.rs", Some("a%20b%23%3F%252e%252e/%1B%E2%80%AE.rs")),
            ("src/a:b.rs", Some("src/a%3Ab.rs")),
            ("//evil/x", None),
            ("\\\\evil\\x", None),
            ("/etc/passwd", None),
            ("http://evil/x", None),
            ("javascript:alert(1)", None),
            ("C:\\x", None),
            ("a\\..\\b", None),
            ("../x", None),
            ("a/.. /x", None),
            ("a/.../x", None),
            ("", None),
            (".", None),
            ("/", None),
        ] {
            assert_eq!(relative(path).as_deref(), address, "{path:?}");
        }
    }

    #[test]
    fn the_address_of_a_file_that_a_person_named_stays_below_a_root() {
        let of = |path: &str| place(path).uri.unwrap_or_default();
        assert_eq!(of("/home/one/a.wasm"), "home/one/a.wasm");
        assert_eq!(of("../../a.wasm"), "a.wasm");
        assert_eq!(of("C:\\a.wasm"), "C%3A/a.wasm");
        assert_eq!(of("//evil/x"), "evil/x");
        assert_eq!(of("/.."), "plugin");
    }

    #[test]
    fn a_message_has_no_links() {
        assert_eq!(plain("[x](http://evil)"), "\\[x\\](http://evil)");
        assert_eq!(plain("a[1]"), "a[1]");
    }
}
