//! What a plugin is granted. What it gets is what it asks for and is granted; `whale_storage::validate` judges that.

use super::{FILE, Settings, terms};
use std::path::Path;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use whale_storage::name::Name;
use whale_storage::raw::PluginInfo;
use whale_storage::validate::Granted;

/// What a plugin is granted. `remote` is a target that is not on this machine, where there is one: there, a plugin has
/// to be listed.
pub(crate) fn granted(settings: &Settings, info: &PluginInfo, remote: Option<&str>) -> Result<Granted, Diagnostics> {
    let listed = settings.config.plugins.get(&info.name);
    let elsewhere = remote.map(|place| (format!("{place} is not on this machine, and whale.toml"), "whale.toml"));
    let asked_for = settings.grants.as_deref().map(|file| (file.to_owned(), file));
    if let (None, Some((whose, file))) = (listed, asked_for.or(elsewhere)) {
        return Err(not_listed(&info.name, &whose, file).into());
    }
    let (grant, model) =
        listed.map_or_else(|| (terms::unsaid(), None), |listed| (listed.terms.clone(), listed.model.clone()));
    let pinned = settings
        .config
        .plugins
        .iter()
        .find(|(name, other)| **name != info.name && other.model.as_deref() == Some(info.model.as_str()));
    if let (None, Some((other, bound))) = (&model, pinned) {
        return Err(of_another(info, other, &bound.origin).into());
    }
    let prefixes = settings.config.layout().prefixes_of(&Name::from_server(info.model.as_str()));
    Ok(Granted { grant, ceiling: settings.config.ceiling.clone(), model, prefixes })
}

/// Findings of which the help names the file that grants are read from. What judges does not know it, and says whale.toml.
pub(crate) fn by_file(found: Diagnostics, file: Option<&Path>) -> Diagnostics {
    let Some(file) = file else { return found };
    let file = crate::text::shown(&file.display().to_string());
    found.map(|mut one| {
        one.message = one.message.replace(&format!("the ceiling of {FILE}"), &format!("the ceiling of {file}"));
        let of_grants = |help: &String| ["[plugins.", "[ceiling]"].iter().any(|table| help.contains(table));
        if let Some(help) = one.help.as_mut().filter(|help| of_grants(help)) {
            *help = help.replace(FILE, &file);
        }
        one
    })
}

fn of_another(info: &PluginInfo, other: &str, origin: &Origin) -> Diagnostic {
    let shown = |text: &str| crate::text::shown_within(text, 80);
    let (plugin, model, other) = (shown(&info.name), shown(&info.model), shown(other));
    let message =
        format!("the plugin {plugin} says that it belongs to the model {model}, which is that of the plugin {other}");
    Diagnostic::error(codes::name::MODEL_OF_ANOTHER, "describe/model", message)
        .of(plugin.as_str())
        .at(Some(origin))
        .help(format!(
            "give the plugin another model; or, if it takes the place of {other}, move `model` to [plugins.{plugin}]"
        ))
}

fn not_listed(plugin: &str, whose: &str, file: &str) -> Diagnostic {
    let shown = crate::text::shown_within(plugin, 80);
    let message = format!("{whose} does not list the plugin `{shown}`");
    Diagnostic::error(codes::settings::NOT_LISTED, format!("plugins.{shown}"), message)
        .of(shown.as_str())
        .help(format!("add the line [plugins.{shown}] to {file}, and below it what the plugin may have"))
}
