//! Documents run by ordinary clients on engines that were emptied: the same objects come of them.

use super::{apply, files};
use milvus::v2::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use whale_tests::clients::{address, clickhouse, forget_versions, milvus, timescaledb};

/// Tables in the namespaces that every server has.
const COMMON: [&str; 5] = ["users", "chats", "chat_messages", "time_series", "schema_version"];

#[tokio::test]
async fn the_documents_make_the_same_objects_on_empty_engines() {
    forget_versions().await;
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(apply(folder.path(), &[]).status.code(), Some(0));
    let all = files(folder.path());
    let of = |ending: &str, engine: &str| -> BTreeMap<String, String> {
        let meant = |(path, _): &(&String, &String)| path.ends_with(ending) && path.contains(&format!("/{engine}/"));
        all.iter().filter(meant).map(|(path, text)| (path.clone(), text.clone())).collect()
    };

    let before = in_timescaledb().await;
    empty_timescaledb().await;
    assert!(in_timescaledb().await.is_empty());
    timescaledb("CREATE SCHEMA federation").await;
    run_all(of(".sql", "timescaledb"), async |text| {
        let (client, connection) =
            tokio_postgres::connect(address("TIMESCALEDB_URL").as_str(), tokio_postgres::NoTls).await.unwrap();
        let served = tokio::spawn(connection);
        let said = client.simple_query(text).await.map(|_| ()).map_err(|fault| format!("{fault:?}"));
        drop(client);
        served.await.unwrap().unwrap();
        said
    })
    .await;
    let after = in_timescaledb().await;
    empty_timescaledb().await;
    assert_eq!(after, before);

    let before = in_clickhouse().await;
    empty_clickhouse().await;
    for database in ["language", "federation"] {
        clickhouse(&format!("CREATE DATABASE {database}")).await;
    }
    for text in in_order(of(".sql", "clickhouse")) {
        clickhouse(text.trim_end().trim_end_matches(';')).await;
    }
    let after = in_clickhouse().await;
    empty_clickhouse().await;
    assert_eq!(after, before);
    assert_eq!(before.len(), 24);

    for (path, text) in of(".json", "milvus") {
        let said: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(said, described(said["collection"].as_str().unwrap(), &said).await, "{path}");
    }
    forget_versions().await;
}

/// Runs scripts until all have run; one that names another waits for it.
async fn run_all(scripts: BTreeMap<String, String>, run: impl AsyncFn(&str) -> std::result::Result<(), String>) {
    let mut left: Vec<(String, String)> = scripts.into_iter().collect();
    while !left.is_empty() {
        let (before, mut faults, mut waiting) = (left.len(), Vec::new(), Vec::new());
        for (path, text) in left {
            if let Err(fault) = run(&text).await {
                faults.push(format!("{path}: {fault}"));
                waiting.push((path, text));
            }
        }
        assert!(waiting.len() < before, "{}", faults.join("\n"));
        left = waiting;
    }
}

/// Views after tables.
fn in_order(scripts: BTreeMap<String, String>) -> Vec<String> {
    let (views, mut tables): (Vec<String>, Vec<String>) =
        scripts.into_values().partition(|text| text.contains("CREATE MATERIALIZED VIEW"));
    tables.extend(views);
    tables
}

async fn in_timescaledb() -> Vec<String> {
    let common = COMMON.map(|name| format!("'{name}'")).join(", ");
    let ours = format!(
        "(n.nspname = 'federation' OR n.nspname = 'public' AND (c.relname IN ({common}) OR c.relname LIKE 'time\\_series\\_%'))"
    );
    timescaledb(&format!(
        "SET search_path = pg_catalog;
         SELECT line FROM (
            SELECT format('%s.%s %s %s not null %s identity %s default %s comment %s', n.nspname, c.relname, a.attname,
                format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)) AS line
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE {ours} AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL SELECT format('%s comment %s', c.relname, regexp_replace(obj_description(c.oid, 'pg_class'), E'\\n?whale:2:.*$', ''))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours} AND c.relkind IN ('r', 'v')
            UNION ALL SELECT format('%s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
            UNION ALL SELECT pg_get_indexdef(i.indexrelid)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
            UNION ALL SELECT format('%s hypertable by %s %s', d.hypertable_name, d.column_name, d.time_interval)
            FROM timescaledb_information.dimensions d WHERE d.hypertable_schema IN ('federation', 'public')
            UNION ALL SELECT format('%s columnstore %s %s %s %s', s.hypertable_name, s.attname, s.segmentby_column_index, s.orderby_column_index, s.orderby_asc)
            FROM timescaledb_information.compression_settings s WHERE s.hypertable_schema IN ('federation', 'public')
            UNION ALL SELECT format('%s real time %s query %s', a.view_name, NOT a.materialized_only, a.view_definition)
            FROM timescaledb_information.continuous_aggregates a WHERE a.view_schema IN ('federation', 'public')
            UNION ALL SELECT format('%s refreshed every %s from %s to %s', a.view_name, j.schedule_interval, j.config ->> 'start_offset', j.config ->> 'end_offset')
            FROM timescaledb_information.jobs j JOIN timescaledb_information.continuous_aggregates a
            ON a.materialization_hypertable_name = j.hypertable_name AND j.proc_name = 'policy_refresh_continuous_aggregate'
            WHERE a.view_schema IN ('federation', 'public')
         ) AS lines ORDER BY line COLLATE \"C\""
    ))
    .await
}

