//! The sandbox: plugin bytes in, a definition in canonical form out, or a refusal.
//!
//! A plugin is scanned, compiled and run in a worker process, never in this one, and each worker serves one plugin.
//! What comes back is parsed like any input: it must be the canonical form of the contract's records, or the plugin is
//! refused. The digest is computed here, over the bytes that were parsed.
//!
//! `limits` bounds what a plugin may cost; `plugin` reads its file; `cache` keeps what was compiled; `nursery` starts workers
//! and ends them with the host, `group` bounds all of them together; `child` is the worker seen from here and `wire` what is said. On the other side stand `worker`, `confine`, `scan`, `engine`, `allowance`, `run`,
//! `bindings`; `convert` and `error` are used by both, and `usage` tells what a plugin took.

mod allowance;
mod bindings;
mod cache;
mod child;
mod confine;
mod convert;
mod engine;
mod error;
#[cfg(debug_assertions)]
#[doc(hidden)]
pub mod fuzzing;
mod group;
mod limits;
mod nursery;
mod plugin;
mod run;
mod scan;
mod usage;
mod wire;
mod worker;

pub use cache::Cache;
pub use confine::{Namespaces, Probe};
pub use error::{Phase, Refusal};
pub use limits::Limits;
pub(crate) use nursery::heed;
pub use plugin::Plugin;
pub use usage::{Compiled, Measure, Usage};
pub use wire::Used;
pub use worker::worker_main;

/// Entry of [`PROBE_VERB`].
pub fn probe_main(arguments: impl Iterator<Item = std::ffi::OsString>) -> std::process::ExitCode {
    confine::probe_main(&arguments.collect::<Vec<_>>())
}

use crate::text;
use child::{End, Worker};
use convert::Returned;
use error::{Finding, Report};
use group::Group;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use whale_storage::catalog::hex;
use whale_storage::diagnostic::{Code, codes::sandbox as codes};
use whale_storage::raw;
use wire::{Frame, Kind, Setup};

/// The argument by which the program knows that it is to be a worker.
pub const WORKER_VERB: &str = "__worker";

/// The argument by which the program knows that it is to try what a worker can do; layers may follow, to be tried alone.
pub const PROBE_VERB: &str = "__probe";

/// For what takes no time on an idle machine: starting a process, a few bytes on a pipe.
const GRACE: Duration = Duration::from_secs(10);

/// The worker counts processor time, when it compiles and when it calls, and a busy machine gives it only a part of that.
const SHARE: u32 = 5;

/// Limits of `whale.toml` that hold for compiling.
const COMPILE_TIME: &str = " (limits `compile_base_ms`, `compile_mib_ms`, `compile_most_ms`)";
const COMPILE_MEMORY: &str = " (limits `compile_base_memory`, `compile_mib_memory`, `compile_most_memory`)";

/// Runs plugins, one worker process each.
#[derive(Debug, Clone)]
pub struct Sandbox {
    program: PathBuf,
    limits: Limits,
    cache: Option<Arc<Cache>>,
    /// What workers call their engine: one of them said so, before it had seen anything of a plugin.
    engine: Arc<OnceLock<String>>,
    /// The control group of the workers; made for the first of them.
    group: Arc<OnceLock<Option<Group>>>,
}

/// A plugin that said what it is, in a worker that waits.
#[derive(Debug)]
pub struct Described {
    talk: Talk,
    info: raw::PluginInfo,
    compiled: Compiled,
    kept: bool,
    file: u64,
    call: (Used, Returned),
}

/// A plugin that said everything. Its worker is gone.
#[derive(Debug, Clone)]
pub struct Defined {
    /// What it is.
    pub info: raw::PluginInfo,
    /// What it defines; nothing of it is checked but its form.
    pub definition: raw::ModelDefinition,
    /// The same as bytes.
    pub canonical: Vec<u8>,
    /// SHA-256 of the bytes, in hexadecimal: what is planned, shown, approved and applied.
    pub digest: String,
    /// What that took.
    pub usage: Usage,
}

