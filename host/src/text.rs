//! Text that is not ours, made fit for a terminal, a log and a diagnostic.
//!
//! A plugin and a server choose names and messages. Shown as they are, they can move the cursor, recolour or clear the
//! screen, or turn the order of letters. [`escape`] leaves nothing that acts instead of being seen, and [`shown`] also
//! cuts. Both may be applied twice: the second time changes nothing.

use std::fmt::Write as _;

/// How many characters of foreign text [`shown`] keeps.
pub const MOST_SHOWN: usize = 200;

/// Replaces what is not visible by its escape: `\n`, `\u{1b}`, `\u{202e}`.
///
/// A backslash stays as it is: the result is for reading, not for turning back.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push(&mut out, character));
    out
}

/// [`escape`], cut to [`MOST_SHOWN`] characters.
pub fn shown(text: &str) -> String {
    shown_within(text, MOST_SHOWN)
}

/// [`escape`], cut to so many characters of the original; what was cut is told by `...`.
pub fn shown_within(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    let mut characters = text.chars();
    characters.by_ref().take(most).for_each(|character| push(&mut out, character));
    // The second application must not cut what the first one marked.
    if characters.next().is_some() && !(out.ends_with("...")) {
        out.push_str("...");
    }
    out
}

fn push(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if acts(character) => {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        }
        _ => out.push(character),
    }
}

/// Characters that steer what shows them, or that cannot be seen: controls (C0, DEL, C1), marks and overrides of
/// direction, separators of lines, zero-width characters, tags, and the two byte order marks.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
                | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
                | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFF | 0xE0000..=0xE0FFF
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_sequences_are_shown() {
        assert_eq!(escape("a\u{1b}[31mred\u{7}"), "a\\u{1b}[31mred\\u{7}");
        assert_eq!(escape("\u{9b}2J"), "\\u{9b}2J", "the one-byte form of ESC [");
        assert_eq!(escape("one\r\ntwo\t\0"), "one\\r\\ntwo\\t\\u{0}");
    }

    #[test]
    fn direction_and_invisible_characters_are_shown() {
        assert_eq!(escape("user\u{202e}nimda"), "user\\u{202e}nimda");
        assert_eq!(escape("a\u{2066}b\u{2069}c\u{200f}"), "a\\u{2066}b\\u{2069}c\\u{200f}");
        assert_eq!(escape("a\u{200b}b\u{feff}\u{e0041}"), "a\\u{200b}b\\u{feff}\\u{e0041}");
        assert_eq!(escape("a\u{2028}b"), "a\\u{2028}b");
    }

    #[test]
    fn letters_of_every_script_stay() {
        for text in ["größe", "таблица", "表", "שלום", "🐋", r"a\b"] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!(shown_within("表表表表", 2), "表表...");
        assert_eq!(shown_within("表表", 2), "表表");
    }

    #[test]
    fn twice_is_once() {
        for text in ["\u{1b}[0m", "a\\u{1b}", &"x".repeat(500)] {
            assert_eq!(escape(&escape(text)), escape(text));
        }
    }
}
