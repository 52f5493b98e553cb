//! The wall between models: a user who has a role for each model sends every statement of a model under that role alone.
//!
//! Its rights on the models' databases are the roles', not its own, so that a statement aimed at another model is refused by
//! the server. A user without such roles works under all its rights. One who has them for other models only is refused
//! here: what it may do for those must not serve this one.

use super::ClickhouseTarget;
use super::check::cannot_tell;
use super::run::Session;
use crate::backend::host_user::role_of;
use crate::backend::{EngineError, FailureKind};
use crate::check::{self, Check, Needs};
use crate::name::Name;
use crate::quote::clickhouse::identifier;
use crate::server::{Server, Version};
use std::collections::BTreeSet;

/// From here on a request can name the role it runs under (ClickHouse/ClickHouse#62669).
pub(super) const SINCE: Version = Version::of(24, 4);

/// The roles that requests can be narrowed to.
pub(super) struct Wall<'a> {
    user: &'a str,
    roles: &'a BTreeSet<Name>,
}

/// A model has no role, and others have.
pub(super) struct NoRole(Name);

impl NoRole {
    pub(super) fn attempting(&self, session: &Session, attempted: &str) -> EngineError {
        let detail = format!("the user has roles for other models, and not the role {}", self.0);
        session.error(FailureKind::Denied, attempted, detail, Some(MAKE_ROLE))
    }
}

const OWNER: &str = "clickhouse";
const WALL: &str = "wall";

const MAKE_ROLE: &str = "let an administrator run `whale-host setup roles` again: it makes the roles of new models";

impl<'a> Wall<'a> {
    pub(super) fn of(server: &'a Server) -> Self {
        Self { user: &server.user, roles: &server.roles }
    }

    /// The role for what is done for a model; none where there is no wall.
    pub(super) fn role(&self, model: &str) -> Result<Option<Name>, NoRole> {
        let role = role_of(self.user, model);
        if self.roles.contains(&role) {
            return Ok(Some(role));
        }
        if self.stands() { Err(NoRole(role)) } else { Ok(None) }
    }

    /// Whether the user has a role for any model.
    pub(super) fn stands(&self) -> bool {
        let of_models = role_of(self.user, "");
        self.roles.iter().any(|role| role.as_str().starts_with(of_models.as_str()))
    }
}

impl ClickhouseTarget {
    /// Whether what is done for one model could reach another's databases, as the server says.
    pub(super) async fn wall(&self, needs: &Needs) -> Check {
        let user = &self.server.user;
        let wall = Wall::of(&self.server);
        if let Some(check) = check::no_wall(&self.server) {
            return check;
        }
        for model in needs.models.keys() {
            let role = match wall.role(model.as_str()) {
                Ok(Some(role)) => role,
                Ok(None) => continue,
                Err(NoRole(role)) => {
                    return Check::problem(OWNER, WALL, format!("{user} has not the role {role}")).hint(MAKE_ROLE);
                }
            };
            let Some(other) = needs.beyond(model) else { continue };
            match self.granted(Some(&role), "INSERT", &format!("{}.*", identifier(other))).await {
                Ok(false) => {}
                Ok(true) => {
                    let said = format!("under the role {role}, {user} may write into {other}, too");
                    return Check::warning(OWNER, WALL, said).hint(format!(
                        "take the rights on the models' databases from {user} itself: the roles have them"
                    ));
                }
                Err(error) => return cannot_tell(WALL, error),
            }
        }
        Check::ok(
            OWNER,
            WALL,
            format!("what is done for a model is done under its role, as {}", role_of(user, "MODEL")),
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<Name> {
        names.iter().map(|name| Name::from_server(*name)).collect()
    }

    #[test]
    fn a_model_without_a_role_is_refused_only_where_others_have_one() {
        let roles = names(&["host-legal", "host-medical", "readers", "hosts-language"]);
        let role = |roles: &BTreeSet<Name>, model: &str| {
            Wall { user: "host", roles }
                .role(model)
                .map(|role| role.map(|role| role.to_string()))
                .map_err(|no| no.0.to_string())
        };
        assert_eq!(role(&roles, "legal").unwrap().as_deref(), Some("host-legal"));
        assert_eq!(role(&roles, "language").unwrap_err(), "host-language");
        assert_eq!(role(&names(&["readers", "hosts-language"]), "language").unwrap(), None);
    }
}
