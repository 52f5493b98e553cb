//! `language_knowledge`: what the model knows of languages, by language.

use crate::Vectors;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(vectors: Vectors) -> Collection {
    Collection::new("language_knowledge")
        .comment("what the model knows of languages")
        .primary_key(Field::new("id", ty::int64()))
        .field(Field::new("embedding", ty::float_vector(vectors.dimensions)))
        .field(Field::new("content", ty::varchar(4096)))
        .partition_key(Field::new("language_code", ty::varchar(16)).comment("BCP 47"), 16)
        .field(Field::new("fluency_level", ty::varchar(32)))
        .field(Field::new("grammar_rules", ty::json()))
        .hnsw("embedding", "COSINE", vectors.m, vectors.ef_construction)
}
