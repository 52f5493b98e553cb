//! Text that somebody else wrote, and what of it acts instead of being seen: the one table of both kinds.
//!
//! A plugin, an author, a server and a path choose names and messages. On a terminal characters act: they move the cursor,
//! recolour, turn the order of letters. On a CI server, which reads a log line by line, openings act: `::stop-commands::`,
//! `##[add-mask]`, `##vso[..]`, `##teamcity[..]`, `section_start:`, `--- `.
//!
//! Invariants: what is written by [`Line`], [`json`] or [`xml`] has no character that acts and no opening of a command.
//! [`line`] and [`escape`] may be applied twice: the second time changes nothing. [`json`] and [`xml`] keep the value that
//! a machine reads.

use std::fmt::Write as _;

/// Characters that steer what shows them, or that cannot be seen: controls (C0, DEL, C1), marks and overrides of
/// direction, separators of lines, zero-width characters, controls of notations, tags, and the two byte order marks.
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
                | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xFE00..=0xFE0F
                | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFF | 0x1_3430..=0x1_345F | 0x1_6FE4 | 0x1_BCA0..=0x1_BCA3
                | 0x1_D159 | 0x1_D173..=0x1_D17A | 0xE_0000..=0xE_0FFF
        )
}

/// Replaces each character that acts by its escape: `\n`, `\u{1b}`, `\u{202e}`.
///
/// A backslash stays as it is: the result is for reading, not for turning back.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push_escaped(&mut out, character));
    out
}

/// [`escape`] of one character.
pub fn push_escaped(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if acts(character) => push_number(out, character),
        _ => out.push(character),
    }
}

fn push_number(out: &mut String, character: char) {
    // Writing to a `String` cannot fail.
    let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
}

/// One line with nothing in it that acts, on a terminal or on a CI server.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    Line::default().push(&mut out, text);
    out
}

/// Stands for an escape, which no opening goes through.
const ESCAPED: char = '\0';

/// Words before a colon that open a command of GitLab or Travis.
const WORDS: [&str; 4] = ["section_start", "section_end", "travis_fold", "travis_time"];

/// Commands of GitHub.
const COMMANDS: [&str; 16] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// As far as is looked back: the longest of them, and their colons.
const MOST: usize = 28;

/// A line that is being written. It knows what stands before, so that no opening comes about where two texts meet.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// The last characters of the line.
    tail: String,
    /// How many characters of the line are no blanks.
    seen: usize,
}

impl Line {
    /// Writes text at the end of the line.
    pub fn push(&mut self, out: &mut String, text: &str) {
        for character in text.chars() {
            if acts(character) {
                push_escaped(out, character);
                self.note(ESCAPED);
            } else if self.opens(character) {
                push_number(out, character);
                self.note(ESCAPED);
            } else {
                out.push(character);
                self.note(character);
            }
        }
    }

    /// Whether nothing but blanks stands in the line.
    pub fn is_blank(&self) -> bool {
        self.seen == 0
    }

    fn note(&mut self, character: char) {
        self.seen += usize::from(!character.is_whitespace());
        self.tail.push(character);
        if self.tail.len() > 8 * MOST {
            let cut = self.tail.char_indices().rev().nth(MOST).map_or(0, |(place, _)| place);
            self.tail.drain(..cut);
        }
    }

    /// Whether a command would open with this character.
    fn opens(&self, character: char) -> bool {
        match character {
            // Of GitHub at the beginning of a line, whatever blanks stand before it. Behind a word it is a path or a cast.
            ':' if self.tail.ends_with(':') => !self.behind_a_word(),
            ':' => named(&self.tail) || self.commands(),
            // Anywhere in a line: of Azure, TeamCity, and GitHub's older form.
            '[' => self.tail.ends_with("##"),
            _ if character.is_alphabetic() => self.tail.ends_with("##"),
            // Of Buildkite.
            '-' | '+' | '~' | '^' => self.seen == 2 && self.tail.trim_start().chars().all(|before| before == character),
            _ => false,
        }
    }
}

impl Line {
    /// Whether the colon that the line ends with stands behind a word, which an escape that is there already is not.
    fn behind_a_word(&self) -> bool {
        let mut before = self.tail.chars().rev().skip(1);
        let (Some(one), other) = (before.next(), before.next()) else { return false };
        let escaped = other == Some('\\') && matches!(one, 'n' | 'r' | 't');
        !escaped && (one.is_alphanumeric() || "_)]>[".contains(one))
    }

    /// Whether the line ends with the name of a command between its colons, where the first ones stand behind a word.
    fn commands(&self) -> bool {
        let name = self.tail.rsplit_once("::").map(|(_, name)| name);
        name.is_some_and(|name| COMMANDS.iter().any(|command| name.eq_ignore_ascii_case(command)))
    }
}

