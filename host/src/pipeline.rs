//! From paths to definitions: plugins are read, run in the sandbox, and judged. Every fault of every plugin is collected.
//!
//! The order is the wall: [`load`] runs guests and reads no secret; what [`judge`] needs of the targets is read once the
//! guests are gone. [`rulings`] needs nothing of them but what whale.toml says, so it judges each plugin when it has run,
//! and keeps no definition.

mod budget;
mod candidate;
mod judge;
mod parallel;
mod parameters;
mod rulings;
mod run;
mod together;

pub(crate) use candidate::{Candidate, Defines};
pub(crate) use judge::{Judged, judge};
pub(crate) use rulings::{Against, Ruling, Rulings, object_of, rulings};

use crate::cli::Selection;
use crate::exit::{Failure, Trouble};
use crate::lock::Lock;
use crate::sandbox::{Cache, Defined, Described, Plugin, Sandbox};
use crate::settings::Settings;
use crate::text;
use parallel::in_order;
use parameters::Assignments;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use together::Identity;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes::settings as codes};
use whale_storage::validate::{self, Given};

/// Reads and runs the selected plugins; where there is a lock, those that it names and no other.
pub(crate) fn load(settings: &Settings, selection: &Selection) -> Result<Vec<Candidate>, Failure> {
    let lock = Lock::find(settings).map_err(Failure::Refused)?;
    load_within(settings, selection, lock.as_ref())
}

/// The same within this lock, or without one.
pub(crate) fn load_within(
    settings: &Settings,
    selection: &Selection,
    lock: Option<&Lock>,
) -> Result<Vec<Candidate>, Failure> {
    let paths = select(settings, selection)?;
    let loader = Loader::new(settings, selection, lock);
    let mut candidates = Vec::new();
    in_order(&paths, |path| loader.candidate(path), |candidate| candidates.extend(candidate));
    let mut found = loader.together(&candidates.iter().map(Candidate::identity).collect::<Vec<_>>());
    if found.errors() == 0 {
        return Ok(candidates);
    }
    for candidate in &candidates {
        found.extend(candidate.found());
    }
    Err(Failure::Refused(found))
}

/// The files that are meant, each once, in the order named.
fn select(settings: &Settings, selection: &Selection) -> Result<Vec<PathBuf>, Failure> {
    let patterns: Vec<PathBuf> = if !selection.plugin.is_empty() {
        selection.plugin.clone()
    } else if selection.all || selection.model.is_some() {
        settings.config.files.iter().map(|file| settings.beside_config(Path::new(file))).collect()
    } else {
        let trouble = Trouble::new("usage", "no plugin is named");
        return Err(Failure::Usage(trouble.hint("name it with --plugin FILE, or take those of whale.toml with --all")));
    };
    parameters::each_once(&selection.set)?;
    let mut paths = Vec::new();
    let mut found = Diagnostics::default();
    for pattern in &patterns {
        let shown = text::shown(&pattern.to_string_lossy());
        match settings.files.matching(pattern) {
            Ok(fitting) if fitting.is_empty() => {
                let fault = Diagnostic::error(codes::NO_SUCH_PLUGIN, shown.as_str(), format!("no file fits {shown}"));
                found.push(fault.help("put the plugins there, or correct the path"));
            }
            Ok(fitting) => paths.extend(fitting),
            Err(error) => {
                found.push(Diagnostic::error(
                    codes::NO_SUCH_PLUGIN,
                    shown.as_str(),
                    format!("looking for {shown}: {error}"),
                ));
            }
        }
    }
    if patterns.is_empty() {
        let fault = Diagnostic::error(codes::NO_SUCH_PLUGIN, "plugins.files", "whale.toml lists no plugin files");
        found
            .push(fault.help(
                "add to it: [plugins] and below it files = [\"plugins/*.wasm\"]; or name one with --plugin FILE",
            ));
    }
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    if found.is_empty() {
        found.extend(run::bounds(settings, &paths).err().unwrap_or_default());
    }
    if found.is_empty() { Ok(paths) } else { Err(Failure::Refused(found)) }
}

/// The cache of compiled plugins. Without one every run compiles again, which is slower and no reason to refuse.
fn cache(settings: &Settings) -> Option<Cache> {
    let opened = || -> io::Result<Cache> {
        let none = || io::Error::from(io::ErrorKind::NotFound);
        let compiled = settings.files.private_folder(settings.folders.compiled.as_deref().ok_or_else(none)?)?;
        let state = settings.files.own_folder(settings.folders.state.as_deref().ok_or_else(none)?)?;
        Cache::open(compiled, &state, Cache::MOST)
    };
    opened().inspect_err(|error| tracing::warn!(%error, "compiled plugins are not kept")).ok()
}

