//! A look at a component before it is compiled, which costs seconds where this costs less than a millisecond.
//!
//! First what a person can be told better now than after compiling: what kind of file this is, what it imports, and
//! which version of the contract it was built for. Then what a compiler must not be given: `walk` counts everything
//! that is nested, `body` looks at each function. That the rest is valid is for the compiler to find.
//! Names are compared as they stand in the file. Looked up in a compiled component, 0.1.9 would answer for 0.1.0.

mod body;
mod walk;

use super::error::Finding;
use super::limits::Limits;
use crate::text;
use semver::Version;
use wasmtime::wasmparser::{BinaryReaderError, Chunk, Parser, Payload};
use whale_storage::diagnostic::codes::sandbox as codes;

/// The interface a plugin exports, without its version.
const INTERFACE: &str = "whale:model/plugin";

/// Versions of the contract that this host takes, oldest first.
const TAKEN: &[Version] = &[Version::new(0, 1, 0)];

/// Imports that are named; a component may have a million.
const MOST_NAMED: usize = 10;

/// Finds out which version of the contract a component is for, and refuses what cannot be a plugin or may not be
/// compiled.
pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Result<Version, Finding> {
    kind(bytes)?;
    let names = names(bytes).map_err(|error| malformed(&error))?;
    if names.cut_off {
        let message = format!("the file is cut off: it ends after {} bytes, inside a nested module", bytes.len());
        return Err(Finding::new(codes::MALFORMED, message).help("copy or build it again"));
    }
    imports(&names)?;
    let version = version(&names)?;
    walk::walk(bytes, limits)?;
    Ok(version)
}

/// What the parser found wrong, as a finding.
pub(super) fn malformed(error: &BinaryReaderError) -> Finding {
    Finding::new(
        codes::MALFORMED,
        format!("the component is damaged or not allowed: {} (at byte {})", error.message(), error.offset()),
    )
}

fn kind(bytes: &[u8]) -> Result<(), Finding> {
    match bytes {
        [0x7f, b'E', b'L', b'F', ..] => {
            Err(Finding::new(codes::PRECOMPILED, "this is an ELF file, machine code and not WebAssembly")
                .help("give the `.wasm` file that it was made from"))
        }
        [0, b'a', b's', b'm', _, _, 0, 0, ..] => {
            Err(Finding::new(codes::CORE_MODULE, "this is a core WebAssembly module, not a component")
                .help("make a component of it: `wasm-tools component new module.wasm -o plugin.wasm`"))
        }
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', ..] => Err(Finding::new(
            codes::MALFORMED,
            format!("the file begins as WebAssembly and is cut off or of an unknown kind, after {} bytes", bytes.len()),
        )),
        _ => {
            let start = bytes.trim_ascii_start();
            let finding = Finding::new(codes::NOT_WEBASSEMBLY, "this is not a WebAssembly file");
            Err(if start.starts_with(b"(module") {
                finding.help("this looks like the text of a core module: a plugin is a component in binary form")
            } else if start.starts_with(b"(") || start.starts_with(b";;") {
                finding.help("this looks like WebAssembly text: `wasm-tools parse plugin.wat -o plugin.wasm`")
            } else {
                finding.help("a plugin is a WebAssembly component in binary form, as the SDK's build makes it")
            })
        }
    }
}

#[derive(Default)]
struct Names<'a> {
    /// The first ones.
    imports: Vec<&'a str>,
    imported: usize,
    /// Those of our interface, with any version or none.
    ours: Vec<&'a str>,
    others: Vec<&'a str>,
    /// Whether a nested module is longer than what is left of the file.
    cut_off: bool,
}

/// Imports and exports of the outermost component. What stands inside of it is stepped over.
fn names(mut rest: &[u8]) -> Result<Names<'_>, BinaryReaderError> {
    let mut names = Names::default();
    let mut parser = Parser::new(0);
    loop {
        let (consumed, payload) = match parser.parse(rest, true)? {
            Chunk::Parsed { consumed, payload } => (consumed, payload),
            // Not with the end of the data known.
            Chunk::NeedMoreData(_) => return Ok(names),
        };
        let mut skip = consumed;
        match payload {
            Payload::ComponentImportSection(section) => {
                for import in section {
                    names.imported += 1;
                    let import = import?;
                    if names.imports.len() < MOST_NAMED {
                        names.imports.push(import.name.name);
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    names.export(export?.name.name);
                }
            }
            Payload::ModuleSection { unchecked_range, .. } | Payload::ComponentSection { unchecked_range, .. } => {
                skip = skip.saturating_add(unchecked_range.len());
            }
            Payload::End(_) => return Ok(names),
            _ => {}
        }
        let Some(after) = rest.get(skip..) else {
            names.cut_off = true;
            return Ok(names);
        };
        rest = after;
    }
}

impl<'a> Names<'a> {
    fn export(&mut self, name: &'a str) {
        let ours = name.strip_prefix(INTERFACE).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'));
        let list = if ours { &mut self.ours } else { &mut self.others };
        if list.len() < MOST_NAMED {
            list.push(name);
        }
    }
}

fn imports(names: &Names<'_>) -> Result<(), Finding> {
    if names.imported == 0 {
        return Ok(());
    }
    let mut message = format!("the plugin imports {}, and a plugin imports nothing", list(&names.imports));
    let more = names.imported - names.imports.len();
    if more > 0 {
        message = format!("the plugin imports {} and {more} more, and a plugin imports nothing", list(&names.imports));
    }
    let help = if names.imports.iter().all(|name| name.starts_with("whale:model/")) {
        "a type used from a second interface becomes an import: define it in the interface that is exported"
    } else if names.imports.iter().any(|name| name.starts_with("wasi:")) {
        "build without WASI: Rust for wasm32-unknown-unknown, `componentize-py --stub-wasi`, `jco componentize \
         --disable all`"
    } else {
        "a plugin computes and returns data: take out what needs the import"
    };
    Err(Finding::new(codes::IMPORTS, message).help(help))
}

fn version(names: &Names<'_>) -> Result<Version, Finding> {
    if names.ours.is_empty() {
        let exports = if names.others.is_empty() { "nothing".to_owned() } else { list(&names.others) };
        return Err(Finding::new(
            codes::WRONG_WORLD,
            format!("the component exports {exports}, and a plugin exports `{INTERFACE}`"),
        )
        .help("build it for the world `model-plugin` of the package `whale:model`"));
    }
    let taken = names
        .ours
        .iter()
        .filter_map(|name| Version::parse(name.strip_prefix(INTERFACE)?.strip_prefix('@')?).ok())
        .filter(|version| TAKEN.contains(version))
        .max();
    taken.ok_or_else(|| wrong_version(names))
}

fn wrong_version(names: &Names<'_>) -> Finding {
    let versions: Vec<_> =
        names.ours.iter().map(|name| name.strip_prefix(INTERFACE).unwrap_or(name).trim_start_matches('@')).collect();
    let built = match versions.as_slice() {
        [""] => "no version of the contract at all".to_owned(),
        several => format!("version {} of the contract", list(several)),
    };
    let range = match TAKEN {
        [one] => format!("{one}"),
        [oldest, .., newest] => format!("{oldest} to {newest}"),
        [] => "none".to_owned(),
    };
    Finding::new(codes::WRONG_VERSION, format!("the plugin was built for {built}, this host takes {range}"))
        .help("build the plugin with an SDK of a version that this host takes, or use a host that takes the plugin's")
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{}`", text::shown_within(name, 80))).collect::<Vec<_>>().join(", ")
}
