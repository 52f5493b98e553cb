//! For tests of plugins, which need neither WebAssembly nor a host: what a plugin defines, for arguments of your choice.

use crate::contract::{Argument, Guest, MilvusCollection, ModelDefinition, ParameterValue, Problem};

/// What the plugin defines: for these arguments, and for each other parameter its default.
pub fn define<P: Guest>(chosen: &[(&str, ParameterValue)]) -> Result<ModelDefinition, Vec<Problem>> {
    let mut arguments = Vec::new();
    for parameter in P::describe().parameters {
        let chosen = chosen.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value.clone());
        let Some(value) = chosen.or(parameter.default_to) else {
            let (path, message) = (format!("parameters/{}", parameter.name), "no value was given".to_owned());
            return Err(vec![Problem { path, message, help: None }]);
        };
        arguments.push(Argument { name: parameter.name, value });
    }
    P::define(arguments)
}

/// Fields of a collection as `name TYPE`, with the primary field and the partition key marked.
pub fn fields(collection: &MilvusCollection) -> Vec<String> {
    let fields = collection.fields.iter().map(|field| {
        let primary = if field.header.name == collection.primary_key { " primary" } else { "" };
        let key = if field.partition_key { " partition key" } else { "" };
        format!("{} {}{primary}{key}", field.header.name, field.data_type)
    });
    fields.collect()
}