/// What it takes to load plugins.
struct Loader<'a> {
    settings: &'a Settings,
    selection: &'a Selection,
    lock: Option<&'a Lock>,
    sandbox: Sandbox,
    sets: Assignments<'a>,
    read: run::Read,
}

impl<'a> Loader<'a> {
    fn new(settings: &'a Settings, selection: &'a Selection, lock: Option<&'a Lock>) -> Self {
        let sandbox = Sandbox::new(settings.config.limits.clone(), cache(settings));
        Self { settings, selection, lock, sandbox, sets: Assignments::new(&selection.set), read: run::Read::default() }
    }

    /// Runs one plugin. None: it belongs to another model than the one asked for.
    fn candidate(&self, path: &Path) -> Option<Candidate> {
        let mut candidate = Candidate::of_file(text::shown(&path.to_string_lossy()));
        let described = match self.describe(path, &mut candidate) {
            Ok(described) => described,
            Err(found) => {
                candidate.loading = found;
                return Some(candidate);
            }
        };
        let info = described.info().clone();
        if self.selection.model.as_ref().is_some_and(|model| *model != info.model) {
            return None;
        }
        let given = self.sets.given(self.settings, &info);
        candidate.info = Some(info);
        match define(described, &given) {
            Ok(defined) => {
                let (definition, digest, usage) = (defined.definition, defined.digest, defined.usage);
                candidate.defined = Some(Defines { definition, digest, usage });
            }
            Err(found) => candidate.loading = found,
        }
        Some(candidate)
    }

    fn describe(&self, path: &Path, candidate: &mut Candidate) -> Result<Described, Diagnostics> {
        let plugin = Plugin::read_ambient(path, &self.settings.config.limits, self.settings.files.authority())
            .map_err(|refusal| refusal.diagnostics)?;
        self.read.add(&plugin, &self.settings.config.limits)?;
        candidate.sha256 = Some(plugin.digest().to_owned());
        self.lock.map_or(Ok(()), |lock| lock.knows(&plugin))?;
        let described = self.sandbox.describe(&plugin).map_err(|refusal| refusal.diagnostics)?;
        if let Some(lock) = self.lock {
            candidate.locked = Some(lock.entry(described.info(), plugin.digest())?.clone());
        }
        match self.settings.config.limits_of(&described.info().name) {
            None => Ok(described),
            Some(limits) => {
                self.sandbox.describe_again(&plugin, described, limits).map_err(|refusal| refusal.diagnostics)
            }
        }
    }

    /// What keeps a run from going on once all its plugins were asked.
    fn together(&self, plugins: &[Identity<'_>]) -> Diagnostics {
        let mut found = together::doubles(plugins);
        // A plugin that could not be loaded may be the one that takes it, or whose model it is.
        if plugins.iter().all(|plugin| plugin.says.is_some()) {
            found.extend(self.sets.left_over());
            if self.selection.all && self.selection.model.is_none() {
                found.extend(together::unknown(self.settings, plugins));
            }
        }
        if let (Some(model), true) = (&self.selection.model, plugins.is_empty()) {
            let message = format!("none of the plugins belongs to the model {model:?}");
            found.push(
                Diagnostic::error(codes::NO_SUCH_MODEL, "--model", message).help(other_model(self.settings, model)),
            );
        }
        found
    }
}

/// What may be meant by the name of a model that no plugin has: what it is called on the servers.
fn other_model(settings: &Settings, model: &str) -> String {
    let prefixes = settings.config.all_targets().map(|(_, target)| target.prefix.as_str());
    let own =
        prefixes.filter(|prefix| !prefix.is_empty()).find_map(|prefix| Some((prefix, model.strip_prefix(prefix)?)));
    match own {
        Some((prefix, name)) => {
            let name = text::shown_within(name, 80);
            format!("`{prefix}` is the prefix of a target, which whale-host puts there itself: --model {name}")
        }
        None => "whale-host info shows each plugin's model".to_owned(),
    }
}

fn define(described: Described, given: &BTreeMap<String, Given>) -> Result<Defined, Diagnostics> {
    let found = validate::info(described.info());
    if found.errors() > 0 {
        return Err(found);
    }
    let arguments = validate::arguments(described.info(), given)?;
    described.define(&arguments).map_err(|refusal| refusal.diagnostics)
}
