//! `medical_knowledge`: what the model knows of medicine.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    embedding
        .knowledge("medical_knowledge")
        .comment("what the model knows of medicine")
        .partition_key(
            Field::new("medical_field", ty::varchar(100)).comment("cardiology, oncology .."),
            embedding.partitions(),
        )
        .field(Field::new("evidence_level", ty::varchar(32)).comment("of the source, by whichever scale it names"))
        .field(Field::new("peer_reviewed", ty::bool()))
}
