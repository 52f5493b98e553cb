//! What is wanted of each target: the objects of all plugins, each with its shape.
//!
//! Plugins are merged here, each object into the target that its model has; two that claim one object of a target are
//! refused before anything is read from a server.

mod claims;
mod sharding;

pub use crate::definition::HOST_MODEL;
pub use claims::Claims;

use crate::catalog::{Digest, Digests, Facts, PartKey, PartKind, Shape};
use crate::definition::{Backend, Definition, Object, ObjectName};
use crate::diagnostic::Diagnostics;
use crate::name::Name;
use crate::raw::Operation;
use crate::relation::{self, Taken};
use crate::scaling::{Limits, Placement};
use crate::target::{Deployment, Layout, TargetName};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Whether the plugin was granted the object's namespace by its name.
    pub named: bool,
    /// Whether whale.toml binds the plugin to its model.
    pub pinned: bool,
}

/// All objects of all plugins, by target.
#[derive(Debug, Clone, Default)]
pub struct Desire {
    /// Objects by target and name.
    pub targets: BTreeMap<TargetName, BTreeMap<ObjectName, Desired>>,
    /// Digest of each plugin's definition.
    pub plugins: BTreeMap<Name, String>,
    /// What each model may use of a target, where somebody has said so. The model is named as the target has it.
    pub limits: BTreeMap<(TargetName, Name), Limits>,
    /// How the targets are laid out.
    pub layout: Layout,
    /// Names that the objects take in each target.
    names: BTreeMap<TargetName, Taken>,
}

impl Desire {
    /// Of a deployment, and nothing yet.
    pub fn nothing(layout: Layout) -> Self {
        Self { layout, ..Self::default() }
    }

    /// Merges definitions, each object into the target that its model has. A name that two of them claim there is a
    /// diagnostic, and the first keeps it.
    pub fn merge(definitions: &[Definition], layout: &Layout) -> (Self, Diagnostics) {
        let mut desire = Self::nothing(layout.clone());
        let mut faults = Diagnostics::default();
        for definition in definitions {
            faults.extend(desire.add(definition, |backend| layout.home(backend, &definition.model)));
        }
        (desire, faults)
    }

    /// Adds a definition, its objects of each kind to the target that is named for the kind.
    pub fn add(&mut self, definition: &Definition, target: impl Fn(Backend) -> TargetName) -> Diagnostics {
        self.plugins.insert(definition.plugin.clone(), definition.digest.clone());
        claims::claim(&mut self.targets, &mut self.names, definition, target, |_, object| Desired {
            object: object.clone(),
            plugin: definition.plugin.clone(),
            version: definition.version.clone(),
            operations: definition.operations.clone(),
            named: definition.named.contains(&(object.name().backend, object.name().namespace.clone())),
            pinned: definition.pinned,
        })
    }

    /// All objects, target by target.
    pub fn objects(&self) -> impl Iterator<Item = (&TargetName, &ObjectName, &Desired)> {
        self.targets
            .iter()
            .flat_map(|(target, objects)| objects.iter().map(move |(name, desired)| (target, name, desired)))
    }

    /// One object.
    pub fn object(&self, target: &TargetName, name: &ObjectName) -> Option<&Object> {
        Some(&self.targets.get(target)?.get(name)?.object)
    }

    /// Whether a model has an object in a target. The model is named as the target has it.
    pub fn holds(&self, target: &TargetName, model: &Name) -> bool {
        self.targets
            .get(target)
            .is_some_and(|objects| objects.values().any(|desired| desired.object.header().model == *model))
    }

    /// Digests of what is applied, by plugin.
    pub fn digests(&self) -> Vec<(String, String)> {
        self.plugins.iter().map(|(name, digest)| (name.to_string(), digest.clone())).collect()
    }

    /// Targets that are needed.
    pub fn needed(&self) -> BTreeSet<TargetName> {
        self.targets.keys().cloned().collect()
    }

    /// What is wanted of one target, each object with its shape.
    pub fn for_target(&self, target: &TargetName, drawn: impl Fn(&Object) -> Drawn) -> Wanted {
        let objects = self.targets.get(target).into_iter().flatten().map(|(name, desired)| {
            let desired = self.placed(target, desired);
            (name.clone(), WantedObject { drawn: drawn(&desired.object), desired })
        });
        let limits = self.limits.iter().filter(|((of, _), _)| of == target);
        let limits = limits.map(|((_, model), limits)| (model.clone(), limits.clone())).collect();
        Wanted {
            target: target.clone(),
            deployment: self.layout.deployment(target),
            objects: objects.collect(),
            limits,
        }
    }

    /// An object with what its model's limits say of it: how a collection is held in memory.
    fn placed(&self, target: &TargetName, desired: &Desired) -> Desired {
        let mut desired = desired.clone();
        if let Object::Collection(collection) = &mut desired.object
            && let Some(limits) = self.limits.get(&(target.clone(), collection.header.model.clone()))
        {
            collection.placement = Placement::of(limits);
        }
        desired
    }
}

/// What is wanted of a target.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which target.
    pub target: TargetName,
    /// The deployment, as the target knows it.
    pub deployment: Deployment,
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
    pub drawn: Drawn,
}

/// An object as it is wanted on a server.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Its parts, as values.
    pub shape: Shape,
    /// Of what was asked for in each: the author's words, and what the deployment adds to them.
    pub asked: Digests,
}

impl Drawn {
    /// `deployed` is what the deployment, not the author, says of parts. A part without words is asked for by its value.
    pub fn new(shape: Shape, object: &Object, deployed: &Digests) -> Self {
        let words = &object.header().asked;
        let asked = |key: &PartKey, facts: &Facts| {
            let words = words.get(key).copied().unwrap_or_else(|| Digest::of(facts));
            deployed.get(key).map_or(words, |deployed| Digest::of(&[words.0, deployed.0]))
        };
        let mut all: Digests = shape.parts.iter().map(|(key, facts)| (key.clone(), asked(key, facts))).collect();
        if !shape.order.is_empty() {
            let key = PartKey::only(PartKind::Order);
            let order = words.get(&key).copied().unwrap_or_else(|| Digest::of(&shape.order));
            all.insert(key, order);
        }
        Self { shape, asked: all }
    }
}

impl Wanted {
    /// Namespaces that are needed.
    pub fn namespaces(&self) -> BTreeSet<Name> {
        self.objects.keys().map(|name| name.namespace.clone()).collect()
    }

    /// Names that the objects take among the relations of the server, each with its schema.
    pub fn relations(&self) -> BTreeSet<(Name, Name)> {
        let objects = self.objects.values().flat_map(|wanted| relation::relations(&wanted.desired.object));
        let given = objects.filter(|one| !matches!(one.part, relation::Part::Sequence { .. }));
        given.map(|one| (one.schema, one.name)).collect()
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