impl Sandbox {
    /// A sandbox whose workers are this program: its `main` must call [`worker_main`] on [`WORKER_VERB`].
    pub fn new(limits: Limits, cache: Option<Cache>) -> Self {
        Self::with_program(PathBuf::from("/proc/self/exe"), limits, cache)
    }

    /// A sandbox whose workers are another program, for tests.
    pub fn with_program(program: PathBuf, limits: Limits, cache: Option<Cache>) -> Self {
        Self { program, limits, cache: cache.map(Arc::new), engine: Arc::default(), group: Arc::default() }
    }

    /// What a worker can do on this machine; with layers named (`limits`, `landlock`, `seccomp`,
    /// `namespaces`), with those alone.
    pub fn probe(&self, layers: &[&str]) -> std::io::Result<Probe> {
        confine::ask(&self.program, PROBE_VERB, self.group(), layers)
    }

    /// Starts a worker, loads the plugin and asks it what it is.
    pub fn describe(&self, plugin: &Plugin) -> Result<Described, Refusal> {
        if let Some(refusal) = self.engine.get().and_then(|engine| self.refused_before(plugin, plugin.shown(), engine))
        {
            return Err(refusal);
        }
        let mut talk = self.start(plugin)?;
        let (compiled, kept) = self.load(plugin, &mut talk)?;
        talk.phase = Phase::Describe;
        let frame = talk.hear(Kind::Described, None, self.limits.call_time() * SHARE + GRACE)?;
        let (info, call) = talk.answer(&frame.payload).ok_or_else(|| talk.garbage())?;
        Ok(Described { talk, info, compiled, kept, file: plugin.bytes().len() as u64, call })
    }

    /// The same plugin again, in a worker with other limits on its calls, which it could be given only once it had said which
    /// plugin it is.
    pub fn describe_again(&self, plugin: &Plugin, before: Described, limits: Limits) -> Result<Described, Refusal> {
        let info = before.info;
        drop(before.talk);
        let Self { program, cache, engine, group, .. } = self.clone();
        let described = Self { program, limits, cache, engine, group }.describe(plugin)?;
        if described.info == info {
            return Ok(described);
        }
        let finding = Finding::new(codes::NOT_REPEATABLE, "it says something else of itself when it is asked again");
        Err(refusal(&text::shown(&info.name), Report::one(Phase::Describe, finding)))
    }

    fn group(&self) -> Option<&Path> {
        let make = || Group::make(&self.limits).inspect_err(|error| tracing::info!(%error, "no control group")).ok();
        self.group.get_or_init(make).as_ref().map(Group::path)
    }

