//! The host's own user and, where models have users of their own, one for each: each with a role of the same name.
//!
//! Milvus has no statement for this, so each call is told in words. With users for models the host's own reads everywhere
//! and writes the version table alone; what it is for a model is done as that model's user, which has rights in the model's
//! databases only.

use super::MilvusTarget;
use crate::backend::EngineError;
use crate::backend::host_user::{HIDDEN, HostUser, password_of, user_of};
use crate::check::Needs;
use crate::desire::HOST_MODEL;
use crate::name::Name;
use milvus::v2::error::Error;
use milvus::v2::request::rbac::{
    CreateRoleRequest, CreateUserRequest, DropUserRequest, GrantPrivilegeRequest, GrantRoleRequest, ListRolesRequest,
    ListUsersRequest,
};
use std::collections::BTreeSet;

/// Over all databases.
const EVERYWHERE: &[&str] = &["CreateDatabase", "ListDatabases"];
/// To make collections in a database. Nothing is read of what is in them, written or dropped.
const MAKING: &[&str] = &["CreateCollection", "DescribeCollection", "ShowCollections"];
const MAKING_OF_COLLECTIONS: &[&str] = &[
    "CreateIndex",
    "CreatePartition",
    "GetLoadState",
    "GetLoadingProgress",
    "GetStatistics",
    "HasPartition",
    "IndexDetail",
    "Load",
    "Release",
    "ShowPartitions",
];
/// Rights of newer servers only.
const MAKING_NEWER: &[&str] = &["AddCollectionField", "AlterCollection", "AlterCollectionField", "DescribeDatabase"];
/// To read what is there. Older servers tell the state of a load to those only who may load.
const READING: &[&str] = &["DescribeCollection", "ShowCollections"];
const READING_OF_COLLECTIONS: &[&str] =
    &["GetLoadState", "GetLoadingProgress", "GetStatistics", "HasPartition", "IndexDetail", "Load", "ShowPartitions"];
const READING_NEWER: &[&str] = &["DescribeDatabase"];
/// To keep the version table.
const WRITING: &[&str] = &["Insert", "Query", "Upsert"];

/// What a server says that takes no more roles.
const ROLES_FULL: &str = "number of roles has reached the limit";

/// A user with a role of its own.
struct Account {
    name: Name,
    password: String,
    rights: Vec<Right>,
}

