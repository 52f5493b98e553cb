//! `info`: what plugins say of themselves.

use crate::cli::Selection;
use crate::exit::{Ending, Exit, Failure};
use crate::pipeline::{self, Candidate};
use crate::render::Output;
use crate::settings::Settings;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::raw::{ClickhouseObjects, TimescaledbObjects};

/// Asks plugins. What they say is shown as it is, judged only so far as they could be asked.
pub(super) fn run(settings: &Settings, selection: &Selection) -> Result<Ending, Failure> {
    let mut candidates = pipeline::load(settings, selection)?;
    if !selection.engine.is_empty() {
        for candidate in &mut candidates {
            keep(candidate, &selection.engine);
        }
    }
    let mut found = Diagnostics::default();
    for candidate in &candidates {
        found.extend(candidate.found());
    }
    let exit = if found.errors() == 0 { Exit::Done } else { Exit::Refused };
    Ok(Ending::new(exit, Output::Info(candidates), found))
}

/// Leaves only what is for these engines.
fn keep(candidate: &mut Candidate, engines: &[Backend]) {
    let Some(defines) = &mut candidate.defined else { return };
    for backend in Backend::ALL.into_iter().filter(|backend| !engines.contains(backend)) {
        match backend {
            Backend::Timescaledb => defines.definition.timescaledb = TimescaledbObjects::default(),
            Backend::Clickhouse => defines.definition.clickhouse = ClickhouseObjects::default(),
            Backend::Milvus => defines.definition.milvus.clear(),
        }
    }
}
