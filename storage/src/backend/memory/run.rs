//! Carrying out changes.

use super::MemoryTarget;
use crate::catalog::{CatalogObject, CatalogRole, Digest, Digests, Facts, PartKey, Shape};
use crate::change::{Change, ChangedPart};
use crate::definition::ObjectName;
use crate::desire::Wanted;
use crate::mark::{Mark, MarkState};
use crate::name::Name;
use crate::plan::{Statement, Step};
use crate::scaling;
use std::collections::BTreeSet;

impl MemoryTarget {
    /// Says what is wanted, before a step of its plan is run.
    pub fn expect(&mut self, wanted: &Wanted) {
        self.wanted = wanted.objects.iter().map(|(name, object)| (name.clone(), object.drawn.shape.clone())).collect();
    }

    /// Carries out one step. Repeating it changes nothing.
    pub fn run(&mut self, step: &Step) {
        match &step.change {
            Change::CreateRole { role, .. } => {
                self.catalog.roles.insert(
                    role.clone(),
                    CatalogRole { mark: mark(step), limits: Shape::default(), held: BTreeSet::new() },
                );
            }
            Change::AlterRole { role, settings, .. } => {
                if let Some(role) = self.catalog.roles.get_mut(role) {
                    limit(role, settings, mark(step));
                }
            }
            Change::CreateNamespace { namespace, .. } => {
                self.catalog.namespaces.insert(namespace.clone(), mark(step));
            }
            Change::OpenNamespace { namespace, role, .. } => {
                self.catalog.role_namespaces.insert((role.clone(), namespace.clone()));
            }
            Change::CreateObject { object, kind } => {
                let shape = self.wanted.get(object).cloned().unwrap_or_default();
                let made = CatalogObject { kind: *kind, answers: answers(&shape), shape, mark: mark(step) };
                self.catalog.objects.insert(object.clone(), made);
            }
            Change::AlterObject { object, added, changed, removed, .. } => {
                let parts = added.iter().chain(changed.iter().map(|part| &part.key)).chain(removed);
                let parts: Vec<PartKey> = parts.cloned().collect();
                self.alter(object, &parts, mark(step));
            }
        }
    }

    /// Sets what a role may use, as somebody else would.
    pub fn meddle(&mut self, role: &Name, setting: &str, value: &str) {
        if let Some(role) = self.catalog.roles.get_mut(role) {
            role.limits.put(scaling::part(setting), [(scaling::VALUE, value)]);
        }
    }

    /// Writes the mark of an object.
    pub fn seal(&mut self, name: &ObjectName, mark: Mark) {
        if let Some(object) = self.catalog.objects.get_mut(name) {
            object.mark = MarkState::Ours(mark);
        }
    }

    fn alter(&mut self, name: &ObjectName, parts: &[PartKey], mark: MarkState) {
        let empty = Shape::default();
        let wanted = self.wanted.get(name).unwrap_or(&empty);
        let Some(object) = self.catalog.objects.get_mut(name) else { return };
        for key in parts {
            match wanted.parts.get(key) {
                Some(facts) => object.shape.parts.insert(key.clone(), facts.clone()),
                None => object.shape.parts.remove(key),
            };
        }
        object.shape.order.clone_from(&wanted.order);
        object.answers = answers(&object.shape);
        object.mark = mark;
    }
}

/// This engine says of a part what it holds.
fn answers(shape: &Shape) -> Digests {
    shape.parts.iter().map(|(key, facts)| (key.clone(), Digest::of(facts))).collect()
}

/// Sets and resets what a role may use. Which of it is ours stands in the mark.
fn limit(role: &mut CatalogRole, settings: &[ChangedPart], mark: MarkState) {
    for part in settings {
        let facts = part.facts.iter().filter_map(|fact| fact.to.clone().map(|to| (fact.name, to)));
        let facts: Facts = facts.collect();
        if facts.is_empty() {
            role.limits.parts.remove(&part.key);
        } else {
            role.limits.parts.insert(part.key.clone(), facts);
        }
    }
    role.held = mark.mark().map_or_else(BTreeSet::new, |mark| mark.settings.clone());
    role.mark = mark;
}

fn mark(step: &Step) -> MarkState {
    match step.recipe.statements.first() {
        Some(Statement::Sql(line)) => MarkState::read(line),
        _ => MarkState::Absent,
    }
}
