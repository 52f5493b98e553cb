//! A plugin on its way from a file to what it defines, with all that was found about it.

use super::together::Identity;
use crate::lock::Locked;
use crate::sandbox::Usage;
use whale_storage::capability::Capabilities;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::raw::{ClickhouseObjects, ModelDefinition, PluginInfo, TimescaledbObjects};

/// One plugin on its way.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// The path it was read from, fit to be shown.
    pub(crate) file: String,
    /// SHA-256 of the file; none where it could not be read.
    pub(crate) sha256: Option<String>,
    /// What it says it is.
    pub(crate) info: Option<PluginInfo>,
    /// What it defines.
    pub(crate) defined: Option<Defines>,
    /// As it was approved, where there is a lock.
    pub(super) locked: Option<Locked>,
    /// What it may do, once it was judged.
    pub(crate) may: Option<Capabilities>,
    /// What was found while it was loaded.
    pub(super) loading: Diagnostics,
    /// What was found when it was last judged.
    pub(super) judging: Diagnostics,
}

/// What a plugin defines, as it came.
#[derive(Debug)]
pub(crate) struct Defines {
    /// Nothing of it is checked but its form.
    pub(crate) definition: ModelDefinition,
    /// Digest of its canonical bytes.
    pub(crate) digest: String,
    /// What running the plugin took.
    pub(crate) usage: Usage,
}

impl Candidate {
    /// One of which nothing is known but its file.
    pub(super) fn of_file(file: String) -> Self {
        let nothing = Diagnostics::default;
        Self {
            file,
            sha256: None,
            info: None,
            defined: None,
            locked: None,
            may: None,
            loading: nothing(),
            judging: nothing(),
        }
    }

    /// Which of all plugins it is.
    pub(super) fn identity(&self) -> Identity<'_> {
        let says = self.info.as_ref().map(|info| (info.name.as_str(), info.model.as_str()));
        Identity { file: &self.file, says }
    }

    /// Its name, or its file's where it has not said one.
    pub(crate) fn title(&self) -> String {
        self.identity().title()
    }

    /// Whether nothing forbids it.
    pub(crate) fn accepted(&self) -> bool {
        self.defined.is_some() && self.errors() == 0
    }

    /// Leaves of its definition only what is for these engines; none named: all of it.
    pub(crate) fn keep(&mut self, engines: &[Backend]) {
        let Some(defines) = self.defined.as_mut().filter(|_| !engines.is_empty()) else { return };
        for backend in Backend::ALL.into_iter().filter(|backend| !engines.contains(backend)) {
            match backend {
                Backend::Timescaledb => defines.definition.timescaledb = TimescaledbObjects::default(),
                Backend::Clickhouse => defines.definition.clickhouse = ClickhouseObjects::default(),
                Backend::Milvus => defines.definition.milvus.clear(),
            }
        }
    }

    /// How many errors were found about it.
    pub(crate) fn errors(&self) -> usize {
        self.loading.errors() + self.judging.errors()
    }

    /// What was found about it; each finding names it.
    pub(crate) fn found(&self) -> Diagnostics {
        let mut found = self.loading.clone();
        found.extend(self.judging.clone());
        found.of(&self.title())
    }
}
