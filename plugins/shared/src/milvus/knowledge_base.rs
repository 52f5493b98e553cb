//! `knowledge_base`: knowledge that all models share.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    embedding
        .knowledge("knowledge_base")
        .namespace("default")
        .comment("knowledge that all models share")
        .field(Field::new("source", ty::varchar(255)))
        .partition_key(Field::new("category", ty::varchar(100)), embedding.partitions())
        .field(Field::new("created_at", ty::int64()).comment("milliseconds since 1970"))
        .field(Field::new("metadata", ty::json()))
}
