//! The host's own user: it may make databases, tables and views of the models at hand, and read what it compares them with.

use super::ClickhouseTarget;
use super::check::RIGHTS;
use crate::backend::host_user::{HIDDEN, HostUser};
use crate::backend::{EngineError, FailureKind};
use crate::catalog::hex;
use crate::check::Needs;
use crate::name::Name;
use crate::quote::clickhouse::{identifier, literal};
use crate::server::{Server, Version};
use crate::types::clickhouse::engine::KNOWN;
use sha2::{Digest as _, Sha256};

/// What the host reads, on servers that grant the tables of `system` one by one.
const READ: [&str; 17] = [
    "clusters",
    "columns",
    "data_skipping_indices",
    "databases",
    "disks",
    "distributed_ddl_queue",
    "macros",
    "merge_tree_settings",
    "mutations",
    "processes",
    "quota_limits",
    "roles",
    "settings",
    "settings_profile_elements",
    "storage_policies",
    "tables",
    "user_directories",
];

/// From here on a server may grant table engines one by one.
const ENGINES: Version = Version::of(24, 1);

/// Rights that limits of models need.
const LIMITING: &str = "CREATE ROLE, ALTER ROLE, ROLE ADMIN, CREATE SETTINGS PROFILE, ALTER SETTINGS PROFILE, CREATE QUOTA, ALTER QUOTA, SHOW ACCESS";

impl ClickhouseTarget {
    /// Makes the user and gives it its rights, one statement after the other; or only tells what would be sent.
    pub async fn make_user(
        &mut self,
        user: &HostUser,
        needs: &Needs,
        pretend: bool,
    ) -> Result<Vec<String>, EngineError> {
        let shown = statements(&user.name, HIDDEN, needs, &self.server);
        if !pretend {
            // Only the hash is sent, so the password is in no log of the server.
            let hash = hex(&Sha256::digest(user.password().as_bytes()));
            for statement in statements(&user.name, &hash, needs, &self.server) {
                let sent = self.session.execute(&format!("making the user {}", user.name), &statement).await;
                sent.map_err(unmanaged)?;
            }
        }
        Ok(shown)
    }
}

fn unmanaged(fault: EngineError) -> EngineError {
    if fault.kind != FailureKind::Denied {
        return fault;
    }
    let hint = "give the user of the URL access_management in the server's configuration; where users are kept in files \
                alone, write this user there, with the rights that --dry-run shows";
    EngineError { hint: Some(hint.to_owned()), ..fault }
}

fn statements(user: &Name, hash: &str, needs: &Needs, server: &Server) -> Vec<String> {
    let name = identifier(user);
    let secret = format!("IDENTIFIED WITH sha256_hash BY {}", literal(hash));
    let mut texts = vec![format!("CREATE USER IF NOT EXISTS {name} {secret}"), format!("ALTER USER {name} {secret}")];
    let rights = RIGHTS.join(", ");
    texts.extend(
        needs.namespaces.iter().map(|namespace| format!("GRANT {rights} ON {}.* TO {name}", identifier(namespace))),
    );
    texts.extend(READ.iter().map(|table| format!("GRANT SELECT ON system.{table} TO {name}")));
    if server.at_least(ENGINES) {
        // One by one: an engine that reads from elsewhere would be granted with what it reads.
        let replicated = if server.cluster.is_some() { "Replicated" } else { "" };
        texts.extend(KNOWN.iter().map(|engine| format!("GRANT TABLE ENGINE ON {replicated}{engine} TO {name}")));
    }
    if server.cluster.is_some() {
        texts.push(format!("GRANT CLUSTER, REMOTE ON *.* TO {name}"));
        texts.push(format!("GRANT TABLE ENGINE ON Distributed TO {name}"));
        texts.push(format!("GRANT SELECT ON system.zookeeper TO {name}"));
    }
    if needs.limited {
        texts.push(format!("GRANT {LIMITING} ON *.* TO {name}"));
    }
    texts
}
