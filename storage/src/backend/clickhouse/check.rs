//! What an apply would need of this server and what it has: rights, storage policies, disks, clock. Only reads.

use super::{ClickhouseTarget, STORAGE_POLICY, cluster};
use crate::backend::{EngineError, now_ms};
use crate::check::{self, Check, Needs};
use crate::definition::Backend;
use crate::name::Name;
use crate::quote::clickhouse::identifier;
use crate::server::known;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Instant;

const OWNER: &str = "clickhouse";

/// What an apply does in a namespace.
pub(super) const RIGHTS: [&str; 6] =
    ["CREATE DATABASE", "CREATE TABLE", "CREATE VIEW", "ALTER TABLE", "SELECT", "INSERT"];

/// Free bytes below which a disk is worth a warning.
const LITTLE: u64 = 1024 * 1024 * 1024;

#[derive(Deserialize)]
struct Clock {
    now: String,
}

#[derive(Deserialize)]
struct Volume {
    policy: String,
    name: String,
    disks: Vec<String>,
}

#[derive(Deserialize)]
struct Disk {
    name: String,
    free: String,
}

#[derive(Deserialize)]
struct Setting {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Granted {
    result: u8,
}

impl ClickhouseTarget {
    /// Looks at everything that an apply would need.
    pub async fn check(&mut self, needs: &Needs) -> Result<Vec<Check>, EngineError> {
        let (before, sent) = (now_ms(), Instant::now());
        let clock = "SELECT toString(toUnixTimestamp64Milli(now64(3))) AS now";
        let clock: Vec<Clock> = self.session.read("asking for the time", clock).await?;
        let mut checks = vec![check::reachable(Backend::Clickhouse, sent.elapsed())];
        let after = now_ms();
        checks.extend(check::of_server(&self.server, needs));
        if !self.server.at_least(known(Backend::Clickhouse).oldest) {
            return Ok(checks);
        }
        checks.push(self.rights(needs).await);
        checks.push(self.wall(needs).await);
        checks.push(self.limits().await);
        checks.push(self.policies().await);
        if let Some(known) = &self.server.cluster {
            checks.extend(cluster::check(&self.session, known).await);
        }
        checks.push(self.disks().await);
        checks.push(match clock.first().and_then(|row| row.now.parse().ok()) {
            Some(server) => check::clock(Backend::Clickhouse, server, before, after),
            None => Check::unknown(OWNER, "clock", "the server does not tell its time"),
        });
        Ok(checks)
    }

    async fn rights(&self, needs: &Needs) -> Check {
        const ASKING: &str = "asking for rights";
        let settings = "SELECT name, value FROM system.settings WHERE name IN ('readonly', 'allow_ddl')";
        match self.session.read::<Setting>(ASKING, settings).await {
            Ok(settings) => {
                let is = |name: &str, value: &str| settings.iter().any(|one| one.name == name && one.value == value);
                if is("allow_ddl", "0") || is("readonly", "1") || is("readonly", "2") {
                    return Check::problem(OWNER, "rights", "the user may only read, or may not make tables")
                        .hint("give it a profile with readonly = 0 and allow_ddl = 1");
                }
            }
            Err(error) => return cannot_tell("rights", error),
        }
        let mut scopes: Vec<String> =
            needs.namespaces.iter().map(|namespace| format!("{}.*", identifier(namespace))).collect();
        if scopes.is_empty() {
            scopes.push("*.*".to_owned());
        }
        let mut lacking: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for scope in &scopes {
            match self.lacking(scope).await {
                Ok(rights) if rights.is_empty() => {}
                Ok(rights) => {
                    lacking.insert(scope.clone(), rights);
                }
                Err(error) => {
                    return Check { hint: Some(self.ask_by_hand()), ..cannot_tell("rights", error) };
                }
            }
        }
        let user = &self.server.user;
        if lacking.is_empty() {
            return Check::ok(
                OWNER,
                "rights",
                format!("{user} may create, alter, read and write in {}", scopes.join(", ")),
            );
        }
        let each: Vec<String> =
            lacking.iter().map(|(scope, rights)| format!("{} ON {scope}", rights.join(", "))).collect();
        let said = format!("the user {user} lacks {}", each.join("; "));
        // Rights on single databases cannot be seen before it is known which.
        let check = if needs.some { Check::problem } else { Check::warning };
        check(OWNER, "rights", said).hint(format!("GRANT {} TO {user}", each.join(", ")))
    }

