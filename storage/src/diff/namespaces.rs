//! Which namespaces a deployment may enter.
//!
//! A namespace that we made carries our mark. One without a mark was made by others: it is entered where a grant names it,
//! and nowhere else. One that carries another deployment's mark, or whose name begins with a prefix that another
//! deployment uses on that server, is never entered.

use super::{Diff, role_of};
use crate::catalog::Catalog;
use crate::change::Change;
use crate::definition::{Backend, ObjectName};
use crate::desire::{HOST_MODEL, Wanted};
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::mark::MarkState;
use crate::name::Name;
use crate::relation::shared_namespace;
use std::collections::{BTreeMap, BTreeSet};

/// What is wanted and found, and whose objects a namespace holds.
struct Look<'a> {
    wanted: &'a Wanted,
    actual: &'a Catalog,
    held: BTreeMap<&'a Name, Held>,
    /// Pairs of a model and a namespace that a plugin was granted by name.
    named: BTreeSet<(&'a Name, &'a Name)>,
}

/// What a namespace holds.
#[derive(Default)]
struct Held {
    /// Models that have objects of ours in it.
    models: BTreeSet<String>,
    /// Whether it holds anything of somebody else.
    strange: bool,
    /// Another deployment that has objects in it.
    deployment: Option<String>,
}

impl<'a> Look<'a> {
    fn new(wanted: &'a Wanted, actual: &'a Catalog) -> Self {
        let mut held: BTreeMap<&Name, Held> = BTreeMap::new();
        for (name, object) in &actual.objects {
            let held = held.entry(&name.namespace).or_default();
            match &object.mark {
                MarkState::Ours(mark) => {
                    held.models.insert(mark.model.clone());
                }
                MarkState::Theirs(mark) => {
                    held.strange = true;
                    held.deployment.get_or_insert_with(|| mark.deployment.clone());
                }
                MarkState::Absent | MarkState::Broken(_) => held.strange = true,
            }
        }
        let named = wanted.objects.values().filter(|object| object.desired.named);
        let named = named.map(|object| object.desired.object.header());
        let named = named.map(|header| (&header.model, &header.name.namespace)).collect();
        Self { wanted, actual, held, named }
    }

    fn backend(&self) -> Backend {
        self.wanted.target.backend
    }

    fn path(&self, namespace: &Name) -> String {
        format!("{}/{namespace}", self.backend())
    }

    /// Why a model may not work in a namespace that is there, or under that name.
    fn refusal(&self, model: &Name, namespace: &Name) -> Option<Diagnostic> {
        let (deployments, own) = (&self.actual.deployments, self.wanted.deployment.prefix.as_str());
        let others = |name: &Name| prefix_of_others(deployments, own, name.as_str());
        if let Some((prefix, deployment)) = [namespace, model].into_iter().find_map(others) {
            return Some(self.prefixed(model, namespace, prefix, deployment));
        }
        let own = namespace == model;
        match self.actual.namespaces.get(namespace)? {
            MarkState::Theirs(mark) => Some(self.of_deployment(namespace, &mark.deployment)),
            MarkState::Ours(mark) if own && mark.model != model.as_str() => Some(self.of_model(namespace, &mark.model)),
            MarkState::Ours(_) => None,
            MarkState::Absent | MarkState::Broken(_) => self.unmarked(model, namespace),
        }
    }

    /// A namespace that carries no mark. Milvus keeps none on databases: there, those that hold nothing of others count as
    /// ours.
    fn unmarked(&self, model: &Name, namespace: &Name) -> Option<Diagnostic> {
        let nothing = Held::default();
        let held = self.held.get(namespace).unwrap_or(&nothing);
        let shared = *namespace == Name::from_server(shared_namespace(self.backend()));
        let milvus = self.backend() == Backend::Milvus;
        if model.as_str() == HOST_MODEL {
            let used = held.models.contains(HOST_MODEL) || milvus && !held.strange;
            return (!shared && !used).then(|| self.not_for_the_host(namespace));
        }
        let ours = held.models.contains(model.as_str());
        if self.named.contains(&(model, namespace)) || milvus && (ours || !held.strange) {
            return None;
        }
        match &held.deployment {
            Some(deployment) if milvus => Some(self.of_deployment(namespace, deployment)),
            _ => Some(self.not_granted(model, namespace, ours)),
        }
    }

