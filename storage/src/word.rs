//! What a server says of a definition before anything is made of it.
//!
//! Expressions and texts of defaults are open: a server writes them in its own way, and what it would write is found out
//! by asking, never by a table of its rewritings. A text here is what the server's catalogue says once the object stands,
//! unparsed and byte for byte. A definition that the server would refuse is told by part, so that a plan says it.

use crate::catalog::{PartKey, Texts};
use crate::definition::ObjectName;
use std::collections::BTreeMap;

/// The server's own text of the open facts of an object, by part and by the fact's name in its shape.
pub type Words = Texts;

/// What a server says of definitions, by object.
pub type Spoken = BTreeMap<ObjectName, Word>;

/// What a server says of an object that it does not hold yet, or holds otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It would take it, and say this of it.
    Said(Words),
    /// It would refuse it, or would not hold it as it was given.
    Refused(Vec<Refusal>),
    /// It was not to be found out, for this reason: a sentence without its full stop.
    Undecided(String),
}

/// One thing that a server would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The part it is about; none: the object as a whole.
    pub part: Option<PartKey>,
    /// What the server said, in a sentence.
    pub message: String,
}

impl Word {
    /// The text that a fact would be kept as, where the server said so.
    pub fn text(&self, part: &PartKey, fact: &str) -> Option<&str> {
        match self {
            Word::Said(words) => words.get(part)?.get(fact).map(String::as_str),
            Word::Refused(_) | Word::Undecided(_) => None,
        }
    }
}

impl Refusal {
    /// Of a part.
    pub fn of(part: PartKey, message: impl Into<String>) -> Self {
        Self { part: Some(part), message: message.into() }
    }

    /// Of the object as a whole.
    pub fn whole(message: impl Into<String>) -> Self {
        Self { part: None, message: message.into() }
    }
}
