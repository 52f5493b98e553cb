//! Versions of engines that definitions are judged for: each model for those of the targets it has.

use super::Settings;
use crate::cli;
use std::collections::BTreeMap;
use whale_storage::definition::Backend;
use whale_storage::name::Name;
use whale_storage::server::{Version, known};
use whale_storage::target::{Layout, TargetName};
use whale_storage::validate::Against;

/// The version of each target; for those that are not here, the oldest that is supported.
#[derive(Debug)]
pub(crate) struct Versions {
    layout: Layout,
    by: BTreeMap<TargetName, Version>,
}

impl Versions {
    /// Those of whale.toml, above them those of the command line.
    pub(crate) fn told(settings: &Settings, given: &[cli::Against]) -> Self {
        let layout = settings.config.layout();
        let told = settings.config.all_targets().filter_map(|(name, target)| Some((name, target.version?)));
        let mut versions = Self { by: told.collect(), layout };
        for given in given {
            versions.set_all(given.engine, given.version);
        }
        versions
    }

    /// The newest that are known.
    pub(crate) fn newest(settings: &Settings) -> Self {
        let mut versions = Self { layout: settings.config.layout(), by: BTreeMap::new() };
        for backend in Backend::ALL {
            versions.set_all(backend, known(backend).newest);
        }
        versions
    }

    /// Names the version of one target.
    pub(crate) fn set(&mut self, target: TargetName, version: Version) {
        self.by.insert(target, version);
    }

    /// Versions of the targets that a model has.
    pub(crate) fn against(&self, model: &Name) -> Against {
        let mut against = Against::oldest();
        for backend in Backend::ALL {
            if let Some(version) = self.by.get(&self.layout.home(backend, model)) {
                against.set(backend, *version);
            }
        }
        against
    }

    fn set_all(&mut self, backend: Backend, version: Version) {
        let own = self.layout.own.iter().filter(|name| name.backend == backend).cloned();
        for name in own.chain([backend.into()]).collect::<Vec<_>>() {
            self.set(name, version);
        }
    }
}
