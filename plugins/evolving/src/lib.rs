//! One model in two stages: every kind of object, then every kind of addition to what exists. Only the suite uses it; it
//! is not built into the folder of the plugins.

mod clickhouse;
mod milvus;
mod timescaledb;

use whale_plugin::{Arguments, Definition, Info, Parameter, Plugin, Problems};

struct Evolving;

/// What of the model there is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    First,
    Second,
}

impl Plugin for Evolving {
    fn info() -> Info {
        Info::new("evolving", env!("CARGO_PKG_VERSION"), "one model in two stages, for the suite")
            .timescaledb()
            .clickhouse()
            .milvus()
            .parameter(Parameter::integer("stage", 1..=2, 1, "1: every kind of object; 2: with additions"))
            .parameter(Parameter::boolean("plain", false, "nothing that needs the extension timescaledb"))
            .parameter(Parameter::boolean("loaded", true, "whether collections are loaded, which takes Milvus seconds"))
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let plain = arguments.boolean("plain")?;
        let stage = if arguments.integer::<u8>("stage")? == 1 { Stage::First } else { Stage::Second };
        Ok(Definition::new()
            .timescaledb(timescaledb::tables(stage, plain))
            .aggregates(timescaledb::aggregates(plain))
            .clickhouse(clickhouse::tables(stage))
            .materialized_views([clickhouse::feed()])
            .milvus(milvus::collections(stage, arguments.boolean("loaded")?)))
    }
}

whale_plugin::export!(Evolving);
