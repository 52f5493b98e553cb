//! One difference between what is wanted and what is there.

use crate::catalog::{Fact, PartKey};
use crate::definition::{Backend, ObjectKind, ObjectName};
use crate::mark::Parts;
use crate::name::Name;
use crate::scaling::Values;
use serde::Serialize;
use std::collections::BTreeMap;

/// A difference that we know how to carry out.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A model's role is missing.
    CreateRole {
        /// Where.
        backend: Backend,
        /// The role.
        role: Name,
        /// The model it stands for.
        model: Name,
    },
    /// A model's role may use other than it should, or what it may use is not ours yet.
    AlterRole {
        /// Where.
        backend: Backend,
        /// The role.
        role: Name,
        /// The model it stands for.
        model: Name,
        /// Settings that differ, each with what it is and what it should be, whether or not these are the same.
        settings: Vec<ChangedPart>,
        /// Everything that it should have.
        wanted: Values,
    },
    /// A namespace is missing.
    CreateNamespace {
        /// Where.
        backend: Backend,
        /// Its name.
        namespace: Name,
        /// The model it is made for.
        model: Name,
    },
    /// A role may not make objects in a namespace that it was granted.
    OpenNamespace {
        /// Where.
        backend: Backend,
        /// The namespace.
        namespace: Name,
        /// The role.
        role: Name,
        /// The model it stands for.
        model: Name,
    },
    /// An object is missing.
    CreateObject {
        /// Its name.
        object: ObjectName,
        /// Its kind.
        kind: ObjectKind,
    },
    /// Parts of an object of ours are missing, or differ in what can be changed in place.
    AlterObject {
        /// Its name.
        object: ObjectName,
        /// Its kind.
        kind: ObjectKind,
        /// Parts that are missing, in the order in which they are made.
        added: Vec<PartKey>,
        /// Parts that differ.
        changed: Vec<ChangedPart>,
        /// Parts that are there and no longer defined.
        removed: Vec<PartKey>,
        /// Of these parts, those that somebody else had a hand in; the author alone changed the others.
        causes: BTreeMap<PartKey, Cause>,
        /// What the mark goes on remembering: the parts that the change does not touch.
        kept: Parts,
    },
}

impl Change {
    /// Kind of database it concerns.
    pub fn backend(&self) -> Backend {
        match self {
            Change::CreateRole { backend, .. }
            | Change::AlterRole { backend, .. }
            | Change::CreateNamespace { backend, .. }
            | Change::OpenNamespace { backend, .. } => *backend,
            Change::CreateObject { object, .. } | Change::AlterObject { object, .. } => object.backend,
        }
    }
}

/// Who else made a part differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Somebody else changed it, and not the author.
    Drift,
    /// The author changed it, and so did somebody else.
    Both,
}

impl Cause {
    /// Behind the part, for people.
    pub fn title(self) -> &'static str {
        match self {
            Cause::Drift => "somebody else changed it; set back",
            Cause::Both => "the definition changed it, and so did somebody else",
        }
    }
}

/// A part that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedPart {
    /// Which.
    pub key: PartKey,
    /// Its facts that differ.
    pub facts: Vec<ChangedFact>,
}

/// A fact that differs; a side is none where the fact is off.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedFact {
    /// Which.
    pub name: &'static str,
    /// As it is.
    pub from: Option<Fact>,
    /// As it is wanted.
    pub to: Option<Fact>,
}
