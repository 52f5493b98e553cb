//! The wall between models in ClickHouse: under the role that `setup roles` gives each model, the engine refuses what is aimed
//! at another.
//!
//! The engine is chDB with the users of a file, made of the command's own statements. A real apply goes through under them;
//! then steps of one model are tampered with on their way, as a fault of the host would be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;
use whale_storage::backend::clickhouse::ClickhouseTarget;
use whale_storage::backend::{Address, FailureKind, Target as _};
use whale_storage::definition::Backend;
use whale_storage::plan::{Statement, Step};
use whale_tests::chdb::{Engine, users_xml};
use whale_tests::deployment::Deployment;
use whale_tests::tampered::{self, object, seal};
use whale_tests::text;

/// What nobody may do for `w_language`.
const AIMED: [&str; 22] = [
    "CREATE TABLE w_federation.mine (id Int64) ENGINE = MergeTree ORDER BY id",
    "CREATE TABLE w_language.copy ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM w_federation.cross_domain_usage",
    "CREATE TABLE w_language.same AS w_federation.cross_domain_usage",
    "CREATE TABLE w_language.over (id Int64) ENGINE = Distributed('local', 'w_federation', 'cross_domain_usage')",
    "CREATE VIEW w_language.view AS SELECT * FROM w_federation.cross_domain_usage",
    "CREATE MATERIALIZED VIEW w_language.view TO w_federation.cross_domain_usage AS SELECT * FROM w_language.messages",
    "CREATE DICTIONARY w_language.words (id UInt64) PRIMARY KEY id SOURCE(NULL()) LAYOUT(FLAT()) LIFETIME(0)",
    "ALTER TABLE w_federation.cross_domain_usage ADD COLUMN mine Int64",
    "ALTER TABLE w_federation.cross_domain_usage MODIFY COMMENT 'mine'",
    "ALTER TABLE w_federation.cross_domain_usage MODIFY SETTING ttl_only_drop_parts = 1",
    "ALTER TABLE w_federation.cross_domain_usage DELETE WHERE 1",
    "ALTER TABLE w_language.messages MOVE PARTITION ID 'all' TO TABLE w_federation.cross_domain_usage",
    "INSERT INTO w_federation.cross_domain_usage SELECT * FROM w_federation.cross_domain_usage",
    "INSERT INTO w_language.messages SELECT * FROM w_federation.cross_domain_usage",
    "SELECT * FROM w_federation.cross_domain_usage",
    "INSERT INTO w_default.schema_version SELECT * FROM w_default.schema_version",
    "RENAME TABLE w_federation.cross_domain_usage TO w_language.stolen",
    "TRUNCATE TABLE w_federation.cross_domain_usage",
    "DROP TABLE w_federation.cross_domain_usage",
    "DROP DATABASE w_federation",
    "CREATE DATABASE w_third",
    "GRANT ALL ON w_language.* TO admin",
];

/// In the local engine, `default` is no database like the others.
const TARGET: &str = "[targets.clickhouse]\nprefix = \"w_\"\n";

/// A deployment of two models at an engine of its own, whose user has what `setup roles` gives it for some.
async fn deployment(granted: &[&str]) -> (Deployment, Engine) {
    let deployment = Deployment::of(granted, TARGET);
    let statements = deployment.setup_roles("clickhouse", &["--dry-run"]);
    let engine = Engine::start(&users_xml(&statements, "w_whalehost")).await;
    fs::write(deployment.path("engine.url"), &engine.url).unwrap();
    let more = "url_file = \"engine.url\"\n[targets.timescaledb]\nurl_env = \"TIMESCALEDB_URL\"\n";
    deployment.set(&["language", "federation"], &format!("{TARGET}{more}"));
    (deployment, engine)
}

async fn connected(engine: &Engine) -> ClickhouseTarget {
    let seconds = Duration::from_secs(10);
    let address = Address {
        url: engine.url.clone(),
        authority: None,
        connect_timeout: seconds,
        statement_timeout: seconds,
        prefix: "w_".to_owned(),
        model_users: false,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    };
    ClickhouseTarget::connect(&address).await.unwrap()
}

