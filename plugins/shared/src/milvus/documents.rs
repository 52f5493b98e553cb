//! `documents`: documents of users.

use whale_plugin::Embedding;
use whale_plugin::milvus::{Collection, Field, ty};

pub(crate) fn collection(embedding: Embedding) -> Collection {
    let collection = Collection::new("documents")
        .namespace("default")
        .comment("documents of users")
        .primary_key(Field::new("id", ty::int64()))
        .field(embedding.field())
        .field(Field::new("title", ty::varchar(512)))
        .field(Field::new("content", ty::varchar(65535)))
        .field(Field::new("source", ty::varchar(255)))
        .field(Field::new("owner_id", ty::int64()).comment("id of the user"))
        .field(Field::new("created_at", ty::int64()).comment("milliseconds since 1970"))
        .field(Field::new("metadata", ty::json()));
    embedding.search(collection)
}
