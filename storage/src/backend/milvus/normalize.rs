//! Definitions, and what a server said of a collection, as shapes.
//!
//! Both become a [`Described`] first, in the client library's own terms, and one function turns that into a shape: equal
//! things have equal facts because nothing else makes facts. Pure.

use super::terms::{consistency_of, default_fact, field_schema, kind_of, metric_fact, metric_of, type_fact};
use crate::catalog::{Digest, Digests, Fact, PartKey, PartKind, Shape};
use crate::definition::milvus::{Collection, Index, Partitions};
use crate::raw::LoadState;
use crate::scaling::Placement;
use crate::types::milvus::IndexKind;
use milvus::v2::{CollectionDesc, ConsistencyLevel, FieldSchema, IndexDesc, MetricType};
use std::collections::{BTreeMap, BTreeSet};

/// How our own properties begin.
const OURS: &str = "whale.";
/// The partition that every collection has.
const DEFAULT_PARTITION: &str = "_default";

/// A collection, wanted or found.
#[derive(Debug, Clone)]
pub(super) struct Described {
    /// The author's comment.
    pub(super) description: String,
    /// Fields that the author named.
    pub(super) fields: Vec<FieldSchema>,
    /// Whether entities may carry others.
    pub(super) dynamic_fields: bool,
    /// What our model does not know, in words; empty where there is nothing of the kind.
    pub(super) unknown: String,
    pub(super) shards: i64,
    pub(super) consistency: ConsistencyLevel,
    /// Number of partitions that the partition key fills; 0 without one.
    pub(super) partitions_by_key: i64,
    /// Partitions with names of their own.
    pub(super) partitions: BTreeSet<String>,
    /// Properties but ours.
    pub(super) properties: BTreeMap<String, String>,
    pub(super) indexes: Vec<DescribedIndex>,
    /// Loaded, or on the way there; none: whoever searches it decides.
    pub(super) loaded: Option<bool>,
    /// How it is held in memory, as far as that was asked for.
    pub(super) placement: Placement,
}

/// An index, wanted or found.
#[derive(Debug, Clone)]
pub(super) struct DescribedIndex {
    pub(super) name: String,
    pub(super) field: String,
    pub(super) kind: Option<IndexKind>,
    pub(super) metric: Option<MetricType>,
    pub(super) parameters: BTreeMap<String, String>,
}

impl Described {
    /// What a definition says.
    pub(super) fn wanted(collection: &Collection) -> Self {
        let (partitions, partitions_by_key) = match &collection.partitions {
            Partitions::Single => (BTreeSet::new(), 0),
            Partitions::Named(names) => (names.iter().map(ToString::to_string).collect(), 0),
            Partitions::ByKey(number) => (BTreeSet::new(), i64::from(*number)),
        };
        Self {
            description: collection.header.comment.clone(),
            fields: collection.fields.iter().map(|field| field_schema(field, Some(collection))).collect(),
            dynamic_fields: collection.dynamic_fields,
            unknown: String::new(),
            shards: i64::from(collection.shards),
            consistency: consistency_of(collection.consistency),
            partitions_by_key,
            partitions,
            properties: collection.properties.clone(),
            indexes: collection.indexes.iter().map(DescribedIndex::wanted).collect(),
            loaded: (collection.load != LoadState::OnDemand).then_some(collection.load == LoadState::Loaded),
            placement: collection.placement.clone(),
        }
    }

    /// What a server said.
    pub(super) fn found(said: &CollectionDesc, indexes: &[IndexDesc], partitions: &[String], loaded: bool) -> Self {
        let schema = said.get_schema();
        // The server lists its own fields only for collections with dynamic ones, and numbers the author's from 100.
        let named =
            |field: &&FieldSchema| !field.is_dynamic() && (field.get_field_id() == 0 || field.get_field_id() >= 100);
        let fields: Vec<FieldSchema> = schema.get_fields().iter().filter(named).cloned().collect();
        let by_key = fields.iter().any(FieldSchema::is_partition_key);
        let mut unknown: Vec<String> =
            schema.get_struct_fields().iter().map(|field| format!("struct {}", field.get_name())).collect();
        unknown.extend(schema.get_functions().iter().map(|function| format!("function {}", function.get_name())));
        Self {
            description: said.get_description().to_owned(),
            fields,
            dynamic_fields: schema.is_dynamic_field_enabled(),
            unknown: unknown.join(", "),
            shards: said.get_num_shards(),
            consistency: said.get_consistency_level(),
            partitions_by_key: if by_key { said.get_num_partitions() } else { 0 },
            partitions: if by_key {
                BTreeSet::new()
            } else {
                partitions.iter().filter(|name| *name != DEFAULT_PARTITION).cloned().collect()
            },
            properties: said
                .get_properties()
                .iter()
                .filter(|(name, _)| !name.starts_with(OURS))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            indexes: indexes.iter().map(DescribedIndex::found).collect(),
            loaded: Some(loaded),
            placement: Placement::default(),
        }
    }