fn step(model: &str, sql: &str) -> Step {
    tampered::step(Backend::Clickhouse, model, Statement::Sql(sql.to_owned()))
}

#[tokio::test]
async fn what_is_done_for_a_model_reaches_no_other() {
    let (deployment, engine) = deployment(&["language", "federation"]).await;
    let applied = deployment.whale(&["apply", "--all", "--yes", "--engine", "clickhouse"]);
    assert_eq!(applied.status.code(), Some(0));
    let nothing = deployment.whale(&["plan", "--all", "--check", "--engine", "clickhouse"]);
    assert_eq!(nothing.status.code(), Some(0), "nothing is left to do");
    let doctor = deployment.whale(&["doctor", "--all", "--engine", "clickhouse"]);
    assert!(text(&doctor.stdout).contains("what is done for a model is done under its role, as default-MODEL"));

    let mut target = connected(&engine).await;
    for sql in AIMED {
        let fault = target.run(&step("w_language", sql)).await.expect_err(sql);
        assert_eq!(fault.kind, FailureKind::Denied, "{sql}: {fault}");
        assert!(fault.detail.contains("Code: 497."), "{sql}: {fault}");
    }
    // A table over another's may be made where engines need no grant of their own; there is nothing behind it.
    let over = "(count UInt64) ENGINE = Buffer('w_federation', 'cross_domain_usage', 1, 0, 0, 0, 0, 0, 0)";
    target.run(&step("w_language", &format!("CREATE TABLE w_language.over {over}"))).await.unwrap();
    let fault = target.run(&step("w_language", "INSERT INTO w_language.over VALUES (1)")).await.unwrap_err();
    assert_eq!(fault.kind, FailureKind::Denied, "{fault}");
    let mine = "CREATE TABLE w_federation.mine (id Int64) ENGINE = MergeTree ORDER BY id";
    for sql in [mine, "INSERT INTO w_federation.mine VALUES (42)"] {
        target.run(&step("w_federation", sql)).await.unwrap();
    }
    let merged = "CREATE TABLE w_language.merged (id Int64) ENGINE = Merge('w_federation', '^mine$')";
    for sql in [merged, "SELECT throwIf(count() > 0) FROM w_language.merged"] {
        target.run(&step("w_language", sql)).await.unwrap();
    }
    assert_eq!(engine.said("SELECT count() FROM w_language.merged").await.unwrap(), "1", "under all roles it is read");
    let theirs = object(Backend::Clickhouse, "w_federation", "cross_domain_usage");
    let fault = target.seal(&BTreeMap::from([(theirs, seal("w_language"))])).await.unwrap_err();
    assert_eq!(fault.kind, FailureKind::Denied, "a mark on another's table: {fault}");
    // For the model that it is of, the same is done.
    target
        .run(&step("w_federation", "ALTER TABLE w_federation.cross_domain_usage ADD COLUMN mine Int64"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_model_without_a_role_does_not_run_under_another_ones() {
    let (deployment, _engine) = deployment(&["language"]).await;
    let doctor = deployment.whale(&["doctor", "--all", "--engine", "clickhouse"]);
    assert!(text(&doctor.stdout).contains("default has not the role default-w_federation"));
    let applied = deployment.whale(&["apply", "--all", "--yes", "--engine", "clickhouse"]);
    assert_eq!(applied.status.code(), Some(4));
    assert!(text(&applied.stderr).contains("not the role default-w_federation"), "{}", text(&applied.stderr));
    assert!(text(&applied.stderr).contains("setup roles` again"));
}

#[tokio::test]
async fn a_user_with_all_rights_is_told_that_there_is_no_wall() {
    let (deployment, _engine) = deployment(&["language", "federation"]).await;
    fs::write(deployment.path("engine.url"), whale_tests::clients::address("CLICKHOUSE_URL").as_str()).unwrap();
    let doctor = deployment.whale(&["doctor", "--all", "--engine", "clickhouse"]);
    assert!(text(&doctor.stdout).contains("has no role for each model"));
}
