//! The order of changes within one engine: certain, and dependencies first.

use crate::change::Change;
use crate::definition::{ObjectKind, ObjectName};
use crate::desire::{HOST_MODEL, Wanted};
use std::collections::{BTreeMap, BTreeSet};

/// Sorts changes: roles, namespaces, the host's own objects, then objects after those they name.
pub(super) fn ordered(changes: Vec<Change>, wanted: &Wanted) -> Vec<Change> {
    let depth = depths(wanted);
    let mut keyed: Vec<_> = changes.into_iter().map(|change| (key(&change, wanted, &depth), change)).collect();
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    keyed.into_iter().map(|(_, change)| change).collect()
}

type Key = (u8, usize, String);

fn key(change: &Change, wanted: &Wanted, depth: &BTreeMap<&ObjectName, usize>) -> Key {
    match change {
        Change::CreateRole { role, .. } => (0, 0, role.to_string()),
        Change::AlterRole { role, .. } => (0, 1, role.to_string()),
        Change::CreateNamespace { namespace, .. } => (1, 0, namespace.to_string()),
        Change::OpenNamespace { namespace, role, .. } => (2, 0, format!("{namespace}/{role}")),
        Change::CreateObject { object, kind } | Change::AlterObject { object, kind, .. } => {
            let host =
                wanted.objects.get(object).is_some_and(|w| w.desired.object.header().model.as_str() == HOST_MODEL);
            let rank = match kind {
                _ if host => 3,
                ObjectKind::Table | ObjectKind::Collection => 4,
                ObjectKind::ContinuousAggregate => 5,
                ObjectKind::MaterializedView | ObjectKind::Other => 6,
            };
            (rank, depth.get(object).copied().unwrap_or(0), object.to_string())
        }
    }
}

/// How many objects stand below each, at most: those it names, those they name, and so on. Validation refuses cycles;
/// should one come through, the walk still ends.
fn depths(wanted: &Wanted) -> BTreeMap<&ObjectName, usize> {
    let mut depths = BTreeMap::new();
    for name in wanted.objects.keys() {
        depth_of(name, wanted, &mut depths, &mut BTreeSet::new());
    }
    depths
}

fn depth_of<'a>(
    name: &'a ObjectName,
    wanted: &'a Wanted,
    depths: &mut BTreeMap<&'a ObjectName, usize>,
    above: &mut BTreeSet<&'a ObjectName>,
) -> usize {
    if let Some(depth) = depths.get(name) {
        return *depth;
    }
    if !above.insert(name) {
        return 0;
    }
    let needs = wanted.objects.get(name).map(|wanted| wanted.desired.object.needs()).unwrap_or_default();
    let depth = needs.into_iter().map(|need| depth_of(need, wanted, depths, above) + 1).max().unwrap_or(0);
    above.remove(name);
    depths.insert(name, depth);
    depth
}
