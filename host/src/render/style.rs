//! Colours, where there is a terminal that shows them; elsewhere the same text without them.

/// What a text is, by which it gets its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something that is added.
    Add,
    /// Something that changes.
    Change,
    /// Something that is refused or failed.
    Bad,
    /// Something to be careful about.
    Warning,
    /// Something that went well.
    Good,
    /// What a reader may skip.
    Faint,
    /// What a reader looks for.
    Bold,
}

/// How text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// With colours.
    pub(crate) colours: bool,
    /// How much: 0, 1 with parts, 2 with statements.
    pub(crate) detail: u8,
}

impl Style {
    /// The text in its colour. It must be escaped already.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colours {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Add | Tone::Good => "32",
            Tone::Change | Tone::Warning => "33",
            Tone::Bad => "1;31",
            Tone::Faint => "2",
            Tone::Bold => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// `1 step`, `2 steps`.
pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
