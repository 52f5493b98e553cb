//! What `setup` made, and what was there.

use super::super::SetUp;
use super::super::page::Page;
use super::super::style::{Tone, count};
use crate::tree::shipped::Fate;

/// What is new, a line each, and how much was there; with more detail that, too, a line each.
pub(super) fn setup(page: &mut Page, view: &SetUp) {
    let folders =
        view.folders.iter().map(|(path, there)| (path.as_str(), if *there { Fate::There } else { Fate::Made }));
    let files = view.files.iter().map(|(path, fate)| (*path, *fate));
    for (path, fate) in folders.chain(files) {
        let (sign, tone, said) = match fate {
            Fate::Made => ("+", Tone::Add, ""),
            Fate::Updated => ("~", Tone::Change, "  (brought up to date)"),
            Fate::Kept => ("!", Tone::Warning, "  (kept: it was changed, or is not ours)"),
            Fate::There if page.style().detail == 0 => continue,
            Fate::There => ("=", Tone::Faint, ""),
        };
        page.begin("").word(tone, sign).text(format_args!(" {path}{said}"));
    }
    let there = view.folders.values().filter(|there| **there).count();
    let of = |fate: Fate| view.files.values().filter(|one| **one == fate).count();
    let line = format!(
        "{}: {} and {} made, {} and {} there, {} updated, {} kept",
        view.root,
        count(view.folders.len() - there, "folder"),
        count(of(Fate::Made), "file"),
        count(there, "folder"),
        count(of(Fate::There), "file"),
        of(Fate::Updated),
        of(Fate::Kept),
    );
    page.painted(Tone::Bold, "storage tree ", line);
}
