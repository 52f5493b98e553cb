//! Reads roles of models, their settings profiles and quotas.
//!
//! A server whose user may not see them, or that keeps them in files alone, can limit no model; that is said where limits
//! are wanted, and of no consequence elsewhere.

use super::normalize::{self, AccessRows, ElementRow, GivenRow, MaximaRow};
use super::run::Session;
use crate::backend::{EngineError, FailureKind, Scope};
use crate::catalog::Catalog;
use crate::quote::clickhouse::literal;
use serde::Deserialize;

const READING: &str = "reading roles, settings profiles and quotas";

/// Maxima of a quota that we know, as `system.quota_limits` names them after `max_`.
const MAXIMA: [&str; 6] = ["execution_time", "queries", "read_bytes", "read_rows", "result_rows", "written_bytes"];

/// Kinds of user directories that cannot be written to with SQL.
const READ_ONLY: [&str; 4] = ["users.xml", "users_xml", "ldap", "kerberos"];

#[derive(Deserialize)]
struct NameRow {
    name: String,
}

/// Adds what is there to a catalog. One query where there is nothing and nothing is wanted.
pub(super) async fn read(session: &Session, scope: &Scope, catalog: &mut Catalog) -> Result<(), EngineError> {
    if scope.roles.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = scope.roles.iter().map(|name| literal(name.as_str())).collect();
    let within = names.join(", ");
    let roles = format!("SELECT name FROM system.roles WHERE name IN ({within})");
    let roles: Vec<NameRow> = match session.read(READING, &roles).await {
        Err(fault) if fault.kind == FailureKind::Denied => {
            catalog.unlimited = Some("the user of the URL may not see and manage roles (access_management)".to_owned());
            return Ok(());
        }
        roles => roles?,
    };
    if roles.is_empty() && scope.limited.is_empty() {
        return Ok(());
    }
    let rows = details(session, &within, roles.into_iter().map(|row| row.name).collect()).await?;
    catalog.roles = normalize::roles(&rows);
    if !scope.limited.is_empty() {
        catalog.unlimited = unwritable(session).await?;
    }
    Ok(())
}

async fn details(session: &Session, within: &str, roles: Vec<String>) -> Result<AccessRows, EngineError> {
    let elements = format!(
        "SELECT ifNull(profile_name, '') AS profile, ifNull(role_name, '') AS role, ifNull(setting_name, '') AS setting, \
         ifNull(value, '') AS value, ifNull(min, '') AS min, ifNull(max, '') AS max \
         FROM system.settings_profile_elements \
         WHERE (profile IN ({within}) OR role IN ({within})) AND setting != '' ORDER BY profile, role, index"
    );
    let given = |table: &str, keys: &str, durations: &str| {
        format!(
            "SELECT name, arrayMap(x -> toString(x), apply_to_list) AS given, {keys} AS keys, {durations} AS durations \
             FROM system.{table} WHERE name IN ({within}) ORDER BY name"
        )
    };
    let text = |column: &str| format!("arrayMap(x -> toString(x), {column})");
    let profiles = given("settings_profiles", "emptyArrayString()", "emptyArrayString()");
    let quotas = given("quotas", &text("keys"), &text("durations"));
    let pairs: Vec<String> =
        MAXIMA.iter().map(|name| format!("'{name}', toString(ifNull(toString(max_{name}), ''))")).collect();
    let maxima = format!(
        "SELECT quota_name AS quota, mapFilter((k, v) -> v != '', map({})) AS maxima \
         FROM system.quota_limits WHERE quota_name IN ({within}) ORDER BY quota_name, duration",
        pairs.join(", ")
    );
    let (elements, profiles, quotas, maxima) = futures::try_join!(
        session.read::<ElementRow>(READING, &elements),
        session.read::<GivenRow>(READING, &profiles),
        session.read::<GivenRow>(READING, &quotas),
        session.read::<MaximaRow>(READING, &maxima),
    )?;
    Ok(AccessRows { roles, elements, profiles, quotas, maxima })
}

/// Why nothing can be written, where that is so.
async fn unwritable(session: &Session) -> Result<Option<String>, EngineError> {
    #[derive(Deserialize)]
    struct DirectoryRow {
        kind: String,
    }
    let sql = "SELECT toString(type) AS kind FROM system.user_directories";
    let directories: Vec<DirectoryRow> = session.read(READING, sql).await?;
    let writable = directories.iter().any(|row| !READ_ONLY.contains(&row.kind.as_str()));
    Ok((!writable).then(|| {
        "the server keeps roles and profiles in files alone; it needs a user directory that SQL can write to \
         (user_directories, local_directory)"
            .to_owned()
    }))
}
