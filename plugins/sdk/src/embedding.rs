//! How embeddings are kept and found: the same choices in every plugin whose knowledge is searched by meaning.

use crate::milvus::{Collection, Field, ty};
use crate::{Arguments, Parameter, Problems};

/// What a deployment chose for its embeddings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedding {
    dimensions: u32,
    m: u32,
    ef_construction: u32,
    partitions: u32,
    on_demand: bool,
}

impl Embedding {
    /// The parameters it is read from: `embedding_dim`, `hnsw_m`, `hnsw_ef_construction`, `subject_partitions`, `load`.
    pub fn parameters() -> [Parameter; 5] {
        [
            Parameter::integer(
                "embedding_dim",
                2..=32_768,
                1536,
                "dimensions of an embedding, as the embedding model gives them",
            ),
            Parameter::integer(
                "hnsw_m",
                2..=2_048,
                16,
                "neighbours of a vector in the HNSW graph; more find better and take more memory",
            ),
            Parameter::integer(
                "hnsw_ef_construction",
                1..=65_535,
                200,
                "candidates looked at when the HNSW graph is built; more build longer and find better",
            ),
            Parameter::integer(
                "subject_partitions",
                1..=1_024,
                16,
                "partitions that the subjects of a knowledge collection are spread over; a search that names its subject looks into one",
            ),
            Parameter::choice(
                "load",
                &["loaded", "on-demand"],
                "loaded",
                "loaded: collections are kept in memory; on-demand: whoever searches one loads it, and releases it again",
            ),
        ]
    }

    /// Reads them.
    pub fn of(arguments: &Arguments) -> Result<Self, Problems> {
        Ok(Self {
            dimensions: arguments.integer("embedding_dim")?,
            m: arguments.integer("hnsw_m")?,
            ef_construction: arguments.integer("hnsw_ef_construction")?,
            partitions: arguments.integer("subject_partitions")?,
            on_demand: arguments.text("load")? == "on-demand",
        })
    }

    /// The field `embedding`.
    pub fn field(self) -> Field {
        Field::new("embedding", ty::float_vector(self.dimensions))
    }

    /// Lets a collection be searched by its field `embedding`, by cosine.
    pub fn search(self, collection: Collection) -> Collection {
        let collection = collection.hnsw("embedding", "COSINE", self.m, self.ef_construction);
        if self.on_demand { collection.on_demand() } else { collection }
    }

    /// How many partitions the subjects of a collection are spread over.
    pub fn partitions(self) -> u32 {
        self.partitions
    }

    /// A collection of knowledge: `id`, `embedding` and `content`, searched by meaning. More fields follow.
    #[track_caller]
    pub fn knowledge(self, name: &str) -> Collection {
        let collection = Collection::new(name)
            .primary_key(Field::new("id", ty::int64()))
            .field(self.field())
            .field(Field::new("content", ty::varchar(4096)));
        self.search(collection)
    }
}
