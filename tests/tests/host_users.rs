//! `setup roles`, live: the users it makes are enough for an apply, and the engines refuse them everything else.
//!
//! Milvus: made by the command and used. ClickHouse: the local engine makes no users, so each statement is read by its parser,
//! and the rights are given to a user of a file, under whom the whole command is run. TimescaleDB's are in `storage/tests`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

use milvus::v2::prelude::*;
use milvus::v2::request::dql::QueryRequest;
use milvus::v2::{ClientV2, ConnectConfig, TelemetryConfig};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use url::Url;
use whale_tests::chdb::{Engine, users_xml};
use whale_tests::clients;
use whale_tests::deployment::Deployment;
use whale_tests::own_milvus::OwnMilvus;
use whale_tests::text;

/// Milvus 2.3 judges a right by the database of the connection, whatever database a request names.
async fn milvus_as(url: &Url, database: &str) -> ClientV2 {
    let config = ConnectConfig::new()
        .database(database)
        .uri(format!("http://{}:{}", url.host_str().unwrap(), url.port().unwrap()))
        .token(format!("{}:{}", url.username(), url.password().unwrap()))
        .telemetry(TelemetryConfig::new().enabled(false));
    ClientV2::new(&config).await.unwrap()
}

fn schema() -> CollectionSchema {
    CollectionSchema::new()
        .add_field(FieldSchema::new().name("id").data_type(DataType::Int64).primary_key(true))
        .add_field(FieldSchema::new().name("v").data_type(DataType::FloatVector).dimension(4))
}

fn drop_of(database: &str, collection: &str) -> DropCollectionRequest {
    DropCollectionRequest::builder().database_name(database).collection_name(collection).build().unwrap()
}

async fn a_foreign_database(root: &ClientV2) {
    root.create_database(CreateDatabaseRequest::builder().database_name("w_foreign").build().unwrap()).await.unwrap();
    let theirs = CreateCollectionRequest::builder().database_name("w_foreign").collection_name("theirs");
    root.create_collection(theirs.schema(schema()).build().unwrap()).await.unwrap();
}

/// What the user may not do, each with what the server says.
async fn attempts(url: &Url) -> Vec<(&'static str, Option<milvus::v2::error::Error>)> {
    let (foreign, own) = (milvus_as(url, "w_foreign").await, milvus_as(url, "legal").await);
    let mine = CreateCollectionRequest::builder().database_name("w_foreign").collection_name("mine").schema(schema());
    let load = LoadCollectionRequest::builder().database_name("w_foreign").collection_name("theirs");
    let database = DropDatabaseRequest::builder().database_name("w_foreign");
    let user = CreateUserRequest::builder().username("w_more").password("secret123");
    let rows = QueryRequest::builder().database_name("legal").collection_name("legal_knowledge").filter("id != \"\"");
    vec![
        ("reading a model's rows", own.query(rows.build().unwrap()).await.err()),
        ("making a collection elsewhere", foreign.create_collection(mine.build().unwrap()).await.err()),
        ("dropping another's collection", foreign.drop_collection(drop_of("w_foreign", "theirs")).await.err()),
        ("dropping its own", own.drop_collection(drop_of("legal", "legal_knowledge")).await.err()),
        ("loading another's collection", foreign.load_collection(load.build().unwrap()).await.err()),
        ("dropping a database", foreign.drop_database(database.build().unwrap()).await.err()),
        (
            "making a role",
            own.create_role(CreateRoleRequest::builder().role_name("w_more").build().unwrap()).await.err(),
        ),
        ("making a user", own.create_user(user.build().unwrap()).await.err()),
    ]
}

#[tokio::test]
async fn the_user_of_milvus_reaches_its_models_and_no_other() {
    let server = OwnMilvus::start();
    let deployment = Deployment::of(&["legal"], "").with_variable("MILVUS_URL", server.url.as_str());
    let shown = deployment.whale(&["setup", "roles", "--engine", "milvus", "--dry-run"]);
    assert!(text(&shown.stdout).contains("create user whalehost with password [password]"));
    assert!(!deployment.path("secrets").exists(), "nothing is written either");
    let made = deployment.whale(&["setup", "roles", "--engine", "milvus"]);
    assert_eq!(made.status.code(), Some(0));
    let path = deployment.path("secrets/milvus.url");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let url = Url::parse(fs::read_to_string(&path).unwrap().trim()).unwrap();
    assert!(!text(&made.stdout).contains(url.password().unwrap()), "the password is shown to nobody");
    let again = deployment.whale(&["setup", "roles", "--engine", "milvus"]);
    assert!(!text(&again.stdout).contains("create user"), "it is there");

    let targets =
        "[targets.timescaledb]\nurl_env = \"TIMESCALEDB_URL\"\n[targets.milvus]\nurl_file = \"secrets/milvus.url\"\n";
    deployment.set(&["legal"], targets);
    deployment.apply_once_granted().await;

    let root = clients::milvus_at(&server.url).await;
    a_foreign_database(&root).await;
    for (attempt, fault) in attempts(&url).await {
        let fault = fault.unwrap_or_else(|| panic!("{attempt} is not refused")).to_string();
        assert!(fault.to_lowercase().contains("permission"), "{attempt}: {fault}");
    }
}

#[tokio::test]
async fn the_user_of_clickhouse_reaches_its_models_and_no_other() {
    // In the local engine, `default` is no database like the others.
    let target = "[targets.clickhouse]\nprefix = \"w_\"\n";
    let deployment = Deployment::of(&["language"], target);
    let statements = deployment.setup_roles("clickhouse", &["--dry-run"]);
    assert!(statements.len() > 15, "{statements:?}");
    for sql in &statements {
        let tree = clients::clickhouse(&format!("EXPLAIN AST {sql}")).await;
        let statements = tree.iter().filter(|line| !line.starts_with(' ')).count();
        assert_eq!(statements, 1, "{sql}: {tree:?}");
    }
    // The local engine lets nobody make users: that is said, and no file is left behind.
    let refused = deployment.whale(&["setup", "roles", "--engine", "clickhouse"]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(text(&refused.stderr).contains("access_management") && !deployment.path("secrets/clickhouse.url").exists());

    let engine = Engine::start(&users_xml(&statements, "w_whalehost")).await;
    let more = "url_file = \"engine.url\"\n[targets.timescaledb]\nurl_env = \"TIMESCALEDB_URL\"\n";
    fs::write(deployment.path("engine.url"), &engine.url).unwrap();
    deployment.set(&["language"], &format!("{target}{more}"));
    let applied = deployment.whale(&["apply", "--all", "--yes", "--engine", "clickhouse"]);
    assert_eq!(applied.status.code(), Some(0));
    for refused in [
        "CREATE DATABASE other",
        "CREATE TABLE other.mine (id Int64) ENGINE = MergeTree ORDER BY id",
        "DROP TABLE w_language.messages",
        "DROP DATABASE w_language",
        "TRUNCATE TABLE w_language.messages",
        "SELECT * FROM system.users",
        "SELECT * FROM url('http://127.0.0.1:1', CSV, 'a String')",
        "SELECT * FROM file('x', CSV, 'a String')",
        "CREATE TABLE w_language.outside (a String) ENGINE = URL('http://127.0.0.1:1', CSV)",
        "CREATE USER more",
        "SYSTEM SHUTDOWN",
    ] {
        let fault = engine.said(refused).await.expect_err(refused);
        assert!(fault.contains("Code: 497."), "{refused}: {fault}");
    }
}
