//! Names and references: where every object lives, and what may name what.
//!
//! This is the one place that decides both. An object's namespace is its model's own or one that was asked for, granted
//! and within the ceiling; where the target has a prefix, the namespace and the model carry it there. A reference names
//! an object of the same plugin; one of another plugin is refused until it can be shared.

use super::{Check, Granted, cut};
use crate::capability::Side;
use crate::definition::{Backend, Header, ObjectKind, ObjectName};
use crate::desire::HOST_MODEL;
use crate::diagnostic::{Diagnostic, codes};
use crate::name::{Name, Place, everybodys};
use crate::part::Digests;
use crate::raw;
use crate::relation::version_table;
use std::collections::{BTreeMap, BTreeSet};

/// An object whose name is settled.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) name: ObjectName,
    pub(super) kind: ObjectKind,
}

impl Check<'_> {
    /// Settles the id, namespace and name of every object, before any is judged.
    pub(super) fn resolve(&mut self, info: &raw::PluginInfo, definition: &raw::ModelDefinition, granted: &Granted) {
        self.model_is_granted(granted);
        let mut allowed = self.allowed();
        let mut claimed = BTreeMap::new();
        let asked = Asked::of(&info.requests);
        for (backend, kind, header) in headers(definition) {
            self.begin(backend, header);
            if !asked.databases.contains(&backend) {
                self.error(
                    codes::name::DATABASE_NOT_ASKED,
                    "",
                    format!("the plugin defines an object in {}, which its requests do not name", backend.title()),
                    "name the database in the plugin's requests",
                );
            } else if !self.may.engines.contains(&backend) {
                let forbids = Side::of(true, granted.grant.engines.as_ref(), &backend);
                let message = format!("the plugin defines an object in {}, which {}", backend.title(), how(forbids));
                let help = self.allow(forbids, &format!("engines = [.., \"{backend}\"]"));
                self.error(codes::name::ENGINE_NOT_GRANTED, "", message, help);
            }
            let id = Name::checked(&header.id);
            if let Err(fault) = &id {
                self.fault(fault.diagnostic("id"));
            }
            let Some(name) = self.object_name(backend, header, &mut allowed, &asked, granted) else { continue };
            if self.model.as_str() != HOST_MODEL && name == version_table(backend, self.prefix(backend)) {
                let message = format!("{name} is the host's own table");
                self.error(codes::name::HOST_NAME, "name", message, "give the object another name or namespace");
            }
            if let Some(first) = claimed.insert(name.clone(), header.id.clone()) {
                self.error(
                    codes::name::CLAIMED_TWICE,
                    "name",
                    format!("{name} is already defined as {}", cut(&first)),
                    "give one of the two another name",
                );
            }
            if id.is_ok() && self.ids.insert(header.id.clone(), Resolved { name, kind }).is_some() {
                self.error(
                    codes::name::TWICE,
                    "id",
                    format!("two objects have the id {}", header.id),
                    "give each object an id of its own",
                );
            }
        }
    }

    /// Whoever claims a model has its namespaces and its role.
    fn model_is_granted(&mut self, granted: &Granted) {
        let Some(model) = granted.model.as_ref().filter(|model| **model != self.model.as_str()) else { return };
        let (plugin, claimed) = (self.plugin.clone(), self.model.clone());
        self.faults.push(
            Diagnostic::error(
                codes::name::MODEL_NOT_GRANTED,
                "describe/model",
                format!("the plugin says that it belongs to the model {claimed}, and is bound to the model {}", cut(model)),
            )
            .of(plugin.as_str())
            .help(format!("take the plugin that is of that model; or bind this one to its own: model = \"{claimed}\" in whale.toml, [plugins.{plugin}]")),
        );
    }

    /// Namespaces of each database that this plugin may use.
    fn allowed(&self) -> BTreeMap<Backend, BTreeSet<String>> {
        let of = |backend: Backend| {
            let beside = self.may.namespaces.iter().filter(move |(of, _)| *of == backend).map(|(_, name)| name.clone());
            (backend, beside.chain([self.model.to_string()]).collect())
        };
        Backend::ALL.into_iter().map(of).collect()
    }

    /// What somebody has to write so that it is allowed.
    fn allow(&self, forbids: Side, line: &str) -> String {
        match forbids {
            Side::Request => format!(
                "ask for it in the plugin's requests, and grant it in whale.toml: [plugins.{}] {line}",
                self.plugin
            ),
            Side::Grant => format!("grant it in whale.toml: [plugins.{}] {line}", self.plugin),
            Side::Ceiling => {
                format!("the ceiling holds for every plugin; to raise it, in whale.toml: [ceiling] {line}")
            }
        }
    }

    fn object_name(
        &mut self,
        backend: Backend,
        header: &raw::Header,
        allowed: &mut BTreeMap<Backend, BTreeSet<String>>,
        asked: &Asked<'_>,
        granted: &Granted,
    ) -> Option<ObjectName> {
        let namespace = match &header.namespace {
            None => Some(self.model.clone()),
            Some(text) => self.name(backend, Place::Namespace, "namespace", text),
        };
        let name = self.name(backend, Place::Object, "name", &header.name);
        let (namespace, name) = (namespace?, name?);
        // Said once for each namespace; what stands in it still counts as known, so that no reference to it is a fault too.
        if allowed.entry(backend).or_default().insert(namespace.to_string()) {
            let asked = asked.namespaces.contains(&(backend, namespace.as_str()));
            let forbids = Side::of(asked, granted.grant.namespaces.as_ref(), &namespace.to_string());
            let why = how(forbids);
            let message = format!("the namespace {namespace} of {} is not the model's own, and {why}", backend.title());
            let help = self.allow(forbids, &format!("namespaces = [\"{namespace}\"]"));
            self.error(codes::name::NAMESPACE_NOT_GRANTED, "namespace", message, help);
        }
        let prefixed = format!("{}{namespace}", self.prefix(backend));
        if prefixed != namespace.as_str() && everybodys(&Name::from_server(prefixed.as_str())) {
            let message = format!(
                "with the prefix of its target the namespace {namespace} becomes {prefixed}, which is everybody's"
            );
            self.error(codes::name::MODEL_KEPT, "namespace", message, "give the target another prefix in whale.toml");
            return None;
        }
        let namespace = match self.prefix(backend) {
            "" => namespace,
            _ => self.name(backend, Place::Namespace, "namespace", &prefixed)?,
        };
        Some(ObjectName { backend, namespace, name })
    }

    /// Namespaces that were granted by name, as they are called in their targets.
    pub(super) fn named(&self) -> BTreeSet<(Backend, Name)> {
        let called = |backend: Backend, name: &str| Name::from_server(format!("{}{name}", self.prefix(backend)));
        self.may.namespaces.iter().map(|(backend, name)| (*backend, called(*backend, name))).collect()
    }

    fn prefix(&self, backend: Backend) -> &str {
        self.prefixes.get(&backend).map_or("", String::as_str)
    }

    /// The model as it is called in the target: with the target's prefix, so that its role and its marks differ from those
    /// that the same model has without it, or with another. The host's own model is one everywhere.
    pub(super) fn model_in(&self, backend: Backend) -> Name {
        match self.prefix(backend) {
            "" => self.model.clone(),
            _ if self.model.as_str() == HOST_MODEL => self.model.clone(),
            prefix => Name::from_server(format!("{prefix}{}", self.model)),
        }
    }

    /// The header of an object whose name was settled.
    pub(super) fn header(&mut self, backend: Backend, header: &raw::Header) -> Option<Header> {
        if header.comment.contains('\0') || header.comment.len() > 16_384 {
            self.error(
                codes::name::COMMENT,
                "comment",
                "the comment holds a NUL character or more than 16,384 bytes",
                "shorten it, or take the character out",
            );
        }
        if header.comment.lines().any(|line| line.starts_with("whale:")) {
            self.error(
                codes::name::COMMENT,
                "comment",
                "a line of the comment begins with `whale:`, as only a mark does",
                "write that line in another way",
            );
        }
        let resolved = self.ids.get(&header.id).filter(|resolved| resolved.name.backend == backend)?;
        Some(Header {
            id: format!("{}/{}", self.plugin, header.id),
            model: self.model_in(backend),
            name: resolved.name.clone(),
            comment: header.comment.clone(),
            origin: header.origin.clone(),
            asked: Digests::new(),
        })
    }

    /// A comment on a column.
    pub(super) fn column_comment(&mut self, path: &str, comment: &str) {
        if comment.contains('\0') || comment.len() > 16_384 {
            self.error(
                codes::name::COMMENT,
                path,
                "the comment holds a NUL character or more than 16,384 bytes",
                "shorten it, or take the character out",
            );
        }
    }

    /// The object that a reference names: one of this plugin, on this database.
    pub(super) fn reference(&mut self, backend: Backend, path: &str, text: &str) -> Option<Resolved> {
        let id = match text.split_once('/') {
            Some((plugin, id)) if plugin == self.plugin.as_str() => id,
            Some(_) => {
                self.error(
                    codes::name::OTHER_PLUGIN,
                    path,
                    format!("{:?} names an object of another plugin, which this version cannot grant", cut(text)),
                    "name an object of this plugin; sharing between models comes later",
                );
                return None;
            }
            None => text,
        };
        if let Some(resolved) = self.ids.get(id).filter(|resolved| resolved.name.backend == backend) {
            return Some(resolved.clone());
        }
        let ids = std::mem::take(&mut self.ids);
        let near = self.near(id, ids.iter().filter(|(_, to)| to.name.backend == backend).map(|(id, _)| id.as_str()));
        self.ids = ids;
        let help = near.map_or_else(
            || "name an object that the plugin defines".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        self.error(
            codes::name::UNKNOWN_OBJECT,
            path,
            format!("there is no object {:?} in {}", cut(text), backend.title()),
            help,
        );
        None
    }
}

