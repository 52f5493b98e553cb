//! `componentize MODULE COMPONENT`: makes a component of a core module, checks that a host would take it, and writes it in
//! one go, so that nobody ever reads half of it. A component that is there already and equal is left as it is.

mod check;

use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use wit_component::ComponentEncoder;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [module, component] = arguments.as_slice() else { bail!("usage: componentize MODULE COMPONENT") };
    let bytes = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let encoded = encode(&bytes).with_context(|| format!("making a component of {}", module.display()))?;
    check::is_plugin(&encoded).with_context(|| format!("no host would take {}", module.display()))?;
    write(component, &encoded).with_context(|| format!("writing {}", component.display()))
}

/// The component, with the types that `wit-bindgen` left in a section of the module.
fn encode(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(module)?.encode()
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // The error of writing is the one to report.
        let _ = fs::remove_file(&partial);
    }
    written
}
