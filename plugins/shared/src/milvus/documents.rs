//! `documents`: documents of users.

use crate::Vectors;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(vectors: Vectors) -> Collection {
    Collection::new("documents")
        .namespace("default")
        .comment("documents of users")
        .primary_key(Field::new("id", ty::int64()))
        .field(Field::new("embedding", ty::float_vector(vectors.dimensions)))
        .field(Field::new("title", ty::varchar(512)))
        .field(Field::new("content", ty::varchar(65535)))
        .field(Field::new("source", ty::varchar(255)))
        .field(Field::new("owner_id", ty::int64()).comment("id of the user"))
        .field(Field::new("created_at", ty::int64()).comment("milliseconds since 1970"))
        .field(Field::new("metadata", ty::json()))
        .hnsw("embedding", "COSINE", vectors.m, vectors.ef_construction)
}