/// What a plugin asks for, to be looked up for each of its objects.
struct Asked<'i> {
    databases: BTreeSet<Backend>,
    namespaces: BTreeSet<(Backend, &'i str)>,
}

impl<'i> Asked<'i> {
    fn of(requests: &'i raw::CapabilityRequest) -> Self {
        let namespaces = requests.namespaces.iter().map(|request| (request.database, request.namespace.as_str()));
        Self { databases: requests.databases.iter().copied().collect(), namespaces: namespaces.collect() }
    }
}

fn how(forbids: Side) -> &'static str {
    match forbids {
        Side::Request => "the plugin did not ask for it",
        Side::Grant => "it was not granted",
        Side::Ceiling => "the ceiling of whale.toml does not allow it",
    }
}

/// The headers of all objects, in the order in which they are judged.
pub fn headers(definition: &raw::ModelDefinition) -> impl Iterator<Item = (Backend, ObjectKind, &raw::Header)> {
    let timescaledb = &definition.timescaledb;
    let clickhouse = &definition.clickhouse;
    let tables = timescaledb.tables.iter().map(|table| (Backend::Timescaledb, ObjectKind::Table, &table.header));
    let aggregates =
        timescaledb.aggregates.iter().map(|one| (Backend::Timescaledb, ObjectKind::ContinuousAggregate, &one.header));
    let columnar = clickhouse.tables.iter().map(|table| (Backend::Clickhouse, ObjectKind::Table, &table.header));
    let views = clickhouse
        .materialized_views
        .iter()
        .map(|view| (Backend::Clickhouse, ObjectKind::MaterializedView, &view.header));
    let collections = definition.milvus.iter().map(|one| (Backend::Milvus, ObjectKind::Collection, &one.header));
    tables.chain(aggregates).chain(columnar).chain(views).chain(collections)
}
