//! The order in which what writes into a table comes before what reads it.
//!
//! Linear in edges: a table is settled once every edge into it comes from a settled one, so that what is left lies on a circle
//! or behind one.

use std::collections::BTreeMap;

/// Edges in an order in which those into a table come before those out of it, and the edges that have no such order.
pub(super) fn settled<T: Ord + Copy>(edges: &[(T, T)]) -> (Vec<usize>, Vec<usize>) {
    let mut into: BTreeMap<T, usize> = BTreeMap::new();
    let mut out: BTreeMap<T, Vec<usize>> = BTreeMap::new();
    for (at, (from, to)) in edges.iter().enumerate() {
        into.entry(*from).or_default();
        *into.entry(*to).or_default() += 1;
        out.entry(*from).or_default().push(at);
    }
    let mut free: Vec<T> = into.iter().filter(|(_, count)| **count == 0).map(|(table, _)| *table).collect();
    let mut order = Vec::new();
    let mut taken = vec![false; edges.len()];
    while let Some(table) = free.pop() {
        for at in out.remove(&table).unwrap_or_default() {
            order.push(at);
            if let Some(taken) = taken.get_mut(at) {
                *taken = true;
            }
            let Some((_, to)) = edges.get(at) else { continue };
            if let Some(count) = into.get_mut(to) {
                *count -= 1;
                if *count == 0 {
                    free.push(*to);
                }
            }
        }
    }
    let left = taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(at, _)| at).collect();
    (order, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_on_circles_are_what_is_left() {
        let (order, left) = settled(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("x", "y")]);
        assert_eq!((order.len(), left), (2, vec![1, 2, 3]));
        let (order, left) = settled(&[("b", "c"), ("a", "b"), ("a", "b")]);
        assert_eq!(left, Vec::<usize>::new());
        assert_eq!(order.last(), Some(&0), "what leaves a table comes after what leads into it");
        assert_eq!(settled(&[("a", "a")]).1, [0]);
    }
}
