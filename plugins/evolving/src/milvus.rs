//! Notes that are searched by meaning.

use crate::Stage;
use whale_plugin::milvus::{Collection, Field, Index, ty};

pub(crate) fn collections(stage: Stage, loaded: bool) -> Vec<Collection> {
    let mut collections = vec![notes(stage)];
    if stage == Stage::Second {
        collections.push(pictures());
    }
    if loaded { collections } else { collections.into_iter().map(Collection::released).collect() }
}

fn notes(stage: Stage) -> Collection {
    let collection = Collection::new("notes")
        .comment("what people wrote")
        .primary_key(Field::new("id", ty::int64()))
        .field(Field::new("text", ty::varchar(200)))
        .field(Field::new("embedding", ty::float_vector(8)))
        .hnsw("embedding", "COSINE", 8, 32);
    match stage {
        Stage::First => collection.partitions(["recent"]),
        Stage::Second => collection.partitions(["recent", "old"]).property("collection.ttl.seconds", "86400"),
    }
}

fn pictures() -> Collection {
    Collection::new("pictures")
        .comment("what people drew")
        .primary_key(Field::new("id", ty::int64()))
        .field(Field::new("kind", ty::varchar(20)))
        .field(Field::new("embedding", ty::float_vector(8)))
        .index(Index::new("kind", "Trie"))
        .hnsw("embedding", "L2", 8, 32)
}
