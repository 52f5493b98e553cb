//! What is in the engines, and a run that did not end well.

use super::super::StatusView;
use super::super::style::{Style, Tone, count};
use super::history;
use crate::text::shown_within;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use whale_storage::check;
use whale_storage::definition::Backend;
use whale_storage::session::{Owned, TargetStatus};

/// Objects of one kind of finding that are listed.
const MOST_LISTED: usize = 50;

/// The whole of it.
pub(super) fn status(view: &StatusView, style: Style) -> String {
    let mut text = String::new();
    for target in &view.status.targets {
        let place = view.places.get(&target.target).map_or("", String::as_str);
        let _ = writeln!(text, "{}", style.paint(Tone::Bold, &server(target, place)));
        objects(&mut text, target, style);
        if let Some(check) = check::no_wall(&target.server) {
            let _ =
                writeln!(text, "  {}: {}", style.paint(Tone::Warning, "warning"), shown_within(&check.message, 400));
            let _ = check.hint.map(|hint| writeln!(text, "    hint: {hint}"));
        }
    }
    match &view.unfinished {
        Some(run) => history::open(&mut text, run, style),
        None => text.push_str("no run is unfinished\n"),
    }
    text
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
    format!("{} {version}{more} at {place}{user}", target.target.title())
}

fn objects(text: &mut String, target: &TargetStatus, style: Style) {
    let mut models: BTreeMap<&str, Vec<&Owned>> = BTreeMap::new();
    target.objects.iter().for_each(|object| models.entry(&object.model).or_default().push(object));
    for (model, objects) in models {
        let changed = objects.iter().filter(|object| object.unchanged == Some(false)).count();
        let open = objects.iter().filter(|object| object.unchanged.is_none()).count();
        let mut line = format!("  {}: {}", shown_within(model, 80), count(objects.len(), "object"));
        for (number, what) in [(changed, "changed since they were applied"), (open, "of a run that did not finish")] {
            if number > 0 {
                let _ = write!(line, ", {number} {what}");
            }
        }
        let _ = writeln!(text, "{line}");
        let most = if style.detail > 0 { usize::MAX } else { MOST_LISTED };
        let listed = objects.iter().filter(|object| style.detail > 0 || object.unchanged != Some(true));
        listed.take(most).for_each(|object| owned(text, object, style));
    }
    if target.objects.is_empty() {
        text.push_str("  nothing of ours\n");
    }
    for name in target.broken.iter().take(MOST_LISTED) {
        let head = style.paint(Tone::Bad, "!");
        let _ = writeln!(text, "  {head} {}: its mark cannot be read", shown_within(name, 200));
    }
    if target.strangers > 0 {
        let _ = writeln!(text, "  {} beside them, not ours", count(target.strangers, "object"));
    }
}

fn owned(text: &mut String, object: &Owned, style: Style) {
    let (word, tone) = match object.unchanged {
        Some(true) => ("as applied", Tone::Faint),
        Some(false) => ("changed since it was applied", Tone::Warning),
        None => ("its run did not finish", Tone::Warning),
    };
    let (name, run) = (shown_within(&object.name, 200), shown_within(&object.run, 40));
    let _ = writeln!(text, "    {name}  ({}, {}, run {run})", object.kind, style.paint(tone, word));
}
