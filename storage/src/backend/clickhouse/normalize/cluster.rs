//! What a table is on a cluster: where its replicas meet, and what a Distributed table stands over. For both sides of a
//! comparison, and for the statement.
//!
//! Paths are compared as a host fills them in and kept as they are declared, so that every replica gives the same value,
//! whichever of them is asked.

use super::clauses;
use super::{expression, object, put};
use crate::catalog::{Fact, Shape};
use crate::cluster::{Databases, KnownCluster, Meeting};
use crate::definition::ObjectName;
use crate::definition::clickhouse::{Spread, Table};
use crate::expr::Expr;
use crate::types::clickhouse::TableEngine;

/// How a table is replicated.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::backend::clickhouse) enum Replication {
    /// It is not.
    None,
    /// By its database, which says where replicas meet.
    OfDatabase,
    /// By itself; its replicas meet there.
    At(Meeting),
}

/// How a table of a definition is replicated.
pub(in crate::backend::clickhouse) fn replication(table: &Table, known: Option<&KnownCluster>) -> Replication {
    let Some(known) = known else { return Replication::None };
    match known.databases(&table.header.name.namespace) {
        Databases::OneHost => Replication::None,
        Databases::Replicated => Replication::OfDatabase,
        Databases::OnCluster if known.cluster.shards && table.spread == Spread::Whole => {
            Replication::At(known.cluster.all_shards())
        }
        Databases::OnCluster => Replication::At(known.cluster.each_shard()),
    }
}

/// The engine of a definition, with where its replicas meet.
pub(super) fn put_wanted(shape: &mut Shape, table: &Table, known: Option<&KnownCluster>) {
    let replication = replication(table, known);
    let engine = if replication == Replication::None { table.engine.to_string() } else { table.engine.replicated(&[]) };
    put(shape, object(), "engine", engine);
    if let Replication::At(meeting) = replication {
        put(shape, object(), MEETING, shown(&meeting));
    }
}

const MEETING: &str = "replicas at";

fn shown(meeting: &Meeting) -> String {
    format!("{} as {}", meeting.path, meeting.replica)
}

/// The engine that a server tells.
pub(super) fn put_found(
    shape: &mut Shape,
    engine_full: &str,
    name: &ObjectName,
    uuid: &str,
    known: Option<&KnownCluster>,
) {
    let opaque = || Fact::Opaque(engine_full.to_owned());
    let Some(found) = clauses::replicated(engine_full) else {
        let engine =
            TableEngine::parse_server(engine_full).map_or_else(|_| opaque(), |engine| engine.to_string().into());
        return put(shape, object(), "engine", engine);
    };
    let engine =
        TableEngine::parse_server(&found.plain).map_or_else(|_| opaque(), |engine| engine.replicated(&[]).into());
    put(shape, object(), "engine", engine);
    let Some(known) = known.filter(|known| known.databases(&name.namespace) == Databases::OnCluster) else { return };
    let filled = |text: &str| {
        let text = known.filled(text, name);
        if uuid.is_empty() { text } else { text.replace(uuid, "{uuid}") }
    };
    let there = Meeting { path: found.path, replica: found.replica };
    let same = |declared: &Meeting| {
        filled(&declared.path) == filled(&there.path) && filled(&declared.replica) == filled(&there.replica)
    };
    let declared = [known.cluster.each_shard(), known.cluster.all_shards()].into_iter().find(same);
    put(shape, object(), MEETING, shown(&declared.unwrap_or(there)));
}

/// A Distributed table of a definition: over which table of which cluster, and by which key.
pub(super) fn put_over(shape: &mut Shape, cluster: &str, local: &ObjectName, key: Option<&Expr>) {
    put_distributed(shape, cluster, &local.to_string(), key.map(|key| expression(key).into()));
}