/// Whether a text ends with a word that a colon makes a command of.
fn named(text: &str) -> bool {
    let last: String = text.chars().rev().take(MOST).collect::<Vec<_>>().into_iter().rev().collect();
    let last = last.to_ascii_lowercase();
    WORDS.iter().any(|word| last.ends_with(word))
}

/// A JSON document in which nothing acts but the ends of its own lines. Values stay as they are.
pub fn json(document: &str) -> String {
    let mut units = [0; 2];
    // All of these stand in texts alone, where an escape means the same character.
    rewritten(document, |out, character| {
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// The same of an XML document. Characters that XML cannot hold at all have to be gone from it already.
pub fn xml(document: &str) -> String {
    rewritten(document, |out, character| {
        let _ = write!(out, "&#{};", u32::from(character));
    })
}

fn rewritten(document: &str, mut number: impl FnMut(&mut String, char)) -> String {
    let mut out = String::with_capacity(document.len());
    let mut before = ' ';
    for character in document.chars() {
        let doubled = matches!(character, ':' | '#') && character == before;
        if (acts(character) && character != '\n') || doubled || (character == ':' && named(&out)) {
            number(&mut out, character);
            before = ESCAPED;
        } else {
            out.push(character);
            before = character;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        assert_eq!(escape("a\u{2028}b\u{1d173}"), "a\\u{2028}b\\u{1d173}");
    }

    #[test]
    fn letters_of_every_script_and_what_opens_nothing_stay() {
        let plain =
            ["größe", "таблица", "表", "שלום", "🐋", r"a\b", "core::panicking::panic", "(a)::int", "at [::1]:9000"];
        for text in
            plain.into_iter().chain(["# one", "## two", "#3", "a -- b", "--all", "++", "12:30:00", "section_start"])
        {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn openings_of_commands_are_broken_wherever_they_stand() {
        for (text, shown) in [
            ("::stop-commands::x", ":\\u{3a}stop-commands::x"),
            (" \u{3000}::add-mask::x", " \u{3000}:\\u{3a}add-mask::x"),
            ("it is '::group::x'", "it is ':\\u{3a}group::x'"),
            ("a\n::error::b", "a\\n:\\u{3a}error::b"),
            ("a\\n::error::b", "a\\n:\\u{3a}error::b"),
            ("a::stop-commands::x", "a::stop-commands\\u{3a}:x"),
            (":::x", ":\\u{3a}:x"),
            ("##[add-mask]accepted", "##\\u{5b}add-mask]accepted"),
            ("so ##vso[task.complete]", "so ##\\u{76}so[task.complete]"),
            ("###[x", "###\\u{5b}x"),
            ("##teamcity[x]", "##\\u{74}eamcity[x]"),
            ("\r\u{1b}[0Ksection_start:1:x\r", "\\r\\u{1b}[0Ksection_start\\u{3a}1:x\\r"),
            ("Travis_Fold:start:x", "Travis_Fold\\u{3a}start:x"),
            ("--- all is well", "--\\u{2d} all is well"),
            (" +++ x", " ++\\u{2b} x"),
            ("^^^ +++", "^^\\u{5e} +++"),
        ] {
            assert_eq!(line(text), shown, "{text:?}");
        }
    }

    #[test]
    fn no_opening_comes_about_where_texts_meet() {
        let mut out = String::new();
        let mut one = Line::default();
        for part in ["##", "[x] ", ":", ":y::"] {
            one.push(&mut out, part);
        }
        assert_eq!(out, "##\\u{5b}x] :\\u{3a}y::");
    }

    /// Text of what is worth trying.
    fn text() -> impl Strategy<Value = String> {
        let parts = prop_oneof![
            any::<char>().prop_map(String::from),
            prop::sample::select(vec!["#", ":", "-", " ", "[", "a", "\\", "\"", "&", "\n", "\u{1b}", "section_start"])
                .prop_map(str::to_owned),
        ];
        prop::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
    }

    fn opens(text: &str) -> bool {
        let vso = text
            .match_indices("##")
            .any(|(at, _)| text[at + 2..].starts_with(|next: char| next == '[' || next.is_alphabetic()));
        let commands = text.trim_start().starts_with("::") || text.contains(" ::") || text.contains("section_start:");
        vso || commands || text.trim_start().starts_with("---")
    }

    proptest! {
        #[test]
        fn nothing_acts_in_a_line_and_twice_is_once(text in text()) {
            let shown = line(&text);
            prop_assert!(!shown.chars().any(acts) && !opens(&shown), "{shown:?}");
            prop_assert_eq!(line(&shown), shown);
            prop_assert_eq!(escape(&escape(&text)), escape(&text));
        }

        #[test]
        fn json_keeps_its_values(one in text(), other in text()) {
            let value = serde_json::json!({ one.clone(): [other] });
            let shown = json(&value.to_string());
            prop_assert!(!shown.chars().any(acts), "{}", shown);
            prop_assert!(!["::", "##", "section_start:"].iter().any(|opening| shown.contains(opening)), "{}", shown);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }
}
