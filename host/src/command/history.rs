//! `history`: what ran when, and what came of it. Reads the state directory and nothing else.

use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::folder;
use crate::render::{HistoryView, Output};
use crate::settings::{Settings, folders};
use crate::text::shown_within;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::journal::history::{self, History};

/// All runs, newest first, or one of them with its steps.
pub(super) fn run(settings: &Settings, run: Option<&str>, limit: usize) -> Result<Ending, Failure> {
    let history = read(settings)?;
    let unreadable = history.unreadable;
    let view = if let Some(name) = run {
        HistoryView { runs: vec![named(&history, name)?], unreadable, older: 0, whole: true }
    } else {
        let older = history.runs.len().saturating_sub(limit);
        HistoryView { runs: history.runs.into_iter().take(limit).collect(), unreadable, older, whole: false }
    };
    Ok(Ending::new(Exit::Done, Output::History(view), Diagnostics::default()))
}

fn named(history: &History, name: &str) -> Result<history::Run, Failure> {
    let trouble =
        |message: String| Failure::Usage(Trouble::new("usage", message).hint("whale-host history lists the runs"));
    match history.named(name).as_slice() {
        [run] => Ok((*run).clone()),
        [] => Err(trouble(format!("the journal knows no run {}", shown_within(name, 80)))),
        several => Err(trouble(format!("{} runs begin with {}", several.len(), shown_within(name, 80)))),
    }
}

/// The journal. Where there is no state directory there was no run.
pub(super) fn read(settings: &Settings) -> Result<History, Failure> {
    let Some(path) = &settings.folders.state else { return Ok(History::default()) };
    let read = match settings.files.folder(path) {
        Ok(state) => state.dir_metadata().and_then(|about| folder::ours(&about)).and_then(|()| history::read(&state)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(History::default()),
        Err(error) => Err(error),
    };
    read.map_err(|error| {
        let message = format!("reading the journal in {}", path.display());
        folders::unusable(path, &error, || Trouble::new("state", message).because(&error))
    })
}
