//! What every host asks of a plugin, looked at before the plugin is written: no imports, the contract's export, and
//! functions that have names, so that a trap can say where it happened.

use anyhow::{Context, bail, ensure};
use wasmparser::{KnownCustom, Name, Parser, Payload};
use wit_component::{DecodedWasm, decode};

/// The contract's interface, without its version.
const INTERFACE: &str = "whale:model/plugin@";

/// Checks a component.
pub(crate) fn is_plugin(component: &[u8]) -> anyhow::Result<()> {
    let decoded = decode(component).context("reading the component's types")?;
    let DecodedWasm::Component(resolve, world) = decoded else { bail!("it is a package of types, not a component") };
    let world = resolve.worlds.get(world).context("the component has no world")?;
    let names = |items: Vec<_>| items.into_iter().map(|key| resolve.name_world_key(key)).collect::<Vec<_>>();

    let imports = names(world.imports.keys().collect());
    ensure!(
        imports.is_empty(),
        "it imports {}; build for wasm32-unknown-unknown and use nothing of the system",
        imports.join(", ")
    );
    let exports = names(world.exports.keys().collect());
    ensure!(
        exports.iter().any(|name| name.starts_with(INTERFACE)),
        "it does not export {INTERFACE}..; its crate needs `whale_plugin::export!`"
    );
    ensure!(has_function_names(component)?, "its functions have no names; build with strip = \"debuginfo\"");
    Ok(())
}

/// Whether functions of its modules have names.
fn has_function_names(component: &[u8]) -> anyhow::Result<bool> {
    for payload in Parser::new(0).parse_all(component) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(subsections) = section.as_known() else { continue };
        for subsection in subsections {
            if let Name::Function(functions) = subsection?
                && functions.count() > 0
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::is_plugin;
    use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
    use wit_parser::{ManglingAndAbi, Resolve};

    /// A component of a world, with functions that do nothing and have no names.
    fn component(wit: &str) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("test.wit", wit).expect("a package");
        let world = resolve.select_world(&[package], None).expect("a world");
        let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).expect("metadata");
        let mut encoder = ComponentEncoder::default();
        encoder.validate(true).module(&module).expect("a module").encode().expect("a component")
    }

    fn refusal(wit: &str) -> String {
        is_plugin(&component(wit)).expect_err("a refusal").to_string()
    }

    const PLUGIN: &str = "interface plugin { describe: func() -> string; }";

    #[test]
    fn an_import_is_refused_by_name() {
        let refusal = refusal(&format!(
            "package whale:model@0.1.0; {PLUGIN} interface clock {{ now: func() -> u64; }}
             world w {{ import clock; export plugin; }}"
        ));
        assert!(refusal.contains("it imports whale:model/clock@0.1.0"), "{refusal}");
    }

    #[test]
    fn a_component_of_another_contract_is_refused() {
        let refusal = refusal(&format!("package other:model@0.1.0; {PLUGIN} world w {{ export plugin; }}"));
        assert!(refusal.contains("it does not export whale:model/plugin@"), "{refusal}");
    }

    #[test]
    fn functions_need_names() {
        let refusal = refusal(&format!("package whale:model@0.1.0; {PLUGIN} world w {{ export plugin; }}"));
        assert!(refusal.contains("no names"), "{refusal}");
    }

    #[test]
    fn what_is_no_component_is_refused() {
        assert!(is_plugin(b"").is_err());
        assert!(is_plugin(b"\0asm\x01\0\0\0").is_err());
    }
}
