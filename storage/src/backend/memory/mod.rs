//! An engine in memory: the partner of the property tests.
//!
//! It holds a catalog and carries out changes on it, so that the laws of planning (a plan reaches what is wanted; any
//! prefix of it, then planning again, still does) can be tried on thousands of random definitions in a second. It knows
//! ClickHouse tables and Milvus collections, in few words; it is no model of either engine.

mod inspect;
mod lower;
mod normalize;
mod run;

pub use lower::MemoryLower;

use crate::catalog::{Catalog, Shape};
use crate::definition::{Backend, ObjectName};
use std::collections::BTreeMap;

/// An engine in memory.
#[derive(Debug, Clone)]
pub struct MemoryTarget {
    catalog: Catalog,
    /// Shapes of what is wanted, from which changes take what they add.
    wanted: BTreeMap<ObjectName, Shape>,
}

impl MemoryTarget {
    /// An engine with nothing in it.
    pub fn new(backend: Backend) -> Self {
        Self { catalog: Catalog::empty(backend), wanted: BTreeMap::new() }
    }
}
