//! What is written to standard output and standard error: text for people, line by line, or one document.
//!
//! Invariant: nothing on a page acts on what shows it. A page is the only thing that the printer takes, and whatever is
//! given to a page is escaped on its way in, by a line's state that sees across the places where texts meet: there is no
//! way in for text that is raw. Ends of lines and colours are the page's own.
//!
//! Invariant: a line begins with a word or a sign of ours, which the program's text has (`&'static str`). Where none was
//! given, the page puts one.

use super::style::{Style, Tone, count};
use serde::Serialize;
use std::fmt::{self, Display, Write as _};
use whale_storage::foreign;

/// The sign before text that nothing of ours introduces.
const SIGN: &str = "| ";

/// Text that is fit to be written.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    style: Style,
    line: foreign::Line,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(style: Style) -> Self {
        Self { text: String::new(), style, line: foreign::Line::default() }
    }

    /// The page, fit to be written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// How it is shown.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// A whole line.
    pub(crate) fn line(&mut self, lead: &'static str, rest: impl Display) {
        self.begin(lead).text(rest);
    }

    /// A whole line in one colour.
    pub(crate) fn painted(&mut self, tone: Tone, lead: &'static str, rest: impl Display) {
        if lead.trim().is_empty() {
            self.begin(lead).paint(tone, rest);
        } else {
            self.begin("").page.in_colour(tone, &format_args!("{lead}{rest}"));
        }
    }

    /// A line that has nothing in it.
    pub(crate) fn blank(&mut self) {
        self.begin("");
    }

    /// A line piece by piece; it ends with the value that is given back.
    pub(crate) fn begin(&mut self, lead: &'static str) -> Line<'_> {
        self.line = foreign::Line::default();
        self.put(&lead);
        Line { page: self }
    }

    /// A question: a line that does not end, since the answer is typed behind it.
    pub(crate) fn question(&mut self, lead: &'static str, rest: impl Display) {
        self.line(lead, rest);
        self.text.truncate(self.text.trim_end_matches('\n').len());
    }

    /// The lines of another page.
    pub(crate) fn append(&mut self, other: &Page) {
        self.text.push_str(&other.text);
    }

    /// The lines of another page, further in.
    pub(crate) fn indented(&mut self, other: &Page) {
        for line in other.text.lines() {
            self.text.push_str("  ");
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// A text of ours, broken at 80 columns.
    pub(crate) fn wrapped(&mut self, text: &'static str) {
        self.words(text.split_whitespace());
    }

    /// Words of ours, broken at 80 columns.
    pub(crate) fn words(&mut self, words: impl IntoIterator<Item = &'static str>) {
        let mut width = 0;
        for word in words {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > 80 {
                self.text.push('\n');
                width = 0;
            } else if width > 0 {
                self.text.push(' ');
                width += 1;
            }
            self.text.push_str(word);
            width += length;
        }
        self.text.push('\n');
    }

    /// One JSON document on one line. Values of others are whole: escapes mean the same characters.
    pub(crate) fn json(document: &impl Serialize) -> Self {
        // Our own types serialise without fail.
        Self::of(foreign::json(&serde_json::to_string(document).unwrap_or_default()) + "\n")
    }

    /// The same on as many lines as are easy to read.
    pub(crate) fn readable_json(document: &impl Serialize) -> Self {
        Self::of(foreign::json(&serde_json::to_string_pretty(document).unwrap_or_default()) + "\n")
    }

    /// An XML document, whose values have no characters that XML cannot hold.
    pub(crate) fn xml(report: &quick_junit::Report) -> Self {
        Self::of(foreign::xml(&report.to_string().unwrap_or_default()))
    }

    fn of(text: String) -> Self {
        Self { text, ..Self::new(Style { colours: false, detail: 0 }) }
    }

    fn put(&mut self, what: &dyn Display) {
        // Writing to a `String` cannot fail.
        let _ = write!(Within(self), "{what}");
    }

    /// What was not written by us is introduced, if the line has nothing of ours yet.
    fn introduce(&mut self) {
        if self.line.is_blank() {
            self.put(&SIGN);
        }
    }

    fn in_colour(&mut self, tone: Tone, what: &dyn Display) {
        if self.style.colours {
            let _ = write!(self.text, "\u{1b}[{}m", tone.code());
            self.put(what);
            self.text.push_str("\u{1b}[0m");
        } else {
            self.put(what);
        }
    }
}

/// A line of a page, which ends when it is dropped.
pub(crate) struct Line<'p> {
    page: &'p mut Page,
}

impl Line<'_> {
    /// A word or a sign of ours, in its colour.
    pub(crate) fn word(self, tone: Tone, word: &'static str) -> Self {
        self.page.in_colour(tone, &word);
        self
    }

    /// A text of ours.
    pub(crate) fn plain(self, text: &'static str) -> Self {
        self.page.put(&text);
        self
    }

    /// How many there are: `1 step`, `2 steps`.
    pub(crate) fn counted(self, number: usize, what: &'static str) -> Self {
        self.page.put(&count(number, what));
        self
    }

    /// A number, at its right in so many columns.
    pub(crate) fn number(self, number: usize, columns: usize) -> Self {
        self.page.put(&format_args!("{number:>columns$}"));
        self
    }

    /// Text, whoever wrote it.
    #[allow(clippy::needless_pass_by_value, reason = "what is formatted in place is passed by value")]
    pub(crate) fn text(self, text: impl Display) -> Self {
        self.page.introduce();
        self.page.put(&text);
        self
    }

    /// Text in its colour.
    #[allow(clippy::needless_pass_by_value, reason = "what is formatted in place is passed by value")]
    pub(crate) fn paint(self, tone: Tone, text: impl Display) -> Self {
        self.page.introduce();
        self.page.in_colour(tone, &text);
        self
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.page.text.push('\n');
    }
}