    /// The shape.
    pub(super) fn shape(&self) -> Shape {
        let mut shape = Shape::default();
        self.put_object(&mut shape);
        for field in &self.fields {
            put_field(&mut shape, field);
        }
        for index in &self.indexes {
            index.put(&mut shape);
        }
        for partition in &self.partitions {
            shape.put::<Fact>(PartKey::new(PartKind::Partition, partition), []);
        }
        for (name, value) in &self.properties {
            shape.put(PartKey::new(PartKind::Property, name), [("value", value.as_str())]);
        }
        shape.put_comment(PartKey::only(PartKind::Comment), &self.description);
        if let Some(loaded) = self.loaded {
            shape.put(PartKey::only(PartKind::Load), [("state", if loaded { "loaded" } else { "released" })]);
        }
        if self.loaded == Some(true) {
            shape.put(PartKey::only(PartKind::Load), self.placement.facts());
        }
        shape
    }

    fn put_object(&self, shape: &mut Shape) {
        let key = PartKey::only(PartKind::Object);
        shape.put(key.clone(), [("consistency", format!("{:?}", self.consistency).to_lowercase())]);
        shape.put(key.clone(), [("shards", self.shards.to_string())]);
        if let Some(primary) = self.fields.iter().find(|field| field.is_primary_key()) {
            shape.put(key.clone(), [("primary key", primary.get_name())]);
            put_flag(shape, &key, "auto id", primary.is_auto_id());
        }
        put_flag(shape, &key, "dynamic fields", self.dynamic_fields);
        if self.partitions_by_key > 0 {
            shape.put(key.clone(), [("partitions by key", self.partitions_by_key.to_string())]);
        }
        if !self.unknown.is_empty() {
            shape.put(key, [("beside fields", Fact::Opaque(self.unknown.clone()))]);
        }
    }

    /// Digests of the server's words for each part, and of nothing that changes by itself.
    pub(super) fn answers(&self) -> Digests {
        let mut all = Digests::new();
        let mut put = |kind, name: &str, digest| all.insert(PartKey::new(kind, name), digest);
        let primary = self.fields.iter().find(|field| field.is_primary_key());
        let primary = primary.map(|field| (field.get_name(), field.is_auto_id()));
        let consistency = format!("{:?}", self.consistency);
        let keys = (primary, self.dynamic_fields, self.partitions_by_key);
        put(PartKind::Object, "", Digest::of(&(keys, self.shards, consistency, &self.unknown)));
        for field in &self.fields {
            put(PartKind::Column, field.get_name(), Digest::of(&field_text(field)));
            if !field.get_description().is_empty() {
                put(PartKind::ColumnComment, field.get_name(), Digest::of(field.get_description()));
            }
        }
        for index in &self.indexes {
            put(PartKind::Index, &index.field, Digest::of(&format!("{index:?}")));
        }
        for partition in &self.partitions {
            put(PartKind::Partition, partition, Digest::of(&()));
        }
        for (name, value) in &self.properties {
            put(PartKind::Property, name, Digest::of(value));
        }
        if !self.description.is_empty() {
            put(PartKind::Comment, "", Digest::of(&self.description));
        }
        if let Some(loaded) = self.loaded {
            let placement = if loaded { self.placement.facts() } else { Vec::new() };
            put(PartKind::Load, "", Digest::of(&(loaded, placement)));
        }
        all
    }
}

fn put_flag(shape: &mut Shape, key: &PartKey, name: &'static str, on: bool) {
    if on {
        shape.put(key.clone(), [(name, "true")]);
    }
}

fn put_field(shape: &mut Shape, field: &FieldSchema) {
    let key = PartKey::new(PartKind::Column, field.get_name());
    shape.put(key.clone(), [("type", type_fact(field))]);
    put_flag(shape, &key, "nullable", field.is_nullable());
    put_flag(shape, &key, "partition key", field.is_partition_key());
    put_flag(shape, &key, "clustering key", field.is_clustering_key());
    if let Some(value) = field.get_default_value() {
        shape.put(key, [("default", default_fact(value))]);
    }
    shape.put_comment(PartKey::new(PartKind::ColumnComment, field.get_name()), field.get_description());
}

