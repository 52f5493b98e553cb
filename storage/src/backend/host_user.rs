//! The user under which the host works on a target: what `setup roles` makes, by each backend's `roles`.
//!
//! It may do what an apply of the definitions at hand needs, and nothing beside that. Whatever is sent is told, with a
//! stand-in for the password.

use crate::name::Name;
use std::fmt;

/// What is shown in the place of a password.
pub(in crate::backend) const HIDDEN: &str = "[password]";

/// A user, and its password.
#[derive(Clone)]
pub struct HostUser {
    /// Its name.
    pub name: Name,
    password: String,
}

impl HostUser {
    /// With this password.
    pub fn new(name: Name, password: String) -> Self {
        Self { name, password }
    }

    pub(in crate::backend) fn password(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for HostUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostUser({})", self.name)
    }
}
