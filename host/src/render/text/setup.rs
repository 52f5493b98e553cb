//! What `setup` made, and what was there.

use super::super::SetUp;
use super::super::style::{Style, Tone, count};
use crate::tree::shipped::Fate;
use std::fmt::Write as _;

/// What is new, a line each, and how much was there; with more detail that, too, a line each.
pub(super) fn setup(view: &SetUp, style: Style) -> String {
    let mut text = String::new();
    let folders =
        view.folders.iter().map(|(path, there)| (path.as_str(), if *there { Fate::There } else { Fate::Made }));
    let files = view.files.iter().map(|(path, fate)| (*path, *fate));
    for (path, fate) in folders.chain(files) {
        let (sign, tone, said) = match fate {
            Fate::Made => ("+", Tone::Add, ""),
            Fate::Updated => ("~", Tone::Change, "  (brought up to date)"),
            Fate::Kept => ("!", Tone::Warning, "  (kept: it was changed, or is not ours)"),
            Fate::There if style.detail == 0 => continue,
            Fate::There => ("=", Tone::Faint, ""),
        };
        let _ = writeln!(text, "{} {path}{said}", style.paint(tone, sign));
    }
    let there = view.folders.values().filter(|there| **there).count();
    let of = |fate: Fate| view.files.values().filter(|one| **one == fate).count();
    let line = format!(
        "storage tree {}: {} and {} made, {} and {} there, {} updated, {} kept",
        view.root,
        count(view.folders.len() - there, "folder"),
        count(of(Fate::Made), "file"),
        count(there, "folder"),
        count(of(Fate::There), "file"),
        of(Fate::Updated),
        of(Fate::Kept),
    );
    let _ = writeln!(text, "{}", style.paint(Tone::Bold, &line));
    text
}
