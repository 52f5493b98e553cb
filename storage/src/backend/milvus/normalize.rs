//! Definitions, and what a server said of a collection, as shapes.
//!
//! Both become a [`Described`] first, in the client library's own terms, and one function turns that into a shape: equal
//! things have equal facts because nothing else makes facts. Pure.

use crate::catalog::{Fact, PartKey, PartKind, Shape, digest_of};
use crate::definition::milvus::{Collection, Field, Index, Partitions};
use crate::expr::{Expr, Literal, UnaryOp};
use crate::raw::{Consistency, LoadState};
use crate::types::milvus::{IndexKind, Metric, Type};
use milvus::v2::{CollectionDesc, ConsistencyLevel, DataType, DefaultValue, FieldSchema, IndexDesc, IndexType, MetricType};
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
    /// Loaded, or on the way there.
    pub(super) loaded: bool,
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
            loaded: collection.load == LoadState::Loaded,
        }
    }

    /// What a server said.
    pub(super) fn found(said: &CollectionDesc, indexes: &[IndexDesc], partitions: &[String], loaded: bool) -> Self {
        let schema = said.get_schema();
        // The server lists its own fields only for collections with dynamic ones, and numbers the author's from 100.
        let named = |field: &&FieldSchema| !field.is_dynamic() && (field.get_field_id() == 0 || field.get_field_id() >= 100);
        let fields: Vec<FieldSchema> = schema.get_fields().iter().filter(named).cloned().collect();
        let by_key = fields.iter().any(FieldSchema::is_partition_key);
        let mut unknown: Vec<String> = schema.get_struct_fields().iter().map(|field| format!("struct {}", field.get_name())).collect();
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
            loaded,
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
        shape.put(PartKey::only(PartKind::Load), [("state", if self.loaded { "loaded" } else { "released" })]);
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

    /// Digest of everything but our own properties, and of nothing that changes by itself.
    pub(super) fn seen(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(field_text).collect();
        let mut indexes: Vec<String> = self.indexes.iter().map(|index| format!("{index:?}")).collect();
        indexes.sort_unstable();
        let whole = (&self.description, self.dynamic_fields, &self.unknown, self.shards, format!("{:?}", self.consistency));
        digest_of(&(whole, fields, indexes, self.partitions_by_key, &self.partitions, &self.properties, self.loaded))
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
    let sorted = |map: &std::collections::HashMap<String, String>| format!("{:?}", map.iter().collect::<BTreeMap<_, _>>());
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {} {}",
        field.get_name(),
        field.get_description(),
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
        let kind = self.kind.map_or_else(|| Fact::Opaque("a kind that is not known here".to_owned()), |kind| kind.name().into());
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

/// A field as the client library takes it. Without its collection it is no key.
pub(super) fn field_schema(field: &Field, collection: Option<&Collection>) -> FieldSchema {
    let primary = collection.is_some_and(|collection| field.name == collection.primary_key);
    let mut schema = FieldSchema::new()
        .name(field.name.as_str())
        .description(&field.comment)
        .primary_key(primary)
        .auto_id(primary && collection.is_some_and(|collection| collection.auto_id))
        .nullable(field.nullable)
        .partition_key(field.partition_key);
    schema = match &field.data_type {
        Type::Array(of, most) => bounded(schema.data_type(DataType::Array).element_type(data_type(of)).max_capacity(*most), of),
        other => bounded(schema.data_type(data_type(other)), other),
    };
    match field.default.as_ref().and_then(|value| default_value(&field.data_type, value)) {
        Some(value) => schema.default_value(value),
        None => schema,
    }
}

fn bounded(schema: FieldSchema, data_type: &Type) -> FieldSchema {
    match data_type {
        Type::Varchar(bytes) => schema.max_length(*bytes),
        other => match other.dimensions() {
            Some(dimensions) => schema.dimension(dimensions),
            None => schema,
        },
    }
}

fn data_type(data_type: &Type) -> DataType {
    match data_type {
        Type::Bool => DataType::Bool,
        Type::Int8 => DataType::Int8,
        Type::Int16 => DataType::Int16,
        Type::Int32 => DataType::Int32,
        Type::Int64 => DataType::Int64,
        Type::Float => DataType::Float,
        Type::Double => DataType::Double,
        Type::Varchar(_) => DataType::VarChar,
        Type::Json => DataType::Json,
        Type::Array(..) => DataType::Array,
        Type::FloatVector(_) => DataType::FloatVector,
        Type::BinaryVector(_) => DataType::BinaryVector,
        Type::Float16Vector(_) => DataType::Float16Vector,
        Type::BFloat16Vector(_) => DataType::BFloat16Vector,
        Type::SparseFloatVector => DataType::SparseFloatVector,
        Type::Int8Vector(_) => DataType::Int8Vector,
    }
}

fn type_fact(field: &FieldSchema) -> Fact {
    let scalar = |data_type: DataType| {
        Some(match data_type {
            DataType::Bool => Type::Bool,
            DataType::Int8 => Type::Int8,
            DataType::Int16 => Type::Int16,
            DataType::Int32 => Type::Int32,
            DataType::Int64 => Type::Int64,
            DataType::Float => Type::Float,
            DataType::Double => Type::Double,
            DataType::VarChar => Type::Varchar(field.get_max_length()),
            _ => return None,
        })
    };
    let found = match field.get_data_type() {
        DataType::Json => Some(Type::Json),
        DataType::Array => {
            field.get_element_type().and_then(scalar).map(|of| Type::Array(Box::new(of), field.get_max_capacity()))
        }
        DataType::FloatVector => Some(Type::FloatVector(field.get_dimension())),
        DataType::BinaryVector => Some(Type::BinaryVector(field.get_dimension())),
        DataType::Float16Vector => Some(Type::Float16Vector(field.get_dimension())),
        DataType::BFloat16Vector => Some(Type::BFloat16Vector(field.get_dimension())),
        DataType::SparseFloatVector => Some(Type::SparseFloatVector),
        DataType::Int8Vector => Some(Type::Int8Vector(field.get_dimension())),
        other => scalar(other),
    };
    found.map_or_else(|| Fact::Opaque(format!("{:?}", field.get_data_type())), |found| found.to_string().into())
}

/// A literal as a value of the field's type; none where it is none, which validation has refused before.
fn default_value(data_type: &Type, value: &Expr) -> Option<DefaultValue> {
    let (negative, literal) = match value {
        Expr::Literal(literal) => (false, literal),
        Expr::Unary(UnaryOp::Minus, inner) => (true, inner.as_literal()?),
        _ => return None,
    };
    let number = |digits: &str| if negative { format!("-{digits}") } else { digits.to_owned() };
    match (data_type, literal) {
        (Type::Bool, Literal::Boolean(value)) => Some(DefaultValue::Bool(*value)),
        (Type::Int8 | Type::Int16 | Type::Int32, Literal::Number(digits)) => {
            number(digits).parse().ok().map(DefaultValue::Int32)
        }
        (Type::Int64, Literal::Number(digits)) => number(digits).parse().ok().map(DefaultValue::Int64),
        (Type::Float, Literal::Number(digits)) => number(digits).parse().ok().map(DefaultValue::Float),
        (Type::Double, Literal::Number(digits)) => number(digits).parse().ok().map(DefaultValue::Double),
        (Type::Varchar(_), Literal::Text(text)) => Some(DefaultValue::String(text.clone())),
        _ => None,
    }
}

fn default_fact(value: &DefaultValue) -> Fact {
    match value {
        DefaultValue::Bool(value) => value.to_string().into(),
        DefaultValue::Int32(value) => value.to_string().into(),
        DefaultValue::Int64(value) => value.to_string().into(),
        DefaultValue::Float(value) => value.to_string().into(),
        DefaultValue::Double(value) => value.to_string().into(),
        DefaultValue::String(value) => format!("{value:?}").into(),
        other => Fact::Opaque(format!("{other:?}")),
    }
}

pub(super) fn consistency_of(consistency: Consistency) -> ConsistencyLevel {
    match consistency {
        Consistency::Strong => ConsistencyLevel::Strong,
        Consistency::Session => ConsistencyLevel::Session,
        Consistency::Bounded => ConsistencyLevel::Bounded,
        Consistency::Eventually => ConsistencyLevel::Eventually,
    }
}

pub(super) fn metric_of(metric: Metric) -> MetricType {
    match metric {
        Metric::L2 => MetricType::L2,
        Metric::Ip => MetricType::Ip,
        Metric::Cosine => MetricType::Cosine,
        Metric::Hamming => MetricType::Hamming,
        Metric::Jaccard => MetricType::Jaccard,
    }
}

fn metric_fact(metric: MetricType) -> Fact {
    match Metric::ALL.into_iter().find(|known| metric_of(*known) == metric) {
        Some(known) => known.name().into(),
        None => Fact::Opaque(format!("{metric:?}")),
    }
}

/// A kind as the client library names it.
pub(super) fn index_type(kind: IndexKind) -> IndexType {
    match kind {
        IndexKind::AutoIndex => IndexType::AutoIndex,
        IndexKind::Flat => IndexType::Flat,
        IndexKind::IvfFlat => IndexType::IvfFlat,
        IndexKind::IvfSq8 => IndexType::IvfSq8,
        IndexKind::IvfPq => IndexType::IvfPq,
        IndexKind::Hnsw => IndexType::Hnsw,
        IndexKind::HnswSq => IndexType::HnswSq,
        IndexKind::Scann => IndexType::Scann,
        IndexKind::DiskAnn => IndexType::DiskAnn,
        IndexKind::IvfRabitq => IndexType::IvfRabitq,
        IndexKind::BinFlat => IndexType::BinFlat,
        IndexKind::BinIvfFlat => IndexType::BinIvfFlat,
        IndexKind::SparseInvertedIndex => IndexType::SparseInvertedIndex,
        IndexKind::SparseWand => IndexType::SparseWand,
        IndexKind::Trie => IndexType::Trie,
        IndexKind::StlSort => IndexType::StlSort,
        IndexKind::Inverted => IndexType::Inverted,
        IndexKind::Bitmap => IndexType::Bitmap,
        IndexKind::Ngram => IndexType::Ngram,
    }
}

fn kind_of(found: IndexType) -> Option<IndexKind> {
    IndexKind::ALL.into_iter().find(|kind| index_type(*kind) == found)
}
