//! Text that is not ours, cut to what a person reads, with the escapes of characters that act.
//!
//! This is for values: what a finding says, the path that a document names. What goes to a terminal or a log goes through
//! [`Page`](crate::render::page::Page), which escapes whatever it is given, openings of CI commands among it. Both may be
//! applied twice: the second time changes nothing.

use whale_storage::foreign::push_escaped;

pub use whale_storage::foreign::escape;

/// How many characters of foreign text [`shown`] keeps.
pub const MOST_SHOWN: usize = 200;

/// [`escape`], cut to [`MOST_SHOWN`] characters.
pub fn shown(text: &str) -> String {
    shown_within(text, MOST_SHOWN)
}

/// [`escape`], cut to so many characters of the original; what was cut is told by `...`.
pub fn shown_within(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    let mut characters = text.chars();
    characters.by_ref().take(most).for_each(|character| push_escaped(&mut out, character));
    // The second application must not cut what the first one marked.
    if characters.next().is_some() && !(out.ends_with("...")) {
        out.push_str("...");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!(shown_within("表表表表", 2), "表表...");
        assert_eq!(shown_within("表表", 2), "表表");
        assert_eq!(shown("\u{1b}"), "\\u{1b}");
    }
}
