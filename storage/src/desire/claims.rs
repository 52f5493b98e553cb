//! Whose each object of a target is. Whether definitions can stand beside each other is judged here and nowhere else, and in
//! the same way whether their objects are kept whole, as for a plan, or only their names are, as [`Claims`] does.

use super::{Desired, sharding};
use crate::definition::{Backend, Definition, Object, ObjectName};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::name::Name;
use crate::relation::{Holder, Relation, Taken, relations};
use crate::target::{Layout, TargetName};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// What is kept of an object that is claimed.
pub(super) trait Kept {
    /// `plugin/id`.
    fn id(&self) -> &str;

    /// Whether each shard holds a table beside it.
    fn is_spread(&self) -> bool;
}

impl Kept for Desired {
    fn id(&self) -> &str {
        &self.object.header().id
    }

    fn is_spread(&self) -> bool {
        sharding::is_spread(&self.object)
    }
}

/// Adds a definition, its objects of each kind to the target that is named for the kind. Of two that claim one name the
/// first keeps it.
pub(super) fn claim<K: Kept>(
    targets: &mut BTreeMap<TargetName, BTreeMap<ObjectName, K>>,
    names: &mut BTreeMap<TargetName, Taken>,
    definition: &Definition,
    target: impl Fn(Backend) -> TargetName,
    mut keep: impl FnMut(&TargetName, &Object) -> K,
) -> Diagnostics {
    let mut faults = Diagnostics::default();
    for object in &definition.objects {
        let target = target(object.name().backend);
        let objects = targets.entry(target.clone()).or_default();
        if let Some(fault) = sharding::clash(objects, object, &definition.plugin) {
            faults.push(fault);
        }
        match objects.entry(object.name().clone()) {
            Entry::Occupied(first) => {
                faults.push(clash(first.get().id(), object, &definition.plugin));
                continue;
            }
            Entry::Vacant(free) => {
                free.insert(keep(&target, object));
            }
        }
        let taken = names.entry(target).or_default();
        for relation in relations(object) {
            if let Err(held) = taken.claim(&relation, &named(object)) {
                faults.push(meets(&relation, &held, object, &definition.plugin));
            }
        }
    }
    faults
}

fn named(object: &Object) -> String {
    let header = object.header();
    format!("{} ({})", header.name, header.id)
}

fn meets(relation: &Relation, held: &Holder, object: &Object, plugin: &Name) -> Diagnostic {
    let header = object.header();
    let path = format!("{}/{}", header.name.backend, header.id);
    let what = relation.part.of(&header.name);
    Diagnostic::error(
        codes::name::MEETS,
        path,
        format!("{what} takes the name {}, which is that of {held}", relation.name),
    )
    .of(plugin.as_str())
    .at(header.origin.as_ref())
    .help("give one of the two another name")
}

fn clash(first: &str, second: &Object, plugin: &Name) -> Diagnostic {
    let header = second.header();
    let path = format!("{}/{}", header.name.backend, header.id);
    Diagnostic::error(codes::name::CLAIMED_TWICE, path, format!("{} is already defined as {first}", header.name))
        .of(plugin.as_str())
        .at(header.origin.as_ref())
        .help("give one of the two another name or another namespace")
}

/// What definitions claim, and nothing else of them: for those who judge any number of plugins and apply none.
#[derive(Debug, Default)]
pub struct Claims {
    targets: BTreeMap<TargetName, BTreeMap<ObjectName, Claim>>,
    names: BTreeMap<TargetName, Taken>,
    models: BTreeMap<TargetName, BTreeSet<Name>>,
}

#[derive(Debug)]
struct Claim {
    id: Box<str>,
    spread: bool,
}

impl Kept for Claim {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_spread(&self) -> bool {
        self.spread
    }
}

impl Claims {
    /// Takes what a definition claims; the same faults are found as by [`Desire::merge`](super::Desire::merge).
    pub fn add(&mut self, definition: &Definition, layout: &Layout) -> Diagnostics {
        let home = |backend| layout.home(backend, &definition.model);
        claim(&mut self.targets, &mut self.names, definition, home, |target, object| {
            let header = object.header();
            self.models.entry(target.clone()).or_default().insert(header.model.clone());
            Claim { id: header.id.as_str().into(), spread: sharding::is_spread(object) }
        })
    }

    /// Whether a model has an object in a target. The model is named as the target has it.
    pub fn holds(&self, target: &TargetName, model: &Name) -> bool {
        self.models.get(target).is_some_and(|models| models.contains(model))
    }
}