/// One call.
enum Call<'a> {
    CreateUser(&'a Account),
    /// An administrator can change no password without the old one.
    ReplaceUser(&'a Account),
    CreateRole(&'a Name),
    GrantRole(&'a Name),
    Grant(&'a Name, &'a Right),
}

/// Rights on one thing.
struct Right {
    database: Name,
    object: &'static str,
    object_name: String,
    privileges: &'static [&'static str],
    /// Whether a server may not know them.
    newer: bool,
}

impl MilvusTarget {
    /// Makes users and gives them their rights, one call after the other; or only tells what would be sent.
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
        let there = |names: &[String], name: &Name| names.iter().any(|one| one == name.as_str());
        let accounts = self.accounts(user, needs);
        let mut calls = Vec::new();
        for account in &accounts {
            let name = &account.name;
            if !there(users.usernames(), name) {
                calls.push(Call::CreateUser(account));
            } else if !pretend && !self.link.lets_in(name, &account.password).await? {
                calls.push(Call::ReplaceUser(account));
            }
            calls.extend((!there(roles.role_names(), name)).then_some(Call::CreateRole(name)));
            calls.push(Call::GrantRole(name));
            calls.extend(account.rights.iter().map(|right| Call::Grant(name, right)));
        }
        let mut told = Vec::new();
        for call in calls {
            let line = call.told();
            if !pretend {
                self.send(&call).await.map_err(|error| self.refused(&line, &error))?;
            }
            told.push(line);
        }
        Ok(told)
    }

    fn refused(&self, line: &str, error: &Error) -> EngineError {
        let mut failure = self.link.failure(line, error);
        if failure.detail.contains(ROLES_FULL) {
            let hint =
                "raise proxy.maxRoleNum in the server's configuration (10 as it comes), or leave out model_users";
            failure.hint = Some(hint.to_owned());
        }
        failure
    }

    /// The host's own, and those of the models where they have some.
    fn accounts(&self, user: &HostUser, needs: &Needs) -> Vec<Account> {
        let (name, password) = (user.name.clone(), user.password().to_owned());
        let table = &self.version_table;
        let versions = right(&table.namespace, "Collection", table.name.as_str(), WRITING);
        if !self.link.model_users {
            let made = needs.namespaces.iter().flat_map(making);
            return vec![Account { name, password, rights: everywhere().chain(made).chain([versions]).collect() }];
        }
        // Older servers judge what names no database by this one.
        let default = Name::from_server("default");
        let read: BTreeSet<&Name> = needs.namespaces.iter().chain([&default]).collect();
        let rights =
            everywhere().chain(read.into_iter().flat_map(reading)).chain(making(&table.namespace)).chain([versions]);
        let mut accounts = vec![Account { name, password, rights: rights.collect() }];
        for (model, namespaces) in needs.models.iter().filter(|(model, _)| model.as_str() != HOST_MODEL) {
            let name = user_of(user.name.as_str(), model.as_str());
            let password = password_of(user.password(), &name);
            accounts.push(Account { name, password, rights: namespaces.iter().flat_map(making).collect() });
        }
        accounts
    }

    async fn send(&self, call: &Call<'_>) -> Result<(), Error> {
        let client = &self.link.client;
        match call {
            Call::CreateUser(account) => self.create_user(account).await,
            Call::ReplaceUser(account) => {
                let request = DropUserRequest::builder().username(account.name.as_str()).build()?;
                self.link.ask(client.drop_user(request)).await?;
                self.create_user(account).await
            }
            Call::CreateRole(name) => {
                let request = CreateRoleRequest::builder().role_name(name.as_str()).build()?;
                self.link.ask(client.create_role(request)).await
            }
            Call::GrantRole(name) => {
                let request = GrantRoleRequest::builder().username(name.as_str()).role_name(name.as_str()).build()?;
                self.link.ask(client.grant_role(request)).await
            }
            Call::Grant(name, right) => {
                for privilege in right.privileges {
                    match self.grant(name, right, privilege).await {
                        Err(_) if right.newer => {}
                        sent => sent?,
                    }
                }
                Ok(())
            }
        }
    }

    async fn grant(&self, role: &Name, right: &Right, privilege: &str) -> Result<(), Error> {
        let request = GrantPrivilegeRequest::builder().role_name(role.as_str()).database_name(right.database.as_str());
        let request = request.object_type(right.object).object_name(&right.object_name).privilege(privilege).build()?;
        self.link.ask(self.link.client.grant_privilege(request)).await
    }

    async fn create_user(&self, Account { name, password, .. }: &Account) -> Result<(), Error> {
        let request = CreateUserRequest::builder().username(name.as_str()).password(password).build()?;
        self.link.ask(self.link.client.create_user(request)).await
    }
}

impl Call<'_> {
    fn told(&self) -> String {
        match self {
            Call::CreateUser(account) => format!("create user {} with password {HIDDEN}", account.name),
            Call::ReplaceUser(account) => {
                format!("drop user {name}, create user {name} with password {HIDDEN}", name = account.name)
            }
            Call::CreateRole(name) => format!("create role {name}"),
            Call::GrantRole(name) => format!("grant role {name} to user {name}"),
            Call::Grant(name, Right { database, object, object_name, privileges, newer }) => {
                let known = if *newer { ", where the server knows it" } else { "" };
                let privileges = privileges.join(", ");
                format!("grant {privileges} ({object} {object_name}) in {database} to role {name}{known}")
            }
        }
    }
}

fn right(database: &Name, object: &'static str, object_name: &str, privileges: &'static [&'static str]) -> Right {
    Right { database: database.clone(), object, object_name: object_name.to_owned(), privileges, newer: false }
}

fn newer(database: &Name, privileges: &'static [&'static str]) -> Right {
    Right { newer: true, ..right(database, "Global", "*", privileges) }
}

fn everywhere() -> impl Iterator<Item = Right> {
    [right(&Name::from_server("default"), "Global", "*", EVERYWHERE)].into_iter()
}

fn reading(database: &Name) -> [Right; 3] {
    [
        right(database, "Global", "*", READING),
        right(database, "Collection", "*", READING_OF_COLLECTIONS),
        newer(database, READING_NEWER),
    ]
}

fn making(database: &Name) -> [Right; 3] {
    [
        right(database, "Global", "*", MAKING),
        right(database, "Collection", "*", MAKING_OF_COLLECTIONS),
        newer(database, MAKING_NEWER),
    ]
}
