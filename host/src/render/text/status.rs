//! What is in the engines, and a run that did not end well.

use super::super::StatusView;
use super::super::page::Page;
use super::super::style::{Tone, count};
use super::history;
use crate::text::shown_within;
use std::collections::BTreeMap;
use whale_storage::check;
use whale_storage::definition::Backend;
use whale_storage::session::{Owned, TargetStatus};

/// Objects of one kind of finding that are listed.
const MOST_LISTED: usize = 50;

/// The whole of it.
pub(super) fn status(page: &mut Page, view: &StatusView) {
    for target in &view.status.targets {
        let place = view.places.get(&target.target).map_or("", String::as_str);
        super::target(page, Tone::Bold, &target.target).paint(Tone::Bold, server(target, place));
        objects(page, target);
        if let Some(check) = check::no_wall(&target.server) {
            let message = shown_within(&check.message, 400);
            page.begin("  ").word(Tone::Warning, "warning").text(format_args!(": {message}"));
            if let Some(hint) = check.hint {
                page.line("    hint: ", hint);
            }
        }
    }
    match &view.unfinished {
        Some(run) => history::open(page, run),
        None => page.line("no run is unfinished", ""),
    }
}

fn server(target: &TargetStatus, place: &str) -> String {
    let server = &target.server;
    let version = server.version.map_or_else(|| "without its extension".to_owned(), |version| version.to_string());
    let more = match server.backend {
        Backend::Timescaledb => {
            format!(" (PostgreSQL {}, {} licence)", server.postgres_version, shown_within(&server.licence, 40))
        }
        Backend::Clickhouse | Backend::Milvus => String::new(),
    };
    let user = if server.user.is_empty() { String::new() } else { format!(" as {}", shown_within(&server.user, 80)) };
    format!(" {version}{more} at {place}{user}")
}

fn objects(page: &mut Page, target: &TargetStatus) {
    let detail = page.style().detail;
    let mut models: BTreeMap<&str, Vec<&Owned>> = BTreeMap::new();
    target.objects.iter().for_each(|object| models.entry(&object.model).or_default().push(object));
    for (model, objects) in models {
        let changed = objects.iter().filter(|object| object.unchanged == Some(false)).count();
        let open = objects.iter().filter(|object| object.unchanged.is_none()).count();
        let mut line = format!("{}: {}", shown_within(model, 80), count(objects.len(), "object"));
        for (number, what) in [(changed, "changed since they were applied"), (open, "of a run that did not finish")] {
            if number > 0 {
                line = format!("{line}, {number} {what}");
            }
        }
        page.line("  model ", line);
        let most = if detail > 0 { usize::MAX } else { MOST_LISTED };
        let listed = objects.iter().filter(|object| detail > 0 || object.unchanged != Some(true));
        listed.take(most).for_each(|object| owned(page, object));
    }
    if target.objects.is_empty() {
        page.line("  nothing of ours", "");
    }
    for name in target.broken.iter().take(MOST_LISTED) {
        let name = shown_within(name, 200);
        page.begin("  ").word(Tone::Bad, "!").text(format_args!(" {name}: its mark cannot be read"));
    }
    if target.strangers > 0 {
        let namespaces = " in the same namespaces that whale-host did not make, left alone";
        page.begin("  ").counted(target.strangers, "object").plain(namespaces);
    }
}

fn owned(page: &mut Page, object: &Owned) {
    let (word, tone) = match object.unchanged {
        Some(true) => ("as applied", Tone::Faint),
        Some(false) => ("changed since it was applied", Tone::Warning),
        None => ("its run did not finish", Tone::Warning),
    };
    let (name, run) = (shown_within(&object.name, 200), shown_within(&object.run, 40));
    let line = page.begin("    * ").text(format_args!("{name}  ({}, ", object.kind)).word(tone, word);
    drop(line.text(format_args!(", run {run})")));
}
