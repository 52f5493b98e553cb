//! The language model's tables and collections: dialects, fields of knowledge, conversations, and a knowledge base.

mod contextual;
mod dialects;
mod domain;
mod milvus;

use whale_plugin::{Arguments, Definition, Info, Parameter, Plugin, Problems};

/// How vectors are kept and found.
#[derive(Clone, Copy)]
struct Vectors {
    dimensions: u32,
    m: u32,
    ef_construction: u32,
}

struct Language;

impl Plugin for Language {
    fn info() -> Info {
        Info::new("language", env!("CARGO_PKG_VERSION"), "dialects, domains, conversations and knowledge of languages")
            .clickhouse()
            .milvus()
            .parameter(Parameter::integer(
                "embedding_dim",
                2..=32_768,
                1536,
                "dimensions of an embedding, as the embedding model gives them",
            ))
            .parameter(Parameter::integer(
                "hnsw_m",
                2..=2_048,
                16,
                "neighbours of a vector in the HNSW graph; more find better and take more memory",
            ))
            .parameter(Parameter::integer(
                "hnsw_ef_construction",
                1..=65_535,
                200,
                "candidates looked at when the HNSW graph is built; more build longer and find better",
            ))
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let vectors = Vectors {
            dimensions: arguments.integer("embedding_dim")?,
            m: arguments.integer("hnsw_m")?,
            ef_construction: arguments.integer("hnsw_ef_construction")?,
        };
        Ok(Definition::new()
            .clickhouse(dialects::tables())
            .clickhouse(domain::tables())
            .clickhouse(contextual::tables())
            .milvus(milvus::collections(vectors)))
    }
}

whale_plugin::export!(Language);
