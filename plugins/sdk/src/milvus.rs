//! Milvus collections.

use crate::contract::{self, LoadState, MilvusPartitions};
use crate::header::{self, column_methods, object_methods};

pub use crate::contract::Consistency;

/// Types of fields.
pub mod ty {
    /// A type, as Milvus writes it.
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub struct Type(pub(crate) String);

    macro_rules! plain {
        ($($function:ident = $name:literal),* $(,)?) => {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub fn $function() -> Type {
                    Type($name.to_owned())
                }
            )*
        };
    }

    plain! {
        bool = "BOOL", int8 = "INT8", int16 = "INT16", int32 = "INT32", int64 = "INT64",
        float = "FLOAT", double = "DOUBLE", json = "JSON",
    }

    /// Text of at most so many bytes.
    pub fn varchar(most_bytes: u32) -> Type {
        Type(format!("VARCHAR({most_bytes})"))
    }

    /// At most so many values of a scalar type.
    pub fn array(of: &Type, capacity: u32) -> Type {
        Type(format!("ARRAY({}, {capacity})", of.0))
    }

    /// A vector of so many 32-bit numbers.
    pub fn float_vector(dimensions: u32) -> Type {
        Type(format!("FLOAT_VECTOR({dimensions})"))
    }

    /// Any other type, in Milvus' words. The host parses it.
    pub fn other(text: &str) -> Type {
        Type(text.to_owned())
    }
}

/// A field.
pub struct Field(contract::MilvusField);

column_methods!(Field);

impl Field {
    /// A field that takes no null and has no default.
    pub fn new(name: &str, data_type: ty::Type) -> Self {
        Self(contract::MilvusField {
            header: header::column(name),
            data_type: data_type.0,
            nullable: false,
            default_to: None,
            partition_key: false,
        })
    }

    /// Takes null; needs Milvus 2.5.
    pub fn nullable(mut self) -> Self {
        self.0.nullable = true;
        self
    }

    /// A literal for entities that name no value.
    pub fn default(mut self, literal: &str) -> Self {
        self.0.default_to = Some(literal.to_owned());
        self
    }
}

/// An index of a field.
pub struct Index(contract::MilvusIndex);

impl Index {
    /// Of a field, of a kind: `HNSW`, `IVF_FLAT`, `AUTOINDEX`, `INVERTED` and others.
    pub fn new(field: &str, kind: &str) -> Self {
        Self(contract::MilvusIndex {
            name: None,
            field: field.to_owned(),
            kind: kind.to_owned(),
            metric: None,
            parameters: Vec::new(),
        })
    }

    /// How vectors are compared: `COSINE`, `IP` or `L2`. An index of a scalar field has none.
    pub fn metric(mut self, metric: &str) -> Self {
        self.0.metric = Some(metric.to_owned());
        self
    }

    /// A parameter of the build: `nlist`, `M`.
    pub fn parameter(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.parameters.push(contract::Setting { name: name.to_owned(), value: value.into() });
        self
    }

    /// A name of its own. Without one the host derives it.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = Some(name.to_owned());
        self
    }
}

/// A collection.
pub struct Collection(pub(crate) contract::MilvusCollection);

object_methods!(Collection);

impl Collection {
    /// A loaded collection without fields, with one shard and bounded consistency.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        Self(contract::MilvusCollection {
            header: header::object(name),
            primary_key: String::new(),
            auto_id: false,
            fields: Vec::new(),
            dynamic_fields: false,
            indexes: Vec::new(),
            partitions: MilvusPartitions::Single,
            shards: 1,
            consistency: Consistency::Bounded,
            load: LoadState::Loaded,
            properties: Vec::new(),
        })
    }

    /// Adds a field.
    pub fn field(mut self, field: Field) -> Self {
        self.0.fields.push(field.0);
        self
    }

    /// Adds the primary field.
    pub fn primary_key(mut self, field: Field) -> Self {
        self.0.primary_key.clone_from(&field.0.header.name);
        self.field(field)
    }

    /// Adds a field by whose values the collection is partitioned.
    pub fn partition_key(mut self, mut field: Field, partitions: u32) -> Self {
        field.0.partition_key = true;
        self.0.partitions = MilvusPartitions::ByKey(partitions);
        self.field(field)
    }

    /// Partitions by name, beside the one that every collection has.
    pub fn partitions<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.partitions = MilvusPartitions::Named(header::texts(names));
        self
    }

    /// The server makes the primary keys.
    pub fn auto_id(mut self) -> Self {
        self.0.auto_id = true;
        self
    }

    /// Entities may carry fields that are not defined.
    pub fn dynamic_fields(mut self) -> Self {
        self.0.dynamic_fields = true;
        self
    }

    /// An HNSW index on a vector field, compared by `COSINE`, `IP` or `L2`.
    pub fn hnsw(self, field: &str, metric: &str, m: u32, ef_construction: u32) -> Self {
        let index = Index::new(field, "HNSW").metric(metric);
        self.index(index.parameter("M", m.to_string()).parameter("efConstruction", ef_construction.to_string()))
    }

    /// An index of any kind.
    pub fn index(mut self, index: Index) -> Self {
        self.0.indexes.push(index.0);
        self
    }

    /// Number of shards, 1 to 16.
    pub fn shards(mut self, shards: u32) -> Self {
        self.0.shards = shards;
        self
    }

    /// Default consistency of a search.
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.0.consistency = consistency;
        self
    }

    /// Stays in storage until somebody loads it.
    pub fn released(mut self) -> Self {
        self.0.load = LoadState::Released;
        self
    }

    /// Made in storage; whoever searches it loads it, and releases it when it is not needed.
    pub fn on_demand(mut self) -> Self {
        self.0.load = LoadState::OnDemand;
        self
    }

    /// A property, from the host's list.
    pub fn property(mut self, name: &str, value: &str) -> Self {
        self.0.properties.push(header::setting(name, value));
        self
    }
}
