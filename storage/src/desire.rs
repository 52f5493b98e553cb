//! What is wanted of a target: the objects of all plugins, each with its shape.
//!
//! Plugins are merged here; two that claim one object, or one namespace's same name, are refused before anything is read
//! from a server.

use crate::catalog::Shape;
use crate::definition::{Backend, Definition, Object, ObjectName};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::name::Name;
use crate::raw::Operation;
use crate::scaling::{Limits, Placement};
use std::collections::{BTreeMap, BTreeSet};

/// The model of the host's own objects, such as the version table.
pub const HOST_MODEL: &str = "whale_host";

/// What stands in a plugin's place before the ids of those objects.
pub const HOST_PLUGIN: &str = "whale";

/// An object with whose it is.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The object.
    pub object: Object,
    /// Name of its plugin.
    pub plugin: Name,
    /// Version of its plugin.
    pub version: semver::Version,
    /// What may be done with it.
    pub operations: BTreeSet<Operation>,
}

/// All objects of all plugins, by name.
#[derive(Debug, Clone, Default)]
pub struct Desire {
    /// Objects by name.
    pub objects: BTreeMap<ObjectName, Desired>,
    /// Digest of each plugin's definition.
    pub plugins: BTreeMap<Name, String>,
    /// What each model may use of an engine, where somebody has said so.
    pub limits: BTreeMap<(Backend, Name), Limits>,
}

impl Desire {
    /// Merges definitions. A name that two of them claim is a diagnostic, and the first keeps it.
    pub fn merge(definitions: &[Definition]) -> (Self, Diagnostics) {
        let mut desire = Self::default();
        let mut faults = Diagnostics::default();
        for definition in definitions {
            desire.plugins.insert(definition.plugin.clone(), definition.digest.clone());
            for object in &definition.objects {
                let desired = Desired {
                    object: object.clone(),
                    plugin: definition.plugin.clone(),
                    version: definition.version.clone(),
                    operations: definition.operations.clone(),
                };
                if let Some(first) = desire.objects.get(object.name()) {
                    faults.push(clash(&first.object, &desired));
                } else {
                    desire.objects.insert(object.name().clone(), desired);
                }
            }
        }
        (desire, faults)
    }

    /// Digests of what is applied, by plugin.
    pub fn digests(&self) -> Vec<(String, String)> {
        self.plugins.iter().map(|(name, digest)| (name.to_string(), digest.clone())).collect()
    }

    /// Kinds of databases that are needed.
    pub fn backends(&self) -> BTreeSet<Backend> {
        self.objects.keys().map(|name| name.backend).collect()
    }

    /// What is wanted of one target, each object with its shape.
    pub fn for_backend(&self, backend: Backend, shape: impl Fn(&Object) -> Shape) -> Wanted {
        let objects = self
            .objects
            .iter()
            .filter(|(name, _)| name.backend == backend)
            .map(|(name, desired)| {
                let desired = self.placed(desired);
                (name.clone(), WantedObject { shape: shape(&desired.object), desired })
            })
            .collect();
        let limits = self.limits.iter().filter(|((of, _), _)| *of == backend);
        let limits = limits.map(|((_, model), limits)| (model.clone(), limits.clone())).collect();
        Wanted { backend, objects, limits }
    }

    /// An object with what its model's limits say of it: how a collection is held in memory.
    fn placed(&self, desired: &Desired) -> Desired {
        let mut desired = desired.clone();
        if let Object::Collection(collection) = &mut desired.object
            && let Some(limits) = self.limits.get(&(Backend::Milvus, collection.header.model.clone()))
        {
            collection.placement = Placement::of(limits);
        }
        desired
    }
}

fn clash(first: &Object, second: &Desired) -> Diagnostic {
    let (path, header) =
        (format!("{}/{}", second.object.name().backend, second.object.header().id), second.object.header());
    Diagnostic::error(
        codes::name::CLAIMED_TWICE,
        path,
        format!("{} is already defined as {}", second.object.name(), first.header().id),
    )
    .of(second.plugin.as_str())
    .at(header.origin.as_ref())
    .help("give one of the two another name or another namespace")
}

/// What is wanted of a target.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Kind of database.
    pub backend: Backend,
    /// Objects by name.
    pub objects: BTreeMap<ObjectName, WantedObject>,
    /// What each model may use, where somebody has said so.
    pub limits: BTreeMap<Name, Limits>,
}

/// An object with its shape.
#[derive(Debug, Clone)]
pub struct WantedObject {
    /// The object and whose it is.
    pub desired: Desired,
    /// Its parts.
    pub shape: Shape,
}

impl Wanted {
    /// Namespaces that are needed.
    pub fn namespaces(&self) -> BTreeSet<Name> {
        self.objects.keys().map(|name| name.namespace.clone()).collect()
    }

    /// Which models put objects into which namespaces.
    pub fn model_namespaces(&self) -> BTreeSet<(Name, Name)> {
        self.objects
            .values()
            .map(|wanted| wanted.desired.object.header())
            .map(|header| (header.model.clone(), header.name.namespace.clone()))
            .collect()
    }
}