    fn start(&self, plugin: &Plugin) -> Result<Talk, Refusal> {
        let name = plugin.shown().to_owned();
        let file = plugin.bytes().len() as u64;
        let setup = Setup {
            limits: self.limits.clone(),
            address_space: self.limits.address_space(file),
            processor_seconds: self.limits.processor_seconds(file),
        };
        let started = serde_json::to_vec(&setup)
            .map_err(std::io::Error::from)
            .and_then(|setup| Ok((setup, Worker::start(&self.program, WORKER_VERB, self.group())?)));
        let (setup, worker) = started.map_err(|error| {
            let finding = Finding::new(codes::WORKER_NOT_STARTED, format!("the worker cannot be started: {error}"));
            refusal(&name, Report::one(Phase::Start, finding))
        })?;
        let limits = self.limits.clone();
        let mut talk = Talk { worker, limits, plugin: name, phase: Phase::Start, engine: String::new(), verdict: None };
        let hello = talk.hear(Kind::Hello, Some((Kind::Setup, &setup)), GRACE)?;
        let engine = String::from_utf8(hello.payload).unwrap_or_default();
        // It becomes part of a file's name.
        if engine.is_empty() || engine.len() > 64 || !engine.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(talk.garbage());
        }
        talk.engine.clone_from(self.engine.get_or_init(|| engine));
        Ok(talk)
    }

    /// Why the plugin is refused, if that was found before.
    fn refused_before(&self, plugin: &Plugin, name: &str, engine: &str) -> Option<Refusal> {
        let report = self.cache.as_ref()?.verdict(plugin.digest(), engine, &self.limits)?;
        Refusal::found(name, report)
    }

    /// Has the plugin loaded: from the cache, or compiled and then kept there. So is what it is refused for.
    fn load(&self, plugin: &Plugin, talk: &mut Talk) -> Result<(Compiled, bool), Refusal> {
        let Some(cache) = &self.cache else { return self.load_with(plugin, talk) };
        if let Some(refusal) = self.refused_before(plugin, &talk.plugin, &talk.engine) {
            return Err(refusal);
        }
        let loaded = self.load_with(plugin, talk);
        if let (Err(_), Some(report)) = (&loaded, talk.verdict.take()) {
            // As with what was compiled: not keeping it costs the next run some time.
            if let Err(error) = cache.condemn(plugin.digest(), &talk.engine, &self.limits, &report) {
                tracing::warn!(%error, "why the plugin is refused cannot be kept, so it will be found out again");
            }
        }
        loaded
    }

    fn load_with(&self, plugin: &Plugin, talk: &mut Talk) -> Result<(Compiled, bool), Refusal> {
        talk.phase = Phase::Compile;
        let begun = Instant::now();
        let time = self.limits.compile_time(plugin.bytes().len() as u64) * SHARE + GRACE;
        let cache = self.cache.as_deref();
        if let Some(artifact) = cache.and_then(|c| c.find(plugin.digest(), &talk.engine, &self.limits)) {
            let frame = talk.talk(Some((Kind::Artifact, &artifact)), time)?;
            match frame.kind {
                Kind::Loaded => return Ok((Compiled::Before, true)),
                Kind::Stale => {}
                _ => return Err(talk.garbage()),
            }
        }
        let Some(cache) = cache else {
            talk.hear(Kind::Loaded, Some((Kind::Plugin, plugin.bytes())), time)?;
            return Ok((Compiled::Now(begun.elapsed()), false));
        };
        let artifact = talk.hear(Kind::Compiled, Some((Kind::PluginToKeep, plugin.bytes())), time)?.payload;
        let took = begun.elapsed();
        talk.hear(Kind::Loaded, None, GRACE)?;
        // A cache that cannot be written costs the next run some time. That is no reason to refuse a plugin.
        let kept = cache.keep(plugin.digest(), &talk.engine, &self.limits, &artifact);
        if let Err(error) = &kept {
            tracing::warn!(%error, "the compiled plugin cannot be kept, so it will be compiled again");
        }
        Ok((Compiled::Now(took), kept.is_ok()))
    }
}

impl Described {
    /// What the plugin is.
    pub fn info(&self) -> &raw::PluginInfo {
        &self.info
    }

    /// Has it make its definition from these arguments, and lets it go.
    pub fn define(mut self, arguments: &[raw::Argument]) -> Result<Defined, Refusal> {
        self.talk.phase = Phase::Define;
        self.talk.plugin = text::shown(&self.info.name);
        let arguments = serde_json::to_vec(arguments).map_err(|_| self.talk.garbage())?;
        let time = self.talk.limits.call_time() * 2 * SHARE + GRACE;
        let frame = self.talk.hear(Kind::Defined, Some((Kind::Define, &arguments)), time)?;
        let (definition, call) = self.talk.answer(&frame.payload).ok_or_else(|| self.talk.garbage())?;
        let mut canonical = frame.payload;
        canonical.drain(..wire::USED_BYTES);
        let digest = hex(&Sha256::digest(&canonical));
        let measures = usage::measures(self.file, &self.talk.limits, [self.call, call]);
        let usage = Usage { compiled: self.compiled, kept: self.kept, describe: self.call.0, define: call.0, measures };
        Ok(Defined { info: self.info, definition, canonical, digest, usage })
    }
}

/// A worker, and what is said about its plugin.
#[derive(Debug)]
struct Talk {
    worker: Worker,
    limits: Limits,
    plugin: String,
    phase: Phase,
    engine: String,
    /// What the plugin is refused for, if another run would find the same.
    verdict: Option<Report>,
}

