//! Findings as SARIF 2.1.0, which code hosts and editors read: a rule for each code that was found, a result for each finding,
//! at the author's line where the plugin tells it.
//!
//! Text of others is data here; what would steer a terminal is written as `\u` escapes, as in our own JSON.

use super::Output;
use super::json::visible;
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

/// What a relative path keeps in a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The document of a `validate`.
pub(crate) fn document(ending: &Ending) -> String {
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
    visible(&document)
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
    let message = Message::builder().text(format!("{}{help}", found.message)).build();
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
    let physical = match (&found.origin, file) {
        (Some(origin), _) => PhysicalLocation::builder()
            .artifact_location(place(&origin.file))
            // Lines count from 1, and an author who says 0 means none.
            .region(Region::builder().start_line(i64::from(origin.line.max(1))).build())
            .build(),
        (None, file) => PhysicalLocation::builder().artifact_location(place(file.unwrap_or(&found.path))).build(),
    };
    Location::builder().physical_location(physical).logical_locations(vec![logical]).build()
}

fn place(path: &str) -> ArtifactLocation {
    ArtifactLocation::builder().uri(utf8_percent_encode(path, PATH).to_string()).build()
}

fn artifact(ruling: &Ruling) -> Artifact {
    let hashes: BTreeMap<String, String> =
        ruling.sha256.iter().map(|sha256| ("sha-256".to_owned(), sha256.clone())).collect();
    Artifact::builder().location(place(&ruling.file)).hashes(hashes).build()
}

fn invocation(ending: &Ending) -> Invocation {
    let told = |trouble: &crate::exit::Trouble| {
        let text = [std::slice::from_ref(&trouble.message), &trouble.causes].concat().join(": ");
        Notification::builder().message(Message::builder().text(text).build()).build()
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
