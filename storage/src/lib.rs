//! Definitions of what a model stores, and their way into TimescaleDB, ClickHouse and Milvus.
//!
//! Data moves one way, a module a stage; a stage's type proves the stage before it.

pub mod diagnostic;
pub mod expr;
pub mod name;
pub mod quote;
pub mod raw;
pub mod types;