/// Everything of a field that a server keeps; only numbers that it gave itself are left out.
fn field_text(field: &FieldSchema) -> String {
    let sorted =
        |map: &std::collections::HashMap<String, String>| format!("{:?}", map.iter().collect::<BTreeMap<_, _>>());
    format!(
        "{:?} {:?} {:?} {:?} {} {}",
        field.get_data_type(),
        field.get_element_type(),
        [
            field.is_primary_key(),
            field.is_auto_id(),
            field.is_partition_key(),
            field.is_clustering_key(),
            field.is_nullable(),
            field.is_function_output()
        ],
        field.get_default_value(),
        sorted(field.get_type_params()),
        sorted(field.get_index_params()),
    )
}

impl DescribedIndex {
    fn wanted(index: &Index) -> Self {
        Self {
            name: index.name.to_string(),
            field: index.field.to_string(),
            kind: Some(index.kind),
            metric: index.metric.map(metric_of),
            parameters: index.parameters.clone(),
        }
    }

    fn found(said: &IndexDesc) -> Self {
        let metric = said.get_metric_type();
        let sorted = said.get_extra_params().iter().map(|(name, value)| (name.clone(), value.clone()));
        Self {
            name: said.get_index_name().to_owned(),
            field: said.get_field_name().to_owned(),
            kind: kind_of(said.get_index_type()),
            metric: (metric != MetricType::Default).then_some(metric),
            parameters: sorted.collect(),
        }
    }

    fn put(&self, shape: &mut Shape) {
        // At most one index a field: the field names the part, so that another name of the index is a difference of one.
        let key = PartKey::new(PartKind::Index, &self.field);
        let kind = self
            .kind
            .map_or_else(|| Fact::Opaque("a kind that is not known here".to_owned()), |kind| kind.name().into());
        shape.put(key.clone(), [("name", Fact::from(self.name.as_str())), ("kind", kind)]);
        if let Some(metric) = self.metric {
            shape.put(key.clone(), [("metric", metric_fact(metric))]);
        }
        // Servers add parameters of their own, such as mmap; those that decide the build are the kind's.
        let known = self.kind.map(IndexKind::parameters).unwrap_or_default();
        let told: Vec<String> = self
            .parameters
            .iter()
            .filter(|(name, _)| known.iter().any(|parameter| parameter.name == name.as_str()))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !told.is_empty() {
            shape.put(key, [("parameters", told.join(", "))]);
        }
    }
}

/// The shape of one index, by itself.
pub(super) fn index_shape(index: &Index) -> Shape {
    let mut shape = Shape::default();
    DescribedIndex::wanted(index).put(&mut shape);
    shape
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
pub(super) mod tests {
    use super::*;
    use crate::definition::milvus::Field;
    use crate::definition::{Backend, Header, ObjectName};
    use crate::name::Name;
    use crate::raw::Consistency;
    use crate::types::milvus::{Metric, Type};

    pub(in crate::backend::milvus) fn field(name: &str, data_type: &str) -> Field {
        Field {
            name: Name::from_server(name),
            comment: String::new(),
            data_type: Type::parse(data_type).unwrap(),
            nullable: false,
            default: None,
            partition_key: false,
        }
    }

    pub(in crate::backend::milvus) fn collection() -> Collection {
        let name = |text: &str| Name::from_server(text);
        Collection {
            header: Header {
                id: "test/notes".to_owned(),
                model: name("test"),
                name: ObjectName { backend: Backend::Milvus, namespace: name("test"), name: name("notes") },
                comment: String::new(),
                origin: None,
                asked: crate::catalog::Digests::new(),
            },
            primary_key: name("id"),
            auto_id: false,
            fields: vec![field("id", "INT64"), field("embedding", "FLOAT_VECTOR(8)")],
            dynamic_fields: false,
            indexes: vec![Index {
                name: name("by_embedding"),
                field: name("embedding"),
                kind: IndexKind::Hnsw,
                metric: Some(Metric::Cosine),
                parameters: BTreeMap::from([("M".to_owned(), "16".to_owned())]),
            }],
            partitions: Partitions::Single,
            shards: 1,
            consistency: Consistency::Bounded,
            load: LoadState::Loaded,
            placement: Placement::default(),
            properties: BTreeMap::new(),
        }
    }

    #[test]
    fn what_the_server_adds_is_not_in_the_shape() {
        let mut found = Described::wanted(&collection());
        let (shape, answers) = (found.shape(), found.answers());
        assert_eq!(found.shape(), Described::wanted(&collection()).shape());
        if let Some(index) = found.indexes.first_mut() {
            index.parameters.insert("mmap.enabled".to_owned(), "false".to_owned());
        }
        assert_eq!(found.shape(), shape);
        assert_ne!(found.answers(), answers);
    }

    #[test]
    fn a_released_collection_is_a_difference_and_is_seen() {
        let mut found = Described::wanted(&collection());
        let (shape, answers) = (found.shape(), found.answers());
        found.loaded = Some(false);
        assert_ne!(found.shape(), shape);
        assert_ne!(found.answers(), answers);
    }
}
