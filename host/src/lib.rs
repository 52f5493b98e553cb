//! whale-host: what stands between a plugin, a person and the engines.

pub mod sandbox;
pub mod text;
