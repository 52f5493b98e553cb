//! Values of plugins' parameters: those of `whale.toml`, and above them those of the command line.

use crate::cli::Assignment;
use crate::exit::{Failure, Trouble};
use crate::settings::Settings;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes::settings as codes};
use whale_storage::raw::PluginInfo;
use whale_storage::types::nearest;
use whale_storage::validate::Given;

/// `--set`, and which of them some plugin has taken.
pub(super) struct Assignments<'a> {
    of: &'a [Assignment],
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Places of the assignments that some plugin takes.
    taken: BTreeSet<usize>,
    /// Parameters that some plugin has.
    known: BTreeSet<String>,
}

/// Refuses a parameter that is set twice: one of the two values would be lost without a word.
pub(super) fn each_once(sets: &[Assignment]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    let Some(twice) = sets.iter().find(|set| !seen.insert((&set.plugin, &set.name))) else { return Ok(()) };
    let plugin = twice.plugin.as_ref().map(|plugin| format!("{plugin}.")).unwrap_or_default();
    let name = text::shown_within(&format!("{plugin}{}", twice.name), 160);
    let trouble = Trouble::new("usage", format!("the parameter {name} is set twice"));
    Err(Failure::Usage(trouble.hint("keep one of the two --set")))
}

impl<'a> Assignments<'a> {
    pub(super) fn new(of: &'a [Assignment]) -> Self {
        Self { of, seen: Mutex::default() }
    }

    /// Values for one plugin: those of `whale.toml`, and above them those of the command line. One that names no plugin
    /// is for every plugin that has the parameter.
    pub(super) fn given(&self, settings: &Settings, info: &PluginInfo) -> BTreeMap<String, Given> {
        let mut given =
            settings.config.plugins.get(&info.name).map(|plugin| plugin.parameters.clone()).unwrap_or_default();
        if self.of.is_empty() {
            return given;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.known.extend(info.parameters.iter().map(|parameter| parameter.name.clone()));
        for (place, set) in self.of.iter().enumerate() {
            let meant = match &set.plugin {
                Some(plugin) => *plugin == info.name,
                None => info.parameters.iter().any(|parameter| parameter.name == set.name),
            };
            if meant {
                seen.taken.insert(place);
                given.insert(set.name.clone(), Given { text: set.value.clone(), origin: None });
            }
        }
        given
    }

    /// What no plugin has taken.
    pub(super) fn left_over(&self) -> Diagnostics {
        let mut found = Diagnostics::default();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, set) in self.of.iter().enumerate().filter(|(place, _)| !seen.taken.contains(place)) {
            let message = match &set.plugin {
                Some(plugin) => format!("there is no plugin `{plugin}` here to take `{}`", set.name),
                None => format!("no plugin here takes the parameter `{}`", set.name),
            };
            let mut fault = Diagnostic::error(codes::UNKNOWN_PARAMETER, format!("--set {}", set.name), message);
            if let Some(near) = nearest(&set.name, seen.known.iter().map(String::as_str)) {
                fault = fault.help(format!("did you mean `{}`?", text::shown_within(near, 80)));
            }
            found.push(fault);
        }
        found
    }
}
