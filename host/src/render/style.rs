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

impl Tone {
    /// What a terminal takes for its colour.
    pub(super) fn code(self) -> &'static str {
        match self {
            Tone::Add | Tone::Good => "32",
            Tone::Change | Tone::Warning => "33",
            Tone::Bad => "1;31",
            Tone::Faint => "2",
            Tone::Bold => "1",
        }
    }
}

/// How text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// With colours.
    pub(crate) colours: bool,
    /// How much: 0, 1 with parts, 2 with statements.
    pub(crate) detail: u8,
}

/// `1 step`, `2 steps`.
pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
