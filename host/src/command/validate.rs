//! `validate`: plugins judged, without a database and without a network.

use crate::cli::{self, Selection, SourceRoot};
use crate::exit::{Ending, Exit, Failure};
use crate::pipeline::{self, Against};
use crate::render::Output;
use crate::settings::Settings;
use crate::settings::targets::remote_in_config;
use crate::settings::versions::Versions;
use whale_storage::diagnostic::Diagnostic;

/// Judges all plugins, and all of them together.
pub(super) fn run(
    settings: &Settings,
    selection: &Selection,
    against: &[cli::Against],
    budget: Option<cli::Budget>,
    source_roots: &[SourceRoot],
) -> Result<Ending, Failure> {
    let (versions, remote) = (Versions::told(settings, against), remote_in_config(settings));
    let against = Against { versions: &versions, remote: remote.as_deref(), budget };
    let (rulings, found) = pipeline::rulings(settings, selection, &against)?;
    let exit = if found.errors() == 0 { Exit::Done } else { Exit::Refused };
    let found = found.map(|one| below_root(source_roots, settings, one));
    Ok(Ending::new(exit, Output::Validated(rulings), found))
}

/// An author's compiler knows a file by its path below the crate. Whoever checks out more than the crate has it deeper.
fn below_root(roots: &[SourceRoot], settings: &Settings, mut found: Diagnostic) -> Diagnostic {
    let (Some(plugin), Some(origin)) = (&found.plugin, &mut found.origin) else { return found };
    let own = roots.iter().find(|root| root.plugin.as_ref() == Some(plugin));
    let root = own.or_else(|| roots.iter().find(|root| root.plugin.is_none()));
    if let Some(root) = root.filter(|_| !origin.file.starts_with('/') && !settings.is_a_file_of_ours(&origin.file)) {
        origin.file = format!("{}/{}", root.folder, origin.file);
    }
    found
}
