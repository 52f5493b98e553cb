//! The main job, as a person does it: two plugins applied to the three engines, and everything the seed names read back by
//! ordinary clients. What is expected stands in `tests/seed`, written from the seed and not from the plugins.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use milvus::v2::prelude::*;
use std::collections::BTreeMap;
use whale_tests::clients::{clickhouse, forget_versions, milvus, timescaledb};
use whale_tests::{root, text, whale};

const BOTH: [&str; 4] = ["--plugin", "plugins/shared.wasm", "--plugin", "plugins/language.wasm"];

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
    let first = whale(&[&["apply", "--yes"][..], &BOTH].concat());
    assert_eq!(first.status.code(), Some(0));
    assert!(text(&first.stdout).contains("a second plan is empty"));
    in_clickhouse().await;
    in_timescaledb().await;
    in_milvus().await;
    again().await;
    an_engine_alone();
    forget_versions().await;
    let without_bookkeeping = whale(&[&["apply", "--yes"][..], &BOTH].concat());
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
            "SELECT concat(name, ' ', type, if(default_expression = '', '', concat(' default ', default_expression)))
             FROM system.columns WHERE database = '{database}' AND table = '{name}' ORDER BY position"
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
        let mut found = timescaledb(&format!(
            "SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                 || CASE WHEN a.attidentity = 'd' THEN ' identity' ELSE '' END || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
             FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE a.attrelid = 'public.{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        ))
        .await;
        // With nothing on the search path, constraints name tables in full.
        let keys = timescaledb(&format!(
            "SET search_path = pg_catalog;
             SELECT 'key ' || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE conrelid = 'public.{table}'::regclass AND contype IN ('p', 'u', 'f') ORDER BY 1"
        ))
        .await;
        found.extend(keys);
        assert_eq!(found, expected, "{heading}");
    }
    let hypertable = "SELECT h.hypertable_name, h.compression_enabled, d.time_interval::text FROM timescaledb_information.hypertables h
        JOIN timescaledb_information.dimensions d USING (hypertable_schema, hypertable_name) WHERE hypertable_schema = 'public' AND hypertable_name = 'time_series'";
    assert_eq!(timescaledb(hypertable).await, ["time_series|t|1 day"]);
    let aggregates =
        "SELECT view_name FROM timescaledb_information.continuous_aggregates WHERE view_schema = 'public' ORDER BY 1";
    assert_eq!(timescaledb(aggregates).await, ["time_series_daily", "time_series_hourly"]);
    let owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('users', 'chats', 'chat_messages', 'time_series')";
    assert_eq!(timescaledb(owners).await, ["whale_shared"], "objects belong to the model's own role");
}

async fn in_milvus() {
    let client = milvus().await;
    for (heading, expected) in seed("milvus.txt") {
        let (database, name) = heading.split(' ').nth(1).unwrap().split_once('.').unwrap();
        let request =
            DescribeCollectionRequest::builder().database_name(database).collection_name(name).build().unwrap();
        let said = client.describe_collection(request).await.unwrap();
        let found: Vec<String> = said.description().get_schema().get_fields().iter().map(field).collect();
        assert_eq!(found, expected, "{heading}");
    }
}

fn field(field: &FieldSchema) -> String {
    let bound = match field.get_data_type() {
        DataType::VarChar => format!(" max_length={}", field.get_max_length()),
        DataType::FloatVector => format!(" dim={}", field.get_dimension()),
        _ => String::new(),
    };
    let primary = if field.is_primary_key() { " primary" } else { "" };
    format!("{} {:?}{bound}{primary}", field.get_name(), field.get_data_type())
}

/// A second apply has nothing to do, and rows stay.
async fn again() {
    clickhouse("INSERT INTO language.domains (domain_id, domain_name) SELECT toString(number), 'x' FROM numbers(1000)")
        .await;
    let sum = "SELECT count(), sum(cityHash64(*)) FROM language.domains";
    let before = clickhouse(sum).await;
    let second = whale(&[&["apply", "--yes"][..], &BOTH].concat());
    assert_eq!(second.status.code(), Some(0));
    let check = whale(&[&["plan", "--check"][..], &BOTH].concat());
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
