//! What all models share: users and chats, measurements, events and usage, knowledge and documents.
//!
//! It lives in the namespaces that every server has (`public`, `default`), which belong to nobody by name: a deployment
//! grants them in `whale.toml`.

mod clickhouse;
mod milvus;
mod timescaledb;

use whale_plugin::{Arguments, Definition, Embedding, Info, Parameter, Plugin, Problems, days};

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
        .parameter(Parameter::duration(
            "time_series_chunk",
            days(1),
            "width of a chunk of time_series; the newest chunk and its indexes should fit into a quarter of the memory",
        ))
        .parameters(Embedding::parameters())
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let embedding = Embedding::of(arguments)?;
        Ok(Definition::new()
            .timescaledb(timescaledb::tables(arguments.duration("time_series_chunk")?))
            .aggregates(timescaledb::aggregates())
            .clickhouse(clickhouse::tables())
            .milvus(milvus::collections(embedding)))
    }
}

whale_plugin::export!(Shared);
