//! Names inside an engine.
//!
//! A plugin's name exists only after it passed the profile ([`Name::checked`]); a server's is taken as it is
//! ([`Name::from_server`]). Neither is ever put into SQL but through [`crate::quote`].

mod reserved;

use crate::diagnostic::{Code, Diagnostic, codes};
use std::fmt;

pub use reserved::{everybodys, reserved};

/// A name in an engine: a namespace, a table, a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A PostgreSQL schema, a ClickHouse or Milvus database.
    Namespace,
    /// A table, view, aggregate or collection.
    Object,
    /// A column or a field.
    Column,
    /// An index.
    Index,
    /// A constraint.
    Constraint,
    /// A partition of a collection.
    Partition,
    /// A role.
    Role,
}

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NameFault {
    /// Nothing is there.
    #[error("the name is empty")]
    Empty,
    /// More than [`Name::MOST_BYTES`].
    #[error("the name has {0} bytes, at most 63 are allowed")]
    TooLong(usize),
    /// A character outside the profile.
    #[error("the name has {found:?} at character {position}")]
    Character {
        /// Counted from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
}

impl NameFault {
    /// The rule that was broken.
    pub fn code(self) -> Code {
        match self {
            NameFault::Empty | NameFault::TooLong(_) => codes::name::NAME_LENGTH,
            NameFault::Character { .. } => codes::name::NAME_PROFILE,
        }
    }

    /// What to do.
    pub fn help(self) -> &'static str {
        match self {
            NameFault::Empty => "an absent name is `none`, not an empty text",
            NameFault::TooLong(_) => "shorten it to 63 bytes",
            NameFault::Character { .. } => "use lower-case letters, digits and `_`, and no digit first",
        }
    }

    /// The finding for a path.
    pub fn diagnostic(self, path: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.code(), path, self.to_string()).help(self.help())
    }
}

impl Name {
    /// The longest name, in bytes: PostgreSQL's limit.
    pub const MOST_BYTES: usize = 63;

    /// Takes a plugin's name if it is `[a-z_][a-z0-9_]*` of 1 to 63 bytes.
    pub fn checked(text: &str) -> Result<Name, NameFault> {
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        if text.len() > Self::MOST_BYTES {
            return Err(NameFault::TooLong(text.len()));
        }
        let outside = |(position, c): &(usize, char)| {
            !(c.is_ascii_lowercase() || *c == '_' || (*position > 0 && c.is_ascii_digit()))
        };
        match text.chars().enumerate().find(outside) {
            Some((position, found)) => Err(NameFault::Character { position: position + 1, found }),
            None => Ok(Name(text.to_owned())),
        }
    }

    /// Takes a server's name, whatever it holds.
    pub fn from_server(text: impl Into<String>) -> Name {
        Name(text.into())
    }

    /// The name, unquoted.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of names is asked for a text that may be none.
impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_seed_pass() {
        for name in [
            "timestamp",
            "usage",
            "type",
            "text",
            "vector",
            "role",
            "date",
            "metadata",
            "settings",
            "user",
            "users",
            "time",
            "source",
            "definition",
            "domain",
            "language",
            "dialect_conversion_rules",
            "schema_version",
            "_",
            "a1",
            "title",
            "region",
            "replacement",
            "word",
            "value",
            "values",
            "select",
            "order",
            "tags",
            "model",
            "metric",
            "content",
        ] {
            assert_eq!(Name::checked(name).unwrap().as_str(), name);
        }
        assert!(Name::checked(&"a".repeat(63)).is_ok());
    }

    #[test]
    fn what_is_outside_the_profile_is_refused() {
        assert_eq!(Name::checked(""), Err(NameFault::Empty));
        assert_eq!(Name::checked(&"a".repeat(64)), Err(NameFault::TooLong(64)));
        for (text, position, found) in [
            ("Users", 1, 'U'),
            ("1a", 1, '1'),
            ("a-b", 2, '-'),
            ("a b", 2, ' '),
            ("a\"b", 2, '"'),
            ("a`", 2, '`'),
            ("a\0", 2, '\0'),
            ("naïve", 3, 'ï'),
            ("a;drop", 2, ';'),
            ("a\n", 2, '\n'),
            ("a.b", 2, '.'),
            ("кот", 1, 'к'),
            ("a\u{202e}", 2, '\u{202e}'),
        ] {
            assert_eq!(Name::checked(text), Err(NameFault::Character { position, found }), "{text:?}");
        }
    }
}
