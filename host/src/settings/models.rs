//! `[models.NAME]`: what this deployment says of a model, whichever plugin brings it.

use super::reader::{Reader, Value};
use super::target::{self, TargetSettings};
use super::{Settings, scaling};
use std::collections::BTreeMap;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, Origin, codes::scaling as codes};
use whale_storage::name::Name;
use whale_storage::scaling::Limits;
use whale_storage::target::TargetName;

/// What is said of a model.
#[derive(Debug, Clone)]
pub(crate) struct ModelSettings {
    /// Targets that it has for itself, in place of those that models share.
    pub(crate) targets: BTreeMap<Backend, TargetSettings>,
    /// What it may use of each engine.
    pub(crate) scaling: BTreeMap<Backend, Limits>,
    /// The table's place in the file.
    pub(crate) origin: Origin,
}

/// Reads the tables of all models.
pub(super) fn read_all(reader: &mut Reader<'_>, value: &Value<'_>) -> BTreeMap<Name, ModelSettings> {
    let mut models = BTreeMap::new();
    for (key, value) in reader.entries("models", value) {
        let path = format!("models.{}", key.get_ref());
        let origin = reader.origin(key.span());
        match Name::checked(key.get_ref()) {
            Ok(name) => {
                models.insert(name, read(reader, &path, value, origin));
            }
            Err(fault) => {
                let message = format!("`{}` is no name of a model: {fault}", key.get_ref());
                reader.wrong_key(&path, key, message, fault.help());
            }
        }
    }
    models
}

fn read(reader: &mut Reader<'_>, path: &str, value: &Value<'_>, origin: Origin) -> ModelSettings {
    let mut settings = ModelSettings { targets: BTreeMap::new(), scaling: BTreeMap::new(), origin };
    for (key, value) in reader.entries(path, value) {
        match key.get_ref().as_ref() {
            "scaling" => settings.scaling = scaling::read(reader, &format!("{path}.scaling"), value),
            "targets" => {
                let path = format!("{path}.targets");
                settings.targets = target::read_all(reader, &path, value);
                for (backend, target) in settings.targets.iter().filter(|(_, target)| target.url.is_none()) {
                    let message = "a target of a model's own needs a URL";
                    let help = "add one of url, url_env, url_file and url_command";
                    reader.missing(&format!("{path}.{backend}"), &target.origin, message, help);
                }
            }
            _ => reader.unknown(path, key, &["scaling", "targets"]),
        }
    }
    settings
}

/// What the models of some definitions may use, each named as its target has it. `holds` says whether a model, so named, has
/// an object in a target.
pub(crate) fn limits(
    settings: &Settings,
    holds: impl Fn(&TargetName, &Name) -> bool,
) -> Result<BTreeMap<(TargetName, Name), Limits>, Diagnostics> {
    let layout = settings.config.layout();
    let mut limits = BTreeMap::new();
    let mut found = Diagnostics::default();
    for (model, said) in &settings.config.models {
        let place = |backend: Backend| {
            let target = layout.home(backend, model);
            let name = Name::from_server(format!("{}{model}", layout.prefix(&target)));
            holds(&target, &name).then_some((target, name))
        };
        // A model that is not among those at hand has nothing anywhere.
        if !Backend::ALL.into_iter().any(|backend| place(backend).is_some()) {
            continue;
        }
        for (backend, table) in &said.scaling {
            match place(*backend) {
                Some(place) => {
                    limits.insert(place, table.clone());
                }
                None => found.push(nothing_to_limit(model, *backend, table)),
            }
        }
    }
    if found.is_empty() { Ok(limits) } else { Err(found) }
}

fn nothing_to_limit(model: &Name, backend: Backend, table: &Limits) -> Diagnostic {
    let title = backend.title();
    let message = format!("whale.toml sets limits for the model {model} in {title}, where its plugin defines nothing");
    Diagnostic::error(codes::NOTHING_TO_LIMIT, format!("models.{model}.scaling.{backend}"), message)
        .at(table.origin.as_ref())
        .help("take the table out, or name the engine that is meant")
}
