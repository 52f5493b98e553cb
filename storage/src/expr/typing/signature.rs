//! Signatures of functions: what their arguments may be, and what they give.

use super::Found;
use crate::expr::kinds::Kinds;

/// One way to call some functions. A function with several rows is called in any of them.
pub(super) struct Row {
    /// The functions, with spaces between them.
    pub(super) names: &'static str,
    /// What each argument may be, in order. An argument that is left out is not looked at.
    pub(super) takes: &'static [Kinds],
    /// How many of them are there at least, where fewer are another row's.
    pub(super) least: usize,
    /// What further arguments may be.
    pub(super) more: Kinds,
    pub(super) gives: Gives,
    /// Whether the result depends on a setting of the server, so that no index and no stored column may hold it.
    pub(super) changes: bool,
}

/// What a call gives.
#[derive(Clone, Copy)]
pub(super) enum Gives {
    /// A value of these types.
    Kinds(Kinds),
    /// What the argument at this place is, of what it may be.
    Same(usize),
    /// An element of the array at this place.
    Element(usize),
    /// What all arguments from this place on become.
    Common(usize),
}

/// A row whose functions depend on their arguments alone.
pub(super) const fn row(names: &'static str, takes: &'static [Kinds], gives: Gives) -> Row {
    Row { names, takes, least: 0, more: Kinds::NONE, gives, changes: false }
}

/// The same with any number of arguments.
pub(super) const fn many(names: &'static str, takes: &'static [Kinds], more: Kinds, gives: Gives) -> Row {
    Row { names, takes, least: 0, more, gives, changes: false }
}

/// A row whose functions depend on a setting too.
pub(super) const fn changing(names: &'static str, takes: &'static [Kinds], gives: Gives) -> Row {
    Row { names, takes, least: 0, more: Kinds::NONE, gives, changes: true }
}

impl Row {
    /// The same for calls with at least so many arguments.
    pub(super) const fn from(mut self, least: usize) -> Row {
        self.least = least;
        self
    }

    /// What an argument may be.
    pub(super) fn at(&self, place: usize) -> Kinds {
        self.takes.get(place).copied().unwrap_or(self.more)
    }

    /// Whether the arguments are such as the row takes.
    pub(super) fn takes(&self, given: &[Found<'_>], fits: &dyn Fn(&Found<'_>, Kinds) -> bool) -> bool {
        given.len() >= self.least
            && given.len() <= self.takes.len().max(if self.more.is_none() { 0 } else { usize::MAX })
            && given.iter().enumerate().all(|(place, one)| fits(one, self.at(place)))
    }
}
