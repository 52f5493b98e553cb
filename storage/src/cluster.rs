//! A cluster of ClickHouse servers: what the deployment says of it, and what the server that is asked knows of it.
//!
//! Pure. The plan is made for the declared cluster alone; what the server knows decides whether it may be made at all, so
//! that nothing is sent to a server that does not know the cluster, has no Keeper, or lacks a macro.

use crate::definition::ObjectName;
use crate::diagnostic::{Diagnostic, codes};
use crate::name::Name;
use std::collections::BTreeMap;

/// The path in Keeper of a replicated table, as servers have it where nothing else is configured.
pub const PATH: &str = "/clickhouse/tables/{uuid}/{shard}";

/// The name of a replica in Keeper, likewise.
pub const REPLICA: &str = "{replica}";

/// What stands behind the name of a table for the part of it that is on each shard.
pub const LOCAL: &str = "_local";

/// Macros that a server fills in by itself.
const BUILT_IN: [&str; 4] = ["uuid", "database", "table", "server_uuid"];

/// How statements reach every host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Databases {
    /// `ON CLUSTER`, through the queue that servers keep in Keeper.
    OnCluster,
    /// Databases of the engine `Replicated` carry statements on.
    Replicated,
    /// There is one host and no Keeper: nothing is replicated, and nothing has to reach another.
    OneHost,
}

/// A cluster, as the deployment declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// As in `system.clusters`.
    pub name: String,
    /// How statements reach every host.
    pub databases: Databases,
    /// The path in Keeper of each table, with macros.
    pub path: String,
    /// The name of each replica in Keeper, with macros.
    pub replica: String,
    /// Whether there are several shards, so that a table with a sharding key is spread over them.
    pub shards: bool,
}

/// Where the replicas of a table meet: path and name of the replica, with macros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Path in Keeper.
    pub path: String,
    /// Name of the replica.
    pub replica: String,
}

impl Cluster {
    /// Where the replicas of a table meet that is spread over the shards, or of any table where there is one shard.
    pub fn each_shard(&self) -> Meeting {
        Meeting { path: self.path.clone(), replica: self.replica.clone() }
    }

    /// Where the replicas of a table meet that every shard has as a whole: in one place for all shards, under names that
    /// tell the shards apart.
    pub fn all_shards(&self) -> Meeting {
        let own = self.replica.contains("{shard}");
        Meeting {
            path: self.path.replace("{shard}", "all"),
            replica: if own { self.replica.clone() } else { format!("{{shard}}_{}", self.replica) },
        }
    }

    /// Macros that its paths name and that servers have to be given.
    pub fn macros(&self) -> Vec<String> {
        let mut names: Vec<String> = match self.databases {
            Databases::OneHost => Vec::new(),
            Databases::OnCluster => {
                [&self.path, &self.replica].iter().flat_map(|text| macros(text)).map(str::to_owned).collect()
            }
            Databases::Replicated => vec!["shard".to_owned(), "replica".to_owned()],
        };
        if self.shards && self.databases == Databases::OnCluster {
            names.push("shard".to_owned());
        }
        names.sort();
        names.dedup();
        names.retain(|name| !BUILT_IN.contains(&name.as_str()));
        names
    }
}

