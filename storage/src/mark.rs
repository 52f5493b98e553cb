//! What makes an object ours: a mark that the database itself keeps.
//!
//! In TimescaleDB and ClickHouse the mark is the last line of the comment of a table, view, schema, database or role:
//! `whale:1:` and JSON; a role of ClickHouse has no comment and holds it as its setting `log_comment`. In Milvus it is the
//! property `whale.mark` of a collection. Nothing else decides whether an object is ours; the version table and the journal
//! are written for people.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a mark begins.
pub const PREFIX: &str = "whale:1:";

/// The property that holds the mark of a Milvus collection.
pub const PROPERTY: &str = "whale.mark";

/// The part an object plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkRole {
    /// In use.
    Live,
    /// Being filled, to take another's place.
    Shadow,
    /// Left its definition; kept.
    Retired,
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// `plugin/id` of the object; of a namespace or a role, its name.
    pub id: String,
    /// The model it belongs to.
    pub model: String,
    /// The part it plays.
    pub role: MarkRole,
    /// The run that wrote the mark.
    pub run: String,
    /// Digest of the shape that was wanted when it was applied.
    pub wanted: String,
    /// Digest of what the server said back then; empty until it has been read back.
    #[serde(default)]
    pub seen: String,
    /// Settings that limit the model and that we have set: of a role in TimescaleDB, and of a collection.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub settings: BTreeSet<String>,
}

impl Mark {
    /// The mark as a line.
    pub fn line(&self) -> String {
        // A struct of strings serialises without fail.
        format!("{PREFIX}{}", serde_json::to_string(self).unwrap_or_default())
    }

    /// A comment with the mark as its last line.
    pub fn comment(&self, author: &str) -> String {
        if author.is_empty() { self.line() } else { format!("{author}\n{}", self.line()) }
    }
}

/// What stands where our mark should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkState {
    /// No mark: a stranger's, or nobody's.
    Absent,
    /// A line that begins like a mark and cannot be read; somebody wrote over it, or a newer host did.
    Broken(String),
    /// Our mark.
    Ours(Mark),
}

impl MarkState {
    /// The mark, if it is one.
    pub fn mark(&self) -> Option<&Mark> {
        match self {
            MarkState::Ours(mark) => Some(mark),
            MarkState::Absent | MarkState::Broken(_) => None,
        }
    }

    /// Reads a mark from its line.
    pub fn read(line: &str) -> Self {
        if !line.starts_with("whale:") {
            return MarkState::Absent;
        }
        match line.strip_prefix(PREFIX).map(serde_json::from_str) {
            Some(Ok(mark)) => MarkState::Ours(mark),
            _ => MarkState::Broken(line.to_owned()),
        }
    }

    /// Splits a comment into the author's text and the mark.
    pub fn split(comment: &str) -> (&str, Self) {
        let (text, last) = comment.rsplit_once('\n').unwrap_or(("", comment));
        match Self::read(last) {
            MarkState::Absent => (comment, MarkState::Absent),
            state => (text, state),
        }
    }
}
