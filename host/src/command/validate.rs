//! `validate`: plugins judged, without a database and without a network.

use crate::cli::{self, Selection};
use crate::exit::{Ending, Exit, Failure};
use crate::pipeline;
use crate::render::Output;
use crate::settings::targets::remote_in_config;
use crate::settings::versions::Versions;
use crate::settings::{Settings, models};

/// Judges all plugins, and all of them together.
pub(super) fn run(
    settings: &Settings,
    selection: &Selection,
    against: &[cli::Against],
    budget: Option<cli::Budget>,
) -> Result<Ending, Failure> {
    let mut candidates = pipeline::load(settings, selection)?;
    for candidate in &mut candidates {
        candidate.keep(&selection.engine);
        if let Some(budget) = budget {
            candidate.hold_to(budget);
        }
    }
    let versions = Versions::told(settings, against);
    let judged = pipeline::judge(settings, candidates, &versions, remote_in_config(settings).as_deref());
    let mut found = judged.found();
    // A plugin that is refused may be the one of that model; so may an engine that was left out.
    if found.errors() == 0 && selection.engine.is_empty() {
        found.extend(models::limits(settings, &judged.desire).err().unwrap_or_default());
    }
    let exit = if found.errors() == 0 { Exit::Done } else { Exit::Refused };
    Ok(Ending::new(exit, Output::Validated(judged), found))
}
