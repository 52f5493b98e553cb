//! Types of the three engines, and what is written like them: table engines, codecs, index kinds.
//!
//! A plugin's text and a server's go through the same parsers into closed enums, and are compared as values. Every
//! parser is recursive descent over [`token`], bounded in length and depth, and reads to the end. `Display` gives the
//! canonical text, which is safe to put into a statement: it is made from the value, never from what was read.

pub mod clickhouse;
pub(crate) mod cursor;
mod fault;
pub mod milvus;
pub mod postgres;
pub(crate) mod token;
pub mod zone;

pub use fault::TextFault;
pub use fault::nearest;
pub(crate) use fault::shown;

/// Why a text is not a type.
pub type TypeFault = TextFault;
