//! What others made on the same servers, live: another deployment's objects, namespaces and roles, a namespace that an
//! application made, a model that another plugin serves. Each is told and left as it was, to the byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use milvus::v2::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tempfile::TempDir;
use whale_tests::clients::{
    clickhouse, forget_clickhouse, forget_milvus, forget_timescaledb, forget_versions, milvus, milvus_collections,
    timescaledb,
};
use whale_tests::hostile::make::{Core, Returns, component};
use whale_tests::{program, text};

/// The models that the plugins here belong to.
const MODELS: [&str; 3] = ["court", "staging_court", "app"];

/// Settings and a plugin, in a folder of their own.
struct World {
    folder: TempDir,
}

impl World {
    /// A plugin of that name and model, with a table in each engine.
    fn new(settings: &str, plugin: &str, model: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let header = |engine: &str| json!({ "id": format!("{engine}_notes"), "name": "notes" });
        let column = |name: &str, kind: &str| json!({ "header": { "name": name }, "data_type": kind });
        let definition = json!({
            "timescaledb": { "tables": [{
                "header": header("timescaledb"), "columns": [column("id", "bigint")],
                "primary_key": { "columns": ["id"] },
            }]},
            "clickhouse": { "tables": [{
                "header": header("clickhouse"), "columns": [column("id", "UInt64")], "engine": "MergeTree",
                "order_by": ["id"],
            }]},
            "milvus": [{
                "header": header("milvus"), "primary_key": "id",
                "fields": [column("id", "INT64"), column("embedding", "FLOAT_VECTOR(4)")],
                "indexes": [{ "field": "embedding", "kind": "FLAT", "metric": "L2" }],
                "partitions": "single", "shards": 1, "consistency": "bounded", "load": "on-demand",
            }],
        });
        let info = json!({
            "name": plugin, "model": model,
            "requests": { "databases": ["timescaledb", "clickhouse", "milvus"], "operations": ["create", "alter"] },
        });
        let returns = Returns { info: info.as_object().unwrap().clone(), definition };
        std::fs::write(folder.path().join("plugin.wasm"), component(&Core::default(), &returns)).unwrap();
        std::fs::write(folder.path().join("whale.toml"), settings).unwrap();
        Self { folder }
    }

    fn run(&self, verb: &[&str]) -> (Option<i32>, Value) {
        let mut command = std::process::Command::new(program());
        command.args(verb).args(["-p", "plugin.wasm", "--format", "json"]).current_dir(self.folder.path());
        let output = command.output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        println!("$ {}\n{:#}\n{}", verb.join(" "), document["diagnostics"], text(&output.stderr));
        (output.status.code(), document)
    }

    fn apply(&self) {
        assert_eq!(self.run(&["apply", "--yes"]).0, Some(0));
        assert_eq!(self.run(&["plan", "--check"]).0, Some(0), "a second plan is empty");
    }

    /// A plan and an apply, which both have to be refused; the codes by path.
    fn refused(&self) -> BTreeMap<String, String> {
        let (exit, plan) = self.run(&["plan"]);
        assert_eq!(exit, Some(1), "{plan:#}");
        assert_eq!(self.run(&["apply", "--yes"]).0, Some(1));
        let errors = plan["diagnostics"].as_array().unwrap().iter().filter(|one| one["severity"] == "error");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors.map(|one| (text(&one["path"]), text(&one["code"]))).collect()
    }
}

fn prefixed(prefix: &str) -> String {
    ["timescaledb", "clickhouse", "milvus"]
        .map(|engine| format!("[targets.{engine}]\nprefix = \"{prefix}\"\n"))
        .concat()
}

fn of_all_engines(path: &str, code: &str) -> BTreeMap<String, String> {
    let each = ["timescaledb", "clickhouse", "milvus"];
    each.into_iter().map(|engine| (format!("{engine}/{path}"), code.to_owned())).collect()
}

/// Whether all of these are among what was found.
#[track_caller]
fn holds(found: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) {
    for (path, code) in wanted {
        assert_eq!(found.get(path), Some(code), "{path}: {found:#?}");
    }
}

