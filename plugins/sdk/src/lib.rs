//! Writes a model's tables and collections as a plugin of whale-host.
//!
//! A plugin is a [`Plugin`] that [`export!`] makes into a component. It says what it is ([`Info`]), and, for the arguments
//! a deployment chose, what it stores ([`Definition`]). A table reads like a table, one file each:
//!
//! ```
//! use whale_plugin::clickhouse::{Column, Table, ty};
//!
//! pub fn table() -> Table {
//!     Table::new("dialects")
//!         .comment("dialects and where they are spoken")
//!         .column(Column::new("dialect_id", ty::string()))
//!         .column(Column::new("popularity", ty::float32()).default("0"))
//!         .order_by(["dialect_id"])
//! }
//! ```
//!
//! Builders never panic: a name or an expression that cannot be is found by the host, which names the file and the line
//! of the `Table::new` that it stands in. What goes wrong in `define` is returned: an argument that does not fit is a
//! [`Problem`], and `?` makes one of any error. A panic is a trap, which carries no text, since WebAssembly as the host
//! takes it cannot unwind; the host names the function it happened in.

mod arguments;
pub mod clickhouse;
mod definition;
mod embedding;
mod header;
mod info;
pub mod milvus;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod time;
pub mod timescaledb;

#[doc(hidden)]
#[allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated from the contract"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "model-plugin",
        pub_export_macro: true,
        default_bindings_module: "whale_plugin::bindings",
        export_macro_name: "export_component",
        additional_derives: [PartialEq],
    });
}

pub use arguments::{Arguments, Parameter, Problem, Problems};
pub use definition::Definition;
pub use embedding::Embedding;
pub use info::{Info, Operation};
pub use time::{Duration, days, hours, minutes, months, seconds, weeks, years};

#[doc(hidden)]
pub use bindings::exports::whale::model::plugin as contract;

/// A plugin.
pub trait Plugin {
    /// What it is, and what it asks for.
    fn info() -> Info;

    /// What it stores, for these arguments. Depends on them alone.
    fn define(arguments: &Arguments) -> Result<Definition, Problems>;
}

/// Makes a [`Plugin`] the component's export.
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        /// What the host calls.
        pub struct Component;

        impl $crate::contract::Guest for Component {
            fn describe() -> $crate::contract::PluginInfo {
                <$plugin as $crate::Plugin>::info().into_contract()
            }

            fn define(
                arguments: Vec<$crate::contract::Argument>,
            ) -> Result<$crate::contract::ModelDefinition, Vec<$crate::contract::Problem>> {
                <$plugin as $crate::Plugin>::define(&$crate::Arguments::new(arguments))
                    .map($crate::Definition::into_contract)
                    .map_err($crate::Problems::into_contract)
            }
        }

        // Elsewhere, as in a plugin's own tests, a linker would not take the names of a component's exports.
        #[cfg(target_family = "wasm")]
        $crate::bindings::export_component!(Component with_types_in $crate::bindings);
    };
}

/// The guide's plugin compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Guide;
