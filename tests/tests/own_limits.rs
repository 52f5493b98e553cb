//! What the host's own connections may use: the limits stand on the connection, what goes beyond one is stopped by the
//! server and told with the key, and a server or a user that does not let them be set is told of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

use std::time::Duration;
use url::Url;
use whale_storage::backend::clickhouse::ClickhouseTarget;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{Address, EngineError, FailureKind, Scope, Target};
use whale_storage::change::Change;
use whale_storage::check::{Check, Needs, Verdict};
use whale_storage::definition::{Backend, ObjectKind, ObjectName};
use whale_storage::name::Name;
use whale_storage::plan::{Atomicity, Recipe, Statement, Step};
use whale_storage::scaling::Value;
use whale_storage::scaling::own::Said;
use whale_tests::chdb::Engine;
use whale_tests::clients;

const MEGABYTE: u64 = 1 << 20;

fn at(url: &str, limits: &[(&'static str, Value)]) -> Address {
    Address {
        url: url.to_owned(),
        authority: None,
        connect_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_secs(30),
        prefix: String::new(),
        model_users: false,
        session: Said { by: limits.iter().cloned().collect() },
        cluster: None,
    }
}

/// A step that sends this.
fn step(backend: Backend, sql: &str) -> Step {
    let object =
        ObjectName { backend, namespace: Name::from_server("own_limits"), name: Name::from_server("anything") };
    Step {
        number: 1,
        target: backend.into(),
        change: Change::CreateObject { object, kind: ObjectKind::Table },
        model: Name::from_server("own_limits"),
        role: None,
        recipe: Recipe {
            statements: vec![Statement::Sql(sql.to_owned())],
            hazards: Vec::new(),
            atomicity: Atomicity::Transaction,
        },
        version: None,
    }
}

async fn stopped(target: &mut impl Target, backend: Backend, sql: &str) -> EngineError {
    target.run(&step(backend, sql)).await.expect_err("a limit stops it")
}

fn limits(checks: &[Check]) -> &Check {
    checks.iter().find(|check| check.id.ends_with(".limits")).expect("doctor tells of limits")
}

/// Sorts on disk what is more than a megabyte of text.
const SORTS: &str = "CREATE TABLE own_limits.sorted AS SELECT i, repeat(md5(i::text), 4) AS t FROM generate_series(1, 100000) AS i ORDER BY t";
const SLEEPS: &str = "SELECT pg_sleep(20)";

#[tokio::test]
async fn postgresql_stops_what_goes_beyond_and_the_key_is_named() {
    const BACKEND: Backend = Backend::Timescaledb;
    clients::plain_postgres("DROP SCHEMA IF EXISTS own_limits CASCADE; CREATE SCHEMA own_limits").await;
    let url = clients::address("POSTGRES_URL").to_string();
    let tight = [("temp_file_limit", Value::Size(MEGABYTE)), ("work_mem", Value::Size(MEGABYTE))];
    let mut target = TimescaleTarget::connect(&at(&url, &tight)).await.unwrap();
    let checks = target.check(&Needs::default()).await.unwrap();
    let shown = limits(&checks);
    assert_eq!(shown.verdict, Verdict::Ok, "{shown:?}");
    for held in ["statement_timeout 30s", "lock_timeout 5s", "temp_file_limit 1MB", "work_mem 1MB"] {
        assert!(shown.message.contains(held), "{shown:?}");
    }
    let full = stopped(&mut target, BACKEND, SORTS).await;
    assert_eq!(full.kind, FailureKind::Refused, "{full:?}");
    assert!(full.hint.as_ref().unwrap().contains("raise temp_file_limit in [targets.timescaledb.session]"), "{full:?}");
    target.close().await.unwrap();

    let short = Address { statement_timeout: Duration::from_millis(300), ..at(&url, &[]) };
    let mut target = TimescaleTarget::connect(&short).await.unwrap();
    let late = stopped(&mut target, BACKEND, SLEEPS).await;
    assert_eq!(late.kind, FailureKind::Refused, "{late:?}");
    assert!(late.hint.as_ref().unwrap().contains("statement_timeout of [targets.timescaledb]"), "{late:?}");
    target.close().await.unwrap();

    // With the defaults the same is done.
    let mut target = TimescaleTarget::connect(&at(&url, &[])).await.unwrap();
    target.run(&step(BACKEND, SORTS)).await.unwrap();
    target.close().await.unwrap();
    clients::plain_postgres("DROP SCHEMA own_limits CASCADE").await;
}

#[tokio::test]
async fn a_user_of_postgresql_who_may_not_limit_files_works_without_and_is_told_of() {
    let forget = "DROP OWNED BY own_limits_user; DROP ROLE own_limits_user";
    let there = clients::plain_postgres("SELECT 1 FROM pg_roles WHERE rolname = 'own_limits_user'").await;
    if !there.is_empty() {
        clients::plain_postgres(forget).await;
    }
    clients::plain_postgres("CREATE ROLE own_limits_user LOGIN CREATEROLE PASSWORD 'plain'").await;
    let mut url = Url::parse(clients::address("POSTGRES_URL").as_str()).unwrap();
    url.set_username("own_limits_user").unwrap();
    url.set_password(Some("plain")).unwrap();
    let asked = [("temp_file_limit", Value::Size(MEGABYTE))];

    let mut target = TimescaleTarget::connect(&at(url.as_str(), &[])).await.unwrap();
    assert!(target.server().findings().is_empty(), "{:?}", target.server().findings());
    let checks = target.check(&Needs::default()).await.unwrap();
    let told = limits(&checks);
    assert_eq!(told.verdict, Verdict::Warning, "{told:?}");
    assert!(
        told.message.contains("no temp_file_limit") && told.hint.as_ref().unwrap().contains("GRANT SET ON PARAMETER")
    );
    target.close().await.unwrap();

    let target = TimescaleTarget::connect(&at(url.as_str(), &asked)).await.unwrap();
    let found = target.server().findings();
    assert_eq!(found.iter().map(|one| one.code.id).collect::<Vec<_>>(), ["WH0903"]);
    assert!(found[0].message.contains("temp_file_limit"), "{found:?}");
    target.close().await.unwrap();

    clients::plain_postgres("GRANT SET ON PARAMETER temp_file_limit TO own_limits_user").await;
    let mut target = TimescaleTarget::connect(&at(url.as_str(), &asked)).await.unwrap();
    assert!(target.server().findings().is_empty());
    let checks = target.check(&Needs::default()).await.unwrap();
    assert!(limits(&checks).message.contains("temp_file_limit 1MB"), "{checks:?}");
    target.close().await.unwrap();

    // A lower one of the server's is not made wider by a default, and is by what was asked for.
    clients::plain_postgres("ALTER ROLE own_limits_user SET temp_file_limit = '10MB'").await;
    for (limits_of, holds) in [(&[][..], "temp_file_limit 10MB"), (&asked[..], "temp_file_limit 1MB")] {
        let mut target = TimescaleTarget::connect(&at(url.as_str(), limits_of)).await.unwrap();
        let checks = target.check(&Needs::default()).await.unwrap();
        assert!(limits(&checks).message.contains(holds), "{checks:?}");
        target.close().await.unwrap();
    }
    clients::plain_postgres(forget).await;
}

#[tokio::test]
async fn clickhouse_stops_what_goes_beyond_and_the_key_is_named() {
    const BACKEND: Backend = Backend::Clickhouse;
    let url = clients::address("CLICKHOUSE_URL").to_string();
    let tight = [("max_memory_usage", Value::Size(64 * MEGABYTE)), ("max_execution_time", Value::Time(1_000))];
    let mut target = ClickhouseTarget::connect(&at(&url, &tight)).await.unwrap();
    let checks = target.check(&Needs::default()).await.unwrap();
    let shown = limits(&checks);
    assert_eq!(shown.verdict, Verdict::Ok, "{shown:?}");
    assert!(shown.message.contains("max_execution_time 1 s, max_memory_usage 67108864 bytes"), "{shown:?}");
    let large = stopped(&mut target, BACKEND, "SELECT length(groupArray(number)) FROM numbers(100000000)").await;
    assert!(
        large.hint.as_ref().unwrap().contains("max_memory_usage allows: raise that in [targets.clickhouse.session]"),
        "{large:?}"
    );
    let late = "SELECT sum(sleepEachRow(0.01)) FROM numbers(1000) SETTINGS max_block_size = 10";
    let late = stopped(&mut target, BACKEND, late).await;
    assert!(
        late.hint.as_ref().unwrap().contains("max_execution_time allows: raise that in [targets.clickhouse.session]"),
        "{late:?}"
    );
    target.close().await.unwrap();

    let mut target = ClickhouseTarget::connect(&at(&url, &[])).await.unwrap();
    let checks = target.check(&Needs::default()).await.unwrap();
    assert!(
        limits(&checks).message.contains("max_execution_time 30 s, max_memory_usage 1073741824 bytes"),
        "{checks:?}"
    );
    target.close().await.unwrap();
}

fn users(profile: &str) -> String {
    format!(
        "<clickhouse><profiles><default>{profile}</default></profiles><quotas><default></default></quotas><users><default>
         <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
         </default></users></clickhouse>"
    )
}

#[tokio::test]
async fn a_profile_that_lets_nothing_be_set_is_read_and_told_of() {
    let engine = Engine::start(&users("<readonly>1</readonly>")).await;
    let mut target = ClickhouseTarget::connect(&at(&engine.url, &[])).await.unwrap();
    // Reading works: that is what such a user is for.
    target.inspect(&Scope { namespaces: [Name::from_server("default")].into(), ..Scope::default() }).await.unwrap();
    assert!(target.server().findings().iter().all(|found| found.code.id != "WH0903"));
    let checks = target.check(&Needs::default()).await.unwrap();
    let told = limits(&checks);
    assert_eq!(told.verdict, Verdict::Warning, "{told:?}");
    assert!(
        told.message
            .contains("max_execution_time and max_memory_usage cannot be set: the user's profile is readonly = 1"),
        "{told:?}"
    );
    let asked = [("max_memory_usage", Value::Size(MEGABYTE * 64))];
    let target = ClickhouseTarget::connect(&at(&engine.url, &asked)).await.unwrap();
    assert!(target.server().findings().iter().any(|found| found.code.id == "WH0903"));
}

#[tokio::test]
async fn a_profile_with_constraints_is_kept_to() {
    let profile = "<max_memory_usage>200000000</max_memory_usage><constraints><max_memory_usage><max>500000000</max>
                   </max_memory_usage><max_execution_time><readonly/></max_execution_time></constraints>";
    let engine = Engine::start(&users(profile)).await;
    for (asked, holds) in
        [(None, "max_memory_usage 200000000 bytes"), (Some(1 << 40), "max_memory_usage 500000000 bytes")]
    {
        let asked: Vec<_> = asked.map(|bytes| ("max_memory_usage", Value::Size(bytes))).into_iter().collect();
        let mut target = ClickhouseTarget::connect(&at(&engine.url, &asked)).await.unwrap();
        let checks = target.check(&Needs::default()).await.unwrap();
        let told = limits(&checks);
        assert!(told.message.contains(holds) && told.message.contains("max_execution_time cannot be set"), "{told:?}");
        assert_eq!(told.verdict, Verdict::Warning);
    }
}