/// The one way into a page.
struct Within<'p>(&'p mut Page);

impl fmt::Write for Within<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let Page { text: page, line, .. } = &mut *self.0;
        line.push(page, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { colours: false, detail: 0 };

    #[test]
    fn whatever_is_given_to_a_page_is_escaped() {
        let mut page = Page::new(PLAIN);
        let evil = "\u{1b}[1A\u{1b}[2K\u{202e}\n::stop-commands::x ##[group]";
        page.line("name ", evil);
        page.begin("  ").word(Tone::Bad, "!").text(format_args!(" {evil}"));
        page.begin("").text(evil).paint(Tone::Good, evil);
        page.line("", "::error::x");
        page.begin("at #").text("#[x]").paint(Tone::Bad, "##").text("vso[y]");
        let one = "\\u{1b}[1A\\u{1b}[2K\\u{202e}\\n:\\u{3a}stop-commands::x ##\\u{5b}group]";
        let expected =
            format!("name {one}\n  ! {one}\n| {one}{one}\n| :\\u{{3a}}error::x\nat ##\\u{{5b}}x]##\\u{{76}}so[y]\n");
        assert_eq!(page.as_str(), expected);
    }

    #[test]
    fn colours_are_the_pages_own() {
        let mut page = Page::new(Style { colours: true, ..PLAIN });
        page.painted(Tone::Bad, "! ", "a\u{1b}[0m");
        assert_eq!(page.as_str(), "\u{1b}[1;31m! a\\u{1b}[0m\u{1b}[0m\n");
    }

    #[test]
    fn documents_keep_their_values() {
        let page = Page::json(&"::x\u{9b}##[y]\u{202e}");
        assert_eq!(page.as_str(), "\":\\u003ax\\u009b#\\u0023[y]\\u202e\"\n");
        let mut report = quick_junit::Report::new("a ##vso[x] ::y");
        report.add_test_suite(quick_junit::TestSuite::new("section_start:1"));
        let page = Page::xml(&report);
        assert!(page.as_str().contains("a #&#35;vso[x] :&#58;y"), "{}", page.as_str());
        assert!(page.as_str().contains("section_start&#58;1"), "{}", page.as_str());
    }
}
