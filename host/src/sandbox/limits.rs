//! Bounds on a guest: what a plugin may cost, whatever it does.
//!
//! The defaults hold every real plugin that was measured, in three languages, with room for ten times as much.
//! Sizes are bytes, times milliseconds. The host hands these to the worker, which never chooses its own.

use serde::{Deserialize, Serialize};
use std::time::Duration;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What the program itself maps: its own text, the C library, stacks of its threads.
const PROGRAM: u64 = 128 * MIB;

/// Bounds on a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Plugins of one run.
    pub plugins: u64,
    /// Size of all their files together.
    pub plugins_bytes: u64,
    /// Size of the plugin's file.
    pub file: u64,
    /// Processor time for compiling, whatever the size.
    pub compile_base_ms: u64,
    /// Processor time for compiling, for each MiB of file.
    pub compile_mib_ms: u64,
    /// The most processor time for compiling, however large the file.
    pub compile_most_ms: u64,
    /// Memory for compiling, whatever the size.
    pub compile_base_memory: u64,
    /// Memory for compiling, for each MiB of file.
    pub compile_mib_memory: u64,
    /// The most memory for compiling, however large the file.
    pub compile_most_memory: u64,
    /// Functions in the file.
    pub functions: u64,
    /// Size of one function.
    pub function_bytes: u64,
    /// Local variables of one function.
    pub locals: u64,
    /// Targets of one `br_table`.
    pub br_table: u64,
    /// How deep blocks of a function nest.
    pub blocks: u64,
    /// Core modules in the file.
    pub modules: u64,
    /// Components nested in the file's own.
    pub components: u64,
    /// Instances that the file declares, of modules and of components.
    pub declared_instances: u64,
    /// Data segments in the file.
    pub data_segments: u64,
    /// Types in the file, with those that are declared inside of others.
    pub types: u64,
    /// Size of what compiling yields.
    pub artifact: u64,
    /// All memories of the guest together.
    pub memory: u64,
    /// Elements of all its tables together.
    pub table_elements: u64,
    /// Its core instances.
    pub instances: u32,
    /// Its tables.
    pub tables: u32,
    /// Its memories.
    pub memories: u32,
    /// Instructions of one call, its instantiation included.
    pub fuel: u64,
    /// Processor time of one call: the backstop for what costs time and no fuel.
    pub call_ms: u64,
    /// Memory of the values that one call returns.
    pub returned: u64,
    /// List elements in what one call returns.
    pub items: u64,
    /// How deep lists and records stand in each other in it.
    pub nesting: u64,
    /// Bytes of one text in it.
    pub text: u64,
    /// Bytes of it in canonical form.
    pub canonical: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            plugins: 20_000,
            plugins_bytes: 4096 * MIB,
            file: 32 * MIB,
            compile_base_ms: 3_000,
            compile_mib_ms: 4_000,
            compile_most_ms: 120_000,
            compile_base_memory: 256 * MIB,
            compile_mib_memory: 48 * MIB,
            compile_most_memory: 2048 * MIB,
            functions: 50_000,
            function_bytes: MIB,
            locals: 2_000,
            br_table: 8_192,
            blocks: 2_048,
            modules: 64,
            components: 16,
            declared_instances: 256,
            data_segments: 50_000,
            types: 10_000,
            artifact: 128 * MIB,
            memory: 128 * MIB,
            table_elements: 20_000,
            instances: 64,
            tables: 16,
            memories: 8,
            fuel: 2_000_000_000,
            call_ms: 2_000,
            returned: 16 * MIB,
            items: 1_000_000,
            nesting: 32,
            text: 64 * KIB,
            canonical: 64 * MIB,
        }
    }
}

impl Limits {
    /// What a file is held to before it is compiled.
    pub(super) fn of_the_scan(&self) -> [u64; 11] {
        [
            self.functions,
            self.function_bytes,
            self.locals,
            self.br_table,
            self.blocks,
            self.modules,
            self.components,
            self.declared_instances,
            self.data_segments,
            self.types,
            self.memories.into(),
        ]
    }

    /// How much processor time compiling a file of this size may take.
    pub fn compile_time(&self, file: u64) -> Duration {
        let by_size = file.saturating_mul(self.compile_mib_ms) / MIB;
        Duration::from_millis(self.compile_base_ms.saturating_add(by_size).min(self.compile_most_ms))
    }

    /// How much processor time one call may take before its own clock stops it.
    pub fn call_time(&self) -> Duration {
        Duration::from_millis(self.call_ms)
    }

    /// Address space of the worker: enough for compiling a file of this size, and for running what it became.
    pub(super) fn address_space(&self, file: u64) -> u64 {
        let by_size = file.saturating_mul(self.compile_mib_memory) / MIB;
        let compile = self.compile_base_memory.saturating_add(by_size).min(self.compile_most_memory);
        // A memory that grows may exist twice for a moment, and so may the canonical form.
        let run =
            self.memory.saturating_mul(2).saturating_add(self.returned.saturating_mul(4)).saturating_add(64 * MIB);
        compile.max(run).saturating_add(PROGRAM)
    }

    /// Seconds of processor time of the worker: compiling, describing, defining twice, and some seconds.
    pub(super) fn processor_seconds(&self, file: u64) -> u64 {
        let calls = self.call_time().saturating_mul(3);
        self.compile_time(file).saturating_add(calls).as_secs().saturating_add(10)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn compiling_is_bounded_by_size_and_at_all() {
        let limits = Limits::default();
        assert_eq!(limits.compile_time(0), Duration::from_secs(3));
        assert_eq!(limits.compile_time(2 * MIB), Duration::from_secs(11));
        assert_eq!(limits.compile_time(1 << 40), Duration::from_mins(2));
    }

    #[test]
    fn address_space_holds_a_run_and_is_bounded() {
        let limits = Limits::default();
        assert!(limits.address_space(0) >= PROGRAM + 2 * limits.memory);
        assert_eq!(limits.address_space(u64::MAX), PROGRAM + 2048 * MIB);
    }
}
