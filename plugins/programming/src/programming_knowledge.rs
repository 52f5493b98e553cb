//! `programming_knowledge`: what the model knows of programming.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    embedding
        .knowledge("programming_knowledge")
        .comment("what the model knows of programming")
        .partition_key(
            Field::new("language", ty::varchar(64)).comment("the programming language"),
            embedding.partitions(),
        )
        .field(Field::new("framework", ty::varchar(100)).comment("empty: none"))
        .field(Field::new("complexity_level", ty::int8()).comment("1, simple, to 10"))
}