/// Names of the macros in a text.
fn macros(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// What is wrong with a declaration, each with what to do.
pub fn faults(cluster: &Cluster) -> Vec<(&'static str, String, &'static str)> {
    let mut faults = Vec::new();
    if cluster.name.is_empty() || cluster.name.len() > 255 || cluster.name.chars().any(char::is_control) {
        let message = "this names no cluster".to_owned();
        faults.push(("name", message, "give the name as system.clusters has it, 1 to 255 bytes"));
    } else if cluster.name.contains(['{', '}']) {
        let message = "the name of a cluster holds a macro".to_owned();
        faults.push(("name", message, "give the name that the macro stands for: it is looked up in system.clusters"));
    }
    for (key, text) in [("path", &cluster.path), ("replica", &cluster.replica)] {
        let open = text.matches('{').count();
        let whole = macros(text).filter(|name| is_word(name)).count();
        if open != whole || open != text.matches('}').count() {
            let message = format!("`{key}` has a brace that is no macro");
            faults.push((key, message, "a macro is a word in braces, as {shard}"));
        } else if text.is_empty() || text.chars().any(char::is_control) {
            faults.push((key, format!("`{key}` is empty or holds control characters"), "leave it out for the default"));
        }
    }
    let has = |text: &str, name: &str| macros(text).any(|found| found == name);
    let path = &cluster.path;
    if !path.starts_with('/') {
        faults.push(("path", "the path does not begin with /".to_owned(), "paths in Keeper begin with /"));
    }
    if !(has(path, "uuid") || has(path, "database") && has(path, "table")) {
        let message = "every table would have the same path".to_owned();
        faults.push(("path", message, "put {uuid} into it, or {database} and {table}"));
    }
    if cluster.shards && !has(path, "shard") {
        let message = "all shards would have the same path, and so the same rows".to_owned();
        faults.push(("path", message, "put {shard} into it, or leave `shards` out"));
    }
    if macros(&cluster.replica).next().is_none() {
        let message = "every replica would have the same name".to_owned();
        faults.push(("replica", message, "put {replica} into it"));
    }
    if cluster.shards && cluster.databases == Databases::Replicated {
        let message = "several shards are not to be had with Replicated databases".to_owned();
        let help = "use databases = \"on-cluster\": a table without a sharding key needs a path of its own, which such \
                    databases refuse";
        faults.push(("shards", message, help));
    }
    faults
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// A cluster with what the server that is asked knows of it.
#[derive(Debug, Clone)]
pub struct KnownCluster {
    /// As it is declared.
    pub cluster: Cluster,
    /// Shards in `system.clusters`; 0: the server does not know the cluster.
    pub shards: u64,
    /// Hosts there.
    pub hosts: u64,
    /// Names of clusters that the server knows.
    pub others: Vec<String>,
    /// Macros of the server with their values.
    pub macros: BTreeMap<String, String>,
    /// Why it cannot use Keeper, where it cannot.
    pub no_keeper: Option<String>,
    /// Databases that are there, each with whether it is of the engine `Replicated`.
    pub databases: BTreeMap<String, bool>,
}

impl KnownCluster {
    /// How statements for a database reach every host: of one that is there, as it is; of one that is made, as declared.
    pub fn databases(&self, namespace: &Name) -> Databases {
        match (self.cluster.databases, self.databases.get(namespace.as_str())) {
            (Databases::OneHost, _) => Databases::OneHost,
            (_, Some(true)) => Databases::Replicated,
            (_, Some(false)) => Databases::OnCluster,
            (declared, None) => declared,
        }
    }

    /// Fills in the macros that the server knows and those of an object. `{uuid}` stays, since a definition has none.
    pub fn filled(&self, text: &str, object: &ObjectName) -> String {
        let mut text = text.replace("{database}", object.namespace.as_str()).replace("{table}", object.name.as_str());
        for (name, value) in &self.macros {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// What forbids planning for this server.
    pub fn findings(&self) -> Vec<Diagnostic> {
        const PATH: &str = "clickhouse";
        let name = &self.cluster.name;
        let error = |code, message: String, help: String| Diagnostic::error(code, PATH, message).help(help);
        if self.shards == 0 {
            let others = match self.others.as_slice() {
                [] => "it knows none".to_owned(),
                all => format!("it knows {}", all.join(", ")),
            };
            return vec![error(
                codes::engine::NO_CLUSTER,
                format!("the server does not know the cluster {name:?}; {others}"),
                "add the cluster to remote_servers in the configuration of every host, or correct `name` in \
                 [targets.clickhouse.cluster]"
                    .to_owned(),
            )];
        }
        let mut found = Vec::new();
        if self.shards > 1 && !self.cluster.shards {
            found.push(error(
                codes::engine::CLUSTER_DIFFERS,
                format!("the cluster {name:?} has {} shards, and is declared without", self.shards),
                "say shards = true: each shard would have rows of its own otherwise, and no table to read them all"
                    .to_owned(),
            ));
        }
        if self.cluster.databases == Databases::OneHost {
            if self.hosts > 1 {
                found.push(error(
                    codes::engine::CLUSTER_DIFFERS,
                    format!("the cluster {name:?} has {} hosts, and is declared as one host", self.hosts),
                    "use databases = \"on-cluster\" or \"replicated\"".to_owned(),
                ));
            }
            return found;
        }
        if let Some(why) = &self.no_keeper {
            found.push(error(
                codes::engine::NO_KEEPER,
                format!("the server cannot use Keeper, which replication and the cluster {name:?} need: {why}"),
                "add a section `zookeeper` and a section `distributed_ddl` to the configuration of every host; for one \
                 host without replication say databases = \"one-host\""
                    .to_owned(),
            ));
        }
        let missing: Vec<String> =
            self.cluster.macros().into_iter().filter(|name| !self.macros.contains_key(name)).collect();
        if !missing.is_empty() {
            found.push(error(
                codes::engine::NO_MACRO,
                format!("the server has no macro {}", missing.join(", ")),
                "add it to the section `macros` in the configuration of every host; those it has are in system.macros"
                    .to_owned(),
            ));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Backend;

    fn cluster() -> Cluster {
        let (path, replica) = (PATH.to_owned(), REPLICA.to_owned());
        Cluster { name: "main".to_owned(), databases: Databases::OnCluster, path, replica, shards: false }
    }

    fn known(cluster: Cluster) -> KnownCluster {
        KnownCluster {
            cluster,
            shards: 1,
            hosts: 2,
            others: vec!["main".to_owned()],
            macros: [("shard", "01"), ("replica", "r1")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            no_keeper: None,
            databases: BTreeMap::from([("default".to_owned(), false), ("shared".to_owned(), true)]),
        }
    }

    fn keys(change: impl Fn(&mut Cluster)) -> Vec<&'static str> {
        let mut changed = cluster();
        change(&mut changed);
        faults(&changed).into_iter().map(|(key, ..)| key).collect()
    }

    #[test]
    fn declarations_that_cannot_be_meant_are_told_by_key() {
        assert_eq!(keys(|_| {}), [""; 0]);
        assert_eq!(keys(|c| c.name.clear()), ["name"]);
        assert_eq!(keys(|c| c.name = "it's `odd` \"\\".to_owned()), [""; 0], "it is quoted where it is used");
        assert_eq!(keys(|c| c.name = "{cluster}".to_owned()), ["name"]);
        assert_eq!(keys(|c| c.path = "/t/{shard}".to_owned()), ["path"], "one path for all tables");
        assert_eq!(keys(|c| c.path = "/t/{database}/{table}".to_owned()), [""; 0]);
        assert_eq!(keys(|c| (c.path, c.shards) = ("/t/{uuid}".to_owned(), true)), ["path"], "one path for all shards");
        assert_eq!(keys(|c| c.path = "t/{uuid}/{sh ard}".to_owned()), ["path", "path"]);
        assert_eq!(keys(|c| c.replica = "r1".to_owned()), ["replica"]);
        assert_eq!(keys(|c| c.replica = "{replica".to_owned()), ["replica", "replica"]);
        assert_eq!(keys(|c| (c.databases, c.shards) = (Databases::Replicated, true)), ["shards"]);
    }

    #[test]
    fn a_server_that_cannot_carry_it_is_refused() {
        let codes = |change: &dyn Fn(&mut KnownCluster)| -> Vec<&'static str> {
            let mut known = known(cluster());
            change(&mut known);
            known.findings().iter().map(|found| found.code.id).collect()
        };
        assert_eq!(codes(&|_| {}), [""; 0]);
        assert_eq!(codes(&|known| known.shards = 0), ["WH0810"]);
        assert_eq!(codes(&|known| known.shards = 2), ["WH0811"]);
        assert_eq!(codes(&|known| known.cluster.databases = Databases::OneHost), ["WH0811"]);
        assert_eq!(codes(&|known| known.no_keeper = Some("no".to_owned())), ["WH0812"]);
        assert_eq!(codes(&|known| drop(known.macros.remove("replica"))), ["WH0813"]);
        assert_eq!(codes(&|known| known.cluster.path.push_str("/{tier}")), ["WH0813"]);
    }

    #[test]
    fn a_whole_table_on_every_shard_meets_in_one_place() {
        let Meeting { path, replica } = cluster().all_shards();
        assert_eq!((path.as_str(), replica.as_str()), ("/clickhouse/tables/{uuid}/all", "{shard}_{replica}"));
        let own = Cluster { replica: "{shard}-{replica}".to_owned(), ..cluster() };
        assert_eq!(own.all_shards().replica, "{shard}-{replica}");
    }

    #[test]
    fn macros_are_filled_in_as_the_server_does() {
        let name = ObjectName {
            backend: Backend::Clickhouse,
            namespace: Name::from_server("db"),
            name: Name::from_server("t"),
        };
        let known = known(cluster());
        assert_eq!(known.filled("/{database}/{table}/{uuid}/{shard}/{replica}", &name), "/db/t/{uuid}/01/r1");
        assert_eq!(known.databases(&Name::from_server("shared")), Databases::Replicated);
        assert_eq!(known.databases(&Name::from_server("default")), Databases::OnCluster);
        assert_eq!(known.databases(&Name::from_server("new")), Databases::OnCluster);
    }
}