    fn not_granted(&self, model: &Name, namespace: &Name, ours: bool) -> Diagnostic {
        let (backend, path) = (self.backend(), self.path(namespace));
        let plugin = self.plugin_of(model);
        let name = namespace.as_str();
        let name = name.strip_prefix(self.wanted.deployment.prefix.as_str()).unwrap_or(name);
        let grant = format!("grant it by name in whale.toml: [plugins.{plugin}] namespaces = [\"{name}\"]");
        let found = if ours {
            let message = format!(
                "the namespace {namespace} of {} holds objects of {model} and carries no mark of ours; \
                 it is used as before, without a grant",
                backend.title()
            );
            Diagnostic::warning(codes::plan::NAMESPACE_NOT_OURS, path, message)
        } else {
            let message = format!(
                "the namespace {namespace} of {} exists and carries no mark of ours; the model {model} may not enter it",
                backend.title()
            );
            Diagnostic::error(codes::plan::NAMESPACE_NOT_OURS, path, message)
        };
        found.of(plugin).help(if ours {
            grant
        } else {
            format!("if the model is to work in it, {grant}; else give the model another name")
        })
    }

    fn not_for_the_host(&self, namespace: &Name) -> Diagnostic {
        let message = format!(
            "the namespace {namespace} of {} exists and carries no mark of ours; the version table may not enter it",
            self.backend().title()
        );
        Diagnostic::error(codes::plan::NAMESPACE_NOT_OURS, self.path(namespace), message)
            .help("give the target another prefix in whale.toml, or rename that namespace")
    }

    fn of_deployment(&self, namespace: &Name, deployment: &str) -> Diagnostic {
        let message =
            format!("the namespace {namespace} {}", super::of_deployment(deployment, &self.wanted.deployment));
        Diagnostic::error(codes::plan::OTHER_DEPLOYMENT, self.path(namespace), message)
            .help(super::other_deployment_help(deployment))
    }

    fn of_model(&self, namespace: &Name, owner: &str) -> Diagnostic {
        let message = format!("the namespace {namespace} belongs to the model {owner}");
        Diagnostic::error(codes::plan::OTHER_OWNER, self.path(namespace), message)
            .help("apply that model's plugin, or give this one another model name")
    }

    fn prefixed(&self, model: &Name, namespace: &Name, prefix: &str, deployment: &str) -> Diagnostic {
        let whose = if deployment.is_empty() { "another deployment" } else { deployment };
        let message = format!(
            "{namespace} of the model {model} begins with the prefix {prefix}, which {whose} uses on this {} server",
            self.backend().title()
        );
        Diagnostic::error(codes::plan::PREFIX_IN_USE, self.path(namespace), message)
            .of(self.plugin_of(model))
            .help("give the model or the namespace a name that does not begin with that prefix, or use another server")
    }

    fn plugin_of(&self, model: &Name) -> &'a str {
        let mut objects = self.wanted.objects.values();
        let object = objects.find(|object| object.desired.object.header().model == *model);
        object.map_or("", |object| object.desired.plugin.as_str())
    }
}

/// The prefix of another deployment that a name belongs to, and that deployment: the longest prefix decides.
fn prefix_of_others<'a>(
    deployments: &'a BTreeMap<String, String>,
    own: &str,
    name: &str,
) -> Option<(&'a str, &'a str)> {
    deployments
        .iter()
        .filter(|(prefix, _)| prefix.len() > own.len() && name.starts_with(prefix.as_str()))
        .max_by_key(|(prefix, _)| prefix.len())
        .map(|(prefix, deployment)| (prefix.as_str(), deployment.as_str()))
}

