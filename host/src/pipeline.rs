//! From paths to definitions: plugins are read, run in the sandbox, and judged. Every fault of every plugin is collected.
//!
//! The order is the wall: [`load`] runs guests and reads no secret; what [`judge`] needs of the targets is read once the
//! guests are gone.

mod budget;
mod parameters;
mod together;

use crate::cli::Selection;
use crate::exit::{Failure, Trouble};
use crate::lock::{Lock, Locked};
use crate::sandbox::{Cache, Defined, Described, Plugin, Sandbox, Usage};
use crate::settings::versions::Versions;
use crate::settings::{Settings, grants};
use crate::text;
use parameters::Assignments;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use whale_storage::capability::Capabilities;
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes::settings as codes};
use whale_storage::name::Name;
use whale_storage::raw::{ClickhouseObjects, ModelDefinition, PluginInfo, TimescaledbObjects};
use whale_storage::validate::{self, Given};

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
    locked: Option<Locked>,
    /// What it may do, once it was judged.
    pub(crate) may: Option<Capabilities>,
    /// What was found while it was loaded.
    loading: Diagnostics,
    /// What was found when it was last judged.
    judging: Diagnostics,
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
    fn of_file(file: String) -> Self {
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

    /// Its name, or its file's where it has not said one.
    pub(crate) fn title(&self) -> String {
        self.info.as_ref().map_or_else(|| self.file.clone(), |info| text::shown_within(&info.name, 80))
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
    let sandbox = Sandbox::new(settings.config.limits.clone(), cache(settings));
    let sets = Assignments::new(&selection.set);
    let candidates = in_parallel(&paths, |path| candidate(settings, selection, (&sandbox, lock), path, &sets));
    let candidates: Vec<Candidate> = candidates.into_iter().flatten().collect();
    let mut found = together::doubles(&candidates);
    // A plugin that could not be loaded may be the one that takes it, or whose model it is.
    if candidates.iter().all(|candidate| candidate.info.is_some()) {
        found.extend(sets.left_over());
        if selection.all && selection.model.is_none() {
            found.extend(together::unknown(settings, &candidates));
        }
    }
    if let (Some(model), true) = (&selection.model, candidates.is_empty()) {
        let message = format!("none of the plugins belongs to the model {model:?}");
        found.push(
            Diagnostic::error(codes::NO_SUCH_MODEL, "--model", message)
                .help("whale-host info shows each plugin's model"),
        );
    }
    if found.errors() == 0 { Ok(candidates) } else { Err(Failure::Refused(with_all(found, &candidates))) }
}

/// Does something with every item, as many at once as there are processors; results in the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { break };
                    let result = work(item);
                    results.lock().unwrap_or_else(PoisonError::into_inner).insert(place, result);
                }
            });
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// Findings of a run and those of its plugins.
fn with_all(mut found: Diagnostics, candidates: &[Candidate]) -> Diagnostics {
    for candidate in candidates {
        found.extend(candidate.found());
    }
    found
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
    let mut paths = Vec::new();
    let mut found = Diagnostics::default();
    for pattern in &patterns {
        let shown = text::shown(&pattern.to_string_lossy());
        match settings.files.matching(pattern) {
            Ok(fitting) if fitting.is_empty() => {
                let fault = Diagnostic::error(codes::NO_SUCH_PLUGIN, shown.as_str(), format!("no file fits {shown}"));
                found.push(fault.help("build the plugins first: just plugins"));
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
    if found.is_empty() { Ok(paths) } else { Err(Failure::Refused(found)) }
}

/// The cache of compiled plugins. Without one every run compiles again, which is slower and no reason to refuse.
fn cache(settings: &Settings) -> Option<Cache> {
    let opened = || -> io::Result<Cache> {
        let none = || io::Error::from(io::ErrorKind::NotFound);
        let compiled = settings.files.private_folder(settings.folders.compiled.as_deref().ok_or_else(none)?)?;
        let state = settings.files.private_folder(settings.folders.state.as_deref().ok_or_else(none)?)?;
        Cache::open(compiled, &state, Cache::MOST)
    };
    opened().inspect_err(|error| tracing::warn!(%error, "compiled plugins are not kept")).ok()
}

/// Runs one plugin. None: it belongs to another model than the one asked for.
fn candidate(
    settings: &Settings,
    selection: &Selection,
    within: (&Sandbox, Option<&Lock>),
    path: &Path,
    sets: &Assignments<'_>,
) -> Option<Candidate> {
    let file = text::shown(&path.to_string_lossy());
    let mut candidate = Candidate::of_file(file);
    let described = match describe(settings, within, path, &mut candidate) {
        Ok(described) => described,
        Err(found) => {
            candidate.loading = found;
            return Some(candidate);
        }
    };
    let info = described.info().clone();
    if selection.model.as_ref().is_some_and(|model| *model != info.model) {
        return None;
    }
    let given = sets.given(settings, &info);
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

fn describe(
    settings: &Settings,
    (sandbox, lock): (&Sandbox, Option<&Lock>),
    path: &Path,
    candidate: &mut Candidate,
) -> Result<Described, Diagnostics> {
    let plugin = Plugin::read_ambient(path, &settings.config.limits, settings.files.authority())
        .map_err(|refusal| refusal.diagnostics)?;
    candidate.sha256 = Some(plugin.digest().to_owned());
    lock.map_or(Ok(()), |lock| lock.knows(&plugin))?;
    let described = sandbox.describe(&plugin).map_err(|refusal| refusal.diagnostics)?;
    if let Some(lock) = lock {
        candidate.locked = Some(lock.entry(described.info(), plugin.digest())?.clone());
    }
    Ok(described)
}

fn define(described: Described, given: &BTreeMap<String, Given>) -> Result<Defined, Diagnostics> {
    let found = validate::info(described.info());
    if found.errors() > 0 {
        return Err(found);
    }
    let arguments = validate::arguments(described.info(), given)?;
    described.define(&arguments).map_err(|refusal| refusal.diagnostics)
}

/// What was judged.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The plugins, in the order named.
    pub(crate) candidates: Vec<Candidate>,
    /// What those that were accepted define, all of them together.
    pub(crate) desire: Desire,
    /// What was found about all of them together.
    pub(crate) clashes: Diagnostics,
}

impl Judged {
    /// Everything that was found, plugin by plugin.
    pub(crate) fn found(&self) -> Diagnostics {
        let mut found = Diagnostics::default();
        for candidate in &self.candidates {
            found.extend(candidate.found());
        }
        found.extend(self.clashes.clone());
        found
    }
}

/// Judges what plugins returned, again if need be against other versions. `remote` is a target that is not on this machine, where there is one.
pub(crate) fn judge(
    settings: &Settings,
    mut candidates: Vec<Candidate>,
    versions: &Versions,
    remote: Option<&str>,
) -> Judged {
    let mut definitions = Vec::new();
    for candidate in &mut candidates {
        let (Some(info), Some(defines)) = (&candidate.info, &candidate.defined) else { continue };
        let granted = match grants::granted(settings, info, remote) {
            Ok(granted) => granted,
            Err(found) => {
                candidate.judging = found;
                continue;
            }
        };
        let may = Capabilities::of(&info.requests, &granted.grant, &granted.ceiling);
        if let Some(fault) = candidate.locked.as_ref().and_then(|locked| locked.widened(&info.name, &may)) {
            candidate.judging = fault.into();
            continue;
        }
        candidate.may = Some(may);
        let against = versions.against(&Name::from_server(info.model.as_str()));
        let (definition, found) = validate::validate(info, &defines.definition, &defines.digest, &granted, &against);
        candidate.judging = found;
        definitions.extend(definition);
    }
    let (desire, clashes) = Desire::merge(&definitions, &settings.config.layout());
    Judged { candidates, desire, clashes }
}
