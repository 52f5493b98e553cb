//! Definitions of what a model stores, and their way into TimescaleDB, ClickHouse and Milvus.
//!
//! Data moves one way, a module a stage; a stage's type proves the stage before it.

pub mod approve;
pub mod backend;
pub mod boundary;
pub mod capability;
pub mod catalog;
pub mod change;
pub mod check;
pub mod cluster;
pub mod definition;
pub mod desire;
pub mod diagnostic;
pub mod diff;
pub mod document;
pub mod expr;
pub mod file;
pub mod foreign;
pub mod hazard;
pub mod journal;
pub mod mark;
pub mod name;
pub mod part;
pub mod plan;
pub mod quote;
pub mod raw;
pub mod relation;
pub mod report;
pub mod scaling;
pub mod server;
pub mod session;
pub mod target;
pub mod types;
pub mod validate;
pub mod version_table;
pub mod word;
