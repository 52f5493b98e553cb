//! `componentize MODULE COMPONENT`: makes a component of a core module, checks that it imports nothing, and writes it in
//! one go, so that nobody ever reads half of it.

use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [module, component] = arguments.as_slice() else { bail!("usage: componentize MODULE COMPONENT") };
    let bytes = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|encoder| encoder.encode())
        .with_context(|| format!("making a component of {}", module.display()))?;
    no_imports(&encoded)?;
    write(component, &encoded)
}

/// A plugin imports nothing; a component that does would be refused by every host.
fn no_imports(component: &[u8]) -> anyhow::Result<()> {
    let mut depth = 0_usize;
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    names.push(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    if !names.is_empty() {
        bail!(
            "the component imports {}; build for wasm32-unknown-unknown and use nothing of the system",
            names.join(", ")
        );
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, bytes).with_context(|| format!("writing {}", partial.display()))?;
    fs::rename(&partial, path).with_context(|| format!("writing {}", path.display()))
}
