//! Changes as calls.
//!
//! What an older Milvus takes without a word and then ignores (nullable fields, mmap) is refused here, before anything is
//! sent; so is every difference that is neither a creation nor an addition. The mark is written with the creation of a
//! collection, and last in an alteration: an alteration that stopped half-way is seen as one. Pure.

mod document;

use super::normalize::Described;
use crate::catalog::{Digest, Digests, PartKey, PartKind, Shape};
use crate::change::{Change, ChangedPart};
use crate::definition::milvus::{Collection, Field, Index, Partitions};
use crate::definition::{Object, ObjectName};
use crate::document::Document;
use crate::hazard::Hazard;
use crate::mark::{self, Mark};
use crate::name::Name;
use crate::plan::{Atomicity, Call, Lower, Recipe, Statement, Unsupported};
use crate::raw::LoadState;
use crate::scaling::{PLACED, Placement};
use crate::server::{Server, Version};
use std::collections::BTreeMap;

/// Since when Milvus has null.
const NULLABLE: Version = Version::of(2, 5);
/// Since when a collection may have several vectors.
const SEVERAL_VECTORS: Version = Version::of(2, 4);
/// Since when a field can be added.
const ADD_FIELD: Version = Version::of(2, 6);
/// Since when Milvus acts on a collection's wish to be mapped into memory.
const MMAP: Version = Version::of(2, 4);

/// Values of the properties that a definition may give, which mean that it gives none.
const RESET: [(&str, &str); 2] = [("collection.ttl.seconds", "0"), ("mmap.enabled", "false")];

/// What is known of a server when changes are written for it.
#[derive(Debug, Clone, Copy)]
pub struct MilvusLower {
    /// None where it could not be read: then everything newer than the oldest known Milvus is refused.
    version: Option<Version>,
}

impl MilvusLower {
    /// For a server that was probed.
    pub fn new(server: &Server) -> Self {
        Self { version: server.version }
    }

    /// Refuses what needs a later version.
    fn needs(&self, least: Version, part: PartKey, what: &str) -> Result<(), Unsupported> {
        let have = self.version.unwrap_or(Version::of(2, 3));
        if have >= least {
            return Ok(());
        }
        Err(Unsupported { part, reason: format!("Milvus {have} {what}; it needs {least} or later") })
    }

    fn check_collection(&self, collection: &Collection) -> Vec<Unsupported> {
        let fields = collection.fields.iter().flat_map(|field| self.check_field(field));
        let indexes = collection.indexes.iter().flat_map(|index| self.check_index(index));
        let properties = collection.properties.keys().map(|name| self.check_property(name).err());
        let vectors = collection.fields.iter().filter(|field| field.data_type.is_vector()).count();
        let several = match vectors {
            0 | 1 => None,
            _ => self.needs(SEVERAL_VECTORS, PartKey::only(PartKind::Object), "takes one vector field").err(),
        };
        fields.chain(indexes).chain(properties.flatten()).chain(several).collect()
    }

    fn check_field(&self, field: &Field) -> Vec<Unsupported> {
        let part = || PartKey::new(PartKind::Column, field.name.as_str());
        let nullable = field
            .nullable
            .then(|| self.needs(NULLABLE, part(), "has no null and would forget that the field takes it").err())
            .flatten();
        let since = field.data_type.since();
        let unknown = format!("does not know the type {}", field.data_type);
        nullable.into_iter().chain(self.needs(version(since), part(), &unknown).err()).collect()
    }

    fn check_index(&self, index: &Index) -> Vec<Unsupported> {
        let part = || PartKey::new(PartKind::Index, index.field.as_str());
        let kind = format!("does not know the index {}", index.kind);
        let kind = self.needs(version(index.kind.since()), part(), &kind).err();
        let metric = index.metric.and_then(|metric| {
            let unknown = format!("does not know the metric {metric}");
            self.needs(version(metric.since()), part(), &unknown).err()
        });
        kind.into_iter().chain(metric).collect()
    }

    fn check_property(&self, name: &str) -> Result<(), Unsupported> {
        match name {
            "mmap.enabled" => {
                self.needs(MMAP, PartKey::new(PartKind::Property, name), "keeps the property and does not act on it")
            }
            _ => Ok(()),
        }
    }

