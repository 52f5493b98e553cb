//! What an apply would need of this server and what it has: databases, rights. Only reads. The API gives no time.

use super::{MilvusTarget, inspect, kind_of, said};
use crate::backend::{EngineError, FailureKind};
use crate::check::{self, Check, Needs};
use crate::definition::Backend;
use crate::desire::HOST_MODEL;
use crate::name::Name;
use milvus::v2::request::partition::ListPartitionsRequest;
use milvus::v2::request::rbac::DescribeUserRequest;
use std::time::Instant;

const OWNER: &str = "milvus";

/// The user that may do everything, whatever its roles.
const ROOT: &str = "root";

/// The role that may do everything.
const ADMIN: &str = "admin";

impl MilvusTarget {
    /// Looks at everything that an apply would need.
    pub async fn check(&mut self, needs: &Needs) -> Result<Vec<Check>, EngineError> {
        let sent = Instant::now();
        let databases = inspect::databases(&self.link).await?;
        let mut checks = vec![check::reachable(Backend::Milvus, sent.elapsed())];
        checks.extend(check::of_server(&self.server, needs));
        let names: Vec<String> = databases.iter().map(ToString::to_string).collect();
        checks.push(Check::ok(OWNER, "databases", format!("databases can be used: {}", names.join(", "))));
        checks.push(self.rights().await);
        checks.push(self.wall(needs).await);
        checks.push(Check::unknown(OWNER, "clock", "its clock is not to be had: the API does not tell it"));
        Ok(checks)
    }

    /// Whether each model's user can log in, and is kept out of a database that is not the model's.
    async fn wall(&self, needs: &Needs) -> Check {
        if let Some(check) = check::no_wall(&self.server) {
            return check;
        }
        for model in needs.models.keys().filter(|model| model.as_str() != HOST_MODEL) {
            let Some(other) = needs.beyond(model) else { continue };
            match self.reaches(model, other).await {
                Ok(false) => {}
                Ok(true) => {
                    let said = format!("the user for {model} is let into {other}, too");
                    return Check::warning(OWNER, "wall", said).hint(
                        "take its rights on other databases, and on all, from it; or turn on authorization in the server",
                    );
                }
                Err(failure) => {
                    let check = Check::problem(OWNER, "wall", format!("{}: {}", failure.attempted, failure.detail));
                    return Check { hint: failure.hint, ..check };
                }
            }
        }
        Check::ok(OWNER, "wall", "what is done for a model is done as its user")
    }

    /// Asks for what is refused to those only who have no right there, and has no effect: there is no such collection.
    async fn reaches(&self, model: &Name, database: &Name) -> Result<bool, EngineError> {
        let client = self.link.writer(model.as_str(), database).await?;
        let request =
            ListPartitionsRequest::builder().database_name(database.as_str()).collection_name("whale_host_asks");
        let answer = match request.build() {
            Ok(request) => self.link.ask(client.list_partitions(request)).await,
            Err(error) => Err(error),
        };
        let Err(error) = answer else { return Ok(true) };
        match kind_of(&error) {
            FailureKind::Denied => Ok(false),
            // There is no such collection: the right was not what was wanting.
            FailureKind::Refused => Ok(true),
            _ => Err(self.link.failure(format!("trying whether {model} is kept out of {database}"), &error)),
        }
    }

    async fn rights(&self) -> Check {
        let user = &self.server.user;
        if user.is_empty() {
            return Check::unknown(
                OWNER,
                "rights",
                "the URL names no user, so the server asks for no rights, or has a token",
            )
            .hint("turn on authorization, and write http://USER:PASSWORD@HOST:19530");
        }
        if user == ROOT {
            return Check::ok(OWNER, "rights", format!("{ROOT} may do everything"));
        }
        let request = DescribeUserRequest::builder().username(user).include_roles(true).build();
        let answer = match request {
            Ok(request) => self.link.ask(self.link.client.describe_user(request)).await,
            Err(error) => Err(error),
        };
        let hint = format!(
            "give {user} the role admin, or the rights to create and alter databases, collections, indexes and partitions, to load, insert and query"
        );
        match answer {
            Ok(answer) => {
                let roles: Vec<&str> = answer
                    .users()
                    .iter()
                    .filter(|one| one.get_username() == user)
                    .flat_map(|one| one.get_roles().iter().map(String::as_str))
                    .filter(|role| !role.is_empty())
                    .collect();
                if roles.contains(&ADMIN) {
                    return Check::ok(OWNER, "rights", format!("{user} has the role {ADMIN}"));
                }
                let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
                Check::unknown(OWNER, "rights", format!("{user} has {roles}; what that lets it do is not asked"))
                    .hint(hint)
            }
            Err(error) => {
                Check::unknown(OWNER, "rights", format!("asking for the roles of {user}: {}", said(&error))).hint(hint)
            }
        }
    }
}
