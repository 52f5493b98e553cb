//! One call of a guest: a fresh store, metered from before its first instruction, and thrown away after.
//!
//! Every way a call can fail becomes a finding of its own. Fuel and memory are the same on every machine; the clock is
//! the backstop.

use super::bindings::ModelPlugin;
use super::engine;
use super::error::{Finding, Phase};
use super::limits::Limits;
use super::wire::Used;
use crate::text;
use nix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, ResourceLimiter, Store, Trap, WasmBacktrace};
use whale_storage::diagnostic::{Code, codes::sandbox as codes};

/// How often the clock of [`tick`] beats.
const TICK: Duration = Duration::from_millis(10);

/// Lets the engine's clock run as long as the process lives.
///
/// It counts processor time. A guest cannot wait for anything, so this is the time it takes, and on a busy machine it
/// is stopped no earlier than on an idle one. That the process as a whole answers in time is for the host to see to.
pub(super) fn tick(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    let beat = || processor_time().as_millis() / TICK.as_millis();
    // What compiling took is not the guest's: the clock begins where it stands.
    let mut beats = beat();
    std::thread::Builder::new().name("clock".to_owned()).stack_size(64 * 1024).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            let now = beat();
            while beats < now {
                engine.increment_epoch();
                beats += 1;
            }
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}

/// Processor time of this process.
pub(super) fn processor_time() -> Duration {
    // Of one's own process it cannot fail. If it did, no beat would come, and the host's clock is left.
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

/// Processor time of this thread. That of a process whose processor time is limited is counted in ticks.
fn of_thread() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// A compiled plugin that can be called.
pub(super) struct Guest<'a> {
    pub(super) engine: &'a Engine,
    pub(super) component: &'a Component,
    pub(super) limits: &'a Limits,
}

impl Guest<'_> {
    /// Instantiates the plugin and makes one call.
    pub(super) fn call<T>(
        &self,
        phase: Phase,
        call: impl FnOnce(&ModelPlugin, &mut Store<Meter>) -> wasmtime::Result<T>,
    ) -> Result<(T, Used), Finding> {
        let (begun, before) = (Instant::now(), of_thread());
        let mut store = Store::new(self.engine, Meter::new(self.limits));
        // Armed before anything of the guest runs: its start function is metered like its calls.
        store.limiter(|meter| meter);
        store.set_hostcall_fuel(usize::try_from(self.limits.returned).unwrap_or(usize::MAX));
        store.set_max_component_handles(0);
        let ticks = self.limits.call_time().as_millis() / TICK.as_millis() + 1;
        store.set_epoch_deadline(u64::try_from(ticks).unwrap_or(u64::MAX));
        let fault = |error: &wasmtime::Error| Finding::new(codes::WORKER_DIED, format!("{error:#}"));
        store.set_fuel(self.limits.fuel).map_err(|error| fault(&error))?;

        // Nothing is linked: there is nothing for a plugin to call.
        let linker = Linker::new(self.engine);
        let plugin = ModelPlugin::instantiate(&mut store, self.component, &linker)
            .map_err(|error| self.finding(phase, &error, false))?;
        let answer = call(&plugin, &mut store).map_err(|error| self.finding(phase, &error, true))?;

        let left = store.get_fuel().map_err(|error| fault(&error))?;
        let meter = store.data();
        let used = Used {
            fuel: self.limits.fuel.saturating_sub(left),
            memory: meter.memory.most,
            table_elements: meter.elements.most,
            micros: micros(begun.elapsed()),
            processor_micros: micros(of_thread().saturating_sub(before)),
        };
        Ok((answer, used))
    }

    fn finding(&self, phase: Phase, error: &wasmtime::Error, started: bool) -> Finding {
        let limits = self.limits;
        let place = if started { format!("`{phase}`") } else { format!("starting for `{phase}`") };
        if let Some(reached) = error.downcast_ref::<Reached>() {
            let message = format!("{place} took more than {} {}", reached.most, reached.unit);
            return Finding::new(codes::OUT_OF_MEMORY, message);
        }
        let trap = error.downcast_ref::<Trap>().copied();
        let function = error.downcast_ref::<WasmBacktrace>().and_then(function);
        let within = function.map(|name| format!(", in the function `{name}`")).unwrap_or_default();
        let of = |code: Code, message: String| Finding::new(code, message);
        match trap {
            Some(Trap::OutOfFuel) => {
                return of(
                    codes::OUT_OF_FUEL,
                    format!("{place} took more than {} instructions (limit `fuel`){within}", limits.fuel),
                )
                .help("look for a loop without an end, or compute less");
            }
            Some(Trap::Interrupt) => {
                let time = limits.call_ms;
                return of(
                    codes::OUT_OF_TIME,
                    format!(
                        "{place} was stopped by the clock after {time} ms of processor time (limit `call_ms`){within}"
                    ),
                );
            }
            Some(trap) => {
                let trap = text::shown(&trap.to_string());
                return of(codes::TRAP, format!("{place} ended with a trap: {trap}{within}"))
                    .help("have the plugin return a problem: a trap carries no text");
            }
            None => {}
        }
        let chain = format!("{error:#}");
        let shown = text::shown(&chain);
        // wasmtime keeps the type of this error to itself.
        if chain.contains("fuel allocated for hostcalls") {
            of(
                codes::RESULT_TOO_LARGE,
                format!("{place} returned values of more than {} bytes (limit `returned`)", limits.returned),
            )
        } else if chain.contains("handle limit exceeded") {
            of(codes::HANDLES, format!("{place} made a handle of a resource, and a plugin has none"))
                .help("return data: the contract has no resources")
        } else if engine::out_of_memory(&chain) {
            of(codes::WORKER_MEMORY, format!("{place} needed more memory than the sandbox has"))
        } else if chain.contains("resource limit exceeded") {
            of(codes::DECLARES_TOO_MUCH, shown)
        } else if started {
            of(codes::BAD_RESULT, format!("what {place} returned cannot be read: {shown}"))
        } else {
            of(codes::WRONG_SHAPE, format!("the interface differs from the contract: {shown}"))
                .help("build the plugin from the contract as published")
        }
    }
}

