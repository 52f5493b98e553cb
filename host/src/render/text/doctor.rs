//! What `doctor` found, by target.

use super::super::page::Page;
use super::super::style::Tone;
use super::super::{Examined, Group};
use super::MOST_MESSAGE;
use crate::text::shown_within;
use whale_storage::check::Verdict;

/// The whole of it.
pub(super) fn doctor(page: &mut Page, examined: &Examined) {
    for group in &examined.groups {
        title(page, group);
        for check in &group.checks {
            let (word, tone) = match check.verdict {
                Verdict::Ok => ("ok     ", Tone::Good),
                Verdict::Warning => ("warning", Tone::Warning),
                Verdict::Problem => ("problem", Tone::Bad),
                Verdict::Unknown => ("unknown", Tone::Faint),
            };
            let what = check.id.split_once('.').map_or(check.id.as_str(), |(_, what)| what);
            let message = shown_within(&check.message, MOST_MESSAGE);
            page.begin("  ").word(tone, word).text(format_args!("  {what:<17} {message}"));
            if let Some(hint) = &check.hint {
                let hint = shown_within(hint, MOST_MESSAGE);
                page.begin("                             ").word(Tone::Bold, "hint:").text(format_args!(" {hint}"));
            }
        }
    }
    let of = |verdict| examined.count(verdict);
    let (unknown, ok) = (of(Verdict::Unknown), of(Verdict::Ok));
    page.blank();
    let line = page.begin("").counted(of(Verdict::Problem), "problem").plain(", ");
    let line = line.counted(of(Verdict::Warning), "warning");
    drop(line.text(format_args!(", {unknown} unknown, {ok} ok")));
}

fn title(page: &mut Page, group: &Group) {
    let Some(target) = &group.target else {
        return page.painted(Tone::Bold, "this machine", "");
    };
    let line = super::target(page, Tone::Bold, target);
    if let Some(place) = &group.place {
        drop(line.paint(Tone::Bold, format_args!(" at {}", shown_within(place, 200))));
    }
}
