//! Reading what is there.

use super::MemoryTarget;
use crate::catalog::Catalog;

impl MemoryTarget {
    /// What is there.
    pub fn inspect(&self) -> Catalog {
        self.catalog.clone()
    }
}