async fn empty_timescaledb() {
    timescaledb(
        "SET client_min_messages = error;
         DROP MATERIALIZED VIEW IF EXISTS public.time_series_daily;
         DROP MATERIALIZED VIEW IF EXISTS public.time_series_hourly;
         DROP MATERIALIZED VIEW IF EXISTS federation.model_performance_daily;
         DROP MATERIALIZED VIEW IF EXISTS federation.model_performance_hourly;
         DROP TABLE IF EXISTS public.chat_messages, public.chats, public.users, public.schema_version;
         DROP TABLE IF EXISTS public.time_series;
         DROP SCHEMA IF EXISTS federation CASCADE",
    )
    .await;
}

const OURS: &str = "database IN ('language', 'federation') OR database = 'default' AND name IN ('events', 'sessions', 'usage_stats', 'schema_version')";

async fn in_clickhouse() -> Vec<String> {
    let lines =
        clickhouse(&format!("SELECT create_table_query FROM system.tables WHERE {OURS} ORDER BY database, name")).await;
    lines.iter().map(|line| without_mark(line)).collect()
}

/// A mark ends its comment, and has no quote of its own.
fn without_mark(line: &str) -> String {
    let Some((before, mark)) = line.split_once("whale:2:") else { return line.to_owned() };
    let after = mark.split_once('\'').map_or("", |(_, after)| after);
    match before.strip_suffix(" COMMENT '") {
        Some(before) => format!("{before}{after}"),
        None => format!("{}'{after}", before.strip_suffix("\\n").unwrap()),
    }
}

async fn empty_clickhouse() {
    for table in ["events", "sessions", "usage_stats", "schema_version"] {
        clickhouse(&format!("DROP TABLE IF EXISTS default.{table} SYNC")).await;
    }
    for database in ["language", "federation"] {
        clickhouse(&format!("DROP DATABASE IF EXISTS {database} SYNC")).await;
    }
}

/// What the server says of a collection, in the form of its document. What the server does not keep is taken from that.
async fn described(name: &str, document: &Value) -> Value {
    let (database, name) = name.split_once('.').unwrap();
    let client = milvus().await;
    let request = DescribeCollectionRequest::builder().database_name(database).collection_name(name).build().unwrap();
    let said = client.describe_collection(request).await.unwrap();
    let said = said.description();
    let fields: Vec<Value> = said.get_schema().get_fields().iter().map(field).collect();
    let primary = said.get_schema().get_fields().iter().find(|field| field.is_primary_key()).unwrap();
    let mut properties: BTreeMap<&str, &str> =
        said.get_properties().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    properties.remove("whale.mark");
    let by_key = said.get_schema().get_fields().iter().any(FieldSchema::is_partition_key);
    let load = GetLoadStateRequest::builder().database_name(database).collection_name(name).build().unwrap();
    let load = client.get_load_state(load).await.unwrap();
    let mut indexes = Vec::new();
    for index in document["indexes"].as_array().unwrap() {
        let field = index["field"].as_str().unwrap();
        let request = DescribeIndexRequest::builder().database_name(database).collection_name(name).field_name(field);
        let found = client.describe_index(request.build().unwrap()).await.unwrap();
        let found = &found.indexes()[0];
        assert_eq!(found.get_index_name(), index["name"]);
        let mut again =
            serde_json::json!({"name": found.get_index_name(), "field": found.get_field_name(), "kind": index["kind"]});
        for key in ["metric", "parameters"] {
            if !index[key].is_null() {
                again[key] = index[key].clone();
            }
        }
        let said = format!("{found:?}").to_lowercase().replace('_', "");
        for word in [&index["kind"], &index["metric"]].into_iter().filter_map(Value::as_str) {
            assert!(said.contains(&word.to_lowercase().replace('_', "")), "{word}: {said}");
        }
        for (name, value) in index["parameters"].as_object().into_iter().flatten() {
            assert!(said.contains(&name.to_lowercase()) && said.contains(value.as_str().unwrap()), "{name}: {said}");
        }
        indexes.push(again);
    }
    serde_json::json!({
        "collection": document["collection"],
        "defined_as": document["defined_as"],
        "comment": said.get_description(),
        "primary_key": primary.get_name(),
        "auto_id": primary.is_auto_id(),
        "fields": fields,
        "dynamic_fields": said.get_schema().is_dynamic_field_enabled(),
        "indexes": indexes,
        "partitions": by_key.then(|| serde_json::json!({"by_key": said.get_num_partitions()})),
        "shards": said.get_num_shards(),
        "consistency": format!("{:?}", said.get_consistency_level()).to_lowercase().replace("boundedstaleness", "bounded"),
        "load": if format!("{:?}", load.state()).contains("NotLoad") { "released" } else { "loaded" },
        "properties": properties,
    })
}

fn field(field: &FieldSchema) -> Value {
    let word = format!("{:?}", field.get_data_type()).to_uppercase();
    let data_type = match field.get_data_type() {
        DataType::VarChar => format!("{word}({})", field.get_max_length()),
        DataType::FloatVector => format!("FLOAT_VECTOR({})", field.get_dimension()),
        DataType::Array => {
            let of = format!("{:?}", field.get_element_type().unwrap()).to_uppercase();
            format!("{word}({of}, {})", field.get_max_capacity())
        }
        _ => word,
    };
    let mut said = serde_json::json!({"name": field.get_name(), "type": data_type});
    if field.is_partition_key() {
        said["partition_key"] = true.into();
    }
    if !field.get_description().is_empty() {
        said["comment"] = field.get_description().into();
    }
    said
}
