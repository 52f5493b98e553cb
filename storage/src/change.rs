//! One difference between what is wanted and what is there.

use crate::catalog::{Fact, PartKey};
use crate::definition::{Backend, ObjectKind, ObjectName};
use crate::name::Name;
use crate::scaling::Values;

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