impl Talk {
    /// Says something, if anything, and hears what may be said now.
    fn hear(&mut self, kind: Kind, question: Option<(Kind, &[u8])>, time: Duration) -> Result<Frame, Refusal> {
        let frame = self.talk(question, time)?;
        if frame.kind == kind { Ok(frame) } else { Err(self.garbage()) }
    }

    /// Says something, if anything, and hears something that is no refusal.
    fn talk(&mut self, question: Option<(Kind, &[u8])>, time: Duration) -> Result<Frame, Refusal> {
        let frame = self.worker.ask(question, &self.limits, time).map_err(|end| self.ended(end))?;
        if frame.kind != Kind::Refused {
            return Ok(frame);
        }
        let report = serde_json::from_slice::<Report>(&frame.payload).ok();
        self.verdict.clone_from(&report);
        Err(report.and_then(|report| Refusal::found(&self.plugin, report)).unwrap_or_else(|| self.garbage()))
    }

    /// A value that came back.
    fn answer<T: DeserializeOwned + Serialize>(&self, payload: &[u8]) -> Option<(T, (Used, Returned))> {
        answer(payload, &self.limits)
    }

    fn garbage(&mut self) -> Refusal {
        self.ended(End::Garbage)
    }

    fn ended(&mut self, end: End) -> Refusal {
        let compiling = self.phase == Phase::Compile;
        let phase = self.phase;
        let by_phase = |compile: Code, run: Code| if compiling { compile } else { run };
        // How long something takes depends on the day; what memory it needs does not.
        let same_again = compiling && matches!(end, End::Memory | End::Stack);
        let (key, memory) = if compiling { (COMPILE_TIME, COMPILE_MEMORY) } else { ("", "") };
        let finding = match end {
            End::Late => Finding::new(
                by_phase(codes::COMPILE_TIME, codes::WORKER_SILENT),
                format!("the worker gave no answer in time at `{phase}` and was killed"),
            ),
            End::Processor => Finding::new(
                by_phase(codes::COMPILE_TIME, codes::WORKER_TIME),
                format!("the worker used up its processor time at `{phase}`{key}"),
            ),
            End::Memory => Finding::new(
                by_phase(codes::COMPILE_MEMORY, codes::WORKER_MEMORY),
                format!("the worker ran out of the memory it may have at `{phase}`{memory}"),
            ),
            End::Stack => Finding::new(
                by_phase(codes::COMPILE_STACK, codes::WORKER_DIED),
                format!("the worker recursed deeper than its stack is at `{phase}`"),
            ),
            End::Garbage => Finding::new(codes::WORKER_ANSWER, format!("the worker's answer at `{phase}` is not one")),
            End::TooLong { announced, most } => Finding::new(
                codes::WORKER_TOO_LONG,
                format!("the worker's answer at `{phase}` is announced with {announced} bytes, above {most}"),
            ),
            End::Gone(how) => Finding::new(codes::WORKER_DIED, format!("the worker is gone at `{phase}`: {how}")),
            End::Host(error) => {
                Finding::new(codes::WORKER_NOT_STARTED, format!("the worker cannot be reached: {error}"))
            }
        };
        let report = Report::one(phase, finding);
        self.verdict = same_again.then(|| report.clone());
        refusal(&self.plugin, report)
    }
}

/// A value that came back, if its bytes are its canonical form to the last one.
fn answer<T: DeserializeOwned + Serialize>(payload: &[u8], limits: &Limits) -> Option<(T, (Used, Returned))> {
    let (used, bytes) = Used::split(payload)?;
    let value = serde_json::from_slice(bytes).ok()?;
    let (canonical, returned) = convert::canonical(&value, limits).ok()?;
    (canonical == bytes).then_some((value, (used, returned)))
}

/// Of a report that this side wrote itself, whose code exists.
fn refusal(plugin: &str, report: Report) -> Refusal {
    let phase = report.phase;
    Refusal::found(plugin, report).unwrap_or_else(|| {
        let nothing = whale_storage::diagnostic::Diagnostic::error(codes::WORKER_DIED, plugin, "no reason is known");
        Refusal::new(phase, nothing)
    })
}
