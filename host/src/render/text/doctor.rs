//! What `doctor` found, by target.

use super::super::style::{Style, Tone, count};
use super::super::{Examined, Group};
use super::MOST_MESSAGE;
use crate::text::shown_within;
use std::fmt::Write as _;
use whale_storage::check::Verdict;

/// The whole of it.
pub(super) fn doctor(examined: &Examined, style: Style) -> String {
    let mut text = String::new();
    for group in &examined.groups {
        let _ = writeln!(text, "{}", style.paint(Tone::Bold, &title(group)));
        for check in &group.checks {
            let (word, tone) = match check.verdict {
                Verdict::Ok => ("ok", Tone::Good),
                Verdict::Warning => ("warning", Tone::Warning),
                Verdict::Problem => ("problem", Tone::Bad),
                Verdict::Unknown => ("unknown", Tone::Faint),
            };
            let word = style.paint(tone, &format!("{word:<7}"));
            let what = check.id.split_once('.').map_or(check.id.as_str(), |(_, what)| what);
            let _ = writeln!(text, "  {word}  {what:<17} {}", shown_within(&check.message, MOST_MESSAGE));
            if let Some(hint) = &check.hint {
                let _ = writeln!(
                    text,
                    "                             {} {}",
                    style.paint(Tone::Bold, "hint:"),
                    shown_within(hint, MOST_MESSAGE)
                );
            }
        }
    }
    let of = |verdict| examined.count(verdict);
    let _ = writeln!(
        text,
        "\n{}, {}, {} unknown, {} ok",
        count(of(Verdict::Problem), "problem"),
        count(of(Verdict::Warning), "warning"),
        of(Verdict::Unknown),
        of(Verdict::Ok)
    );
    text
}

fn title(group: &Group) -> String {
    match (&group.target, &group.place) {
        (Some(target), Some(place)) => format!("{} at {}", target.title(), shown_within(place, 200)),
        (Some(target), None) => target.title(),
        (None, _) => "this machine".to_owned(),
    }
}
