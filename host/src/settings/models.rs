//! `[models.NAME]`: what this deployment says of a model, whichever plugins define it.

use super::Settings;
use super::reader::{Reader, Value};
use super::scaling;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::definition::{Backend, Definition};
use whale_storage::diagnostic::{Diagnostic, Diagnostics, Origin, codes::scaling as codes};
use whale_storage::name::Name;
use whale_storage::scaling::Limits;
use whale_storage::types::nearest;

/// What is said of one model.
#[derive(Debug, Clone)]
pub(crate) struct ModelSettings {
    /// What it may use of each engine.
    pub(crate) scaling: BTreeMap<Backend, Limits>,
    /// The table's place in the file.
    pub(crate) origin: Origin,
}

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> BTreeMap<String, ModelSettings> {
    let mut models = BTreeMap::new();
    for (key, value) in reader.entries("models", value) {
        let path = format!("models.{}", key.get_ref());
        let mut settings = ModelSettings { scaling: BTreeMap::new(), origin: reader.origin(key.span()) };
        for (key, value) in reader.entries(&path, value) {
            match key.get_ref().as_ref() {
                "scaling" => settings.scaling = scaling::read(reader, &format!("{path}.scaling"), value),
                _ => reader.unknown(&path, key, &["scaling"]),
            }
        }
        models.insert(key.get_ref().to_string(), settings);
    }
    models
}

/// What the models of these definitions may use. `whole`: these are all plugins that there are, so that a table for
/// another model is a fault.
pub(crate) fn limits(
    settings: &Settings,
    definitions: &[Definition],
    whole: bool,
) -> Result<BTreeMap<(Backend, Name), Limits>, Diagnostics> {
    let models: BTreeSet<&Name> = definitions.iter().map(|definition| &definition.model).collect();
    let mut limits = BTreeMap::new();
    let mut found = Diagnostics::default();
    for (name, said) in settings.config.models.iter().filter(|(_, said)| !said.scaling.is_empty()) {
        let Some(model) = models.iter().find(|model| model.as_str() == name) else {
            if whole {
                found.push(no_such_model(name, said, &models));
            }
            continue;
        };
        for (backend, table) in &said.scaling {
            let objects = definitions.iter().filter(|definition| definition.model == **model).flat_map(|d| &d.objects);
            if objects.into_iter().any(|object| object.name().backend == *backend) {
                limits.insert((*backend, (*model).clone()), table.clone());
            } else {
                found.push(nothing_to_limit(name, *backend, table));
            }
        }
    }
    if found.is_empty() { Ok(limits) } else { Err(found) }
}

fn no_such_model(name: &str, said: &ModelSettings, models: &BTreeSet<&Name>) -> Diagnostic {
    let shown = crate::text::shown_within(name, 80);
    let near = nearest(name, models.iter().map(|model| model.as_str()));
    let help = near.map_or_else(
        || "whale-host info --all shows each plugin's model; take the table out".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("whale.toml sets limits for the model `{shown}`, and no plugin belongs to it");
    Diagnostic::error(codes::NO_SUCH_MODEL, format!("models.{shown}"), message).at(Some(&said.origin)).help(help)
}

fn nothing_to_limit(name: &str, backend: Backend, table: &Limits) -> Diagnostic {
    let title = backend.title();
    let message = format!("whale.toml sets limits for the model {name} in {title}, where its plugins define nothing");
    Diagnostic::error(codes::NOTHING_TO_LIMIT, format!("models.{name}.scaling.{backend}"), message)
        .at(table.origin.as_ref())
        .help("take the table out, or name the engine that is meant")
}
