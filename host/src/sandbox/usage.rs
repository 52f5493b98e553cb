//! What a plugin used, and how near that comes to each limit.
//!
//! Only what can be known is told: wasmtime does not say how much of the memory for returned values or how many handles
//! a call took. Items, nesting, text and bytes are counted here, from what came back, and not by the worker.

use super::convert::Returned;
use super::limits::Limits;
use super::wire::Used;
use std::time::Duration;

/// Where the compiled plugin came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compiled {
    /// From the cache.
    Before,
    /// Compiled in this run, in so long.
    Now(Duration),
}

/// What a plugin used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Where the compiled plugin came from.
    pub compiled: Compiled,
    /// Whether it will be in the cache for the next run.
    pub kept: bool,
    /// Its first call.
    pub describe: Used,
    /// The first of its two calls of `define`; the second is the same.
    pub define: Used,
    /// What it used of each limit that can be told, in the order of the limits; of both calls the higher.
    pub measures: Vec<Measure>,
}

/// One limit, and what was used of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// The limit's key in whale.toml.
    pub limit: &'static str,
    /// What was used.
    pub used: u64,
    /// What may be.
    pub most: u64,
}

impl Measure {
    /// Whether more than so many hundredths of the limit were used.
    pub fn above(&self, percent: u8) -> bool {
        u128::from(self.used) * 100 > u128::from(self.most) * u128::from(percent)
    }

    /// Hundredths of the limit, rounded up.
    pub fn percent(&self) -> u64 {
        let percent = (u128::from(self.used) * 100).div_ceil(u128::from(self.most.max(1)));
        u64::try_from(percent).unwrap_or(u64::MAX)
    }
}

/// What was used of the limits, by calls that took and returned so much.
pub(super) fn measures(file: u64, limits: &Limits, calls: [(Used, Returned); 2]) -> Vec<Measure> {
    let highest = |of: fn(&(Used, Returned)) -> u64| calls.iter().map(of).max().unwrap_or_default();
    let measure = |limit, used, most| Measure { limit, used, most };
    vec![
        measure("file", file, limits.file),
        measure("memory", highest(|(used, _)| used.memory), limits.memory),
        measure("table_elements", highest(|(used, _)| used.table_elements), limits.table_elements),
        measure("fuel", highest(|(used, _)| used.fuel), limits.fuel),
        measure("call_ms", highest(|(used, _)| used.processor_micros).div_ceil(1_000), limits.call_ms),
        measure("items", highest(|(_, returned)| returned.items), limits.items),
        measure("nesting", highest(|(_, returned)| returned.nesting), limits.nesting),
        measure("text", highest(|(_, returned)| returned.text), limits.text),
        measure("canonical", highest(|(_, returned)| returned.canonical), limits.canonical),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_limit_is_met_exactly() {
        let measure = |used, most| Measure { limit: "fuel", used, most };
        assert!(!measure(80, 100).above(80) && measure(81, 100).above(80));
        assert!(!measure(u64::MAX, u64::MAX).above(100));
        assert_eq!((measure(1, 1_000).percent(), measure(0, 0).percent(), measure(100, 100).percent()), (1, 0, 100));
    }

    #[test]
    fn the_higher_of_both_calls_counts() {
        let used = |fuel, memory| Used { fuel, memory, ..Used::default() };
        let returned = |items| Returned { items, ..Returned::default() };
        let all = measures(7, &Limits::default(), [(used(5, 1), returned(2)), (used(3, 9), returned(4))]);
        let of = |limit| all.iter().find(|measure| measure.limit == limit).map(|measure| measure.used);
        assert_eq!((of("file"), of("fuel"), of("memory"), of("items")), (Some(7), Some(5), Some(9), Some(4)));
    }
}