/// Namespaces that are missing or not open to their models, and those that may not be entered. Tells which of them are
/// another deployment's.
pub(super) fn compare(wanted: &Wanted, actual: &Catalog, diff: &mut Diff) -> BTreeSet<Name> {
    let mut others = BTreeSet::new();
    let pairs = wanted.model_namespaces();
    let look = Look::new(wanted, actual);
    let backend = wanted.target.backend;
    let hosts = |namespace: &Name| pairs.contains(&(Name::from_server(HOST_MODEL), namespace.clone()));
    for (model, namespace) in pairs.clone() {
        if let Some(refusal) = look.refusal(&model, &namespace) {
            let refused = refusal.severity == Severity::Error;
            if refusal.code == codes::plan::OTHER_DEPLOYMENT {
                others.insert(namespace.clone());
            }
            diff.found.push(refusal);
            if refused {
                continue;
            }
        }
        let exists = actual.namespaces.contains_key(&namespace);
        if model.as_str() == HOST_MODEL {
            if !exists {
                diff.changes.push(Change::CreateNamespace { backend, namespace, model });
            }
            continue;
        }
        let role = role_of(&model);
        // Where the host's own objects are, the host makes it.
        if !exists && !hosts(&namespace) {
            let (namespace, model) = (namespace.clone(), model.clone());
            diff.changes.push(Change::CreateNamespace { backend, namespace, model });
        }
        let opened = actual.role_namespaces.contains(&(role.clone(), namespace.clone()));
        if backend == Backend::Timescaledb && !opened && (exists || namespace != model) {
            diff.changes.push(Change::OpenNamespace { backend, namespace, role, model });
        }
    }
    for (name, state) in &actual.namespaces {
        if state.mark().is_some_and(|mark| mark.deployment.is_empty()) && pairs.iter().any(|(_, pair)| pair == name) {
            diff.outdated.namespaces.push(name.clone());
        }
    }
    served_by_others(&look, diff);
    others
}

/// A model has one plugin. Whoever else says that it belongs to the model would have its role and its namespaces.
fn served_by_others(look: &Look<'_>, diff: &mut Diff) {
    let plugin_of = |id: &str| id.split_once('/').map_or(id, |(plugin, _)| plugin).to_owned();
    let mut serving: BTreeMap<&str, BTreeMap<String, &ObjectName>> = BTreeMap::new();
    for (name, object) in &look.actual.objects {
        if let Some(mark) = object.mark.mark().filter(|mark| mark.model != HOST_MODEL) {
            serving.entry(&mark.model).or_default().entry(plugin_of(&mark.id)).or_insert(name);
        }
    }
    let mut told = BTreeSet::new();
    for object in look.wanted.objects.values().filter(|object| !object.desired.pinned) {
        let (model, plugin) = (&object.desired.object.header().model, object.desired.plugin.as_str());
        let Some(plugins) = serving.get(model.as_str()).filter(|plugins| !plugins.contains_key(plugin)) else {
            continue;
        };
        let Some((other, example)) = plugins.first_key_value().filter(|_| told.insert(model)) else { continue };
        let message = format!("the model {model} is served by the plugin {other} here, which made {example}");
        diff.found.push(
            Diagnostic::error(codes::plan::OTHER_PLUGIN, format!("{}/{model}", look.backend()), message)
                .of(plugin)
                .help(format!(
                    "give this plugin another model; if it takes the place of {other}, say so in whale.toml: \
                     [plugins.{plugin}] model = \"{}\"",
                    model.as_str().strip_prefix(look.wanted.deployment.prefix.as_str()).unwrap_or(model.as_str())
                )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_the_longest_prefix_that_is_in_use() {
        let in_use = ["", "staging_", "staging_eu_"].map(|prefix| (prefix.to_owned(), format!("of {prefix}")));
        let in_use = BTreeMap::from(in_use);
        let of = |own: &str, name: &str| prefix_of_others(&in_use, own, name).map(|(prefix, _)| prefix.to_owned());
        assert_eq!(of("", "legal"), None);
        assert_eq!(of("", "staging"), None, "the whole prefix");
        assert_eq!(of("", "staging_legal").as_deref(), Some("staging_"));
        assert_eq!(of("", "staging_eu_legal").as_deref(), Some("staging_eu_"));
        assert_eq!(of("staging_", "staging_legal"), None, "its own");
        assert_eq!(of("staging_", "staging_eu_legal").as_deref(), Some("staging_eu_"));
        assert_eq!(of("staging_eu_", "staging_eu_legal"), None, "longer than the other that fits");
        assert_eq!(of("st", "staging_legal").as_deref(), Some("staging_"), "not yet in use itself");
    }
}
