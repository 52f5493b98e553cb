//! The one table of codes, a file an area:
//! `WH00` command and settings, `WH01` sandbox, `WH02` names and references, `WH03` types and expressions,
//! `WH04` TimescaleDB, `WH05` ClickHouse, `WH06` Milvus, `WH07` planning, `WH08` engines, `WH09` what a model
//! may use.
//!
//! A code is never used again for another rule.

use super::Code;

/// Declares the codes of an area: constants, and the list of them.
macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        use super::super::Code;
        $(
            #[doc = $title]
            pub const $name: Code = Code { id: $id, title: $title, explanation: $explanation };
        )*
        pub(super) const ALL: &[Code] = &[$($name),*];
    };
}

pub mod clickhouse;
pub mod engine;
pub mod milvus;
pub mod name;
pub mod plan;
pub mod sandbox;
pub mod scaling;
pub mod settings;
pub mod timescaledb;
pub mod types;

/// What `validate` warns of in a definition: these a plugin's table of whale.toml may accept.
pub const WARNINGS: &[Code] =
    &[clickhouse::SUM_WRAPS, clickhouse::AVERAGE_SUMMED, clickhouse::LOOSE_COLUMN, clickhouse::LOOSE_VIEW];

/// Every code, in order.
pub fn all() -> impl Iterator<Item = Code> {
    [
        settings::ALL,
        sandbox::ALL,
        name::ALL,
        types::ALL,
        timescaledb::ALL,
        clickhouse::ALL,
        milvus::ALL,
        plan::ALL,
        engine::ALL,
        scaling::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
