//! wasmtime as this host sets it up, and components compiled by it or loaded from what it compiled before.
//!
//! Every WebAssembly feature is off but those that guests in Rust, Python and JavaScript were seen to need. What a
//! proposal adds to wasmtime later is off, too.

use super::error::Finding;
use super::limits::Limits;
use super::scan;
use crate::text;
use std::hash::{Hash as _, Hasher};
use wasmtime::component::Component;
use wasmtime::wasmparser::{BinaryReaderError, WasmFeatures};
use wasmtime::{Config, Engine, OptLevel};
use whale_storage::diagnostic::codes::sandbox as codes;

const KIB: u64 = 1024;
const PAGE: u64 = 64 * KIB;

/// A memory that grows is moved each time it outgrows this, and copying it is not paid for with fuel.
const GROWTH: u64 = 16 * 1024 * KIB;

/// The one engine of a worker.
pub(super) fn engine() -> wasmtime::Result<Engine> {
    let needed = WasmFeatures::COMPONENT_MODEL
        | WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::FLOATS
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::EXTENDED_CONST;
    let mut config = Config::new();
    config
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(needed, true)
        .gc_support(false)
        .consume_fuel(true)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        // The address space of the worker is limited: nothing is reserved that is not used.
        .memory_reservation(0)
        .memory_guard_size(PAGE)
        .memory_reservation_for_growth(GROWTH)
        // Mapping a memory's first content needs a file descriptor, and a worker has none to spare.
        .memory_init_cow(false)
        .native_unwind_info(false);
    Engine::new(&config)
}

/// Names everything that decides whether a compiled artifact fits: wasmtime's version and settings, the processor,
/// and the version of this host.
pub(super) fn compatibility(engine: &Engine) -> String {
    struct Wide(blake3::Hasher);
    impl Hasher for Wide {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut hasher = Wide(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    hasher.0.finalize().to_hex().chars().take(32).collect()
}

/// Compiles a plugin that was scanned.
pub(super) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Component, Finding> {
    Component::from_binary(engine, bytes).map_err(|error| {
        if let Some(error) = error.downcast_ref::<BinaryReaderError>() {
            return scan::malformed(error);
        }
        let chain = format!("{error:#}");
        if out_of_memory(&chain) {
            return Finding::new(codes::COMPILE_MEMORY, "the compiler ran out of the memory it may have");
        }
        // What is wrong inside of a function is found while it is compiled, and told as text.
        if let Some((_, what)) = chain.split_once("Invalid input WebAssembly code at offset ") {
            let what = text::shown(what);
            return Finding::new(codes::MALFORMED, format!("a function is damaged or not allowed, at byte {what}"));
        }
        Finding::new(codes::COMPILE_FAILED, format!("the compiler refuses the component: {}", text::shown(&chain)))
    })
}

/// Whether wasmtime could not map memory. It has no type for that.
pub(super) fn out_of_memory(chain: &str) -> bool {
    chain.contains("Cannot allocate memory") || chain.contains("mmap failed") || chain.contains("out of memory")
}

/// What is kept of a compiled component.
pub(super) fn artifact(component: &Component, limits: &Limits) -> Result<Vec<u8>, Finding> {
    let failed = |error: wasmtime::Error| {
        Finding::new(codes::COMPILE_FAILED, format!("the compiled component cannot be written: {error:#}"))
    };
    let bytes = component.serialize().map_err(failed)?;
    if bytes.len() as u64 > limits.artifact {
        let message = format!("compiling yields {} bytes, above {} (limit `artifact`)", bytes.len(), limits.artifact);
        return Err(Finding::new(codes::ARTIFACT_TOO_LARGE, message));
    }
    Ok(bytes)
}

/// Loads what [`artifact`] made; `None` when it is of another version, setting or processor.
#[allow(unsafe_code, reason = "the one place where machine code that was compiled before is loaded")]
pub(super) fn load(engine: &Engine, artifact: &[u8]) -> Option<Component> {
    // SAFETY: the bytes must be what `Component::serialize` returned, whole and unchanged. They come from the host, on
    // a pipe that nobody else holds. The host had them from a worker of its own and verified a keyed hash over these
    // very bytes, in memory, with a key that only the host's user can read; a file that was damaged, replaced or made
    // elsewhere never gets here. An artifact of a worker that its plugin had taken over could be anything, and is
    // therefore loaded nowhere but here: in a worker, for that same plugin, as confined as the one it came from.
    // wasmtime itself refuses other versions, settings and processors.
    unsafe { Component::deserialize(engine, artifact) }.ok()
}

/// Refuses what a component declares for its start above the limits, before it is started.
pub(super) fn declared(component: &Component, limits: &Limits) -> Result<(), Finding> {
    let refuse = |message: String| Err(Finding::new(codes::DECLARES_TOO_MUCH, message));
    let Some(needed) = component.resources_required() else {
        return refuse("what the component needs cannot be told, since it takes modules from outside".to_owned());
    };
    let memory = needed.max_initial_memory_size.unwrap_or(0).saturating_mul(PAGE);
    let elements = needed.max_initial_table_size.unwrap_or(0);
    if memory > limits.memory {
        return refuse(format!("a memory begins with {memory} bytes, above {} (limit `memory`)", limits.memory));
    }
    if elements > limits.table_elements {
        return refuse(format!(
            "a table begins with {elements} elements, above {} (limit `table_elements`)",
            limits.table_elements
        ));
    }
    if needed.num_memories > limits.memories {
        return refuse(format!(
            "it has {} memories, above {} (limit `memories`)",
            needed.num_memories, limits.memories
        ));
    }
    if needed.num_tables > limits.tables {
        return refuse(format!("it has {} tables, above {} (limit `tables`)", needed.num_tables, limits.tables));
    }
    Ok(())
}
