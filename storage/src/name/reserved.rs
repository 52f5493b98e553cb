//! Names that an engine keeps for itself.
//!
//! The lists are about engines, not about the profile: a SQL keyword is free, since names are always quoted.

use super::{Name, Place};
use crate::raw::Database;

/// Longest name in ClickHouse: a table's files carry it with a suffix, and file names end at 255 bytes.
const CLICKHOUSE_MOST: usize = 200;
/// Longest name in Milvus.
const MILVUS_MOST: usize = 255;

/// Namespaces that every server of some kind has, for whoever connects.
const EVERYBODYS: [&str; 2] = ["public", "default"];

/// Whether a name is that of a namespace that is everybody's, in any of the engines. None of them can be a model's own.
pub fn everybodys(name: &Name) -> bool {
    EVERYBODYS.contains(&name.as_str())
}

const POSTGRES_COLUMNS: &[&str] = &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];
const TIMESCALE_NAMESPACES: &[&str] = &["timescaledb_information", "timescaledb_experimental", "toolkit_experimental"];
const CLICKHOUSE_NAMESPACES: &[&str] = &["system", "information_schema", "_temporary_and_external_tables"];
const CLICKHOUSE_COLUMNS: &[&str] = &[
    "_part",
    "_part_index",
    "_part_starting_offset",
    "_part_offset",
    "_part_granule_offset",
    "_part_data_version",
    "_part_uuid",
    "_partition_id",
    "_partition_value",
    "_sample_factor",
    "_row_exists",
    "_block_number",
    "_block_offset",
    "_table",
    "_database",
    "_disk_name",
    "_distance",
];

/// Why the engine keeps this name for itself, or nothing if it is free.
pub fn reserved(database: Database, place: Place, name: &Name) -> Option<&'static str> {
    match database {
        Database::Timescaledb => postgres(place, name.as_str()),
        Database::Clickhouse => clickhouse(place, name.as_str()),
        Database::Milvus => milvus(place, name.as_str()),
    }
}

fn postgres(place: Place, name: &str) -> Option<&'static str> {
    if name.len() > Name::MOST_BYTES {
        return Some("PostgreSQL cuts names after 63 bytes");
    }
    match place {
        Place::Namespace if name.starts_with("pg_") => Some("PostgreSQL keeps schemas that begin with `pg_`"),
        Place::Namespace if name == "information_schema" => Some("it is PostgreSQL's view of itself"),
        Place::Namespace if name.starts_with("_timescaledb") || TIMESCALE_NAMESPACES.contains(&name) => {
            Some("it is a schema of TimescaleDB")
        }
        Place::Role if name.starts_with("pg_") => Some("PostgreSQL keeps roles that begin with `pg_`"),
        Place::Role if matches!(name, "public" | "none" | "current_user" | "session_user" | "current_role") => {
            Some("the word has a meaning of its own where a role is named")
        }
        Place::Column if POSTGRES_COLUMNS.contains(&name) => {
            Some("every PostgreSQL table has a system column of that name")
        }
        Place::Column if name.starts_with("_ts_meta_") => Some("TimescaleDB keeps such columns in compressed chunks"),
        _ => None,
    }
}

fn clickhouse(place: Place, name: &str) -> Option<&'static str> {
    if name.len() > CLICKHOUSE_MOST {
        return Some("ClickHouse makes file names of it, which end at 255 bytes");
    }
    match place {
        Place::Namespace if CLICKHOUSE_NAMESPACES.contains(&name.to_ascii_lowercase().as_str()) => {
            Some("it is a database of ClickHouse itself")
        }
        Place::Object if name.starts_with(".inner") => Some("ClickHouse keeps such tables behind materialized views"),
        Place::Object if name.starts_with(".tmp") => Some("ClickHouse keeps such tables while it replaces others"),
        Place::Index if name.starts_with("auto_minmax_index_") => {
            Some("ClickHouse names so the indexes that it adds by itself, where the server is set to add some")
        }
        Place::Column if CLICKHOUSE_COLUMNS.contains(&name) => {
            Some("MergeTree tables have a virtual column of that name")
        }
        _ => None,
    }
}

fn milvus(place: Place, name: &str) -> Option<&'static str> {
    if name.len() > MILVUS_MOST {
        return Some("Milvus takes names of at most 255 bytes");
    }
    match place {
        Place::Partition if name == "_default" => Some("every Milvus collection has a partition of that name"),
        Place::Column if matches!(name, "$meta" | "RowID" | "Timestamp" | "$namespace_id") => {
            Some("every Milvus collection has a field of that name")
        }
        Place::Role if matches!(name, "admin" | "public") => Some("it is a role of Milvus itself"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Database::{Clickhouse, Milvus, Timescaledb};

    fn held(database: Database, place: Place, name: &str) -> bool {
        reserved(database, place, &Name::from_server(name)).is_some()
    }

    #[test]
    fn engines_keep_their_own_names() {
        for (database, place, name) in [
            (Timescaledb, Place::Namespace, "pg_catalog"),
            (Timescaledb, Place::Namespace, "information_schema"),
            (Timescaledb, Place::Namespace, "_timescaledb_internal"),
            (Timescaledb, Place::Namespace, "timescaledb_information"),
            (Timescaledb, Place::Column, "ctid"),
            (Timescaledb, Place::Column, "_ts_meta_count"),
            (Timescaledb, Place::Role, "pg_monitor"),
            (Clickhouse, Place::Namespace, "system"),
            (Clickhouse, Place::Namespace, "INFORMATION_SCHEMA"),
            (Clickhouse, Place::Namespace, "_temporary_and_external_tables"),
            (Clickhouse, Place::Object, ".inner.x"),
            (Clickhouse, Place::Object, ".inner_id.8f"),
            (Clickhouse, Place::Column, "_partition_id"),
            (Clickhouse, Place::Index, "auto_minmax_index_id"),
            (Milvus, Place::Partition, "_default"),
            (Milvus, Place::Column, "$meta"),
            (Milvus, Place::Column, "RowID"),
        ] {
            assert!(held(database, place, name), "{database:?} {place:?} {name}");
        }
        assert!(held(Clickhouse, Place::Object, &"a".repeat(201)));
        assert!(held(Milvus, Place::Object, &"a".repeat(256)));
    }

    #[test]
    fn the_seed_is_free_to_use_its_names() {
        for name in
            ["timestamp", "usage", "type", "text", "vector", "role", "date", "public", "default", "shared", "system"]
        {
            for database in [Timescaledb, Clickhouse, Milvus] {
                assert!(!held(database, Place::Column, name), "{name}");
                assert!(!held(database, Place::Object, name), "{name}");
            }
        }
        assert!(!held(Timescaledb, Place::Namespace, "public"));
        assert!(!held(Clickhouse, Place::Namespace, "default"));
    }
}
