//! What is wrong in a text that did not parse: which rule, where, and what to do.

use crate::diagnostic::{Code, Diagnostic};
use std::fmt;

/// A fault in the text of a type, an engine, a codec or an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// The rule.
    pub code: Code,
    /// Offset in bytes where it shows; none: it is said of a part that the message names.
    pub at: Option<usize>,
    /// What is wrong, in lower case.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl TextFault {
    pub(crate) fn new(code: Code, at: usize, message: impl Into<String>) -> Self {
        Self { code, at: Some(at), message: message.into(), help: None }
    }

    /// One whose message names the part that it is about.
    pub(crate) fn of_part(code: Code, message: impl Into<String>) -> Self {
        Self { code, at: None, message: message.into(), help: None }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The finding for a path.
    pub fn diagnostic(self, path: impl Into<String>) -> Diagnostic {
        let found = Diagnostic::error(self.code, path, self.to_string());
        match self.help {
            Some(help) => found.help(help),
            None => found,
        }
    }
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{} (at byte {})", self.message, at + 1),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for TextFault {}

/// The nearest of some words, if it is near enough to be what was meant.
pub fn nearest<'a>(text: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = text.to_lowercase();
    let most = match wanted.len() {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    among
        .into_iter()
        // A letter has four bytes at most.
        .filter(|word| word.len().abs_diff(wanted.len()) <= 4 * most)
        .map(|word| (word, word.to_lowercase()))
        // Of two as near, a letter is sooner left out than put in: `timestampz` is `timestamptz`.
        .map(|(word, lower)| (distance(&wanted, &lower), !holds(&lower, &wanted), word))
        .filter(|(far, ..)| *far <= most)
        .min()
        .map(|(.., word)| word)
}

/// Whether the letters of the second stand in the first, in their order.
fn holds(word: &str, letters: &str) -> bool {
    let mut word = word.chars();
    letters.chars().all(|letter| word.any(|other| other == letter))
}

/// How many letters differ. Both are short: the caller's text was cut by the tokenizer's limits.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 64;
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.chars().zip(row.iter().copied().skip(1)) {
            left = (diagonal + usize::from(x != y)).min(above + 1).min(left + 1);
            diagonal = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

/// At most forty characters of a text, with what a terminal would act on escaped.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let cut: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() { format!("`{cut}`..") } else { format!("`{cut}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        let words = ["toYYYYMM", "toYear", "lower", "upper"];
        assert_eq!(nearest("toyyymm", words), Some("toYYYYMM"));
        assert_eq!(nearest("lowr", words), Some("lower"));
        assert_eq!(nearest("timestampz", ["timestamp", "timestamptz"]), Some("timestamptz"));
        assert_eq!(nearest("pg_read_file", words), None);
    }

    #[test]
    fn shown_text_is_cut_and_escaped() {
        assert_eq!(shown("a\u{1b}[1m"), "`a\\u{1b}[1m`");
        assert_eq!(shown(&"a".repeat(50)), format!("`{}`..", "a".repeat(40)));
    }
}
