//! What a plugin says of itself: names, version, parameters, requests.

use super::cut;
use crate::desire::{HOST_MODEL, HOST_PLUGIN};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::name::{Name, Place, everybodys, reserved};
use crate::raw::{Database, Parameter, ParameterKind, ParameterValue, PluginInfo};
use std::collections::BTreeSet;

/// Names that a plugin cannot have: those of the host's own objects, and what `whale.toml` uses beside plugins' names.
const KEPT: [&str; 3] = [HOST_MODEL, HOST_PLUGIN, "files"];

/// Judges what `describe` returned.
pub fn info(info: &PluginInfo) -> Diagnostics {
    let mut faults = Diagnostics::default();
    for (path, text) in [("name", &info.name), ("model", &info.model)] {
        match Name::checked(text) {
            Err(fault) => faults.push(fault.diagnostic(format!("describe/{path}"))),
            Ok(name) if path == "model" && everybodys(&name) => faults.push(everybodys_model(&name)),
            Ok(name) => kept(path, &name, &mut faults),
        }
    }
    if let Err(error) = semver::Version::parse(&info.version) {
        faults.push(
            Diagnostic::error(
                codes::name::PLUGIN_VERSION,
                "describe/version",
                format!("{:?} is not a version: {error}", cut(&info.version)),
            )
            .help("write it by semantic versioning, such as 1.4.0"),
        );
    }
    if info.summary.len() > 1_024 {
        faults.push(
            Diagnostic::error(codes::name::COMMENT, "describe/summary", "the summary has more than 1,024 bytes")
                .help("one line is enough"),
        );
    }
    let mut names = BTreeSet::new();
    for parameter in &info.parameters {
        let path = format!("describe/parameters/{}", cut(&parameter.name));
        if let Err(fault) = Name::checked(&parameter.name) {
            faults.push(fault.diagnostic(&path));
        }
        if !names.insert(&parameter.name) {
            faults.push(
                Diagnostic::error(codes::name::TWICE, &path, "two parameters have this name")
                    .help("rename one of them"),
            );
        }
        parameter_kind(parameter, &path, &mut faults);
    }
    for request in &info.requests.namespaces {
        if let Err(fault) = Name::checked(&request.namespace) {
            faults.push(fault.diagnostic("describe/requests/namespaces"));
        }
    }
    faults
}

fn everybodys_model(name: &Name) -> Diagnostic {
    let message = format!("no model is called {name}: the namespace of that name is everybody's");
    Diagnostic::error(codes::name::MODEL_KEPT, "describe/model", message).help(format!(
        "give the model another name, ask for the namespace {name} in the requests, and have it granted: namespaces = [\"{name}\"]"
    ))
}

fn kept(path: &str, name: &Name, faults: &mut Diagnostics) {
    let path = format!("describe/{path}");
    if KEPT.contains(&name.as_str()) {
        faults.push(
            Diagnostic::error(codes::name::NAME_RESERVED, &path, format!("the name {name} is kept for the host"))
                .help("choose another name"),
        );
    }
    for database in [Database::Timescaledb, Database::Clickhouse, Database::Milvus] {
        if let Some(why) = reserved(database, Place::Namespace, name) {
            let message = format!("{} keeps the name {name} for itself: {why}", database.title());
            faults.push(
                Diagnostic::error(codes::name::NAME_RESERVED, &path, message)
                    .help("a model's name is the name of its namespaces; choose another"),
            );
        }
    }
}

fn parameter_kind(parameter: &Parameter, path: &str, faults: &mut Diagnostics) {
    let problem = match &parameter.kind {
        ParameterKind::Integer(range) if range.minimum > range.maximum => {
            Some("its minimum is above its maximum".to_owned())
        }
        ParameterKind::Choice(choices) if choices.is_empty() => Some("it has no choices".to_owned()),
        _ => parameter
            .default_to
            .as_ref()
            .and_then(|value| mismatch(&parameter.kind, value))
            .map(|why| format!("its default {why}")),
    };
    if let Some(problem) = problem {
        faults
            .push(Diagnostic::error(codes::name::PARAMETER, path, problem).help("mend it in the plugin's `describe`"));
    }
}

/// Why a value is not of a kind.
pub(super) fn mismatch(kind: &ParameterKind, value: &ParameterValue) -> Option<String> {
    match (kind, value) {
        (ParameterKind::Boolean, ParameterValue::Boolean(_)) => None,
        // As it is where somebody gives one.
        (ParameterKind::Duration, ParameterValue::Duration(duration)) => {
            (duration.count == 0).then(|| "lasts no time: a duration counts from 1".to_owned())
        }
        (ParameterKind::Integer(range), ParameterValue::Integer(number)) => (*number < range.minimum
            || *number > range.maximum)
            .then(|| format!("is {number}, outside {} to {}", range.minimum, range.maximum)),
        (ParameterKind::Text(most), ParameterValue::Text(text)) => {
            let most = usize::try_from(*most).unwrap_or(usize::MAX);
            (text.len() > most).then(|| format!("has {} bytes, more than {most}", text.len()))
        }
        (ParameterKind::Choice(choices), ParameterValue::Text(text)) => {
            let shown: Vec<String> = choices.iter().take(20).map(|choice| cut(choice)).collect();
            (!choices.contains(text)).then(|| format!("is {:?}, not one of {}", cut(text), shown.join(", ")))
        }
        _ => Some("is of another kind".to_owned()),
    }
}
