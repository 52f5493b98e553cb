//! `language_knowledge`: what the model knows of languages, by language.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    embedding
        .knowledge("language_knowledge")
        .comment("what the model knows of languages")
        .partition_key(Field::new("language_code", ty::varchar(16)).comment("BCP 47"), embedding.partitions())
        .field(Field::new("fluency_level", ty::varchar(32)))
        .field(Field::new("grammar_rules", ty::json()))
}
