//! Any number of plugins judged, and of each only what there is to say of it kept: `validate` applies nothing.
//!
//! A plugin is judged as for a plan, by the same functions, as soon as it has run. Then its definition goes; what stays is
//! its ruling and the names that it claims. They are taken in the order named, since the first of two that claim one name
//! keeps it.

use super::judge::judge_one;
use super::parallel::in_order;
use super::together::Identity;
use super::{Candidate, Loader, select};
use crate::cli::{Budget, Selection};
use crate::exit::Failure;
use crate::lock::Lock;
use crate::sandbox::Usage;
use crate::settings::versions::Versions;
use crate::settings::{Settings, models};
use crate::text;
use std::path::Path;
use whale_storage::definition::{Backend, Definition, ObjectKind};
use whale_storage::desire::Claims;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::raw::{Header, ModelDefinition};
use whale_storage::validate;

/// The most plugins whose definitions wait for one that is named before them. Mostly there is none that waits.
const MOST_WAITING: usize = 64;

/// What there is to say of a plugin.
#[derive(Debug)]
pub(crate) struct Ruling {
    /// The path it was read from, fit to be shown.
    pub(crate) file: String,
    /// SHA-256 of the file; none where it could not be read.
    pub(crate) sha256: Option<String>,
    /// What it says it is.
    pub(crate) says: Option<Says>,
    /// What is known of its definition.
    pub(crate) defined: Option<Outcome>,
    /// How many errors were found about it.
    pub(crate) errors: usize,
}

/// What a plugin says it is.
#[derive(Debug)]
pub(crate) struct Says {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// The model it belongs to.
    pub(crate) model: String,
}

/// What is known of a definition.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Digest of its canonical bytes.
    pub(crate) digest: String,
    /// What running the plugin took.
    pub(crate) usage: Usage,
    /// Its objects, each as the paths of findings about it begin: `clickhouse/dialects`.
    pub(crate) objects: Vec<String>,
}

impl Ruling {
    fn of(candidate: Candidate) -> Self {
        let errors = candidate.errors();
        let Candidate { file, sha256, info, defined, .. } = candidate;
        let says = info.map(|info| Says { name: info.name, version: info.version, model: info.model });
        let defined = defined.map(|defines| Outcome {
            objects: objects(&defines.definition),
            digest: defines.digest,
            usage: defines.usage,
        });
        Self { file, sha256, says, defined, errors }
    }

    fn identity(&self) -> Identity<'_> {
        let says = self.says.as_ref().map(|says| (says.name.as_str(), says.model.as_str()));
        Identity { file: &self.file, says }
    }

    /// Its name, or its file's where it has not said one.
    pub(crate) fn title(&self) -> String {
        self.identity().title()
    }

    /// Whether nothing forbids it.
    pub(crate) fn accepted(&self) -> bool {
        self.defined.is_some() && self.errors == 0
    }
}

fn objects(definition: &ModelDefinition) -> Vec<String> {
    let path = |(backend, _, header): (Backend, ObjectKind, &Header)| {
        object_of(&format!("{backend}/{}", text::shown_within(&header.id, 80)))
    };
    validate::headers(definition).map(path).collect()
}

/// The object that a finding is about: `clickhouse/dialects` of `clickhouse/dialects/columns/id`.
pub(crate) fn object_of(path: &str) -> String {
    path.split('/').take(2).collect::<Vec<_>>().join("/")
}

/// What plugins are judged against.
#[derive(Debug)]
pub(crate) struct Against<'a> {
    /// Versions of the targets.
    pub(crate) versions: &'a Versions,
    /// A target that is not on this machine, where there is one.
    pub(crate) remote: Option<&'a str>,
    /// The part of each limit that a plugin may use.
    pub(crate) budget: Option<Budget>,
}

/// What was judged.
#[derive(Debug)]
pub(crate) struct Rulings {
    /// One for each plugin, in the order named.
    pub(crate) all: Vec<Ruling>,
    /// How many errors were found about all of them together.
    pub(crate) clashes: usize,
}

/// Runs and judges the selected plugins, with everything that was found, plugin by plugin.
pub(crate) fn rulings(
    settings: &Settings,
    selection: &Selection,
    against: &Against<'_>,
) -> Result<(Rulings, Diagnostics), Failure> {
    let lock = Lock::find(settings).map_err(Failure::Refused)?;
    let paths = select(settings, selection)?;
    let loader = Loader::new(settings, selection, lock.as_ref());
    let mut all = Vec::with_capacity(paths.len());
    let (mut loading, mut found, mut clashes) = <(Diagnostics, Diagnostics, Diagnostics)>::default();
    let (mut claims, layout) = (Claims::default(), settings.config.layout());
    let mut take = |one: Option<One>| {
        let Some(one) = one else { return };
        loading.extend(one.loading);
        found.extend(one.found);
        if let Some(definition) = one.definition {
            clashes.extend(claims.add(&definition, &layout));
        }
        all.push(one.ruling);
    };
    for some in paths.chunks(MOST_WAITING) {
        in_order(some, |path| one(&loader, path, against), &mut take);
    }
    let mut refused = loader.together(&all.iter().map(Ruling::identity).collect::<Vec<_>>());
    if refused.errors() > 0 {
        refused.extend(loading);
        return Err(Failure::Refused(refused));
    }
    let rulings = Rulings { all, clashes: clashes.errors() };
    found.extend(clashes);
    // A plugin that is refused may be the one of that model; so may an engine that was left out.
    if found.errors() == 0 && selection.engine.is_empty() {
        let limits = models::limits(settings, |target, model| claims.holds(target, model));
        found.extend(limits.err().unwrap_or_default());
    }
    Ok((rulings, found))
}

/// A plugin that was judged.
struct One {
    ruling: Ruling,
    definition: Option<Definition>,
    /// What was found while it was loaded.
    loading: Diagnostics,
    /// The same, and what was found after.
    found: Diagnostics,
}

fn one(loader: &Loader<'_>, path: &Path, against: &Against<'_>) -> Option<One> {
    let mut candidate = loader.candidate(path)?;
    let loading = candidate.found();
    candidate.keep(&loader.selection.engine);
    if let Some(budget) = against.budget {
        candidate.hold_to(budget);
    }
    let definition = judge_one(loader.settings, &mut candidate, against.versions, against.remote);
    let found = candidate.found();
    Some(One { ruling: Ruling::of(candidate), definition, loading, found })
}
