//! The order of the columns of an object.
//!
//! Only columns that are both wanted and there have an order: a stranger's column between ours is no difference.

use crate::catalog::Shape;
use std::collections::BTreeSet;

/// The order that is wanted, and the one that is found, each of the columns that the other has too.
pub(super) fn of_both<'a>(wanted: &'a Shape, found: &'a Shape) -> (Vec<&'a str>, Vec<&'a str>) {
    (among(&wanted.order, &found.order), among(&found.order, &wanted.order))
}

fn among<'a>(all: &'a [String], others: &[String]) -> Vec<&'a str> {
    let others: BTreeSet<&str> = others.iter().map(String::as_str).collect();
    all.iter().map(String::as_str).filter(|name| others.contains(name)).collect()
}
