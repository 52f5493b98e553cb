//! `plan`: definitions against engines. Only reads.

use super::targets::{self, Prepared, Wanted};
use crate::cli::Selection;
use crate::exit::{Ending, Exit, Failure};
use crate::render::{Output, Planned};
use crate::settings::Settings;
use whale_storage::diagnostic::Diagnostics;

/// What was asked beside the selection.
pub(super) struct Asked {
    /// That the exit code says whether there is anything to do.
    pub(super) check: bool,
    /// That no server is asked what it makes of definitions.
    pub(super) offline: bool,
}

/// Plans, and says by its exit code whether there is anything to do, where that was asked.
pub(super) fn run(settings: &Settings, selection: &Selection, asked: &Asked) -> Result<Ending, Failure> {
    let Asked { check, offline } = *asked;
    let prepared = targets::prepare(settings, selection)?;
    let (planned, mut found) = targets::block(plan(settings, selection, prepared, offline))?;
    found.extend(planned.plan.found.clone());
    let exit = if planned.plan.found.errors() > 0 {
        Exit::Refused
    } else if check && !planned.plan.is_empty() {
        Exit::Differences
    } else {
        Exit::Done
    };
    Ok(Ending::new(exit, Output::Planned(Box::new(planned)), found))
}

async fn plan(
    settings: &Settings,
    selection: &Selection,
    prepared: Prepared,
    offline: bool,
) -> Result<(Planned, Diagnostics), Failure> {
    let mut session = targets::open(&prepared.targets, &prepared.desire.needed()).await?;
    let places = targets::places(&session, &prepared.targets);
    let Wanted { desire, found, mut spent } = prepared.for_servers(settings, selection, &session)?;
    if offline {
        session.ask_nothing("--offline leaves the server unasked");
    }
    let plan = session.plan(&desire, &targets::run_name()).await;
    spent.round_trips = session.round_trips();
    session.close().await;
    Ok((Planned { plan: plan?, desire, places, spent }, found))
}
