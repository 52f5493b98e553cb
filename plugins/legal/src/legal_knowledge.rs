//! `legal_knowledge`: what the model knows of law.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    embedding
        .knowledge("legal_knowledge")
        .comment("what the model knows of law")
        .partition_key(
            Field::new("legal_domain", ty::varchar(100)).comment("contract law, family law .."),
            embedding.partitions(),
        )
        .field(Field::new("jurisdiction", ty::varchar(100)).comment("ISO 3166, or the name of a court"))
        .field(Field::new("precedent_ids", ty::array(&ty::int64(), 256)).comment("ids of this collection"))
}
