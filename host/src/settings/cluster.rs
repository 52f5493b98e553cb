//! `[targets.clickhouse.cluster]`: the cluster that a ClickHouse target is.

use super::reader::{Key, Reader, Value};
use whale_storage::cluster::{self, Cluster, Databases, PATH, REPLICA};
use whale_storage::definition::Backend;

const KEYS: [&str; 5] = ["name", "databases", "path", "replica", "shards"];

/// How statements reach every host, by its word in the file.
const DATABASES: [(&str, Databases); 3] =
    [("on-cluster", Databases::OnCluster), ("replicated", Databases::Replicated), ("one-host", Databases::OneHost)];

/// Reads the table, which stands under the key.
pub(super) fn read(
    reader: &mut Reader<'_>,
    backend: Backend,
    section: &str,
    key: &Key<'_>,
    value: &Value<'_>,
) -> Option<Cluster> {
    if backend != Backend::Clickhouse {
        let help = format!("only ClickHouse is declared as a cluster here; {} spreads by itself", backend.title());
        reader.misplaced(section, key, &help);
        return None;
    }
    let path = format!("{section}.{}", key.get_ref());
    let mut declared = Cluster {
        name: String::new(),
        databases: Databases::OnCluster,
        path: PATH.to_owned(),
        replica: REPLICA.to_owned(),
        shards: false,
    };
    let mut places = Vec::new();
    for (key, value) in reader.entries(&path, value) {
        let inner = format!("{path}.{}", key.get_ref());
        let name = key.get_ref().as_ref();
        match name {
            "name" => declared.name = reader.text(&inner, value).unwrap_or_default(),
            "path" => declared.path = reader.text(&inner, value).unwrap_or_default(),
            "replica" => declared.replica = reader.text(&inner, value).unwrap_or_default(),
            "shards" => declared.shards = reader.truth(&inner, value).unwrap_or_default(),
            "databases" => {
                if let Some(databases) = databases(reader, &inner, value) {
                    declared.databases = databases;
                }
            }
            _ => {
                reader.unknown(&path, key, &KEYS);
                continue;
            }
        }
        places.push((name.to_owned(), inner, value));
    }
    let of = |name: &str| places.iter().find(|(key, ..)| key == name);
    if declared.databases != Databases::OnCluster {
        for (_, path, value) in places.iter().filter(|(key, ..)| key == "path" || key == "replica") {
            let message = "only tables that are replicated by themselves have a path of their own";
            let help = "leave it out, or say databases = \"on-cluster\"".to_owned();
            reader.unusable(path, value, message, Some(help));
        }
    }
    for (name, message, help) in cluster::faults(&declared) {
        match of(name) {
            Some((_, path, value)) => reader.unusable(path, value, message, Some(help.to_owned())),
            None => reader.wrong_key(&path, key, message, &format!("`{name}`: {help}")),
        }
    }
    Some(declared)
}

fn databases(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> Option<Databases> {
    let text = reader.text(path, value)?;
    let found = DATABASES.iter().find(|(word, _)| *word == text).map(|(_, databases)| *databases);
    if found.is_none() {
        let known = DATABASES.map(|(word, _)| format!("\"{word}\"")).join(", ");
        reader.unusable(path, value, "databases cannot be that", Some(format!("it is one of {known}")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::*;

    fn read(source: &str) -> Result<Cluster, Vec<String>> {
        match Config::parse("whale.toml", source) {
            Ok(config) => Ok(config.targets[&Backend::Clickhouse].cluster.clone().unwrap()),
            Err(found) => Err(found
                .iter()
                .map(|fault| {
                    let line = fault.origin.as_ref().map_or(0, |origin| origin.line);
                    format!("{} {line}: {} ({})", fault.code.id, fault.message, fault.help.as_deref().unwrap_or("-"))
                })
                .collect()),
        }
    }

    #[test]
    fn what_is_left_out_is_as_servers_have_it() {
        let least = read("[targets.clickhouse.cluster]\nname = \"main\"\n").unwrap();
        assert_eq!((least.path.as_str(), least.replica.as_str()), ("/clickhouse/tables/{uuid}/{shard}", "{replica}"));
        assert_eq!((least.databases, least.shards), (Databases::OnCluster, false));
        let most = read(
            "[targets.clickhouse.cluster]\nname = \"it's `odd`\"\ndatabases = \"on-cluster\"\n\
             path = \"/t/{database}/{table}/{shard}\"\nreplica = \"{shard}-{replica}\"\nshards = true\n",
        )
        .unwrap();
        assert_eq!((most.name.as_str(), most.shards), ("it's `odd`", true));
        let one = read("[targets.clickhouse.cluster]\nname = \"main\"\ndatabases = \"one-host\"\nshards = true\n");
        assert_eq!(one.unwrap().databases, Databases::OneHost);
    }

    #[test]
    fn what_cannot_be_meant_is_an_error_with_its_line() {
        let faults = |source: &str| read(source).unwrap_err();
        assert_eq!(
            faults("[targets.milvus]\nversion = \"2.3\"\n[targets.milvus.cluster]\nname = \"main\"\n"),
            [
                "WH0003 3: `cluster` is not a key in [targets.milvus] (only ClickHouse is declared as a cluster here; Milvus spreads by itself)"
            ]
        );
        assert_eq!(
            faults(
                "[targets.clickhouse.cluster]\nname = \"{cluster}\"\ndatabases = \"on_cluster\"\npath = \"t/{shard\"\n\
                 replica = \"r1\"\nshards = \"yes\"\nzoo = 1\n"
            ),
            [
                "WH0005 2: the name of a cluster holds a macro (give the name that the macro stands for: it is looked up in system.clusters)",
                "WH0005 3: databases cannot be that (it is one of \"on-cluster\", \"replicated\", \"one-host\")",
                "WH0005 4: `path` has a brace that is no macro (a macro is a word in braces, as {shard})",
                "WH0005 4: the path does not begin with / (paths in Keeper begin with /)",
                "WH0005 4: every table would have the same path (put {uuid} into it, or {database} and {table})",
                "WH0005 5: every replica would have the same name (put {replica} into it)",
                "WH0004 6: `targets.clickhouse.cluster.shards` takes true or false, and this is text (-)",
                "WH0003 7: `zoo` is not a key in [targets.clickhouse.cluster] (known keys: name, databases, path, replica, shards)",
            ]
        );
        assert_eq!(
            faults(
                "[targets.clickhouse.cluster]\nshards = true\ndatabases = \"replicated\"\npath = \"/{uuid}/{shard}\"\n"
            ),
            [
                "WH0005 1: this names no cluster (`name`: give the name as system.clusters has it, 1 to 255 bytes)",
                "WH0005 2: several shards are not to be had with Replicated databases (use databases = \"on-cluster\": a table without a sharding key needs a path of its own, which such databases refuse)",
                "WH0005 4: only tables that are replicated by themselves have a path of their own (leave it out, or say databases = \"on-cluster\")",
            ]
        );
    }
}