    fn create(&self, collection: &Collection, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        let refused = self.check_collection(collection);
        if !refused.is_empty() {
            return Err(refused);
        }
        let place = Site::of(collection);
        let mut properties = collection.properties.clone();
        properties.insert(mark::PROPERTY.to_owned(), mark.line());
        let mut calls = vec![Call::CreateCollection { collection: Box::new(collection.clone()), properties }];
        calls.extend(collection.indexes.iter().map(|index| place.index(index)));
        if let Partitions::Named(names) = &collection.partitions {
            calls.extend(names.iter().map(|name| place.partition(name.clone())));
        }
        if collection.load == LoadState::Loaded {
            calls.push(place.load());
        }
        Ok(recipe(calls))
    }

    fn alter(&self, collection: &Collection, change: Parts<'_>, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        let mut alteration = Alteration::new(self, collection, change.added);
        for part in change.added {
            alteration.add(part);
        }
        for part in change.changed {
            alteration.change(part);
        }
        for part in change.removed {
            alteration.remove(part);
        }
        alteration.finish(mark)
    }
}

impl Lower for MilvusLower {
    fn deployed(&self, object: &Object) -> Digests {
        match object {
            Object::Collection(collection) if collection.load == LoadState::Loaded => {
                let facts = collection.placement.facts();
                let said = (!facts.is_empty()).then(|| (PartKey::only(PartKind::Load), Digest::of(&facts)));
                said.into_iter().collect()
            }
            _ => Digests::new(),
        }
    }

    fn shape(&self, object: &Object) -> Shape {
        match object {
            Object::Collection(collection) => Described::wanted(collection).shape(),
            _ => Shape::default(),
        }
    }

    fn lower(&self, change: &Change, object: Option<&Object>, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        match (change, object) {
            (Change::CreateNamespace { namespace, .. }, _) => {
                Ok(recipe(vec![Call::CreateDatabase { database: namespace.clone() }]))
            }
            (Change::CreateObject { .. }, Some(Object::Collection(collection))) => self.create(collection, mark),
            (Change::AlterObject { added, changed, removed, .. }, Some(Object::Collection(collection))) => {
                self.alter(collection, Parts { added, changed, removed }, mark)
            }
            _ => Err(vec![Unsupported {
                part: PartKey::only(PartKind::Object),
                reason: "Milvus has no such object, and no roles of models yet".to_owned(),
            }]),
        }
    }

    fn document(&self, object: &Object) -> Option<Document> {
        match object {
            Object::Collection(collection) => Some(document::document(collection)),
            _ => None,
        }
    }
}

/// What differs.
#[derive(Clone, Copy)]
struct Parts<'a> {
    added: &'a [PartKey],
    changed: &'a [ChangedPart],
    removed: &'a [PartKey],
}

/// Where a collection is.
struct Site {
    database: Name,
    collection: Name,
    placement: Placement,
}

impl Site {
    fn of(collection: &Collection) -> Self {
        let ObjectName { namespace, name, .. } = collection.header.name.clone();
        Self { database: namespace, collection: name, placement: collection.placement.clone() }
    }

    fn index(&self, index: &Index) -> Call {
        Call::CreateIndex {
            database: self.database.clone(),
            collection: self.collection.clone(),
            index: Box::new(index.clone()),
        }
    }

    fn partition(&self, partition: Name) -> Call {
        Call::CreatePartition { database: self.database.clone(), collection: self.collection.clone(), partition }
    }

    fn load(&self) -> Call {
        let (database, collection) = (self.database.clone(), self.collection.clone());
        Call::Load { database, collection, placement: self.placement.clone() }
    }

    fn release(&self) -> Call {
        Call::Release { database: self.database.clone(), collection: self.collection.clone() }
    }
}

/// An alteration as it is put together.
struct Alteration<'a> {
    lower: &'a MilvusLower,
    collection: &'a Collection,
    added: &'a [PartKey],
    fields: Vec<Call>,
    others: Vec<Call>,
    properties: BTreeMap<String, String>,
    load: bool,
    /// Whether it is released first: what is loaded stays as it was loaded.
    release: bool,
    refused: Vec<Unsupported>,
}

impl<'a> Alteration<'a> {
    fn new(lower: &'a MilvusLower, collection: &'a Collection, added: &'a [PartKey]) -> Self {
        Self {
            lower,
            collection,
            added,
            fields: Vec::new(),
            others: Vec::new(),
            properties: BTreeMap::new(),
            load: false,
            release: false,
            refused: Vec::new(),
        }
    }

    fn refuse(&mut self, part: &PartKey, reason: &str) {
        self.refused.push(Unsupported { part: part.clone(), reason: reason.to_owned() });
    }