/// The innermost function that has a name and is the author's, made readable and harmless. A panic in Rust ends in the
/// standard library, whose functions say nothing of where it came from.
fn function(trace: &WasmBacktrace) -> Option<String> {
    let names: Vec<String> = trace.frames().iter().filter_map(wasmtime::FrameInfo::func_name).map(readable).collect();
    let author = names.iter().find(|name| !of_the_library(name));
    author.or(names.first()).map(|name| text::shown(name))
}

/// A function's name as its author wrote it; not yet harmless.
pub(super) fn readable(name: &str) -> String {
    // A name of 100 KB is possible, and so is one that takes long to take apart.
    let cut: String = name.chars().take(1_000).collect();
    rustc_demangle::try_demangle(&cut).map_or_else(|_| cut.clone(), |name| format!("{name:#}"))
}

fn of_the_library(function: &str) -> bool {
    let path = function.trim_start_matches('<');
    ["__rustc::", "std::", "core::", "alloc::"].iter().any(|library| path.starts_with(library))
}

/// Counts memory and tables of one store, over all of its instances.
pub(super) struct Meter {
    memory: Gauge,
    elements: Gauge,
    instances: u32,
    tables: u32,
    memories: u32,
}

struct Gauge {
    now: u64,
    most: u64,
    limit: u64,
    unit: &'static str,
}

/// A limit that a guest ran into.
#[derive(Debug, thiserror::Error)]
#[error("more than {most} {unit}")]
struct Reached {
    most: u64,
    unit: &'static str,
}

impl Meter {
    fn new(limits: &Limits) -> Self {
        let gauge = |limit, unit| Gauge { now: 0, most: 0, limit, unit };
        Self {
            memory: gauge(limits.memory, "bytes of memory (limit `memory`)"),
            elements: gauge(limits.table_elements, "table elements (limit `table_elements`)"),
            instances: limits.instances,
            tables: limits.tables,
            memories: limits.memories,
        }
    }
}

impl Gauge {
    /// Above the limit the guest ends: what one would do that is told "no" is its own choice, and differs.
    fn grow(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let now = self.now.saturating_sub(current as u64).saturating_add(desired as u64);
        if now > self.limit {
            return Err(Reached { most: self.limit, unit: self.unit }.into());
        }
        self.now = now;
        self.most = self.most.max(now);
        Ok(true)
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.memory.grow(current, desired, maximum)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.elements.grow(current, desired, maximum)
    }

    fn instances(&self) -> usize {
        self.instances as usize
    }

    fn tables(&self) -> usize {
        self.tables as usize
    }

    fn memories(&self) -> usize {
        self.memories as usize
    }
}
