//! `[models.NAME]`: what holds for one model, whichever plugin brings it.

use super::reader::{Reader, Value};
use super::target::{self, TargetSettings};
use std::collections::BTreeMap;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::Origin;
use whale_storage::name::Name;

/// What is said of a model.
#[derive(Debug, Clone)]
pub(crate) struct ModelSettings {
    /// Targets that it has for itself, in place of those that models share.
    pub(crate) targets: BTreeMap<Backend, TargetSettings>,
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
    let mut settings = ModelSettings { targets: BTreeMap::new(), origin };
    for (key, value) in reader.entries(path, value) {
        match key.get_ref().as_ref() {
            "targets" => {
                let path = format!("{path}.targets");
                settings.targets = target::read_all(reader, &path, value);
                for (backend, target) in settings.targets.iter().filter(|(_, target)| target.url.is_none()) {
                    let message = "a target of a model's own needs a URL";
                    let help = "add one of url, url_env, url_file and url_command";
                    reader.missing(&format!("{path}.{backend}"), &target.origin, message, help);
                }
            }
            _ => reader.unknown(path, key, &["targets"]),
        }
    }
    settings
}
