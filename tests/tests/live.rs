//! The main job, as a person does it: all plugins applied to the three engines, and everything the catalogue names read back
//! by ordinary clients. What is expected stands in `tests/seed`, written from the catalogue and not from the plugins.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use milvus::v2::IndexDesc;
use milvus::v2::prelude::*;
use std::collections::BTreeMap;
use whale_tests::clients::{clickhouse, forget_versions, milvus, timescaledb};
use whale_tests::{root, text, whale};

const APPLY: [&str; 3] = ["apply", "--yes", "--all"];

/// Blocks of a file in `tests/seed`: a heading, and indented lines below it.
fn seed(file: &str) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(root().join("tests/seed").join(file)).unwrap();
    let mut blocks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut heading = String::new();
    for line in text.lines() {
        if let Some(item) = line.strip_prefix("  ") {
            blocks.get_mut(&heading).unwrap().push(item.to_owned());
        } else {
            line.clone_into(&mut heading);
            blocks.insert(heading.clone(), Vec::new());
        }
    }
    blocks
}

#[tokio::test]
async fn what_the_seed_names_can_be_read_back_from_the_three_engines() {
    forget_versions().await;
    let first = whale(&APPLY);
    assert_eq!(first.status.code(), Some(0));
    assert!(text(&first.stdout).contains("a second plan is empty"));
    in_clickhouse().await;
    in_timescaledb().await;
    in_milvus().await;
    again().await;
    an_engine_alone();
    forget_versions().await;
    let without_bookkeeping = whale(&APPLY);
    assert_eq!(without_bookkeeping.status.code(), Some(0), "no decision reads the version tables");
    forget_versions().await;
}

async fn in_clickhouse() {
    for (heading, columns) in seed("clickhouse.txt") {
        let table = heading.split(' ').nth(1).unwrap();
        let (database, name) = table.split_once('.').unwrap();
        let found = clickhouse(&format!(
            "SELECT concat('table ', database, '.', name, ' ', engine, ' order by ', sorting_key, if(partition_key = '', '', concat(' partition by ', partition_key)))
             FROM system.tables WHERE database = '{database}' AND name = '{name}'"
        ))
        .await;
        assert_eq!(found, std::slice::from_ref(&heading));
        let found = clickhouse(&format!(
            "SELECT line FROM (
                 SELECT position, concat(name, ' ', type, if(default_expression = '', '', concat(' default ', default_expression)),
                     if(compression_codec = '', '', concat(' codec ', compression_codec))) AS line
                 FROM system.columns WHERE database = '{database}' AND table = '{name}'
                 UNION ALL SELECT 10000, concat('index ', name, ' on ', expr, ' ', type_full, ' granularity ', toString(granularity))
                 FROM system.data_skipping_indices WHERE database = '{database}' AND table = '{name}'
             ) ORDER BY position, line"
        ))
        .await;
        assert_eq!(found, columns, "{heading}");
        let policy = clickhouse(&format!(
            "SELECT storage_policy FROM system.tables WHERE database = '{database}' AND name = '{name}'"
        ))
        .await;
        assert_eq!(policy, ["whale"], "{heading}");
    }
}

async fn in_timescaledb() {
    for (heading, expected) in seed("timescaledb.txt") {
        let table = heading.split(' ').nth(1).unwrap();
        let (schema, name) = table.split_once('.').unwrap();
        let mut found = timescaledb(&format!(
            "SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                 || CASE WHEN a.attidentity = 'd' THEN ' identity' ELSE '' END || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
             FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        ))
        .await;
        // With nothing on the search path, constraints name tables in full.
        let parts = timescaledb(&format!(
            "SET search_path = pg_catalog;
             SELECT line FROM (
                 SELECT 1 AS place, 'key ' || pg_get_constraintdef(oid) AS line FROM pg_constraint
                 WHERE conrelid = '{table}'::regclass AND contype IN ('p', 'u', 'f', 'c')
                 UNION ALL SELECT 2, format('hypertable by %s, chunks of %s', d.column_name, d.time_interval)
                 FROM timescaledb_information.dimensions d WHERE d.hypertable_schema = '{schema}' AND d.hypertable_name = '{name}'
                 UNION ALL SELECT 3, format('columnstore by %s', string_agg(attname, ', ' ORDER BY segmentby_column_index))
                 FROM timescaledb_information.compression_settings
                 WHERE hypertable_schema = '{schema}' AND hypertable_name = '{name}' AND segmentby_column_index IS NOT NULL
                 HAVING count(*) > 0
                 UNION ALL SELECT 4, 'index ' || regexp_replace(i.indexdef, '.* USING btree ', '') FROM pg_indexes i
                 WHERE i.schemaname = '{schema}' AND i.tablename = '{name}'
                 AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conname = i.indexname AND k.conrelid = '{table}'::regclass)
             ) AS lines ORDER BY place, line COLLATE \"C\""
        ))
        .await;
        found.extend(parts);
        assert_eq!(found, expected, "{heading}");
    }
    let aggregates = "SELECT view_schema || '.' || view_name FROM timescaledb_information.continuous_aggregates
        WHERE view_schema IN ('public', 'federation') ORDER BY 1";
    let expected = [
        "federation.model_performance_daily",
        "federation.model_performance_hourly",
        "public.time_series_daily",
        "public.time_series_hourly",
    ];
    assert_eq!(timescaledb(aggregates).await, expected);
    let owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('users', 'chats', 'chat_messages', 'time_series')";
    assert_eq!(timescaledb(owners).await, ["whale_shared"], "objects belong to the model's own role");
}

