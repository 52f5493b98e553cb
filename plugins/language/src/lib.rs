//! The language model's tables and collections: dialects, fields of knowledge, conversations, and a knowledge base.

mod contextual;
mod dialects;
mod domain;
mod milvus;

use whale_plugin::{Arguments, Definition, Embedding, Info, Plugin, Problems};

struct Language;

impl Plugin for Language {
    fn info() -> Info {
        Info::new("language", env!("CARGO_PKG_VERSION"), "dialects, domains, conversations and knowledge of languages")
            .clickhouse()
            .milvus()
            .parameters(Embedding::parameters())
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let embedding = Embedding::of(arguments)?;
        Ok(Definition::new()
            .clickhouse(dialects::tables())
            .clickhouse(domain::tables())
            .clickhouse(contextual::tables())
            .milvus(milvus::collections(embedding)))
    }
}

whale_plugin::export!(Language);
