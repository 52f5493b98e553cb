//! `validate`: plugins judged, without a database and without a network.

use crate::cli::{self, Selection};
use crate::exit::{Ending, Exit, Failure};
use crate::pipeline::{self, Against};
use crate::render::Output;
use crate::settings::Settings;
use crate::settings::targets::remote_in_config;
use crate::settings::versions::Versions;

/// Judges all plugins, and all of them together.
pub(super) fn run(
    settings: &Settings,
    selection: &Selection,
    against: &[cli::Against],
    budget: Option<cli::Budget>,
) -> Result<Ending, Failure> {
    let (versions, remote) = (Versions::told(settings, against), remote_in_config(settings));
    let against = Against { versions: &versions, remote: remote.as_deref(), budget };
    let (rulings, found) = pipeline::rulings(settings, selection, &against)?;
    let exit = if found.errors() == 0 { Exit::Done } else { Exit::Refused };
    Ok(Ending::new(exit, Output::Validated(rulings), found))
}
