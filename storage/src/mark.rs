//! What makes an object ours: a mark that the database itself keeps.
//!
//! In TimescaleDB and ClickHouse the mark is the last line of the comment of a table, view, schema, database or role:
//! `whale:2:` and JSON; a role of ClickHouse has no comment and holds it as its setting `log_comment`. In Milvus it is the
//! property `whale.mark` of a collection. Nothing else decides whether an object is ours; the version table and the journal
//! are written for people.
//!
//! A mark names its deployment, so that two deployments on one server are strangers to each other. One of form 1, which
//! older hosts wrote, names none; [`MarkState::within`] decides whose it is, and the next apply writes it anew.
//!
//! The mark of an object remembers each part that we made or took over ([`Parts`]). A part that it does not know is a
//! stranger's. Marks of older hosts know no parts: they are compared by value, and written anew at the next apply.

mod parts;

pub use parts::{Known, Parts};

use crate::target::Deployment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a mark begins.
pub const PREFIX: &str = "whale:2:";

/// How marks begin that are read: ours, and those of older hosts.
pub const FORMS: [&str; 2] = ["whale:1:", PREFIX];

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
    /// The deployment that the object is part of; empty in a mark of form 1.
    #[serde(default)]
    pub deployment: String,
    /// `plugin/id` of the object; of a namespace or a role, its name.
    pub id: String,
    /// The model it belongs to.
    pub model: String,
    /// The part it plays.
    pub role: MarkRole,
    /// The run that wrote the mark.
    pub run: String,
    /// What was asked of each part of an object, and what the server said of it. Empty for namespaces and roles, and where an
    /// older host wrote the mark.
    #[serde(default, skip_serializing_if = "Parts::is_empty")]
    pub parts: Parts,
    /// An older host's digest of the whole shape that was wanted; never written.
    #[serde(default, rename = "wanted", skip_serializing)]
    pub former: String,
    /// An older host's digest of what the server said; never written, and never read.
    #[serde(default, rename = "seen", skip_serializing)]
    pub former_seen: String,
    /// Settings that limit the model and that we have set: of a role in TimescaleDB, and of a collection.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub settings: BTreeSet<String>,
}

impl Mark {
    /// The mark of something in use.
    pub fn live(deployment: &str, id: impl Into<String>, model: &str, run: &str) -> Self {
        Self {
            deployment: deployment.to_owned(),
            id: id.into(),
            model: model.to_owned(),
            role: MarkRole::Live,
            run: run.to_owned(),
            parts: Parts::default(),
            former: String::new(),
            former_seen: String::new(),
            settings: BTreeSet::new(),
        }
    }

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
    /// The mark of another deployment on the same server: a stranger's.
    Theirs(Mark),
    /// Our mark.
    Ours(Mark),
}

impl MarkState {
    /// The mark, if it is one.
    pub fn mark(&self) -> Option<&Mark> {
        match self {
            MarkState::Ours(mark) => Some(mark),
            MarkState::Absent | MarkState::Broken(_) | MarkState::Theirs(_) => None,
        }
    }

    /// The same as a deployment sees it. `ours` says whether a mark that names no deployment can be its own: it has applied to
    /// this target before, and the name is not one of another's prefix.
    #[must_use]
    pub fn within(self, deployment: &Deployment, ours: bool) -> Self {
        match self {
            MarkState::Ours(mark) if mark.deployment.is_empty() && ours => MarkState::Ours(mark),
            MarkState::Ours(mark) if mark.deployment != deployment.name => MarkState::Theirs(mark),
            state => state,
        }
    }

    /// Reads a mark from its line.
    pub fn read(line: &str) -> Self {
        if !line.starts_with("whale:") {
            return MarkState::Absent;
        }
        let json = FORMS.iter().find_map(|form| line.strip_prefix(form));
        match json.map(serde_json::from_str) {
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

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    const OLD: &str = r#"whale:1:{"id":"p/a","model":"m","role":"live","run":"r","wanted":"w"}"#;

    fn main() -> Deployment {
        Deployment::default()
    }

    #[test]
    fn a_mark_of_form_1_is_read_and_names_no_deployment() {
        let MarkState::Ours(mark) = MarkState::read(OLD) else { panic!("{OLD}") };
        assert_eq!((mark.deployment.as_str(), mark.id.as_str()), ("", "p/a"));
        assert!(mark.line().starts_with("whale:2:{"), "it is written anew in form 2");
        assert_eq!(mark.former, "w");
        assert_eq!(MarkState::read(&mark.line()), MarkState::Ours(Mark { former: String::new(), ..mark }));
    }

    #[test]
    fn a_mark_is_ours_only_in_the_deployment_that_it_names() {
        let MarkState::Ours(old) = MarkState::read(OLD) else { panic!("{OLD}") };
        let named = |name: &str| MarkState::Ours(Mark { deployment: name.to_owned(), ..old.clone() });
        assert!(named("main").within(&main(), false).mark().is_some());
        assert!(matches!(named("staging").within(&main(), true), MarkState::Theirs(_)));
        assert!(named("").within(&main(), true).mark().is_some());
        assert!(matches!(named("").within(&main(), false), MarkState::Theirs(_)), "it never applied here");
        assert_eq!(MarkState::Absent.within(&main(), true), MarkState::Absent);
    }

    #[test]
    fn a_form_that_is_not_known_is_broken() {
        for line in ["whale:3:{}", "whale:2:", "whale:1:{\"id\":1}", "whale:x"] {
            assert_eq!(MarkState::read(line), MarkState::Broken(line.to_owned()));
        }
    }
}
