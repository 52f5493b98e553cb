//! What is otherwise where a target is several servers: where statements are carried out, replicated engines, and tables
//! over all shards.
//!
//! The name of the cluster and the path in Keeper are the deployment's; they are quoted like everything else.

use super::{column, expression, qualified};
use crate::cluster::{Cluster, Databases};
use crate::definition::ObjectName;
use crate::definition::clickhouse::{Distributed, Table};
use crate::mark::Mark;
use crate::name::Name;
use crate::quote::clickhouse::{identifier, literal};

/// The database that every server has, which is never of the engine Replicated.
const OF_SERVERS: &str = "default";

/// ` ON CLUSTER ..`, for what is of no database.
pub(super) fn everywhere(cluster: Option<&Cluster>) -> String {
    cluster.map(|cluster| format!(" ON CLUSTER {}", identifier(&Name::from_server(&*cluster.name)))).unwrap_or_default()
}

/// The same for an object; empty where its database carries the statement to all servers.
pub(super) fn on(cluster: Option<&Cluster>, object: &ObjectName) -> String {
    if is_carried(cluster, object) { String::new() } else { everywhere(cluster) }
}

/// Whether the object's database is of the engine Replicated.
fn is_carried(cluster: Option<&Cluster>, object: &ObjectName) -> bool {
    let replicated = cluster.is_some_and(|cluster| cluster.databases == Databases::Replicated);
    replicated && object.namespace.as_str() != OF_SERVERS
}

/// A database that is there already is used as it is; its mark says whose it is.
pub(super) fn create_database(cluster: Option<&Cluster>, namespace: &Name, mark: &Mark) -> String {
    let (name, comment) = (identifier(namespace), literal(&mark.line()));
    let engine = match cluster {
        Some(cluster) if cluster.databases == Databases::Replicated => {
            let path = literal(&format!("/clickhouse/databases/{namespace}"));
            format!(" ENGINE = Replicated({path}, '{{shard}}', '{{replica}}')")
        }
        _ => String::new(),
    };
    format!("CREATE DATABASE IF NOT EXISTS {name}{}{engine} COMMENT {comment}", everywhere(cluster))
}

/// The engine of a table. A table without a sharding key is one on all servers: its path in Keeper is the same on every
/// shard.
pub(super) fn engine(table: &Table, cluster: Option<&Cluster>) -> String {
    let engine = table.engine.to_string();
    let Some(cluster) = cluster else { return engine };
    if is_carried(Some(cluster), &table.header.name) {
        // Such a database gives its tables their paths itself.
        return format!("Replicated{engine}");
    }
    let path = if table.sharding_key.is_none() { cluster.path.replace("{shard}", "all") } else { cluster.path.clone() };
    let replica = if table.sharding_key.is_none() && cluster.shards {
        // A replica's name need be its own on its shard only.
        format!("{{shard}}-{}", cluster.replica)
    } else {
        cluster.replica.clone()
    };
    let place = format!("{}, {}", literal(&path), literal(&replica));
    match engine.split_once('(') {
        Some((name, arguments)) => format!("Replicated{name}({place}, {arguments}"),
        None => format!("Replicated{engine}({place})"),
    }
}

/// The table over all shards.
pub(super) fn create_distributed(table: &Distributed, on: &str, comment: &str) -> String {
    let columns: Vec<String> = table.columns.iter().map(|one| format!("    {}", column(one))).collect();
    let arguments =
        [&*table.cluster, table.local.namespace.as_str(), table.local.name.as_str()].map(literal).join(", ");
    let engine = format!("Distributed({arguments}, {})", expression(&table.key));
    let head =
        format!("CREATE TABLE {}{on}\n(\n{}\n)\nENGINE = {engine}", qualified(&table.header.name), columns.join(",\n"));
    if comment.is_empty() { head } else { format!("{head}\nCOMMENT {}", literal(comment)) }
}