    /// The rights that the user does not have there. Asked one by one only where one is missing.
    async fn lacking(&self, scope: &str) -> Result<Vec<&'static str>, EngineError> {
        if self.granted(None, &RIGHTS.join(", "), scope).await? {
            return Ok(Vec::new());
        }
        let mut lacking = Vec::new();
        for right in RIGHTS {
            if !self.granted(None, right, scope).await? {
                lacking.push(right);
            }
        }
        Ok(lacking)
    }

    /// Whether the user has these rights there; under a role: with that one alone.
    pub(super) async fn granted(&self, role: Option<&Name>, rights: &str, scope: &str) -> Result<bool, EngineError> {
        let sql = format!("CHECK GRANT {rights} ON {scope}");
        let answer: Vec<Granted> = self.session.read_as(role, "asking for rights", &sql).await?;
        Ok(answer.iter().any(|row| row.result == 1))
    }

    fn ask_by_hand(&self) -> String {
        format!("compare the answer to SHOW GRANTS as {} with: {}", self.server.user, RIGHTS.join(", "))
    }

    async fn policies(&self) -> Check {
        let sql = "SELECT policy_name AS policy, volume_name AS name, disks FROM system.storage_policies \
                   ORDER BY policy_name, volume_priority";
        let volumes: Vec<Volume> = match self.session.read("reading the storage policies", sql).await {
            Ok(volumes) => volumes,
            Err(error) => return cannot_tell("storage-policies", error),
        };
        let mut policies: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for volume in &volumes {
            let text = format!("{} on {}", volume.name, volume.disks.join(" and "));
            policies.entry(&volume.policy).or_default().push(text);
        }
        let each: Vec<String> =
            policies.iter().map(|(policy, volumes)| format!("{policy} ({})", volumes.join(", "))).collect();
        let said = format!("storage policies: {}", each.join(", "));
        if policies.contains_key(STORAGE_POLICY) {
            Check::ok(OWNER, "storage-policies", said)
        } else {
            Check::warning(OWNER, "storage-policies", format!("{said}; there is no {STORAGE_POLICY}")).hint(
                "add it to the server's configuration before the first apply, for tables that shall have tiers; without it tables are made on the default policy",
            )
        }
    }

    async fn disks(&self) -> Check {
        let sql = "SELECT name, toString(free_space) AS free FROM system.disks ORDER BY name";
        let disks: Vec<Disk> = match self.session.read("reading the disks", sql).await {
            Ok(disks) => disks,
            Err(error) => return cannot_tell("disks", error),
        };
        let free = |disk: &Disk| disk.free.parse::<u64>().unwrap_or(u64::MAX);
        let each: Vec<String> = disks
            .iter()
            .map(|disk| match free(disk) {
                // Object storage says that it has all there is.
                u64::MAX => disk.name.clone(),
                bytes => format!("{} with {} MiB free", disk.name, bytes / (1024 * 1024)),
            })
            .collect();
        let said = format!("disks: {}", each.join(", "));
        if disks.iter().any(|disk| free(disk) < LITTLE) {
            Check::warning(OWNER, "disks", said).hint("make room: below 1 GiB merges may fail")
        } else {
            Check::ok(OWNER, "disks", said)
        }
    }
}

pub(super) fn cannot_tell(what: &str, error: EngineError) -> Check {
    let check = Check::unknown(OWNER, what, format!("{}: {}", error.attempted, error.detail));
    Check { hint: error.hint, ..check }
}
