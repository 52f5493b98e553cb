//! The user under which the host works on a target: what `setup roles` makes, by each backend's `roles`.
//!
//! It may do what an apply of the definitions at hand needs, and nothing beside that. Whatever is sent is told, with a
//! stand-in for the password.

use crate::name::Name;
use std::fmt;

/// What is shown in the place of a password.
pub(in crate::backend) const HIDDEN: &str = "[password]";

/// The role that the host's user has for each model, where a connection can take one. No name of a model has a hyphen.
pub(in crate::backend) fn role_of(user: &str, model: &str) -> Name {
    Name::from_server(format!("{user}-{model}"))
}

/// The longest name that a user of Milvus may have (`proxy.maxUsernameLength`).
const MOST_NAME: usize = 32;

/// What the key of models' passwords is derived for.
const PASSWORDS: &str = "whale-host 2026-11-23 passwords of the users that stand for models";

/// The user that stands for a model where a connection has one user only. A name that is too long ends in its digest.
pub(in crate::backend) fn user_of(user: &str, model: &str) -> Name {
    const DIGEST: usize = 8;
    let whole = format!("{user}_{model}");
    if whole.len() <= MOST_NAME {
        return Name::from_server(whole);
    }
    let start: String = whole.chars().take(MOST_NAME - DIGEST - 1).collect();
    let digest: String = blake3::hash(whole.as_bytes()).to_hex().chars().take(DIGEST).collect();
    Name::from_server(format!("{start}_{digest}"))
}

/// The password of such a user: made of the host's own, so that there is one secret to keep. Nothing leads back to it.
pub(in crate::backend) fn password_of(password: &str, user: &Name) -> String {
    let mut hasher = blake3::Hasher::new_derive_key(PASSWORDS);
    hasher.update(password.as_bytes()).update(b"\0").update(user.as_str().as_bytes());
    hasher.finalize().to_hex().to_string()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_users_fit_and_stay_apart() {
        assert_eq!(user_of("host", "legal").as_str(), "host_legal");
        let [first, second] = ["a", "b"].map(|end| user_of("whalehost", &format!("a_model_with_a_long_name_{end}")));
        assert_eq!(first.as_str().len(), MOST_NAME);
        assert_ne!(first, second);
        assert!(first.as_str().starts_with("whalehost_a_model_with_"), "{first}");
    }

    #[test]
    fn each_user_has_a_password_of_its_own() {
        let (legal, medical) = (user_of("host", "legal"), user_of("host", "medical"));
        assert_ne!(password_of("x", &legal), password_of("x", &medical));
        assert_ne!(password_of("x", &legal), password_of("y", &legal));
        assert_eq!(password_of("x", &legal).len(), 64);
    }
}
