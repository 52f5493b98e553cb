//! What plugins say of themselves.

use super::super::outline;
use super::super::style::{Style, Tone, count};
use crate::pipeline::Candidate;
use crate::text::shown_within;
use std::fmt::Write as _;
use whale_storage::raw::{CapabilityRequest, Parameter, ParameterKind, ParameterValue, PluginInfo};

/// Items of a list that are shown; a plugin may name any number.
const MOST_ITEMS: usize = 100;

/// What plugins say of themselves, one after the other.
pub(super) fn info(candidates: &[Candidate], style: Style) -> String {
    let about: Vec<String> = candidates.iter().filter_map(|candidate| one(candidate, style)).collect();
    about.join("\n")
}

fn one(candidate: &Candidate, style: Style) -> Option<String> {
    let info = candidate.info.as_ref()?;
    let mut text = String::new();
    let title = format!("{} {}", candidate.title(), cut(&info.version));
    let _ = writeln!(text, "{}  (model {})", style.paint(Tone::Bold, &title), cut(&info.model));
    let _ = writeln!(text, "  {}", shown_within(&info.summary, 200));
    let _ = writeln!(text, "  file        {}", candidate.file);
    if let Some(sha256) = &candidate.sha256 {
        let _ = writeln!(text, "  sha256      {sha256}");
    }
    if let Some(defines) = &candidate.defined {
        let _ = writeln!(text, "  definition  {}", defines.digest);
    }
    requests(&mut text, &info.requests);
    parameters(&mut text, info);
    let objects =
        candidate.defined.as_ref().map(|defines| outline::of_definition(&defines.definition)).unwrap_or_default();
    for object in objects {
        let comment = if object.comment.is_empty() { String::new() } else { format!(": {}", object.comment) };
        let name = style.paint(Tone::Bold, &object.name);
        let _ = writeln!(text, "  {} {name}  ({}, {}){comment}", object.engine, object.kind, object.size);
        for part in &object.parts {
            let _ = writeln!(text, "    {part}");
        }
    }
    Some(text)
}

fn cut(text: &str) -> String {
    shown_within(text, 80)
}

fn requests(text: &mut String, requests: &CapabilityRequest) {
    let list = |items: Vec<String>| if items.is_empty() { "nothing".to_owned() } else { items.join(", ") };
    let databases = requests.databases.iter().take(MOST_ITEMS).map(ToString::to_string).collect();
    let operations = requests.operations.iter().take(MOST_ITEMS).map(ToString::to_string).collect();
    let _ = writeln!(text, "  asks for    {}; to {}", list(databases), list(operations));
    let spaces: Vec<String> = requests
        .namespaces
        .iter()
        .take(MOST_ITEMS)
        .map(|request| format!("{} {}", request.database, cut(&request.namespace)))
        .collect();
    if !spaces.is_empty() {
        let _ = writeln!(text, "  namespaces  {}", spaces.join(", "));
    }
}

fn parameters(text: &mut String, info: &PluginInfo) {
    for parameter in info.parameters.iter().take(MOST_ITEMS) {
        let default = match &parameter.default_to {
            Some(value) => format!("default {}", shown_value(value)),
            None => "must be given".to_owned(),
        };
        let (name, summary) = (cut(&parameter.name), shown_within(&parameter.summary, 200));
        let _ = writeln!(text, "  parameter   {name}: {}, {default}: {summary}", kind(parameter));
    }
    if info.parameters.len() > MOST_ITEMS {
        let _ = writeln!(text, "  ... and {} more", count(info.parameters.len() - MOST_ITEMS, "parameter"));
    }
}

fn kind(parameter: &Parameter) -> String {
    match &parameter.kind {
        ParameterKind::Boolean => "true or false".to_owned(),
        ParameterKind::Integer(range) => format!("{} to {}", range.minimum, range.maximum),
        ParameterKind::Text(most) => format!("text of at most {most} bytes"),
        ParameterKind::Choice(words) => {
            format!("one of {}", words.iter().take(MOST_ITEMS).map(|word| cut(word)).collect::<Vec<_>>().join(", "))
        }
        ParameterKind::Duration => "a duration".to_owned(),
    }
}

fn shown_value(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Boolean(value) => value.to_string(),
        ParameterValue::Integer(value) => value.to_string(),
        ParameterValue::Text(value) => format!("\"{}\"", cut(value)),
        ParameterValue::Duration(value) => outline::duration(*value),
    }
}
