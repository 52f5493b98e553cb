//! What can only be said of all plugins of a run together.

use super::Candidate;
use crate::settings::Settings;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes::settings as codes};
use whale_storage::types::nearest;

/// Plugins that cannot stand beside each other.
pub(super) fn doubles(candidates: &[Candidate]) -> Diagnostics {
    let mut found = Diagnostics::default();
    let (mut names, mut models) = (BTreeMap::new(), BTreeMap::new());
    for (candidate, info) in
        candidates.iter().filter_map(|candidate| candidate.info.as_ref().map(|info| (candidate, info)))
    {
        let (name, file) = (candidate.title(), &candidate.file);
        if let Some(first) = names.insert(&info.name, file) {
            let message = format!("{first} and {file} are both plugins of the name {name}");
            found.push(Diagnostic::error(codes::SAME_NAME, file, message).of(name).help("name only one of the two"));
        } else if let Some(first) = models.insert(&info.model, file) {
            let model = text::shown_within(&info.model, 80);
            let message = format!("{first} and {file} are both plugins of the model {model}");
            found.push(
                Diagnostic::error(codes::SAME_MODEL, file, message)
                    .of(name)
                    .help("give one of them a model of its own, or bring both definitions into one plugin"),
            );
        }
    }
    found
}

/// Tables of whale.toml for plugins and models that are not among all of them.
pub(super) fn unknown(settings: &Settings, candidates: &[Candidate]) -> Diagnostics {
    let infos = || candidates.iter().filter_map(|candidate| candidate.info.as_ref());
    let (plugins, models): (BTreeSet<&str>, BTreeSet<&str>) =
        infos().map(|info| (info.name.as_str(), info.model.as_str())).unzip();
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
    use whale_storage::raw::{CapabilityRequest, PluginInfo};

    fn candidate(file: &str, name: &str, model: &str) -> Candidate {
        let requests = CapabilityRequest { databases: Vec::new(), namespaces: Vec::new(), operations: Vec::new() };
        let info = PluginInfo {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            model: model.to_owned(),
            summary: String::new(),
            parameters: Vec::new(),
            requests,
        };
        Candidate { info: Some(info), ..Candidate::of_file(file.to_owned()) }
    }

    #[test]
    fn two_plugins_share_neither_name_nor_model() {
        let found = doubles(&[
            candidate("a.wasm", "legal", "legal"),
            candidate("b.wasm", "legal", "courts"),
            candidate("c.wasm", "lawyers", "legal"),
            candidate("d.wasm", "medical", "medical"),
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
