//! Roles of models, and what each may use.
//!
//! A setting that is wanted and differs is changed; one that is ours and no longer wanted is reset; one that somebody else
//! set is left alone. What cannot be held is a fault with the line where it was asked for: nobody is to believe in a limit
//! that does not hold.

use super::{Diff, compare_facts, role_of};
use crate::catalog::{Catalog, CatalogRole, Facts};
use crate::change::{Change, ChangedFact, ChangedPart};
use crate::definition::{Backend, Object};
use crate::desire::{HOST_MODEL, Wanted};
use crate::diagnostic::{Diagnostic, codes};
use crate::mark::MarkState;
use crate::name::Name;
use crate::raw::LoadState;
use crate::scaling::{self, DEFAULT_GROUP, Limits, Placement, Values};
use std::collections::BTreeSet;

/// Roles that are missing, are not ours, or may use other than they should.
pub(super) fn roles(wanted: &Wanted, actual: &Catalog, diff: &mut Diff) {
    if wanted.target.backend == Backend::Milvus {
        return;
    }
    let models: BTreeSet<Name> = wanted
        .model_namespaces()
        .into_iter()
        .map(|(model, _)| model)
        .filter(|model| model.as_str() != HOST_MODEL)
        .collect();
    for model in models {
        let (role, limits) = (role_of(&model), wanted.limits.get(&model));
        if let (Some(_), Some(reason)) = (limits, &actual.unlimited) {
            diff.found.push(no_limit(wanted, &model, "", reason));
            continue;
        }
        let values = limits.map(Limits::values).unwrap_or_default();
        match actual.roles.get(&role) {
            // Only where a role owns objects every model has one.
            None if wanted.target.backend != Backend::Timescaledb && limits.is_none() => {}
            None => {
                let (backend, settings) = (wanted.target.backend, differences(&values, None));
                diff.changes.push(Change::CreateRole { backend, role: role.clone(), model: model.clone() });
                push(diff, wanted, (role, model), settings, values);
            }
            Some(found) => match &found.mark {
                MarkState::Ours(mark) if mark.model == model.as_str() => {
                    if mark.deployment.is_empty() {
                        diff.outdated.roles.push(role.clone());
                    }
                    let settings = differences(&values, Some(found));
                    push(diff, wanted, (role, model), settings, values);
                }
                // Of a role that the engine does not need, and that nobody asked for, there is nothing to say.
                _ if wanted.target.backend != Backend::Timescaledb && limits.is_none() => {}
                MarkState::Theirs(mark) => diff.found.push(
                    Diagnostic::error(
                        codes::plan::OTHER_DEPLOYMENT,
                        format!("{}/roles/{role}", wanted.target.backend),
                        format!("the role {role} {}", super::of_deployment(&mark.deployment, &wanted.deployment)),
                    )
                    .help(super::other_deployment_help(&mark.deployment)),
                ),
                _ => diff.found.push(
                    Diagnostic::error(
                        codes::plan::STRANGER,
                        format!("{}/roles/{role}", wanted.target.backend),
                        format!("the role {role} exists and is not ours"),
                    )
                    .help("drop or rename that role, or give the plugin another model name"),
                ),
            },
        }
    }
}

fn push(diff: &mut Diff, wanted: &Wanted, (role, model): (Name, Name), settings: Vec<ChangedPart>, values: Values) {
    if !settings.is_empty() {
        diff.changes.push(Change::AlterRole { backend: wanted.target.backend, role, model, settings, wanted: values });
    }
}

