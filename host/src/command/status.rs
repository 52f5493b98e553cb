//! `status`: what is in the engines, and a run that did not end well. Only reads.

use super::{history, targets};
use crate::cli::Selection;
use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::render::{Output, Spent, StatusView};
use crate::settings::Settings;
use crate::settings::targets::Targets;
use std::collections::BTreeSet;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::journal::history::Run;
use whale_storage::session::Session;
use whale_storage::target::TargetName;

/// Looks at every engine that answers. With plugins, also in the namespaces that they use.
pub(super) fn run(settings: &Settings, selection: &Selection) -> Result<Ending, Failure> {
    let named = selection.all || selection.model.is_some() || !selection.plugin.is_empty();
    let (mut desire, targets, found, spent) = if named {
        let prepared = targets::prepare(settings, selection)?;
        let found = prepared.judged.found();
        (prepared.desire, prepared.targets, found, Spent::of_plugins(&prepared.judged.candidates))
    } else {
        (
            Desire::nothing(settings.config.layout()),
            Targets::resolve(settings)?,
            Diagnostics::default(),
            Spent::default(),
        )
    };
    desire.targets.retain(|target, _| selection.means(target.backend));
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
    let mut needed: BTreeSet<TargetName> =
        targets.by.keys().filter(|name| selection.means(name.backend)).cloned().collect();
    needed.extend(selection.engine.iter().map(|engine| TargetName::from(*engine)));
    let addresses = targets.addresses(&needed).map_err(Failure::Refused)?;
    let (mut session, failures) = Session::open(&addresses).await;
    let mut status = session.status(&desire).await;
    spent.round_trips = session.round_trips();
    session.close().await;
    let troubles = failures.into_iter().chain(std::mem::take(&mut status.failures)).map(Trouble::from).collect();
    let places = targets.by.iter().filter(|(name, _)| needed.contains(*name));
    let places = places.map(|(name, target)| (name.clone(), target.place.clone())).collect();
    Ok((StatusView { status, places, unfinished, spent }, troubles))
}
