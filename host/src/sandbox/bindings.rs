//! The contract as Rust types, generated from `wit/`.
//!
//! Only the worker touches these. Serialising one gives the canonical form: fields in the contract's order, no map.

#![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "model-plugin",
    additional_derives: [serde::Serialize, PartialEq],
});

pub(super) use exports::whale::model::plugin as contract;
