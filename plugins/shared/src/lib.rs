//! What all models share: users and chats, measurements, events and usage, knowledge and documents.
//!
//! It lives in the namespaces that every server has (`public`, `default`), which belong to nobody by name: a deployment
//! grants them in `whale.toml`.

mod clickhouse;
mod milvus;
mod timescaledb;

use whale_plugin::{Arguments, Definition, Info, Parameter, Plugin, Problems};

/// How vectors are kept and found.
#[derive(Clone, Copy)]
struct Vectors {
    dimensions: u32,
    m: u32,
    ef_construction: u32,
}

struct Shared;

impl Plugin for Shared {
    fn info() -> Info {
        Info::new(
            "shared",
            env!("CARGO_PKG_VERSION"),
            "users, chats, measurements, usage and knowledge that all models share",
        )
        .timescaledb()
        .clickhouse()
        .milvus()
        .timescaledb_namespace("public")
        .clickhouse_namespace("default")
        .milvus_namespace("default")
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
            .timescaledb(timescaledb::tables())
            .aggregates(timescaledb::aggregates())
            .clickhouse(clickhouse::tables())
            .milvus(milvus::collections(vectors)))
    }
}

whale_plugin::export!(Shared);
