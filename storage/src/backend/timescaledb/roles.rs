//! The host's own user: it may make roles and schemas, and become the roles of the models. It is no superuser, so what it
//! does under a model's role the server keeps to that model.

use super::{TimescaleTarget, fault};
use crate::backend::EngineError;
use crate::backend::host_user::{HIDDEN, HostUser};
use crate::check::Needs;
use crate::definition::ObjectName;
use crate::name::Name;
use crate::quote::postgres::{identifier, literal};
use crate::server::Server;
use postgres_protocol::password::scram_sha_256;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Told where it is so: nothing less than CREATEROLE makes roles.
const BEFORE_16: &str = "-- before PostgreSQL 16, CREATEROLE lets a user grant itself every role that is no superuser, \
                         those that read files and run programs among them: upgrade, or keep this URL as safe as a superuser's";

const LOOKING: &str = "looking which roles and schemas there are";

/// What is there of that which is to be granted.
#[derive(Debug, Deserialize)]
struct Existing {
    user: bool,
    database: String,
    /// Roles of models.
    roles: Vec<String>,
    /// Schemas that belong to no model's role.
    schemas: Vec<String>,
    version_table: bool,
}

impl TimescaleTarget {
    /// Makes the user and gives it its rights, in one transaction; or only tells what would be sent.
    pub async fn make_user(
        &mut self,
        user: &HostUser,
        needs: &Needs,
        pretend: bool,
    ) -> Result<Vec<String>, EngineError> {
        let answer = self.session.rows(LOOKING, &query(&user.name, needs, &self.version_table)).await?;
        let text = answer.into_iter().next().ok_or_else(|| fault::answer(LOOKING, "an answer is missing"))?;
        let existing: Existing =
            serde_json::from_str(&text).map_err(|error| fault::answer(LOOKING, &error.to_string()))?;
        let statements =
            |password: &str| statements(&user.name, password, &existing, &self.server, &self.version_table);
        let mut shown = statements(HIDDEN);
        if self.server.postgres_version < 16 {
            shown.push(BEFORE_16.to_owned());
        }
        if !pretend {
            // Only what the password is checked with is sent, so it is in no log of the server.
            let sent = statements(&scram_sha_256(user.password().as_bytes()));
            let batch = format!("BEGIN;\n{};\nCOMMIT", sent.join(";\n"));
            self.session.transaction(&format!("making the user {}", user.name), &batch).await?;
        }
        Ok(shown)
    }
}

fn statements(
    user: &Name,
    verifier: &str,
    existing: &Existing,
    server: &Server,
    version_table: &ObjectName,
) -> Vec<String> {
    let name = identifier(user);
    let known = |text: &String| identifier(&Name::from_server(text.clone()));
    let verb = if existing.user { "ALTER" } else { "CREATE" };
    let mut texts = vec![
        format!(
            "{verb} ROLE {name} LOGIN NOSUPERUSER NOCREATEDB CREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS PASSWORD {}",
            literal(verifier)
        ),
        format!("GRANT CONNECT, CREATE ON DATABASE {} TO {name}", known(&existing.database)),
    ];
    if let Some(schema) =
        server.extension_schema.as_ref().filter(|name| !existing.schemas.iter().any(|s| s == name.as_str()))
    {
        texts.push(format!("GRANT USAGE ON SCHEMA {} TO {name} WITH GRANT OPTION", identifier(schema)));
    }
    texts.extend(
        existing
            .schemas
            .iter()
            .map(|schema| format!("GRANT USAGE, CREATE ON SCHEMA {} TO {name} WITH GRANT OPTION", known(schema))),
    );
    // From 16 on a member may become the role only where that is granted, and may change it only as its administrator.
    let option = if server.postgres_version >= 16 { "ADMIN TRUE, INHERIT FALSE, SET TRUE" } else { "ADMIN OPTION" };
    texts.extend(existing.roles.iter().map(|role| format!("GRANT {} TO {name} WITH {option}", known(role))));
    if existing.version_table {
        let (schema, table) = (identifier(&version_table.namespace), identifier(&version_table.name));
        texts.push(format!("ALTER TABLE {schema}.{table} OWNER TO {name}"));
    }
    // Its own connections are limited by it, and where a model is, its role.
    if server.postgres_version >= 15 {
        texts.extend(
            super::inspect::PROTECTED.iter().map(|setting| {
                format!("GRANT SET ON PARAMETER {} TO {name}", identifier(&Name::from_server(*setting)))
            }),
        );
    }
    texts
}

fn query(user: &Name, needs: &Needs, version_table: &ObjectName) -> String {
    let array = |names: &BTreeSet<Name>| {
        let names: Vec<String> = names.iter().map(|name| literal(name.as_str())).collect();
        format!("ARRAY[{}]::text[]", names.join(", "))
    };
    let table = format!("{}.{}", identifier(&version_table.namespace), identifier(&version_table.name));
    format!(
        "SELECT json_build_object('user', EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = {user}),
            'database', current_database(),
            'roles', ARRAY(SELECT r.rolname::text FROM pg_roles AS r WHERE r.rolname = ANY ({roles}) ORDER BY 1),
            'schemas', ARRAY(SELECT n.nspname::text FROM pg_namespace AS n JOIN pg_roles AS o ON o.oid = n.nspowner
                WHERE n.nspname = ANY ({namespaces}) AND o.rolname <> ALL ({roles}) ORDER BY 1),
            'version_table', to_regclass({table}) IS NOT NULL)",
        user = literal(user.as_str()),
        roles = array(&needs.roles),
        namespaces = array(&needs.namespaces),
        table = literal(&table),
    )
}
