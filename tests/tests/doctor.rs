//! `doctor`, live: on engines as they should be, on a server without the extension, for a user without rights, with a wrong
//! password, beside a run that holds the lock; and that it makes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use milvus::v2::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::{Command, Output};
use whale_tests::clients::{address, clickhouse, forget_versions, milvus, plain_postgres, timescaledb};
use whale_tests::{program, root, text};

/// The engines with all they have, and whatever variables are named instead.
fn doctor(arguments: &[&str], instead: &[(&str, &str)]) -> Output {
    let state = tempfile::tempdir().unwrap();
    let mut command = Command::new(program());
    command.arg("doctor").args(arguments).current_dir(root()).env("WHALE_STATE", state.path().join("state"));
    let output = command.env("WHALE_CACHE", "/nowhere").envs(instead.iter().copied()).output().unwrap();
    println!("{}{}", text(&output.stdout), text(&output.stderr));
    output
}

/// A check, by its id.
fn check(output: &Output, id: &str) -> Value {
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = document["result"]["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id} in {document:#}")).clone()
}

macro_rules! assert_shown {
    ($output:expr) => {
        insta::with_settings!({
            filters => vec![
                (r"127\.0\.0\.1:\d+", "[address]"),
                (r"\d+\.\d ms", "[time]"),
                (r"\d+ MiB free", "[room] free"),
                (r#"folder /[^ "]*/"#, "folder [folder]/"),
                (r"(TimescaleDB|ClickHouse|Milvus|PostgreSQL|timescaledb) \d[0-9.]*", "$1 [version]"),
                (r"can be used: [^\n\x22]*", "can be used: [databases]"),
            ],
            omit_expression => true,
        }, { insta::assert_snapshot!(text(&$output.stdout)) });
    };
}

#[tokio::test]
async fn engines_as_they_should_be_are_told_check_by_check() {
    forget_versions().await;
    let shown = doctor(&["--all"], &[]);
    assert_eq!(shown.status.code(), Some(0));
    assert_shown!(shown);
}

#[test]
fn the_same_without_definitions_in_json() {
    let shown = doctor(&["--format", "json"], &[]);
    assert_eq!(shown.status.code(), Some(0));
    assert_shown!(shown);
}

/// Everything that could have been made; no engine promises an order.
async fn everything() -> BTreeSet<String> {
    let mut all = timescaledb(
        "SELECT 'xid ' || pg_snapshot_xmax(pg_current_snapshot())::text UNION ALL SELECT rolname FROM pg_roles
         UNION ALL SELECT nspname || '.' || relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace",
    )
    .await;
    all.extend(clickhouse("SELECT concat(database, '.', name, toString(metadata_modification_time)) FROM system.tables WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA') ORDER BY 1").await);
    all.extend(clickhouse("SELECT name FROM system.databases ORDER BY 1").await);
    let client = milvus().await;
    let databases = client.list_databases(ListDatabasesRequest::builder().build().unwrap()).await.unwrap();
    for database in databases.database_names() {
        let request = ListCollectionsRequest::builder().database_name(database).build().unwrap();
        let mut names = client.list_collections(request).await.unwrap().collection_names().to_vec();
        names.sort();
        all.push(format!("{database}: {names:?}"));
    }
    all.into_iter().collect()
}

#[tokio::test]
async fn nothing_is_made_anywhere() {
    // Much is to be made for this plugin.
    forget_versions().await;
    clickhouse("DROP DATABASE IF EXISTS language SYNC").await;
    let before = everything().await;
    assert_eq!(doctor(&["--all"], &[]).status.code(), Some(0));
    let after = everything().await;
    assert_eq!(after.symmetric_difference(&before).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test]
async fn a_server_without_the_extension_is_a_problem_also_for_what_needs_it() {
    forget_versions().await;
    let plain = address("POSTGRES_URL");
    let output = doctor(&["--all", "--format", "json"], &[("TIMESCALEDB_URL", plain.as_str())]);
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(check(&output, "timescaledb.extension")["verdict"], "problem");
    assert_eq!(check(&output, "timescaledb.definitions")["verdict"], "problem");
    assert!(text(&output.stdout).contains("shared: public.time_series"));
    assert_eq!(check(&output, "clickhouse.definitions")["verdict"], "ok");
}

#[tokio::test]
async fn a_user_without_rights_is_told_which_and_the_remedy_is_one() {
    forget_reader().await;
    plain_postgres("CREATE ROLE d_reader LOGIN PASSWORD 'reader'").await;
    let mut url = address("POSTGRES_URL");
    url.set_username("d_reader").unwrap();
    url.set_password(Some("reader")).unwrap();
    let ask = || doctor(&["--engine", "timescaledb", "--format", "json"], &[("TIMESCALEDB_URL", url.as_str())]);
    let output = ask();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(check(&output, "timescaledb.user")["verdict"], "ok", "no superuser");
    let rights = check(&output, "timescaledb.rights");
    assert_eq!(rights["verdict"], "problem");
    let said = rights["message"].as_str().unwrap();
    assert!(said.contains("CREATEROLE") && said.contains("CREATE on the database"), "{said}");
    let remedy = rights["hint"].as_str().unwrap().strip_prefix("as a superuser: ").unwrap();
    plain_postgres(remedy).await;
    assert_eq!(check(&ask(), "timescaledb.rights")["verdict"], "ok");
    // The role of a model that somebody else made.
    plain_postgres("CREATE ROLE whale_shared").await;
    let arguments = ["--all", "--model", "shared", "--format", "json"];
    let ask = || check(&doctor(&arguments, &[("TIMESCALEDB_URL", url.as_str())]), "timescaledb.rights");
    let rights = ask();
    assert_eq!(rights["verdict"], "problem", "{rights}");
    assert!(rights["message"].as_str().unwrap().ends_with("lacks membership in whale_shared"), "{rights}");
    plain_postgres(rights["hint"].as_str().unwrap().strip_prefix("as a superuser: ").unwrap()).await;
    assert_eq!(ask()["verdict"], "ok");
    forget_reader().await;
}

async fn forget_reader() {
    if !plain_postgres("SELECT 1 FROM pg_roles WHERE rolname = 'd_reader'").await.is_empty() {
        plain_postgres("DROP OWNED BY d_reader; DROP ROLE d_reader").await;
    }
    plain_postgres("DROP ROLE IF EXISTS whale_shared").await;
}

#[tokio::test]
async fn a_lock_that_another_run_holds_is_a_warning_and_is_left_to_it() {
    let plain = address("POSTGRES_URL");
    let (client, connection) = tokio_postgres::connect(plain.as_str(), tokio_postgres::NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    let key = whale_storage::backend::timescaledb::LOCK_KEY;
    client.simple_query(&format!("SELECT pg_advisory_lock({key})")).await.unwrap();
    let ask = || doctor(&["--engine", "timescaledb", "--format", "json"], &[("TIMESCALEDB_URL", plain.as_str())]);
    assert_eq!(check(&ask(), "timescaledb.lock")["verdict"], "warning");
    drop(client);
    served.await.unwrap().unwrap();
    assert_eq!(check(&ask(), "timescaledb.lock")["verdict"], "ok");
}

#[test]
fn wrong_passwords_and_closed_ports_are_problems_and_never_repeated() {
    let wrong = |variable: &str| {
        let mut url = address(variable);
        url.set_password(Some("secret-canary")).unwrap();
        url.to_string()
    };
    let (plain, milvus) = (wrong("POSTGRES_URL"), wrong("MILVUS_URL"));
    let closed = "http://default:secret-canary@127.0.0.1:1/";
    let instead = [("TIMESCALEDB_URL", plain.as_str()), ("CLICKHOUSE_URL", closed), ("MILVUS_URL", milvus.as_str())];
    let output = doctor(&["--format", "json"], &instead);
    assert_eq!(output.status.code(), Some(4));
    for engine in ["timescaledb", "clickhouse", "milvus"] {
        let reachable = check(&output, &format!("{engine}.reachable"));
        assert_eq!(reachable["verdict"], "problem", "{engine}");
        assert!(reachable["hint"].is_string(), "{engine}");
    }
    assert!(!text(&output.stdout).contains("canary") && !text(&output.stderr).contains("canary"));
}
