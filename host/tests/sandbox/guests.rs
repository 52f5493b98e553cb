//! Guests written by hand: a core module in text, and the contract around it.

use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// A core module with these bodies, and further text before them.
pub(crate) struct Guest<'a> {
    pub(crate) describe: &'a str,
    pub(crate) define: &'a str,
    pub(crate) more: &'a str,
    /// Only for a contract that was changed so that it has something to import.
    pub(crate) imports: &'a str,
    pub(crate) pages: u32,
    pub(crate) name: &'a str,
}

/// Where `describe` of the good guest finds its answer, and `define` its own: nothing but zeros, an empty definition.
pub(crate) const GOOD: Guest<'static> =
    Guest { describe: "i32.const 1024", define: "i32.const 4096", more: "", imports: "", pages: 1, name: "language" };

impl Guest<'_> {
    fn text(&self, version: &str) -> String {
        let Guest { describe, define, more, imports, pages, name } = self;
        // `plugin-info`: four texts, a list, three lists; each a pointer and a length.
        let texts = format!("{name}0.1.0summary");
        let mut info = Vec::new();
        let a = u32::try_from(name.len()).unwrap();
        let b = a + 5;
        for (place, length) in [(2048, a), (2048 + a, 5), (2048, a), (2048 + b, 7), (0, 0), (0, 0), (0, 0), (0, 0)] {
            info.extend(u32::to_le_bytes(if length == 0 { 8 } else { place }));
            info.extend(u32::to_le_bytes(length));
        }
        let info = escaped(&info);
        let texts = escaped(texts.as_bytes());
        format!(
            r#"(module
                {imports}
                (memory (export "memory") {pages})
                (data (i32.const 1024) "{info}")
                (data (i32.const 2048) "{texts}")
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
                {more}
                (func $spell_it (export "whale:model/plugin@{version}#describe") (result i32) {describe})
                (func $define_it (export "whale:model/plugin@{version}#define") (param i32 i32) (result i32) {define}))"#
        )
    }

    /// The component.
    pub(crate) fn component(&self) -> Vec<u8> {
        let wit = contract();
        componentize(&self.text("0.1.0"), &wit, "model-plugin")
    }

    /// The component of another version of the contract.
    pub(crate) fn of_version(&self, version: &str) -> Vec<u8> {
        let wit = contract().replace("whale:model@0.1.0", &format!("whale:model@{version}"));
        componentize(&self.text(version), &wit, "model-plugin")
    }

    /// The component of a contract that was changed.
    pub(crate) fn of_changed(&self, from: &str, to: &str) -> Vec<u8> {
        let wit = contract();
        assert!(wit.contains(from));
        componentize(&self.text("0.1.0"), &wit.replace(from, to), "model-plugin")
    }

    pub(crate) fn module(&self) -> Vec<u8> {
        wat::parse_str(self.text("0.1.0")).unwrap()
    }
}

/// Bytes as a text of the text format.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}\\{byte:02x}"))
}

fn contract() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/model.wit");
    cap_std::fs::Dir::open_ambient_dir(path.parent().unwrap(), cap_std::ambient_authority())
        .unwrap()
        .read_to_string(path.file_name().unwrap())
        .unwrap()
}

/// A component from the text of a core module and a world.
pub(crate) fn componentize(module: &str, wit: &str, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let group = UnresolvedPackageGroup::parse("model.wit", wit).unwrap();
    let package = resolve.push_group(group).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = wat::parse_str(module).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(false).encode().unwrap()
}

/// Bytes of a component written as text.
pub(crate) fn component_text(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}
