//! The sandbox: plugin bytes in, a definition in canonical form out, or a refusal.
//!
//! A plugin is scanned, compiled and run in a worker process, never in this one, and each worker serves one plugin.
//! What comes back is parsed like any input: it must be the canonical form of the contract's records, or the plugin is
//! refused. The digest is computed here, over the bytes that were parsed.
//!
//! `limits` bounds what a plugin may cost; `plugin` reads its file; `cache` keeps what was compiled; `child` is the
//! worker seen from here and `wire` what is said. On the other side stand `worker`, `confine`, `scan`, `engine`, `run`,
//! `bindings`; `convert` and `error` are used by both.

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
mod limits;
mod plugin;
mod run;
mod scan;
mod wire;
mod worker;

pub use cache::Cache;
pub use error::{Phase, Refusal};
pub use limits::Limits;
pub use plugin::Plugin;
pub use wire::Used;
pub use worker::worker_main;

use crate::text;
use child::{End, Worker};
use error::{Finding, Report};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use whale_storage::diagnostic::{Code, codes::sandbox as codes};
use whale_storage::raw;
use wire::{Frame, Kind, Setup};

/// The argument by which the program knows that it is to be a worker.
pub const WORKER_VERB: &str = "__worker";

/// For what takes no time on an idle machine: starting a process, a few bytes on a pipe.
const GRACE: Duration = Duration::from_secs(10);

/// The worker's own clock counts processor time, of which a busy machine gives it only a part.
const SHARE: u32 = 5;

/// Runs plugins, one worker process each.
#[derive(Debug)]
pub struct Sandbox {
    program: PathBuf,
    limits: Limits,
    cache: Option<Cache>,
}

/// Where the compiled plugin came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compiled {
    /// From the cache.
    Before,
    /// Compiled in this run, in so long.
    Now(Duration),
}

/// What a plugin used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Where the compiled plugin came from.
    pub compiled: Compiled,
    /// Whether it will be in the cache for the next run.
    pub kept: bool,
    /// Its first call.
    pub describe: Used,
    /// The first of its two calls of `define`; the second is the same.
    pub define: Used,
}

/// A plugin that said what it is, in a worker that waits.
#[derive(Debug)]
pub struct Described {
    talk: Talk,
    info: raw::PluginInfo,
    compiled: Compiled,
    kept: bool,
    used: Used,
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
        Self { program, limits, cache }
    }

    /// Starts a worker, loads the plugin and asks it what it is.
    pub fn describe(&self, plugin: &Plugin) -> Result<Described, Refusal> {
        let mut talk = self.start(plugin)?;
        let (compiled, kept) = self.load(plugin, &mut talk)?;
        talk.phase = Phase::Describe;
        let frame = talk.hear(Kind::Described, None, self.limits.call_time() * SHARE + GRACE)?;
        let (info, used) = talk.answer(&frame.payload).ok_or_else(|| talk.garbage())?;
        Ok(Described { talk, info, compiled, kept, used })
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
            .and_then(|setup| Ok((setup, Worker::start(&self.program, WORKER_VERB)?)));
        let (setup, worker) = started.map_err(|error| {
            let finding = Finding::new(codes::WORKER_NOT_STARTED, format!("the worker cannot be started: {error}"));
            refusal(&name, Report::one(Phase::Start, finding))
        })?;
        let limits = self.limits.clone();
        let mut talk = Talk { worker, limits, plugin: name, phase: Phase::Start, engine: String::new() };
        let hello = talk.hear(Kind::Hello, Some((Kind::Setup, &setup)), GRACE)?;
        let engine = String::from_utf8(hello.payload).unwrap_or_default();
        // It becomes part of a file's name.
        if engine.is_empty() || engine.len() > 64 || !engine.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(talk.garbage());
        }
        talk.engine = engine;
        Ok(talk)
    }

    /// Has the plugin loaded: from the cache, or compiled and then kept there.
    fn load(&self, plugin: &Plugin, talk: &mut Talk) -> Result<(Compiled, bool), Refusal> {
        talk.phase = Phase::Compile;
        let begun = Instant::now();
        let time = self.limits.compile_time(plugin.bytes().len() as u64);
        let cache = self.cache.as_ref();
        if let Some(artifact) = cache.and_then(|c| c.find(plugin.digest(), &talk.engine, self.limits.artifact)) {
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
        let kept = cache.keep(plugin.digest(), &talk.engine, &artifact);
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
        let (definition, used) = self.talk.answer(&frame.payload).ok_or_else(|| self.talk.garbage())?;
        let mut canonical = frame.payload;
        canonical.drain(..wire::USED_BYTES);
        let digest = plugin::hex(&Sha256::digest(&canonical));
        let usage = Usage { compiled: self.compiled, kept: self.kept, describe: self.used, define: used };
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
        Err(report.and_then(|report| Refusal::found(&self.plugin, report)).unwrap_or_else(|| self.garbage()))
    }

    /// A value that came back.
    fn answer<T: DeserializeOwned + Serialize>(&self, payload: &[u8]) -> Option<(T, Used)> {
        answer(payload, &self.limits)
    }

    fn garbage(&self) -> Refusal {
        self.ended(End::Garbage)
    }

    fn ended(&self, end: End) -> Refusal {
        let compiling = self.phase == Phase::Compile;
        let phase = self.phase;
        let by_phase = |compile: Code, run: Code| if compiling { compile } else { run };
        let finding = match end {
            End::Late => Finding::new(
                by_phase(codes::COMPILE_TIME, codes::WORKER_TIME),
                format!("the worker gave no answer in time at `{phase}` and was killed"),
            ),
            End::Processor => Finding::new(
                by_phase(codes::COMPILE_TIME, codes::WORKER_TIME),
                format!("the worker used up its processor time at `{phase}`"),
            ),
            End::Memory => Finding::new(
                by_phase(codes::COMPILE_MEMORY, codes::WORKER_MEMORY),
                format!("the worker ran out of the memory it may have at `{phase}`"),
            ),
            End::Garbage => Finding::new(codes::WORKER_ANSWER, format!("the worker's answer at `{phase}` is not one")),
            End::Gone(how) => Finding::new(codes::WORKER_DIED, format!("the worker is gone at `{phase}`: {how}")),
            End::Host(error) => {
                Finding::new(codes::WORKER_NOT_STARTED, format!("the worker cannot be reached: {error}"))
            }
        };
        refusal(&self.plugin, Report::one(phase, finding))
    }
}

/// A value that came back, if its bytes are its canonical form to the last one.
fn answer<T: DeserializeOwned + Serialize>(payload: &[u8], limits: &Limits) -> Option<(T, Used)> {
    let (used, bytes) = Used::split(payload)?;
    let value = serde_json::from_slice(bytes).ok()?;
    (convert::canonical(&value, limits).ok()? == bytes).then_some((value, used))
}

/// Of a report that this side wrote itself, whose code exists.
fn refusal(plugin: &str, report: Report) -> Refusal {
    let phase = report.phase;
    Refusal::found(plugin, report).unwrap_or_else(|| {
        let nothing = whale_storage::diagnostic::Diagnostic::error(codes::WORKER_DIED, plugin, "no reason is known");
        Refusal::new(phase, nothing)
    })
}