async fn in_milvus() {
    let client = milvus().await;
    for (heading, mut expected) in seed("milvus.txt") {
        let (database, name) = heading.split(' ').nth(1).unwrap().split_once('.').unwrap();
        let request =
            DescribeCollectionRequest::builder().database_name(database).collection_name(name).build().unwrap();
        let said = client.describe_collection(request).await.unwrap();
        let said = said.description();
        let mut found: Vec<String> =
            said.get_schema().get_fields().iter().map(|one| field(one, said.get_num_partitions())).collect();
        let request =
            DescribeIndexRequest::builder().database_name(database).collection_name(name).field_name("embedding");
        if expected.iter().any(|line| line.starts_with("index of embedding ")) {
            let said = client.describe_index(request.build().unwrap()).await.unwrap();
            found.extend(said.indexes().iter().map(index));
        }
        let request = GetLoadStateRequest::builder().database_name(database).collection_name(name).build().unwrap();
        let state = client.get_load_state(request).await.unwrap();
        found.push(format!("{:?}", state.state()).to_lowercase());
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{heading}");
    }
}

fn field(field: &FieldSchema, partitions: i64) -> String {
    let bound = match field.get_data_type() {
        DataType::VarChar => format!(" max_length={}", field.get_max_length()),
        DataType::Array => {
            format!(" element={:?} capacity={}", field.get_element_type().unwrap(), field.get_max_capacity())
        }
        DataType::FloatVector => format!(" dim={}", field.get_dimension()),
        _ => String::new(),
    };
    let primary = if field.is_primary_key() { " primary" } else { "" };
    let key = if field.is_partition_key() { format!(" partition key of {partitions}") } else { String::new() };
    format!("{} {:?}{bound}{primary}{key}", field.get_name(), field.get_data_type())
}

fn index(index: &IndexDesc) -> String {
    let parameters = index.get_extra_params();
    let graph =
        ["M", "efConstruction"].map(|name| format!(" {name}={}", parameters.get(name).map_or("", String::as_str)));
    let (kind, metric) = (format!("{:?}", index.get_index_type()), format!("{:?}", index.get_metric_type()));
    format!("index of {} {} {}{}", index.get_field_name(), kind.to_uppercase(), metric.to_uppercase(), graph.concat())
}

/// A second apply has nothing to do, and rows stay.
async fn again() {
    clickhouse("INSERT INTO language.domains (domain_id, domain_name) SELECT toString(number), 'x' FROM numbers(1000)")
        .await;
    let sum = "SELECT count(), sum(cityHash64(*)) FROM language.domains";
    let before = clickhouse(sum).await;
    let second = whale(&APPLY);
    assert_eq!(second.status.code(), Some(0));
    let check = whale(&["plan", "--check", "--all"]);
    assert_eq!(check.status.code(), Some(0), "nothing differs");
    assert_eq!(clickhouse(sum).await, before);
    let versions =
        clickhouse("SELECT count() FROM default.schema_version FINAL WHERE table_name LIKE 'language.%'").await;
    assert_eq!(versions, ["14"]);
    let versions = timescaledb("SELECT count(*) FROM public.schema_version WHERE table_name LIKE 'public.%'").await;
    assert!(versions[0].parse::<u32>().unwrap() >= 6, "{versions:?}");
}

/// A change that cannot be carried out is named, and nothing of its plan is.
fn an_engine_alone() {
    let refused = whale(&[
        "apply",
        "--yes",
        "--engine",
        "milvus",
        "--set",
        "language.embedding_dim=768",
        "--plugin",
        "plugins/language.wasm",
    ]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("WH0710"));
}

#[test]
fn an_engine_that_is_down_is_named_with_what_to_do() {
    let variables = ["TIMESCALEDB_URL", "CLICKHOUSE_URL", "MILVUS_URL"];
    let closed = [
        "postgres://postgres:secret-canary@127.0.0.1:1/template1",
        "http://default:secret-canary@127.0.0.1:1/",
        "http://root:secret-canary@127.0.0.1:1",
    ];
    for (variable, url) in variables.into_iter().zip(closed) {
        let mut command = std::process::Command::new(whale_tests::program());
        let output = command
            .args(["plan", "--plugin", "plugins/shared.wasm"])
            .current_dir(root())
            .env(variable, url)
            .output()
            .unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("127.0.0.1:1") && said.contains("hint:"), "{said}");
        assert!(!said.contains("secret-canary"), "{said}");
    }
}
