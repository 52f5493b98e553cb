//! Tables and aggregates as shapes: the defined ones and those that a server describes, through the same functions, so
//! that equal things have equal facts. Pure.
//!
//! What the server adds by itself is on neither side: the sequence of an identity, the indexes that a continuous aggregate
//! gets, `NOT NULL` of what is an identity or a key.

mod aggregate;
mod answers;
mod facts;
mod found;
mod role;
pub(crate) mod rows;
mod wanted;
mod word;

pub(super) use facts::store_order;
pub(crate) use found::catalog;
pub(crate) use wanted::shape;
pub(super) use word::{of_aggregate, of_index, of_table};