/// Settings that are not as they should be, or not ours though they should be, or ours though they should not be.
fn differences(wanted: &Values, found: Option<&CatalogRole>) -> Vec<ChangedPart> {
    let wanted_shape = scaling::shape(wanted);
    let (nothing, nobody) = (Facts::new(), BTreeSet::new());
    let held = found.map_or(&nobody, |role| &role.held);
    let names: BTreeSet<&str> = wanted.keys().copied().chain(held.iter().map(String::as_str)).collect();
    let mut settings = Vec::new();
    for name in names {
        let key = scaling::part(name);
        let there = found.and_then(|role| role.limits.parts.get(&key)).unwrap_or(&nothing);
        let should = wanted_shape.parts.get(&key).unwrap_or(&nothing);
        let same = compare_facts(should, there).is_empty();
        if same && wanted.contains_key(name) == held.contains(name) {
            continue;
        }
        let facts: BTreeSet<&'static str> = should.keys().chain(there.keys()).copied().collect();
        let fact = |name| ChangedFact { name, from: there.get(name).cloned(), to: should.get(name).cloned() };
        settings.push(ChangedPart { key, facts: facts.into_iter().map(fact).collect() });
    }
    settings
}

/// Placements that the nodes of a target do not allow.
pub(super) fn nodes(wanted: &Wanted, actual: &Catalog, diff: &mut Diff) {
    if wanted.target.backend != Backend::Milvus || actual.nodes.is_empty() {
        return;
    }
    for (model, limits) in &wanted.limits {
        let loaded = |object: &Object| match object {
            Object::Collection(collection) => collection.header.model == *model && collection.load == LoadState::Loaded,
            _ => false,
        };
        if !wanted.objects.values().any(|wanted| loaded(&wanted.desired.object)) {
            continue;
        }
        let placement = Placement::of(limits);
        if let Some((setting, reason)) = not_enough(&placement, actual) {
            diff.found.push(no_limit(wanted, model, setting, &reason));
        }
    }
}

fn not_enough(placement: &Placement, actual: &Catalog) -> Option<(&'static str, String)> {
    let groups =
        if placement.groups.is_empty() { BTreeSet::from([DEFAULT_GROUP.to_owned()]) } else { placement.groups.clone() };
    let named: Vec<&str> = actual.nodes.keys().map(String::as_str).collect();
    // One replica goes into each of several groups, all of them into one.
    let each = if groups.len() > 1 { 1 } else { placement.replicas };
    for group in &groups {
        match actual.nodes.get(group) {
            None => {
                let reason = format!("there is no resource group {group}; there are {}", named.join(", "));
                return Some(("resource_groups", reason));
            }
            Some(nodes) if *nodes < each => {
                let (about, nodes) = (setting_of(placement), count(*nodes, "query node"));
                return Some((about, format!("the resource group {group} has {nodes}, and {each} are needed")));
            }
            Some(_) => {}
        }
    }
    None
}

/// What a lack of nodes is about: the number of replicas, where that was asked for.
fn setting_of(placement: &Placement) -> &'static str {
    if placement.settings.contains("replicas") { "replicas" } else { "resource_groups" }
}

fn count(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A limit that a target cannot hold; `setting` is empty where it can hold none.
pub(crate) fn no_limit(wanted: &Wanted, model: &Name, setting: &str, reason: &str) -> Diagnostic {
    let limits = wanted.limits.get(model);
    let table = limits.map(|limits| limits.table.clone()).unwrap_or_default();
    let (path, what) = if setting.is_empty() {
        (table.clone(), "the model's limits are".to_owned())
    } else {
        (format!("{table}.{setting}"), format!("{setting} is"))
    };
    let message = format!("{model}: {what} not to be had here: {reason}");
    let origin = limits.and_then(|limits| limits.origin_of(setting));
    let help = match wanted.target.backend {
        Backend::Timescaledb => format!("let the user of the URL set it for roles, or take it out of [{table}]"),
        Backend::Clickhouse => format!("use a server whose user may manage access in SQL, or take out [{table}]"),
        Backend::Milvus => format!("give the group more query nodes, ask for less, or take it out of [{table}]"),
    };
    Diagnostic::error(codes::scaling::NO_LIMIT, path, message).at(origin).help(help)
}
