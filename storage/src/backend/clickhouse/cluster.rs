//! What is asked of the hosts of a cluster, and how they are told to answer.

use super::run::Session;
use crate::backend::{EngineError, FailureKind};
use crate::check::Check;
use crate::cluster::{Cluster, KnownCluster};
use crate::diagnostic::Diagnostic;
use crate::quote::clickhouse::literal;
use clickhouse::Client;
use serde::Deserialize;
use std::time::Duration;

const OWNER: &str = "clickhouse";

/// The most objects that are named.
const MOST: usize = 20;

/// An object that not every host has.
#[derive(Deserialize)]
struct Lacking {
    object: String,
    hosts: String,
}

#[derive(Deserialize)]
struct ClusterRow {
    shards: String,
    hosts: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
struct MacroRow {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct DatabaseRow {
    name: String,
    replicated: u8,
}

/// What the server knows of a cluster.
pub(super) async fn known(session: &Session, declared: &Cluster) -> Result<KnownCluster, EngineError> {
    const READING: &str = "reading what the server knows of its cluster";
    let name = literal(&declared.name);
    let clusters = format!(
        "SELECT toString(uniqExactIf(shard_num, cluster = {name})) AS shards, toString(countIf(cluster = {name})) AS hosts, \
         arraySort(groupUniqArray(cluster)) AS names FROM system.clusters"
    );
    let macros = "SELECT macro AS name, substitution AS value FROM system.macros";
    let databases = "SELECT name, engine = 'Replicated' AS replicated FROM system.databases";
    let (clusters, macros, databases) = futures::try_join!(
        session.read::<ClusterRow>(READING, &clusters),
        session.read::<MacroRow>(READING, macros),
        session.read::<DatabaseRow>(READING, databases),
    )?;
    let row = clusters.into_iter().next();
    let count = |text: Option<&String>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(KnownCluster {
        cluster: declared.clone(),
        shards: count(row.as_ref().map(|row| &row.shards)),
        hosts: count(row.as_ref().map(|row| &row.hosts)),
        others: row.map(|row| row.names).unwrap_or_default(),
        macros: macros.into_iter().map(|row| (row.name, row.value)).collect(),
        no_keeper: no_keeper(session).await?,
        databases: databases.into_iter().map(|row| (row.name, row.replicated == 1)).collect(),
    })
}

/// Why the server cannot use Keeper. The table is there only where one is configured, and answers only when it does.
async fn no_keeper(session: &Session) -> Result<Option<String>, EngineError> {
    #[derive(Deserialize)]
    struct Any {}
    let asked = "SELECT name FROM system.zookeeper WHERE path = '/' LIMIT 1";
    match session.read::<Any>("asking for Keeper", asked).await {
        Ok(_) => Ok(None),
        Err(fault) if matches!(fault.kind, FailureKind::Refused | FailureKind::Denied) => Ok(Some(fault.detail)),
        Err(fault) => Err(fault),
    }
}

/// A system table, of all hosts where there are several.
pub(super) fn everywhere(known: Option<&KnownCluster>, table: &str) -> String {
    match known {
        Some(known) if known.hosts > 1 => {
            format!("clusterAllReplicas({}, system.{table})", literal(&known.cluster.name))
        }
        _ => format!("system.{table}"),
    }
}

/// Statements are answered once every host has carried them out, and fail where one has not: within the time that the
/// statement has, so that the server says which, and not this side that nothing was said.
pub(super) fn settings(client: Client, statement_timeout: Duration) -> Client {
    const MARGIN: Duration = Duration::from_secs(5);
    let wait = statement_timeout.saturating_sub(MARGIN).max(Duration::from_secs(1)).as_secs().to_string();
    client
        .with_setting("distributed_ddl_output_mode", "none")
        .with_setting("distributed_ddl_task_timeout", &wait)
        .with_setting("alter_sync", "2")
        .with_setting("replication_wait_for_inactive_replica_timeout", &wait)
        // Where access is kept in Keeper, one host's word is every host's.
        .with_setting("ignore_on_cluster_for_replicated_access_entities_queries", "1")
}

/// What `doctor` says of the cluster: whether the server can carry it, and which hosts lack objects of ours.
pub(super) async fn check(session: &Session, known: &KnownCluster) -> Vec<Check> {
    const WHAT: &str = "cluster";
    let name = &known.cluster.name;
    let found = known.findings();
    if !found.is_empty() {
        let problem = |found: Diagnostic| {
            let check = Check::problem(OWNER, WHAT, found.message);
            Check { hint: found.help, ..check }
        };
        return found.into_iter().map(problem).collect();
    }
    let said = format!("the cluster {name:?} has {} shards and {} hosts", known.shards, known.hosts);
    let sql = format!(
        "SELECT concat(database, '.', name) AS object, toString(count()) AS hosts FROM {} \
         WHERE {} GROUP BY object HAVING count() < {} ORDER BY object LIMIT {MOST}",
        everywhere(Some(known), "tables"),
        super::inspect::marked("comment"),
        known.hosts
    );
    vec![match session.read::<Lacking>("looking at all hosts of the cluster", &sql).await {
        Ok(lacking) if lacking.is_empty() => Check::ok(OWNER, WHAT, format!("{said}, which all have the same objects")),
        Ok(lacking) => {
            let each: Vec<String> =
                lacking.iter().map(|one| format!("{} is on {} hosts", one.object, one.hosts)).collect();
            Check::problem(OWNER, WHAT, format!("{said}; not all have every object: {}", each.join(", "))).hint(
                "see system.distributed_ddl_queue on the host that lacks it; a host that was added later is given its tables by hand",
            )
        }
        Err(fault) => Check::problem(OWNER, WHAT, format!("{said}, and not all of them answer: {}", fault.detail))
            .hint("start the host, or take it out of remote_servers: an apply waits for every host"),
    }]
}
