//! `shared_knowledge_base`: where models exchange knowledge, by category.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    embedding
        .knowledge("shared_knowledge_base")
        .comment("where models exchange knowledge")
        .field(Field::new("source", ty::varchar(255)).comment("the model that wrote it"))
        .partition_key(Field::new("category", ty::varchar(100)), embedding.partitions())
        .field(Field::new("quality_score", ty::float()).comment("0 to 1, from the reviews"))
}
