//! `lock`: which plugins may run here and what each may do, written down or compared.

use crate::cli::Selection;
use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::lock::{FILE, Lock, Locked, changes};
use crate::pipeline::{self, Candidate, Judged};
use crate::render::{LockView, Output};
use crate::settings::Settings;
use crate::settings::targets::remote_in_config;
use crate::settings::versions::Versions;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes};

/// Runs the plugins whether they are locked or not, and writes what they may do. Entries of other plugins stay, unless
/// all were meant.
pub(super) fn update(settings: &Settings, selection: Selection) -> Result<Ending, Failure> {
    let before = Lock::find(settings).map_err(Failure::Refused)?;
    let selection = all_unless_named(selection);
    let judged = judge(settings, pipeline::load_within(settings, &selection, None)?);
    let found = judged.found();
    if found.errors() > 0 {
        return Err(Failure::Refused(found));
    }
    let before = before.unwrap_or_default();
    let mut after = if whole(&selection) { Lock::default() } else { before.clone() };
    after.plugins.extend(judged.candidates.iter().filter_map(entry));
    let view = LockView { file: shown(settings), changes: changes(&before, &after), refused: 0, written: true };
    after.write(settings).map_err(|error| {
        let trouble = Trouble::new("file", format!("writing {}", view.file)).because(&error);
        Failure::World(vec![trouble.hint("make its folder writable; the file that was there is unchanged")])
    })?;
    Ok(Ending::new(Exit::Done, Output::Locked(view), found))
}

/// Looks whether the plugins are those that were approved, and may do no more.
pub(super) fn verify(settings: &Settings, selection: Selection) -> Result<Ending, Failure> {
    let Some(lock) = Lock::find(settings).map_err(Failure::Refused)? else {
        let fault = Diagnostic::error(codes::settings::NO_LOCK, FILE, format!("there is no {}", shown(settings)));
        return Err(fault.help("write one: whale-host lock update").into());
    };
    let selection = all_unless_named(selection);
    let judged = judge(settings, pipeline::load_within(settings, &selection, Some(&lock))?);
    let mut found = judged.found();
    let after = Lock { plugins: judged.candidates.iter().filter_map(entry).collect() };
    let mut refused = judged.candidates.iter().filter(|candidate| !candidate.accepted()).count();
    // One that is refused is told already, and is not missing.
    if whole(&selection) && found.errors() == 0 {
        let stale = stale(&lock, &after);
        refused += stale.errors();
        found.extend(stale);
    }
    let changes = changes(&after, &after);
    let exit = if found.errors() == 0 { Exit::Done } else { Exit::Refused };
    let view = LockView { file: shown(settings), changes, refused, written: false };
    Ok(Ending::new(exit, Output::Locked(view), found))
}

fn all_unless_named(selection: Selection) -> Selection {
    Selection { all: selection.all || (selection.plugin.is_empty() && selection.model.is_none()), ..selection }
}

fn whole(selection: &Selection) -> bool {
    selection.all && selection.model.is_none()
}

fn judge(settings: &Settings, candidates: Vec<Candidate>) -> Judged {
    let remote = remote_in_config(settings);
    pipeline::judge(settings, candidates, &Versions::told(settings, &[]), remote.as_deref())
}

fn entry(candidate: &Candidate) -> Option<(String, Locked)> {
    let (info, sha256, may) = (candidate.info.as_ref()?, candidate.sha256.clone()?, candidate.may.clone()?);
    let (version, model) = (info.version.clone(), info.model.clone());
    candidate.accepted().then(|| (info.name.clone(), Locked { version, model, sha256, may }))
}

fn stale(lock: &Lock, there: &Lock) -> Diagnostics {
    let mut found = Diagnostics::default();
    for name in lock.plugins.keys().filter(|name| !there.plugins.contains_key(*name)) {
        let message = format!("{FILE} names the plugin {name}, and whale.toml has no file of it");
        let fault = Diagnostic::error(codes::settings::LOCK_STALE, format!("plugins.{name}"), message);
        found.push(fault.of(name.as_str()).help("bring its file back, or take it out: whale-host lock update --all"));
    }
    found
}

fn shown(settings: &Settings) -> String {
    crate::text::shown(&Lock::path(settings).display().to_string())
}
