//! `knowledge_base`: knowledge that all models share.

use crate::Vectors;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(vectors: Vectors) -> Collection {
    Collection::new("knowledge_base")
        .namespace("default")
        .comment("knowledge that all models share")
        .primary_key(Field::new("id", ty::int64()))
        .field(Field::new("embedding", ty::float_vector(vectors.dimensions)))
        .field(Field::new("content", ty::varchar(4096)))
        .field(Field::new("source", ty::varchar(255)))
        .partition_key(Field::new("category", ty::varchar(100)), 16)
        .field(Field::new("created_at", ty::int64()).comment("milliseconds since 1970"))
        .field(Field::new("metadata", ty::json()))
        .hnsw("embedding", "COSINE", vectors.m, vectors.ef_construction)
}
