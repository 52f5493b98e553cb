//! Where an insert goes: from table to table, through the views that read each.
//!
//! Linear in tables and views: a table is settled once every view into it comes from a settled one, so that what is left
//! lies on a circle or behind one.

use super::BACKEND;
use crate::diagnostic::codes;
use crate::raw;
use crate::validate::Check;
use std::collections::BTreeMap;

/// Runs of views that may follow from one insert, over all ways.
const MOST_RUNS: u64 = 256;

impl Check<'_> {
    /// Refuses circles of views, and views that multiply.
    pub(super) fn flow(&mut self, views: &[raw::ChMaterializedView]) {
        // One that writes into its own source is told by itself.
        let views: Vec<_> = views.iter().filter(|view| id(&view.source) != id(&view.target)).collect();
        let edges: Vec<Edge<'_>> = views.iter().map(|view| (id(&view.source), id(&view.target))).collect();
        let (order, left) = settled(&edges);
        // Without those that only lie behind a circle: what is left of the reverse too.
        let back: Vec<Edge<'_>> =
            left.iter().map(|at| edges.get(*at).map_or(("", ""), |(from, to)| (*to, *from))).collect();
        for at in settled(&back).1 {
            let Some(view) = left.get(at).and_then(|at| views.get(*at)) else { continue };
            self.begin(BACKEND, &view.header);
            self.error(
                codes::clickhouse::VIEW_CYCLE,
                "target",
                "what it writes comes back to the table that it reads, or lies between two such circles",
                "write into a table that feeds none of those before it",
            );
        }
        let mut runs: BTreeMap<&str, u64> = BTreeMap::new();
        for at in order.iter().rev() {
            let (Some((from, to)), Some(view)) = (edges.get(*at), views.get(*at)) else { continue };
            let behind = runs.get(to).copied().unwrap_or_default();
            let all = runs.entry(from).or_default();
            let before = *all;
            *all = all.saturating_add(behind).saturating_add(1);
            if *all > MOST_RUNS && before <= MOST_RUNS {
                let message =
                    format!("an insert into the table that it reads runs {all} views; {MOST_RUNS} are possible");
                self.begin(BACKEND, &view.header);
                let help = "let fewer views read the targets of views";
                self.error(codes::clickhouse::VIEW_FAN, "source", message, help);
            }
        }
    }
}

/// From a table to a table, by their ids.
type Edge<'e> = (&'e str, &'e str);

fn id(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// Edges in an order in which those into a table come before those out of it, and the edges that have no such order.
fn settled(edges: &[Edge<'_>]) -> (Vec<usize>, Vec<usize>) {
    let mut into: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (from, to)) in edges.iter().enumerate() {
        into.entry(from).or_default();
        *into.entry(to).or_default() += 1;
        out.entry(from).or_default().push(at);
    }
    let mut free: Vec<&str> = into.iter().filter(|(_, count)| **count == 0).map(|(table, _)| *table).collect();
    let mut order = Vec::new();
    let mut taken = vec![false; edges.len()];
    while let Some(table) = free.pop() {
        for at in out.remove(table).unwrap_or_default() {
            order.push(at);
            if let Some(taken) = taken.get_mut(at) {
                *taken = true;
            }
            let Some((_, to)) = edges.get(at) else { continue };
            if let Some(count) = into.get_mut(to) {
                *count -= 1;
                if *count == 0 {
                    free.push(to);
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
