//! What models tell each other: who exchanged what, how good it was, and how it is related and kept up to date.

mod clickhouse;
mod milvus;
mod timescaledb;

use timescaledb::Chunks;
use whale_plugin::{Arguments, Definition, Embedding, Info, Parameter, Plugin, Problems, days};

struct Federation;

impl Plugin for Federation {
    fn info() -> Info {
        Info::new("federation", env!("CARGO_PKG_VERSION"), "exchange of knowledge between models, and its quality")
            .timescaledb()
            .clickhouse()
            .milvus()
            .parameter(Parameter::duration(
                "log_chunk",
                days(7),
                "width of a chunk of logs, updates and reviews; a chunk and its indexes should fit into memory",
            ))
            .parameter(Parameter::duration(
                "performance_chunk",
                days(1),
                "width of a chunk of measurements, which are many",
            ))
            .parameters(Embedding::parameters())
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let chunks =
            Chunks { logs: arguments.duration("log_chunk")?, performance: arguments.duration("performance_chunk")? };
        let embedding = Embedding::of(arguments)?;
        Ok(Definition::new()
            .timescaledb(timescaledb::tables(&chunks))
            .aggregates(timescaledb::aggregates())
            .clickhouse(clickhouse::tables())
            .materialized_views(clickhouse::views())
            .milvus(milvus::collections(embedding)))
    }
}

whale_plugin::export!(Federation);
