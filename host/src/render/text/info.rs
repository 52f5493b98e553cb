//! What plugins say of themselves.

use super::super::outline;
use super::super::page::Page;
use super::super::style::{Tone, count};
use crate::pipeline::Candidate;
use crate::text::shown_within;
use whale_storage::raw::{CapabilityRequest, Parameter, ParameterKind, ParameterValue, PluginInfo};

/// Items of a list that are shown; a plugin may name any number.
const MOST_ITEMS: usize = 100;

/// What plugins say of themselves, one after the other.
pub(super) fn info(page: &mut Page, candidates: &[Candidate]) {
    let told = candidates.iter().filter_map(|candidate| Some((candidate, candidate.info.as_ref()?)));
    for (number, (candidate, info)) in told.enumerate() {
        if number > 0 {
            page.blank();
        }
        one(page, candidate, info);
    }
}

fn one(page: &mut Page, candidate: &Candidate, info: &PluginInfo) {
    let title = format!("{} {}", candidate.title(), cut(&info.version));
    let model = cut(&info.model);
    page.begin("plugin ").paint(Tone::Bold, title).text(format_args!("  (model {model})"));
    page.line("  summary     ", shown_within(&info.summary, 200));
    page.line("  file        ", &candidate.file);
    if let Some(sha256) = &candidate.sha256 {
        page.line("  sha256      ", sha256);
    }
    if let Some(defines) = &candidate.defined {
        page.line("  definition  ", &defines.digest);
    }
    requests(page, &info.requests);
    parameters(page, info);
    let objects =
        candidate.defined.as_ref().map(|defines| outline::of_definition(&defines.definition)).unwrap_or_default();
    for object in objects {
        let comment = if object.comment.is_empty() { String::new() } else { format!(": {}", object.comment) };
        let line = page.begin("  ").plain(object.engine.id()).plain(" ").paint(Tone::Bold, &object.name);
        drop(line.text(format_args!("  ({}, {}){comment}", object.kind, object.size)));
        for part in &object.parts {
            page.line("    * ", part);
        }
    }
}

fn cut(text: &str) -> String {
    shown_within(text, 80)
}

fn requests(page: &mut Page, requests: &CapabilityRequest) {
    let list = |items: Vec<String>| if items.is_empty() { "nothing".to_owned() } else { items.join(", ") };
    let databases = requests.databases.iter().take(MOST_ITEMS).map(ToString::to_string).collect();
    let operations = requests.operations.iter().take(MOST_ITEMS).map(ToString::to_string).collect();
    page.line("  asks for    ", format_args!("{}; to {}", list(databases), list(operations)));
    let spaces: Vec<String> = requests
        .namespaces
        .iter()
        .take(MOST_ITEMS)
        .map(|request| format!("{} {}", request.database, cut(&request.namespace)))
        .collect();
    if !spaces.is_empty() {
        page.line("  namespaces  ", spaces.join(", "));
    }
}

fn parameters(page: &mut Page, info: &PluginInfo) {
    for parameter in info.parameters.iter().take(MOST_ITEMS) {
        let default = match &parameter.default_to {
            Some(value) => format!("default {}", shown_value(value)),
            None => "must be given".to_owned(),
        };
        let (name, summary) = (cut(&parameter.name), shown_within(&parameter.summary, 200));
        page.line("  parameter   ", format_args!("{name}: {}, {default}: {summary}", kind(parameter)));
    }
    if info.parameters.len() > MOST_ITEMS {
        page.line("  ... and ", format_args!("{} more", count(info.parameters.len() - MOST_ITEMS, "parameter")));
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
