//! From what a file of the kit says to the bytes of a plugin.

use super::lower::{BASE, Image, repeated};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup, WorldId};

/// A core module; what is left out is a good guest's.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Core {
    /// Bodies in WebAssembly text. `$info` and `$definition` push where the good answers stand.
    pub describe: Option<String>,
    pub define: Option<String>,
    /// Fields of the module, before the two functions, and before everything else.
    pub more: String,
    pub imports: String,
    /// Pages of memory; 0: as many as the answers take.
    pub pages: u32,
    /// Version in the name of the exported interface.
    pub version: Option<String>,
    /// A change to the contract: a text in it, and what stands in its place.
    pub contract: Vec<(String, String)>,
    /// The guest's texts are UTF-16.
    pub utf16: bool,
}

/// What a guest returns.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Returns {
    /// Over the information of a good guest.
    pub info: serde_json::Map<String, Value>,
    pub definition: Value,
}

/// Bytes that no toolchain makes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bytes {
    /// Begins with the component of a good guest.
    pub good: bool,
    pub text: String,
    pub hex: String,
    /// Keeps only so many of all that, of a hundred.
    pub percent: Option<usize>,
}

pub fn contract(changes: &[(String, String)]) -> (Resolve, WorldId) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/model.wit");
    let mut wit = std::fs::read_to_string(path).unwrap();
    for (from, to) in changes {
        assert!(wit.contains(from.as_str()), "the contract has no {from:?}");
        wit = wit.replace(from.as_str(), to);
    }
    let mut resolve = Resolve::default();
    let package = resolve.push_group(UnresolvedPackageGroup::parse("model.wit", &wit).unwrap()).unwrap();
    let world = resolve.select_world(&[package], Some("model-plugin")).unwrap();
    (resolve, world)
}

/// The component of a core module that returns this.
pub fn component(core: &Core, returns: &Returns) -> Vec<u8> {
    let (plain, _) = contract(&[]);
    let (_, interface) = plain.interfaces.iter().find(|(_, one)| one.name.as_deref() == Some("plugin")).unwrap();
    let mut image = Image::new(&plain);
    let mut info = json!({
        "name": "language", "version": "0.1.0", "model": "language", "summary": "of the hostile kit",
        "requests": { "databases": ["timescaledb", "clickhouse", "milvus"], "operations": ["create", "alter"] },
    });
    info.as_object_mut().unwrap().extend(returns.info.clone());
    let info = image.add(&info, &interface.functions["describe"].result.unwrap());
    let definition = image.add(&returns.definition, &interface.functions["define"].result.unwrap());
    let image = image.into_bytes();

    let version = core.version.clone().unwrap_or_else(|| "0.1.0".to_owned());
    let mut changes = core.contract.clone();
    changes
        .extend(core.version.iter().map(|version| ("whale:model@0.1.0".to_owned(), format!("whale:model@{version}"))));
    let body = |given: &Option<String>, good: u32| {
        let body = given.as_deref().map_or_else(|| format!("i32.const {good}"), repeated);
        body.replace("$info", &format!("i32.const {info}")).replace("$definition", &format!("i32.const {definition}"))
    };
    let pages = core.pages.max((BASE + u32::try_from(image.len()).unwrap()).div_ceil(65_536) + 1);
    let text = format!(
        r#"(module
            {imports}
            (memory (export "memory") {pages})
            (data (i32.const {BASE}) "{image}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
            {more}
            (func $describe (export "whale:model/plugin@{version}#describe") (result i32) {describe})
            (func $define (export "whale:model/plugin@{version}#define") (param i32 i32) (result i32) {define}))"#,
        imports = core.imports,
        image = escaped(&image),
        more = repeated(&core.more),
        describe = body(&core.describe, info),
        define = body(&core.define, definition),
    );
    let (resolve, world) = contract(&changes);
    let mut module = wat::parse_str(text).unwrap();
    let encoding = if core.utf16 { StringEncoding::UTF16 } else { StringEncoding::UTF8 };
    embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(false).encode().unwrap()
}

/// A component in text; `GOOD` in it is what makes the host take it for a plugin.
pub fn text(component: &str) -> Vec<u8> {
    let good = r#"(instance $good) (export "whale:model/plugin@0.1.0" (instance $good))"#;
    wat::parse_str(repeated(component).replace("GOOD", good)).unwrap()
}

pub fn bytes(bytes: &Bytes) -> Vec<u8> {
    let mut all = if bytes.good { component(&Core::default(), &Returns::default()) } else { Vec::new() };
    all.extend(repeated(&bytes.text).bytes());
    let digits: Vec<u8> = repeated(&bytes.hex).bytes().filter(u8::is_ascii_hexdigit).collect();
    all.extend(digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()));
    all.truncate(bytes.percent.map_or(all.len(), |percent| all.len() * percent / 100));
    all
}

/// Bytes as a text of the text format.
fn escaped(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        text.push('\\');
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