/// Everything that could be changed: comments with marks, rights, and what there is.
async fn state() -> Vec<String> {
    let mut all = timescaledb(
        "SELECT n.nspname, n.nspacl, obj_description(n.oid, 'pg_namespace'), c.relname, c.relacl,
            obj_description(c.oid, 'pg_class'), pg_get_userbyid(c.relowner)
         FROM pg_namespace AS n LEFT JOIN pg_class AS c ON c.relnamespace = n.oid
         WHERE n.nspname ~ '(court|app|public)$' ORDER BY 1, 4",
    )
    .await;
    all.extend(
        timescaledb(
            "SELECT r.rolname, shobj_description(r.oid, 'pg_authid') FROM pg_roles AS r WHERE rolname ~ '^whale_' ORDER BY 1",
        )
        .await,
    );
    all.extend(clickhouse("SELECT name, comment FROM system.databases ORDER BY name").await);
    all.extend(
        clickhouse("SELECT database, name, create_table_query FROM system.tables WHERE database NOT ILIKE '%sys%' AND database NOT ILIKE '%information%' ORDER BY 1, 2")
            .await,
    );
    let client = milvus().await;
    for database in MODELS {
        for collection in milvus_collections(database).await {
            let describe = DescribeCollectionRequest::builder()
                .database_name(database)
                .collection_name(&collection)
                .build()
                .unwrap();
            let found = client.describe_collection(describe).await.unwrap();
            let mark = found.description().get_properties().get("whale.mark").cloned().unwrap_or_default();
            all.push(format!("{database}.{collection} {mark}"));
        }
    }
    all
}

async fn empty() {
    for model in MODELS {
        forget_timescaledb(model).await;
        forget_clickhouse(model).await;
        forget_milvus(model).await;
    }
    timescaledb("DROP SCHEMA IF EXISTS staging_public CASCADE").await;
    forget_clickhouse("staging_default").await;
    forget_milvus("staging_default").await;
    forget_versions().await;
}

/// Every mark in TimescaleDB, ClickHouse and Milvus as a host wrote it that knew no deployments.
async fn age(schemas: &[&str], databases: &[(&str, &str)]) {
    let old = |mark: &str| {
        mark.replacen("whale:2:", "whale:1:", 1)
            .replace("\"deployment\":\"main\",", "")
            .replace("\"deployment\":\"staging\",", "")
    };
    let literal = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    for schema in schemas {
        for (kind, sql) in [
            (
                "SCHEMA",
                format!(
                    "SELECT quote_ident(nspname), obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = '{schema}'"
                ),
            ),
            (
                "TABLE",
                format!(
                    "SELECT oid::regclass, obj_description(oid, 'pg_class') FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relname IN ('notes', 'schema_version')"
                ),
            ),
            (
                "ROLE",
                format!(
                    "SELECT quote_ident(rolname), shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'whale_{schema}'"
                ),
            ),
        ] {
            for row in timescaledb(&sql).await {
                let Some((name, comment)) = row.split_once('|').filter(|(_, comment)| comment.contains("whale:2:"))
                else {
                    continue;
                };
                timescaledb(&format!("COMMENT ON {kind} {name} IS $age${}$age$", old(comment))).await;
            }
        }
    }
    for (database, table) in databases {
        let comment =
            clickhouse(&format!("SELECT comment FROM system.databases WHERE name = '{database}'")).await.join("\n");
        if comment.contains("whale:2:") {
            clickhouse(&format!("ALTER DATABASE {database} MODIFY COMMENT '{}'", literal(&old(&comment)))).await;
        }
        let comment = clickhouse(&format!(
            "SELECT comment FROM system.tables WHERE database = '{database}' AND name = '{table}'"
        ))
        .await
        .join("\n");
        clickhouse(&format!("ALTER TABLE {database}.{table} MODIFY COMMENT '{}'", literal(&old(&comment)))).await;
        let client = milvus().await;
        let describe =
            DescribeCollectionRequest::builder().database_name(*database).collection_name(*table).build().unwrap();
        let mark =
            client.describe_collection(describe).await.unwrap().description().get_properties()["whale.mark"].clone();
        let alter = AlterCollectionPropertiesRequest::builder()
            .database_name(*database)
            .collection_name(*table)
            .properties([("whale.mark".to_owned(), old(&mark))].into_iter().collect())
            .build()
            .unwrap();
        client.alter_collection_properties(alter).await.unwrap();
    }
}

#[tokio::test]
async fn a_name_that_begins_with_another_deployments_prefix_opens_nothing() {
    empty().await;
    World::new(&prefixed("staging_"), "court", "court").apply();
    let before = state().await;
    // The same plugin, so that ids are the same too.
    let thief = World::new("", "court", "staging_court");
    holds(&thief.refused(), &of_all_engines("staging_court", "WH0722"));
    assert_eq!(state().await, before);
    // As long as marks name no deployment, too.
    age(&["staging_court", "staging_public"], &[("staging_court", "notes"), ("staging_default", "schema_version")])
        .await;
    let before = state().await;
    holds(&thief.refused(), &of_all_engines("staging_court", "WH0722"));
    assert_eq!(state().await, before);
    empty().await;
}

