//! `info`: what plugins say of themselves.

use crate::cli::Selection;
use crate::exit::{Ending, Exit, Failure};
use crate::pipeline;
use crate::render::Output;
use crate::settings::Settings;
use whale_storage::diagnostic::Diagnostics;

/// Asks plugins. What they say is shown as it is, judged only so far as they could be asked.
pub(super) fn run(settings: &Settings, selection: &Selection) -> Result<Ending, Failure> {
    let mut candidates = pipeline::load(settings, selection)?;
    for candidate in &mut candidates {
        candidate.keep(&selection.engine);
    }
    let mut found = Diagnostics::default();
    for candidate in &candidates {
        found.extend(candidate.found());
    }
    let exit = if found.errors() == 0 { Exit::Done } else { Exit::Refused };
    Ok(Ending::new(exit, Output::Info(candidates), found))
}

/// What the result of [`run`] looks like for machines.
pub(super) fn schema() -> Ending {
    Ending::new(Exit::Done, Output::Schema, Diagnostics::default())
}
