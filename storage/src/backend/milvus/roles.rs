//! The host's own user: a role of the same name, with rights in the databases of the models at hand.
//!
//! Milvus has no statement for this, so each call is told in words. Altering a collection's properties is a right only on
//! newer servers; older ones let every user do it.

use super::MilvusTarget;
use crate::backend::EngineError;
use crate::backend::host_user::{HIDDEN, HostUser};
use crate::check::Needs;
use milvus::v2::error::Error;
use milvus::v2::request::rbac::{
    CreateRoleRequest, CreateUserRequest, GrantPrivilegeRequest, GrantRoleRequest, ListRolesRequest, ListUsersRequest,
};

/// Over all databases.
const EVERYWHERE: [&str; 2] = ["CreateDatabase", "ListDatabases"];
/// In a model's databases, on the whole of them.
const GLOBAL: [&str; 3] = ["CreateCollection", "DescribeCollection", "ShowCollections"];
/// In a model's databases, on their collections.
const COLLECTIONS: [&str; 16] = [
    "CreateIndex",
    "CreatePartition",
    "Flush",
    "GetLoadState",
    "GetLoadingProgress",
    "GetStatistics",
    "HasPartition",
    "IndexDetail",
    "Insert",
    "Load",
    "Query",
    "Release",
    "Search",
    "ShowPartitions",
    "Upsert",
    "Delete",
];
/// Rights of newer servers only.
const NEWER: [&str; 4] = ["AddCollectionField", "AlterCollection", "AlterCollectionField", "DescribeDatabase"];

/// One call.
enum Call {
    CreateUser,
    CreateRole,
    GrantRole,
    Grant(Right),
}

/// One right.
struct Right {
    database: String,
    object: &'static str,
    privilege: &'static str,
    /// Whether a server may not know it.
    newer: bool,
}

impl MilvusTarget {
    /// Makes the user and gives it its rights, one call after the other; or only tells what would be sent.
    pub async fn make_user(
        &mut self,
        user: &HostUser,
        needs: &Needs,
        pretend: bool,
    ) -> Result<Vec<String>, EngineError> {
        let reading = |error: Error| self.link.failure("reading users and roles", &error);
        let users = ListUsersRequest::builder().build().map_err(reading)?;
        let users = self.link.ask(self.link.client.list_users(users)).await.map_err(reading)?;
        let roles = ListRolesRequest::builder().build().map_err(reading)?;
        let roles = self.link.ask(self.link.client.list_roles(roles)).await.map_err(reading)?;
        let name = user.name.as_str();
        let mut calls = Vec::new();
        calls.extend((!users.usernames().iter().any(|one| one == name)).then_some(Call::CreateUser));
        calls.extend((!roles.role_names().iter().any(|one| one == name)).then_some(Call::CreateRole));
        calls.push(Call::GrantRole);
        calls.extend(rights(needs).into_iter().map(Call::Grant));
        let mut told = Vec::new();
        for call in calls {
            let line = call.told(name);
            if !pretend {
                match self.send(&call, user).await {
                    Err(_) if matches!(call, Call::Grant(Right { newer: true, .. })) => continue,
                    sent => sent.map_err(|error| self.link.failure(line.as_str(), &error))?,
                }
            }
            told.push(line);
        }
        Ok(told)
    }

    async fn send(&self, call: &Call, user: &HostUser) -> Result<(), Error> {
        let (name, client) = (user.name.as_str(), &self.link.client);
        match call {
            Call::CreateUser => {
                let request = CreateUserRequest::builder().username(name).password(user.password()).build()?;
                self.link.ask(client.create_user(request)).await
            }
            Call::CreateRole => {
                let request = CreateRoleRequest::builder().role_name(name).build()?;
                self.link.ask(client.create_role(request)).await
            }
            Call::GrantRole => {
                let request = GrantRoleRequest::builder().username(name).role_name(name).build()?;
                self.link.ask(client.grant_role(request)).await
            }
            Call::Grant(Right { database, object, privilege, .. }) => {
                let request = GrantPrivilegeRequest::builder().role_name(name).database_name(database);
                let request = request.object_type(*object).object_name("*").privilege(*privilege).build()?;
                self.link.ask(client.grant_privilege(request)).await
            }
        }
    }
}

impl Call {
    fn told(&self, name: &str) -> String {
        match self {
            Call::CreateUser => format!("create user {name} with password {HIDDEN}"),
            Call::CreateRole => format!("create role {name}"),
            Call::GrantRole => format!("grant role {name} to user {name}"),
            Call::Grant(Right { database, object, privilege, newer }) => {
                let known = if *newer { ", where the server knows it" } else { "" };
                format!("grant {privilege} ({object} *) in {database} to role {name}{known}")
            }
        }
    }
}

fn rights(needs: &Needs) -> Vec<Right> {
    let all = |database: &str, object: &'static str, privileges: &[&'static str], newer: bool| -> Vec<Right> {
        let right = |privilege: &&'static str| Right { database: database.to_owned(), object, privilege, newer };
        privileges.iter().map(right).collect()
    };
    let mut rights = all("default", "Global", &EVERYWHERE, false);
    for namespace in &needs.namespaces {
        let database = namespace.as_str();
        rights.extend(all(database, "Global", &GLOBAL, false));
        rights.extend(all(database, "Collection", &COLLECTIONS, false));
        rights.extend(all(database, "Global", &NEWER, true));
    }
    rights
}