#[tokio::test]
async fn what_another_deployment_made_is_a_strangers() {
    empty().await;
    World::new("", "court", "staging_court").apply();
    let before = state().await;
    let staging = World::new(&prefixed("staging_"), "court", "court");
    let refused = staging.refused();
    holds(&refused, &of_all_engines("staging_court", "WH0721"));
    holds(&refused, &[("timescaledb/roles/whale_staging_court".to_owned(), "WH0721".to_owned())].into());
    assert!(!refused.keys().any(|path| path.contains(".notes")), "said of the namespace, once: {refused:#?}");
    let (_, status) = staging.run(&["status"]);
    for target in status["result"]["targets"].as_array().unwrap() {
        assert!(!target.to_string().contains("court"), "nothing of it is ours: {target:#}");
    }
    // Two deployments of one prefix have one version table: the second is told so.
    let other = World::new("deployment = \"berlin\"\n", "app", "app").refused();
    holds(&other, &[("timescaledb/public.schema_version".to_owned(), "WH0721".to_owned())].into());
    assert_eq!(state().await, before);
    empty().await;
}

#[tokio::test]
async fn a_namespace_that_others_made_is_entered_by_a_grant_alone() {
    empty().await;
    timescaledb("CREATE SCHEMA app; CREATE TABLE app.orders (id int)").await;
    clickhouse("CREATE DATABASE app").await;
    clickhouse("CREATE TABLE app.orders (id UInt64) ENGINE = MergeTree ORDER BY id").await;
    let client = milvus().await;
    client.create_database(CreateDatabaseRequest::builder().database_name("app").build().unwrap()).await.unwrap();
    let schema = CollectionSchema::new()
        .add_field(FieldSchema::new().name("id").data_type(DataType::Int64).primary_key(true))
        .add_field(FieldSchema::new().name("v").data_type(DataType::FloatVector).dimension(4));
    let create = CreateCollectionRequest::builder()
        .database_name("app")
        .collection_name("orders")
        .schema(schema)
        .build()
        .unwrap();
    client.create_collection(create).await.unwrap();
    let before = state().await;
    assert_eq!(World::new("", "app", "app").refused(), of_all_engines("app", "WH0708"));
    assert_eq!(state().await, before);
    let granted = World::new("[plugins.app]\nnamespaces = [\"app\"]\n", "app", "app");
    granted.apply();
    assert!(milvus_collections("app").await.contains(&"notes".to_owned()));
    // What is in it now keeps working without the grant, and is told.
    let (exit, plan) = World::new("", "app", "app").run(&["plan", "--check"]);
    assert_eq!(exit, Some(0), "{plan:#}");
    let told = plan["diagnostics"].as_array().unwrap().iter().filter(|one| one["code"] == "WH0708").count();
    assert_eq!(told, 2, "TimescaleDB and ClickHouse; Milvus keeps no marks on databases: {plan:#}");
    empty().await;
}

#[tokio::test]
async fn a_model_is_served_by_one_plugin() {
    empty().await;
    World::new("", "court", "court").apply();
    let before = state().await;
    let refused = World::new("", "usurper", "court").refused();
    holds(&refused, &of_all_engines("court", "WH0709"));
    assert_eq!(state().await, before);
    // Bound to the model, it may be served; the objects are still the other plugin's.
    let bound = World::new("[plugins.usurper]\nmodel = \"court\"\n", "usurper", "court").refused();
    assert!(bound.values().all(|code| code == "WH0702"), "{bound:#?}");
    empty().await;
}

#[tokio::test]
async fn marks_of_an_older_host_are_ours_and_written_anew() {
    empty().await;
    let court = World::new("", "court", "court");
    court.apply();
    let whole = state().await;
    age(&["court", "public"], &[("court", "notes"), ("default", "schema_version")]).await;
    assert_ne!(state().await, whole);
    assert_eq!(court.run(&["plan", "--check"]).0, Some(0), "an older mark is no difference");
    court.apply();
    let old: Vec<String> = state().await.into_iter().filter(|line| line.contains("whale:1:")).collect();
    assert_eq!(old, [""; 0], "every mark was written anew");
    let runs = |line: &String| line.split("\"run\":\"").next().unwrap().to_owned();
    assert_eq!(state().await.iter().map(runs).collect::<Vec<_>>(), whole.iter().map(runs).collect::<Vec<_>>());
    empty().await;
}
