//! `[targets.clickhouse.cluster]`: how a ClickHouse target is spread over several servers.

use super::reader::{Reader, Value};
use whale_storage::cluster::{Cluster, Databases};

const KEYS: [&str; 5] = ["name", "databases", "path", "replica", "shards"];

/// Reads the table. None: something in it cannot be.
pub(super) fn read(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> Option<Cluster> {
    let before = reader.found.errors();
    let mut cluster = Cluster {
        name: String::new(),
        databases: Databases::OnCluster,
        path: Cluster::PATH.to_owned(),
        replica: Cluster::REPLICA.to_owned(),
        shards: false,
    };
    for (key, value) in reader.entries(path, value) {
        let inner = format!("{path}.{}", key.get_ref());
        match key.get_ref().as_ref() {
            "name" => cluster.name = reader.text(&inner, value).unwrap_or_default(),
            "databases" => cluster.databases = databases(reader, &inner, value),
            "path" => cluster.path = reader.text(&inner, value).unwrap_or_default(),
            "replica" => cluster.replica = reader.text(&inner, value).unwrap_or_default(),
            "shards" => cluster.shards = reader.boolean(&inner, value).unwrap_or_default(),
            _ => reader.unknown(path, key, &KEYS),
        }
    }
    if reader.found.errors() > before {
        return None;
    }
    if cluster.name.is_empty() {
        let help = "write name = \"..\", as system.clusters of the servers has it";
        reader.unusable(path, value, "the cluster has no name", Some(help.to_owned()));
        return None;
    }
    if let Some((key, why)) = cluster.fault() {
        let message = format!("`{key}` of the cluster cannot be: {why}");
        reader.unusable(&format!("{path}.{key}"), value, message, None);
        return None;
    }
    Some(cluster)
}

fn databases(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> Databases {
    match reader.text(path, value).as_deref() {
        Some("replicated") => Databases::Replicated,
        Some("on-cluster") | None => Databases::OnCluster,
        Some(other) => {
            let message = format!("`{}` is no way to reach all servers", crate::text::shown_within(other, 80));
            reader.unusable(path, value, message, Some("write on-cluster or replicated".to_owned()));
            Databases::OnCluster
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use whale_storage::definition::Backend;

    fn faults(source: &str) -> Vec<String> {
        let Err(found) = Config::parse("whale.toml", source) else { return Vec::new() };
        let line =
            |fault: &whale_storage::diagnostic::Diagnostic| fault.origin.as_ref().map_or(0, |origin| origin.line);
        found.iter().map(|fault| format!("{} {}: {}", fault.code.id, line(fault), fault.message)).collect()
    }

    #[test]
    fn a_cluster_is_declared_with_its_target() {
        let config =
            Config::parse("whale.toml", "[targets.clickhouse.cluster]\nname = \"main\"\nshards = true\n").unwrap();
        let cluster = config.targets[&Backend::Clickhouse].cluster.clone().unwrap();
        assert_eq!(
            (cluster.name.as_str(), cluster.path.as_str(), cluster.shards),
            ("main", "/clickhouse/tables/{uuid}/{shard}", true)
        );
    }

    #[test]
    fn what_cannot_be_is_told_with_its_line() {
        assert_eq!(
            faults(
                "[targets.clickhouse.cluster]\nshard = true\ndatabases = \"atomic\"\n[targets.milvus.cluster]\nname = \"m\"\n"
            ),
            [
                "WH0003 2: `shard` is not a key in [targets.clickhouse.cluster]",
                "WH0005 3: `atomic` is no way to reach all servers",
                "WH0003 4: `cluster` is not a key in [targets.milvus]",
            ]
        );
        assert_eq!(faults("[targets.clickhouse.cluster]\n"), ["WH0005 1: the cluster has no name"]);
        assert_eq!(
            faults("[targets.clickhouse.cluster]\nname = \"m\"\npath = \"/t/{shard}\"\n"),
            [
                "WH0005 1: `path` of the cluster cannot be: tables would share a path: it needs `{uuid}`, or `{database}` and `{table}`"
            ]
        );
    }
}
