//! What an apply would need of this server and what it has: rights, extension, lock, clock. Only reads; the lock is let go
//! as soon as it was had.

use super::lock::LOCK_KEY;
use super::{TimescaleTarget, fault};
use crate::backend::{EngineError, FailureKind, now_ms};
use crate::check::{self, Check, Needs};
use crate::definition::Backend;
use crate::name::Name;
use crate::quote::postgres::{identifier, literal};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::time::Instant;

const ASKING: &str = "asking for rights";
const OWNER: &str = "timescaledb";

#[derive(Deserialize)]
struct Found {
    now: i64,
    createrole: bool,
    database: String,
    create: bool,
    /// None: there is no such schema.
    public: Option<bool>,
    read_only: bool,
    available: Option<String>,
    foreign_roles: Vec<String>,
    closed: Vec<String>,
}

impl TimescaleTarget {
    /// Looks at everything that an apply would need.
    pub async fn check(&mut self, needs: &Needs) -> Result<Vec<Check>, EngineError> {
        let sent = Instant::now();
        self.session.rows("measuring a round trip", "SELECT 1").await?;
        let mut checks = vec![check::reachable(Backend::Timescaledb, sent.elapsed())];
        checks.extend(check::of_server(&self.server, needs));
        let before = now_ms();
        let answer = self.session.rows(ASKING, &query(needs, self.server.postgres_version)).await?;
        let after = now_ms();
        let text = answer.into_iter().next().ok_or_else(|| fault::answer(ASKING, "an answer is missing"))?;
        let found: Found = serde_json::from_str(&text).map_err(|error| fault::answer(ASKING, &error.to_string()))?;
        checks.push(self.extension(&found, needs));
        checks.push(self.rights(&found, needs));
        checks.push(self.limits().await?);
        checks.push(self.lock_check().await);
        checks.push(check::clock(Backend::Timescaledb, found.now, before, after));
        Ok(checks)
    }

    fn extension(&self, found: &Found, needs: &Needs) -> Check {
        if let Some(version) = self.server.version {
            return Check::ok(OWNER, "extension", format!("timescaledb {version} is installed in {}", found.database));
        }
        let (said, hint) = match &found.available {
            Some(version) => (
                format!("timescaledb is not installed in {}; version {version} is at hand", found.database),
                "run CREATE EXTENSION timescaledb in that database",
            ),
            None => (
                format!("timescaledb is not installed in {}, and the server does not have it", found.database),
                "install TimescaleDB on the server, name it in shared_preload_libraries, and run CREATE EXTENSION timescaledb",
            ),
        };
        // Plain tables do without it.
        let check = if needs.some && !needs.extension { Check::warning } else { Check::problem };
        check(OWNER, "extension", said).hint(hint)
    }

    fn rights(&self, found: &Found, needs: &Needs) -> Check {
        if found.read_only {
            return Check::problem(OWNER, "rights", "the server only lets read")
                .hint("give the URL of the primary server, and a user whose transactions may write");
        }
        if self.server.superuser {
            return Check::ok(OWNER, "rights", "a superuser may do everything");
        }
        let user = identifier(&Name::from_server(self.server.user.clone()));
        let mut lacking = Vec::new();
        let mut remedy = Vec::new();
        if !found.createrole {
            lacking.push("CREATEROLE".to_owned());
            remedy.push(format!("ALTER ROLE {user} CREATEROLE"));
        }
        if !found.create {
            lacking.push(format!("CREATE on the database {}", found.database));
            let database = identifier(&Name::from_server(found.database.clone()));
            remedy.push(format!("GRANT CREATE ON DATABASE {database} TO {user}"));
        }
        // The version table stands there.
        if found.public == Some(false) {
            lacking.push("CREATE on the schema public".to_owned());
            remedy.push(format!("GRANT USAGE, CREATE ON SCHEMA public TO {user} WITH GRANT OPTION"));
        }
        for role in &found.foreign_roles {
            lacking.push(format!("membership in {role}"));
            let role = identifier(&Name::from_server(role.clone()));
            remedy.push(format!("GRANT {role} TO {user}"));
        }
        if !lacking.is_empty() {
            let said = format!("the user {} lacks {}", self.server.user, lacking.join(", "));
            return Check::problem(OWNER, "rights", said).hint(format!("as a superuser: {}", remedy.join("; ")));
        }
        if !found.closed.is_empty() {
            let schemas = found.closed.join(", ");
            let said = format!("the user {} cannot let a model's role into {schemas}", self.server.user);
            return Check::warning(OWNER, "rights", said).hint(
                "it is needed once for each model: GRANT USAGE, CREATE ON SCHEMA .. TO the user WITH GRANT OPTION",
            );
        }
        let members = if needs.roles.is_empty() { "" } else { ", membership in the models' roles" };
        Check::ok(OWNER, "rights", format!("CREATEROLE, CREATE on the database {}{members}", found.database))
    }

    async fn lock_check(&mut self) -> Check {
        match self.try_lock().await {
            Ok(None) => {
                // It ends with the session in any case.
                let _ =
                    self.session.rows("letting the lock go", &format!("SELECT pg_advisory_unlock({LOCK_KEY})")).await;
                Check::ok(OWNER, "lock", "the lock of appliers is free")
            }
            Ok(Some(holder)) => {
                Check::warning(OWNER, "lock", format!("another run holds the lock of appliers: {holder}"))
                    .hint("an apply waits for it as long as --wait says")
            }
            Err(error) => {
                let verdict = if error.kind == FailureKind::Address { Check::problem } else { Check::unknown };
                let check = verdict(OWNER, "lock", format!("{}: {}", error.attempted, error.detail));
                Check { hint: error.hint, ..check }
            }
        }
    }
}

fn query(needs: &Needs, postgres: u32) -> String {
    let array = |names: &BTreeSet<Name>| {
        let names: Vec<String> = names.iter().map(|name| literal(name.as_str())).collect();
        format!("ARRAY[{}]::text[]", names.join(", "))
    };
    // From 16 on membership alone does not let a user become a role.
    let member = if postgres >= 16 { "SET" } else { "MEMBER" };
    format!(
        "SELECT json_build_object('now', (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
            'createrole', coalesce((SELECT r.rolcreaterole FROM pg_roles AS r WHERE r.rolname = current_user), false),
            'database', current_database(), 'create', has_database_privilege(current_database(), 'CREATE'),
            'public', (SELECT has_schema_privilege(n.oid, 'CREATE') FROM pg_namespace AS n WHERE n.nspname = 'public'),
            'read_only', pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on',
            'available', (SELECT x.default_version FROM pg_available_extensions AS x WHERE x.name = 'timescaledb'),
            'foreign_roles', ARRAY(SELECT r.rolname::text FROM pg_roles AS r WHERE r.rolname = ANY ({roles})
                AND NOT pg_has_role(r.oid, '{member}') ORDER BY 1),
            'closed', ARRAY(SELECT n.nspname::text FROM pg_namespace AS n WHERE n.nspname = ANY ({namespaces})
                AND NOT EXISTS (SELECT FROM pg_roles AS o WHERE o.oid = n.nspowner AND o.rolname = ANY ({roles}))
                AND NOT has_schema_privilege(n.oid, 'CREATE WITH GRANT OPTION') ORDER BY 1))",
        roles = array(&needs.roles),
        namespaces = array(&needs.namespaces),
    )
}
