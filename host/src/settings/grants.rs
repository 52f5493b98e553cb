//! What a plugin is granted. What it gets is what it asks for and is granted; `whale_storage::validate` judges that.

use super::Settings;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes};
use whale_storage::name::Name;
use whale_storage::raw::{Operation, PluginInfo};
use whale_storage::validate::Granted;

/// What a plugin is granted. `remote` is a target that is not on this machine, where there is one: there, a plugin has
/// to be listed.
pub(crate) fn granted(settings: &Settings, info: &PluginInfo, remote: Option<&str>) -> Result<Granted, Diagnostics> {
    let listed = settings.config.plugins.get(&info.name);
    if let (None, Some(place)) = (listed, remote) {
        return Err(not_listed(&info.name, place).into());
    }
    let (namespaces, operations) = listed.map_or_else(
        || (BTreeSet::new(), BTreeSet::from([Operation::Create, Operation::Alter])),
        |listed| (listed.namespaces.clone(), listed.operations.clone()),
    );
    let namespaces: BTreeMap<_, _> = Backend::ALL.into_iter().map(|backend| (backend, namespaces.clone())).collect();
    let prefixes = settings.config.layout().prefixes_of(&Name::from_server(info.model.as_str()));
    Ok(Granted { namespaces, operations, prefixes })
}

fn not_listed(plugin: &str, place: &str) -> Diagnostic {
    let shown = crate::text::shown_within(plugin, 80);
    let message = format!("{place} is not on this machine, and whale.toml does not list the plugin `{shown}`");
    Diagnostic::error(codes::settings::NOT_LISTED, format!("plugins.{shown}"), message)
        .of(shown.as_str())
        .help(format!("add the line [plugins.{shown}] to whale.toml, and below it what the plugin may have"))
}
