//! Where an insert goes: from table to table, through the views that read each.
//!
//! Linear in tables and views: `order` settles a table once all views into it are, so that what is left lies on a circle.

use super::BACKEND;
use crate::diagnostic::codes;
use crate::raw;
use crate::validate::Check;
use crate::validate::order::settled;
use std::collections::BTreeMap;

/// Runs of views that may follow from one insert, over all ways.
const MOST_RUNS: u64 = 256;

impl Check<'_> {
    /// Refuses circles of views, and views that multiply.
    pub(super) fn flow(&mut self, views: &[raw::ChMaterializedView]) {
        // One that writes into its own source is told by itself.
        let views: Vec<_> = views.iter().filter(|view| id(&view.source) != id(&view.target)).collect();
        let edges: Vec<(&str, &str)> = views.iter().map(|view| (id(&view.source), id(&view.target))).collect();
        let (order, left) = settled(&edges);
        // Without those that only lie behind a circle: what is left of the reverse too.
        let back: Vec<(&str, &str)> =
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

fn id(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}
