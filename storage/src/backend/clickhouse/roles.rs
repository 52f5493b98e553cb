//! The host's own user: it reads what it compares with, and has a role for each model at hand, which may make databases,
//! tables and views of that model.

use super::ClickhouseTarget;
use super::check::RIGHTS;
use super::wall::SINCE;
use crate::backend::host_user::{HIDDEN, HostUser, role_of};
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
        let texts = |hash: &str| statements(&user.name, hash, needs, &self.server, self.lower().on_all());
        if !pretend {
            // Only the hash is sent, so the password is in no log of the server.
            let hash = hex(&Sha256::digest(user.password().as_bytes()));
            for statement in texts(&hash) {
                let sent = self.session.execute(&format!("making the user {}", user.name), &statement).await;
                sent.map_err(unmanaged)?;
            }
        }
        Ok(texts(HIDDEN))
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

/// What gives a user its rights.
struct Grants<'a> {
    user: &'a Name,
    /// What makes a statement reach every host of a cluster.
    on: String,
    server: &'a Server,
}

impl Grants<'_> {
    fn grant(&self, what: &str, to: &Name) -> String {
        format!("GRANT{} {what} TO {}", self.on, identifier(to))
    }

    /// The rights on the databases of models, and on the version table: a role's for each model, where a request can take
    /// one, and otherwise the user's own.
    fn on_models(&self, needs: &Needs) -> Vec<String> {
        let rights = RIGHTS.join(", ");
        let on = |namespace: &Name| format!("{rights} ON {}.*", identifier(namespace));
        if !self.server.at_least(SINCE) {
            return needs.namespaces.iter().map(|namespace| self.grant(&on(namespace), self.user)).collect();
        }
        let mut texts = Vec::new();
        for (model, namespaces) in &needs.models {
            let role = role_of(self.user.as_str(), model.as_str());
            texts.push(format!("CREATE ROLE IF NOT EXISTS {}{}", identifier(&role), self.on));
            texts.extend(namespaces.iter().map(|namespace| self.grant(&on(namespace), &role)));
            texts.push(self.grant(&identifier(&role), self.user));
        }
        texts
    }

    /// What the user needs whatever the model.
    fn own(&self, needs: &Needs) -> Vec<String> {
        let clustered = self.server.cluster.is_some();
        let mut rights: Vec<String> = READ.iter().map(|table| format!("SELECT ON system.{table}")).collect();
        if self.server.at_least(ENGINES) {
            // One by one: an engine that reads from elsewhere would be granted with what it reads.
            let replicated = if clustered { "Replicated" } else { "" };
            rights.extend(KNOWN.iter().map(|engine| format!("TABLE ENGINE ON {replicated}{engine}")));
        }
        if clustered {
            let cluster = ["CLUSTER, REMOTE ON *.*", "TABLE ENGINE ON Distributed", "SELECT ON system.zookeeper"];
            rights.extend(cluster.map(str::to_owned));
        }
        if needs.limited {
            rights.push(format!("{LIMITING} ON *.*"));
        }
        rights.iter().map(|right| self.grant(right, self.user)).collect()
    }
}

fn statements(user: &Name, hash: &str, needs: &Needs, server: &Server, on: String) -> Vec<String> {
    let name = identifier(user);
    let secret = format!("{on} IDENTIFIED WITH sha256_hash BY {}", literal(hash));
    let mut texts = vec![format!("CREATE USER IF NOT EXISTS {name}{secret}"), format!("ALTER USER {name}{secret}")];
    let grants = Grants { user, on, server };
    texts.extend(grants.on_models(needs));
    texts.extend(grants.own(needs));
    texts
}