    fn add(&mut self, part: &PartKey) {
        match part.kind {
            PartKind::Column => self.add_field(part),
            PartKind::Index => self.add_index(part),
            PartKind::Partition => self.others.push(Site::of(self.collection).partition(Name::from_server(&part.name))),
            PartKind::Property => self.set_property(part),
            // A new field comes with its comment.
            PartKind::ColumnComment if self.added.contains(&PartKey::new(PartKind::Column, &part.name)) => {}
            kind => self.refuse(part, alteration(kind)),
        }
    }

    fn change(&mut self, part: &ChangedPart) {
        match part.key.kind {
            PartKind::Property => self.set_property(&part.key),
            PartKind::Load if self.collection.load == LoadState::Loaded => {
                self.load = true;
                let differs = |name| part.facts.iter().any(|fact| fact.name == name);
                self.release = !differs("state") && PLACED.into_iter().any(differs);
            }
            kind => self.refuse(&part.key, alteration(kind)),
        }
    }

    fn add_field(&mut self, part: &PartKey) {
        let Some(field) = self.collection.fields.iter().find(|field| field.name.as_str() == part.name) else { return };
        if let Err(refused) =
            self.lower.needs(ADD_FIELD, part.clone(), "cannot add a field to a collection that exists")
        {
            return self.refused.push(refused);
        }
        if !field.nullable || field.partition_key || field.data_type.is_vector() {
            return self.refuse(part, "only a nullable scalar field can be added to a collection that exists");
        }
        self.refused.extend(self.lower.check_field(field));
        let Site { database, collection, .. } = Site::of(self.collection);
        self.fields.push(Call::AddField { database, collection, field: Box::new(field.clone()) });
    }

    fn add_index(&mut self, part: &PartKey) {
        let Some(index) = self.collection.indexes.iter().find(|index| index.field.as_str() == part.name) else {
            return;
        };
        self.refused.extend(self.lower.check_index(index));
        self.others.push(Site::of(self.collection).index(index));
    }

    fn set_property(&mut self, part: &PartKey) {
        self.refused.extend(self.lower.check_property(&part.name).err());
        if let Some(value) = self.collection.properties.get(&part.name) {
            self.properties.insert(part.name.clone(), value.clone());
        }
    }

    /// No call of the oldest Milvus takes a property away: it gets the value that means none.
    fn remove(&mut self, part: &PartKey) {
        match RESET.iter().find(|(name, _)| part.kind == PartKind::Property && *name == part.name) {
            Some((name, value)) => {
                self.properties.insert((*name).to_owned(), (*value).to_owned());
            }
            None => self.refuse(part, removal(part.kind)),
        }
    }

    fn finish(mut self, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        if !self.refused.is_empty() {
            return Err(self.refused);
        }
        let place = Site::of(self.collection);
        let mut calls = self.fields;
        calls.extend(self.others);
        if self.release {
            calls.push(place.release());
        }
        if self.load {
            calls.push(place.load());
        }
        let hazards = if self.release { vec![Hazard::Interruption] } else { Vec::new() };
        self.properties.insert(mark::PROPERTY.to_owned(), mark.line());
        let Site { database, collection, .. } = place;
        calls.push(Call::AlterProperties { database, collection, properties: self.properties });
        Ok(Recipe { hazards, ..recipe(calls) })
    }
}

/// Why a part cannot be altered.
fn alteration(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Object => "keys, shards, consistency and dynamic fields of a collection are fixed when it is made",
        PartKind::Column => "Milvus cannot change a field of a collection that exists",
        PartKind::Index => "another index on a field needs the old one dropped, which is not supported yet",
        PartKind::Comment | PartKind::ColumnComment => {
            "a description is set when the collection is made, and no call changes it"
        }
        PartKind::Load => "releasing a loaded collection is not supported yet",
        _ => "this part of a collection cannot be changed",
    }
}

/// Why a part cannot be taken away.
fn removal(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Column => "dropping a field is not supported yet",
        PartKind::Index => "dropping an index is not supported yet",
        PartKind::Partition => "dropping a partition with its rows is not supported yet",
        other => alteration(other),
    }
}

fn version((major, minor): (u16, u16)) -> Version {
    Version::of(u32::from(major), u32::from(minor))
}

fn recipe(calls: Vec<Call>) -> Recipe {
    let statements = calls.into_iter().map(Statement::Call).collect();
    Recipe { statements, hazards: Vec::new(), atomicity: Atomicity::Statements }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests;