pub(super) fn put_distributed(shape: &mut Shape, cluster: &str, table: &str, key: Option<Fact>) {
    put(shape, object(), "engine", "Distributed");
    put(shape, object(), "cluster", cluster);
    put(shape, object(), "over", table);
    if let Some(key) = key {
        put(shape, object(), "sharding key", key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Cluster, PATH, REPLICA};
    use crate::definition::Backend;
    use crate::name::Name;
    use std::collections::BTreeMap;

    const UUID: &str = "0f3c1e5a-7d1b-4b60-9a3e-2f6f1c0d9a11";

    fn known(databases: Databases, path: &str) -> KnownCluster {
        let (name, path, replica) = ("main".to_owned(), path.to_owned(), REPLICA.to_owned());
        KnownCluster {
            cluster: Cluster { name, databases, path, replica, shards: true },
            shards: 2,
            hosts: 4,
            others: Vec::new(),
            macros: BTreeMap::from([("shard", "01"), ("replica", "r1")].map(|(a, b)| (a.to_owned(), b.to_owned()))),
            no_keeper: None,
            databases: BTreeMap::new(),
        }
    }

    /// Engine and meeting of what a server tells.
    fn told(engine_full: &str, known: Option<&KnownCluster>) -> (String, Option<String>) {
        let name = ObjectName {
            backend: Backend::Clickhouse,
            namespace: Name::from_server("db"),
            name: Name::from_server("t"),
        };
        let mut shape = Shape::default();
        put_found(&mut shape, engine_full, &name, UUID, known);
        let facts = &shape.parts[&object()];
        (facts["engine"].text().to_owned(), facts.get(MEETING).map(|fact| fact.text().to_owned()))
    }

    #[test]
    fn what_a_replicated_server_tells_is_what_was_declared_however_it_writes_it() {
        let known = known(Databases::OnCluster, PATH);
        let declared = Some("/clickhouse/tables/{uuid}/{shard} as {replica}".to_owned());
        for (path, replica) in [
            ("/clickhouse/tables/{uuid}/{shard}", "{replica}"),
            ("/clickhouse/tables/0f3c1e5a-7d1b-4b60-9a3e-2f6f1c0d9a11/{shard}", "{replica}"),
            ("/clickhouse/tables/0f3c1e5a-7d1b-4b60-9a3e-2f6f1c0d9a11/01", "r1"),
        ] {
            let full = format!("ReplicatedReplacingMergeTree('{path}', '{replica}', t) ORDER BY id SETTINGS a = 1");
            let engine = "ReplicatedReplacingMergeTree(`t`)".to_owned();
            assert_eq!(told(&full, Some(&known)), (engine, declared.clone()), "{full}");
        }
        let whole = told("ReplicatedMergeTree('/clickhouse/tables/{uuid}/all', '01_r1') ORDER BY a", Some(&known));
        assert_eq!(whole.1.unwrap(), "/clickhouse/tables/{uuid}/all as {shard}_{replica}");
        let other = told("ReplicatedMergeTree('/elsewhere/t', 'r1') ORDER BY a", Some(&known));
        assert_eq!(other.1.unwrap(), "/elsewhere/t as r1", "another path is another value");
    }

    #[test]
    fn names_in_a_path_are_filled_in_by_the_server_when_the_table_is_made() {
        let known = known(Databases::OnCluster, "/t/{shard}/{database}/{table}");
        let found = told("ReplicatedSummingMergeTree('/t/{shard}/db/t', '{replica}', (a, b)) ORDER BY i", Some(&known));
        assert_eq!(found.0, "ReplicatedSummingMergeTree((`a`, `b`))");
        assert_eq!(found.1.unwrap(), "/t/{shard}/{database}/{table} as {replica}");
    }

    #[test]
    fn where_the_database_says_it_the_path_is_not_compared() {
        let full = "ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}') ORDER BY a";
        let replicated = known(Databases::Replicated, PATH);
        assert_eq!(told(full, Some(&replicated)), ("ReplicatedMergeTree".to_owned(), None));
        assert_eq!(told(full, None), ("ReplicatedMergeTree".to_owned(), None), "and no MergeTree");
        assert_eq!(told("MergeTree ORDER BY a", Some(&replicated)), ("MergeTree".to_owned(), None));
    }
}
