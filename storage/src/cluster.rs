//! How a ClickHouse target is spread over several servers, as its deployment declares it.
//!
//! A definition says nothing of it but, where it wants to be spread over shards, by what: its sharding key. Everything
//! else (replicated engines, where statements are carried out, what reads all shards) follows from this.

use crate::definition::clickhouse::{Distributed, Table};
use crate::definition::{Backend, Header, Object, ObjectName};
use crate::name::Name;

/// How servers hear of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Databases {
    /// Each statement names the cluster, and the server asked has all others carry it out.
    OnCluster,
    /// Databases that we make are of the engine Replicated, which carries statements about their tables to all servers.
    Replicated,
}

/// What is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its name in the servers' configuration.
    pub name: String,
    /// How servers hear of a change.
    pub databases: Databases,
    /// Where replicas of a table find each other in Keeper, with macros.
    pub path: String,
    /// The name of a replica there, with macros.
    pub replica: String,
    /// Whether there are several shards, so that tables with a sharding key are spread.
    pub shards: bool,
}

/// What stands behind a table's name for the table that reads and writes all of its shards.
pub const ALL: &str = "_all";

impl Cluster {
    /// The longest name, and the longest path.
    pub const MOST_BYTES: usize = 255;
    /// Where replicas of a table find each other, unless something else is declared: as servers have it themselves.
    pub const PATH: &str = "/clickhouse/tables/{uuid}/{shard}";
    /// The name of a replica, likewise.
    pub const REPLICA: &str = "{replica}";
    /// Macros that a server fills in by itself; all others are of its configuration.
    const OF_SERVERS: [&str; 3] = ["uuid", "database", "table"];

    /// Macros that the servers' configuration has to have.
    pub fn macros(&self) -> Vec<&str> {
        let mut all: Vec<&str> = macros_of(&self.path).chain(macros_of(&self.replica)).collect();
        if self.databases == Databases::Replicated {
            all.extend(["shard", "replica"]);
        }
        all.retain(|name| !Self::OF_SERVERS.contains(name));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Why this cannot be, and what to do: nothing here asks a server.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let plain = |text: &str| {
            !text.is_empty() && text.len() <= Self::MOST_BYTES && text.chars().all(|c| c.is_ascii_graphic())
        };
        if !plain(&self.name) {
            return Some(("name", "a cluster's name has 1 to 255 visible ASCII characters"));
        }
        if !plain(&self.path) || !self.path.starts_with('/') {
            return Some(("path", "a path begins with `/` and has at most 255 visible ASCII characters"));
        }
        if !plain(&self.replica) || macros_of(&self.replica).next().is_none() {
            return Some((
                "replica",
                "a replica's name needs a macro, or all replicas would have the same: `{replica}`",
            ));
        }
        if self.shards && self.databases == Databases::Replicated {
            return Some((
                "shards",
                "a Replicated database has its tables on one shard's servers each; spread tables with databases = \"on-cluster\"",
            ));
        }
        let one_each = |names: &[&str]| macros_of(&self.path).any(|name| names.contains(&name));
        let apart = one_each(&["uuid"]) || one_each(&["database"]) && one_each(&["table"]);
        if !apart {
            return Some(("path", "tables would share a path: it needs `{uuid}`, or `{database}` and `{table}`"));
        }
        if self.shards && !one_each(&["shard"]) {
            return Some(("path", "with several shards the path needs `{shard}`, or rows of all shards would mix"));
        }
        None
    }

    /// What reads and writes all shards of a table, where it is spread over several.
    pub fn over(&self, table: &Table) -> Option<Object> {
        if !self.shards {
            return None;
        }
        let key = table.sharding_key.clone()?;
        let header = Header {
            id: format!("{}{ALL}", table.header.id),
            name: ObjectName {
                backend: Backend::Clickhouse,
                namespace: table.header.name.namespace.clone(),
                name: Name::from_server(format!("{}{ALL}", table.header.name.name)),
            },
            comment: format!("all shards of {}", table.header.name.name),
            ..table.header.clone()
        };
        let columns =
            table.columns.iter().cloned().map(|column| crate::definition::clickhouse::Column { codec: None, ..column });
        Some(Object::Distributed(Distributed {
            header,
            columns: columns.collect(),
            cluster: self.name.clone(),
            local: table.header.name.clone(),
            key,
        }))
    }
}

/// Names in braces.
fn macros_of(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(path: &str) -> Cluster {
        Cluster {
            name: "main".to_owned(),
            databases: Databases::OnCluster,
            path: path.to_owned(),
            replica: Cluster::REPLICA.to_owned(),
            shards: true,
        }
    }

    #[test]
    fn a_path_keeps_tables_and_shards_apart() {
        let fault = |path: &str| cluster(path).fault().map(|(key, _)| key);
        assert_eq!(fault(Cluster::PATH), None);
        assert_eq!(fault("/t/{shard}/{database}/{table}"), None);
        for path in ["t/{uuid}/{shard}", "/t/{shard}", "/t/{uuid}", "/t/{uuid}/{shard}\n"] {
            assert_eq!(fault(path), Some("path"), "{path}");
        }
        assert_eq!(Cluster { shards: false, ..cluster("/t/{uuid}") }.fault(), None);
        assert_eq!(
            Cluster { replica: "r".to_owned(), ..cluster(Cluster::PATH) }.fault().map(|(key, _)| key),
            Some("replica")
        );
        assert_eq!(Cluster { name: String::new(), ..cluster(Cluster::PATH) }.fault().map(|(key, _)| key), Some("name"));
    }

    #[test]
    fn macros_are_those_that_a_server_does_not_have_by_itself() {
        assert_eq!(cluster(Cluster::PATH).macros(), ["replica", "shard"]);
        assert_eq!(cluster("/t/{layer}-{shard}/{database}/{table}").macros(), ["layer", "replica", "shard"]);
    }
}
