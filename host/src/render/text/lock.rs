//! What `lock` wrote, or found as it was written.

use super::super::LockView;
use super::super::page::Page;
use super::super::style::{Tone, count};
use crate::lock::{Change, Locked};
use whale_storage::capability::{Capabilities, Size};

/// Characters of a digest that are shown.
const MOST_DIGEST: usize = 12;

pub(super) fn lock(page: &mut Page, view: &LockView) {
    let detail = page.style().detail;
    for (name, change) in &view.changes {
        let (sign, tone, lines) = match change {
            Change::New(locked) => ("+", Tone::Add, vec![digest(&locked.sha256), may(&locked.may)]),
            Change::Changed(from, to) => ("~", Tone::Change, differences(from, to)),
            Change::Gone(locked) => ("-", Tone::Warning, vec![digest(&locked.sha256)]),
            Change::Same(_) if detail == 0 && view.written => continue,
            Change::Same(locked) => ("=", Tone::Faint, vec![digest(&locked.sha256), may(&locked.may)]),
        };
        let (Change::New(locked) | Change::Changed(_, locked) | Change::Gone(locked) | Change::Same(locked)) = change;
        let line =
            page.begin("").word(tone, sign).plain(" ").paint(Tone::Bold, format_args!("{name} {}", locked.version));
        drop(line.text(format_args!("  (model {})", locked.model)));
        for line in lines {
            page.line("    * ", line);
        }
    }
    let same = view.changes.values().filter(|change| matches!(change, Change::Same(_))).count();
    let changed = view.changes.len() - same;
    if view.written {
        let changed = count(changed, "plugin");
        page.painted(Tone::Bold, "wrote ", format_args!("{}: {changed} changed, {same} unchanged", view.file));
    } else {
        let others = if view.refused == 0 { String::new() } else { format!(", {} not", view.refused) };
        let same = count(same, "plugin");
        page.painted(Tone::Bold, "compared ", format_args!("{}: {same} as approved{others}", view.file));
    }
}

fn digest(sha256: &str) -> String {
    format!("sha256 {}", sha256.get(..MOST_DIGEST).unwrap_or(sha256))
}

fn differences(from: &Locked, to: &Locked) -> Vec<String> {
    let mut lines = Vec::new();
    if from.sha256 != to.sha256 {
        lines.push(format!("{}, instead of {}", digest(&to.sha256), digest(&from.sha256)));
    }
    if from.version != to.version {
        lines.push(format!("version {}, instead of {}", to.version, from.version));
    }
    if from.model != to.model {
        lines.push(format!("widens: model {}, instead of {}", to.model, from.model));
    }
    lines.extend(to.may.beyond(&from.may).into_iter().map(|wider| format!("widens: {wider}")));
    lines.extend(from.may.beyond(&to.may).into_iter().map(|narrower| format!("no more: {narrower}")));
    lines
}

fn may(may: &Capabilities) -> String {
    let list = |items: Vec<String>| if items.is_empty() { "nothing".to_owned() } else { items.join(", ") };
    let mut line = format!(
        "may {} on {}",
        list(may.operations.iter().map(ToString::to_string).collect()),
        list(may.engines.iter().map(ToString::to_string).collect())
    );
    if !may.namespaces.is_empty() {
        let names: Vec<String> = may.namespaces.iter().map(|(engine, name)| format!("{engine} {name}")).collect();
        line = format!("{line}; beside its own namespace in {}", names.join(", "));
    }
    for size in Size::ALL {
        if let Some(most) = may.maxima.of(size) {
            line = format!("{line}; at most {most} {}", size.unit());
        }
    }
    line
}
