//! `cross_domain_mappings`: what of one domain stands for what of another.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    let collection = Collection::new("cross_domain_mappings")
        .comment("what of one domain stands for what of another")
        .primary_key(Field::new("id", ty::int64()))
        .field(embedding.field())
        .field(Field::new("source_domain", ty::varchar(100)))
        .field(Field::new("target_domain", ty::varchar(100)))
        .field(Field::new("source_id", ty::int64()))
        .field(Field::new("target_id", ty::int64()))
        .field(Field::new("confidence", ty::float()).comment("0 to 1"));
    embedding.search(collection)
}
