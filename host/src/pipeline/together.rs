//! What can only be said of all plugins of a run together.

use crate::settings::Settings;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes::settings as codes};
use whale_storage::types::nearest;

/// Which of all plugins one is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity<'a> {
    /// The path it was read from, fit to be shown.
    pub(super) file: &'a str,
    /// The name and the model that it says it has; none: it could not be asked.
    pub(super) says: Option<(&'a str, &'a str)>,
}

impl Identity<'_> {
    /// Its name, or its file's where it has not said one.
    pub(super) fn title(&self) -> String {
        self.says.map_or_else(|| self.file.to_owned(), |(name, _)| text::shown_within(name, 80))
    }
}

/// Plugins that cannot stand beside each other.
pub(super) fn doubles(plugins: &[Identity<'_>]) -> Diagnostics {
    let mut found = Diagnostics::default();
    let (mut names, mut models) = (BTreeMap::new(), BTreeMap::new());
    for plugin in plugins {
        let Some((name, model)) = plugin.says else { continue };
        let (title, file) = (plugin.title(), plugin.file);
        if let Some(first) = names.insert(name, file) {
            let message = format!("{first} and {file} are both plugins of the name {title}");
            found.push(Diagnostic::error(codes::SAME_NAME, file, message).of(title).help("name only one of the two"));
        } else if let Some(first) = models.insert(model, file) {
            let model = text::shown_within(model, 80);
            let message = format!("{first} and {file} are both plugins of the model {model}");
            found.push(
                Diagnostic::error(codes::SAME_MODEL, file, message)
                    .of(title)
                    .help("give one of them a model of its own, or bring both definitions into one plugin"),
            );
        }
    }
    found
}

/// Tables of whale.toml for plugins and models that are not among all of them.
pub(super) fn unknown(settings: &Settings, plugins: &[Identity<'_>]) -> Diagnostics {
    let (plugins, models): (BTreeSet<&str>, BTreeSet<&str>) = plugins.iter().filter_map(|plugin| plugin.says).unzip();
    let did_you_mean = |name: &str, known: &BTreeSet<&str>, otherwise: &str| {
        nearest(name, known.iter().copied())
            .map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{}`?", text::shown_within(near, 80)))
    };
    let mut found = Diagnostics::default();
    for (name, told) in settings.config.plugins.iter().filter(|(name, _)| !plugins.contains(name.as_str())) {
        let (path, name) = (format!("plugins.{}", text::shown_within(name, 80)), name.as_str());
        let message = format!("none of the files of whale.toml is the plugin {}", text::shown_within(name, 80));
        let help = did_you_mean(name, &plugins, "take the table out, or add the plugin's file to plugins.files");
        found.push(Diagnostic::error(codes::PLUGIN_UNKNOWN, path, message).at(Some(&told.origin)).help(help));
    }
    for (model, told) in settings.config.models.iter().filter(|(model, _)| !models.contains(model.as_str())) {
        let message = format!("no plugin of whale.toml belongs to the model {model}");
        let help = did_you_mean(model.as_str(), &models, "whale-host info --all shows each plugin's model");
        let fault = Diagnostic::error(codes::MODEL_UNKNOWN, format!("models.{model}"), message);
        found.push(fault.at(Some(&told.origin)).help(help));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin<'a>(file: &'a str, name: &'a str, model: &'a str) -> Identity<'a> {
        Identity { file, says: Some((name, model)) }
    }

    #[test]
    fn two_plugins_share_neither_name_nor_model() {
        let found = doubles(&[
            plugin("a.wasm", "legal", "legal"),
            plugin("b.wasm", "legal", "courts"),
            plugin("c.wasm", "lawyers", "legal"),
            plugin("d.wasm", "medical", "medical"),
        ]);
        let told: Vec<_> = found.iter().map(|fault| (fault.code.id, fault.message.as_str())).collect();
        assert_eq!(
            told,
            [
                ("WH0012", "a.wasm and b.wasm are both plugins of the name legal"),
                ("WH0015", "a.wasm and c.wasm are both plugins of the model legal"),
            ]
        );
    }
}
