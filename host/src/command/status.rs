//! `status`: what is in the engines, and a run that did not end well. Only reads.

use super::{history, targets};
use crate::cli::Selection;
use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::render::{Output, Spent, StatusView};
use crate::settings::Settings;
use crate::settings::targets::Targets;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::journal::history::Run;
use whale_storage::session::Session;

/// Looks at every engine that answers. With plugins, also in the namespaces that they use.
pub(super) fn run(settings: &Settings, selection: &Selection) -> Result<Ending, Failure> {
    let named = selection.all || selection.model.is_some() || !selection.plugin.is_empty();
    let (mut desire, targets, found, spent) = if named {
        let prepared = targets::prepare(settings, selection)?;
        let found = prepared.judged.found();
        (prepared.desire, prepared.targets, found, Spent::of_plugins(&prepared.judged.candidates))
    } else {
        (Desire::default(), Targets::resolve(settings)?, Diagnostics::default(), Spent::default())
    };
    if !selection.engine.is_empty() {
        desire.objects.retain(|name, _| selection.engine.contains(&name.backend));
    }
    let unfinished = history::read(settings)?.open().next().cloned();
    let (view, troubles) = targets::block(look(desire, targets, selection, unfinished, spent))?;
    let exit = if troubles.is_empty() { Exit::Done } else { Exit::Failed };
    Ok(Ending { exit, output: Some(Output::Status(Box::new(view))), found, troubles })
}

async fn look(
    desire: Desire,
    targets: Targets,
    selection: &Selection,
    unfinished: Option<Run>,
    mut spent: Spent,
) -> Result<(StatusView, Vec<Trouble>), Failure> {
    let asked = |backend: &whale_storage::definition::Backend| {
        selection.engine.is_empty() || selection.engine.contains(backend)
    };
    let needed = if selection.engine.is_empty() {
        targets.by.keys().copied().collect()
    } else {
        selection.engine.iter().copied().collect()
    };
    let addresses = targets.addresses(&needed).map_err(Failure::Refused)?;
    let (mut session, failures) = Session::open(&addresses).await;
    let mut status = session.status(&desire).await;
    spent.round_trips = session.round_trips();
    session.close().await;
    let troubles = failures.into_iter().chain(std::mem::take(&mut status.failures)).map(Trouble::from).collect();
    let places = targets.by.iter().filter(|(backend, _)| asked(backend));
    let places = places.map(|(backend, target)| (*backend, target.place.clone())).collect();
    Ok((StatusView { status, places, unfinished, spent }, troubles))
}
