//! One applier at a time, with real processes and real connections: Debian's PostgreSQL, which serves several at once, and
//! a `PgBouncer` before it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls};
use whale_tests::chaos::engines::{signal, wait_until_stopped};
use whale_tests::chaos::program::{Ended, Run, Scenario, ended};
use whale_tests::clients::timescaledb;

const FIRST: Scenario = Scenario { stage: 1, loaded: false };

/// An apply of plain tables.
fn apply(url_of: &str, wait: &str) -> Run {
    let url = std::env::var(url_of).unwrap_or_else(|_| panic!("{url_of} names the server that this test uses"));
    let arguments = ["--set", "plain=true", "--engine", "timescaledb", "--yes", "-q", "--wait", wait];
    Run::verb("apply", FIRST, &arguments).environment("TIMESCALEDB_URL", &url)
}

async fn client() -> Client {
    let url = std::env::var("POSTGRES_URL").expect("POSTGRES_URL names the server that this test uses");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn empty() {
    let drop = "DROP SCHEMA IF EXISTS evolving CASCADE; DROP TABLE IF EXISTS public.schema_version;
        DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'whale_evolving') THEN
        EXECUTE 'DROP OWNED BY whale_evolving'; EXECUTE 'DROP ROLE whale_evolving'; END IF; END $$";
    client().await.batch_execute(drop).await.unwrap();
}

fn is_refused_for_the_lock(ended: &Ended) {
    println!("{}", ended.said);
    assert_eq!(ended.code, Some(4), "{}", ended.said);
    assert!(ended.said.contains("another run holds it: whale-host of user postgres"), "{}", ended.said);
    assert!(ended.said.contains("connected since") && ended.said.contains("--wait"), "{}", ended.said);
}

#[tokio::test]
async fn of_two_processes_one_waits_or_is_told_who_holds_the_lock() {
    empty().await;
    // Amid its steps.
    let first = apply("POSTGRES_URL", "0").chaos("stop:20").start();
    let process = u64::from(first.id());
    wait_until_stopped(process);
    is_refused_for_the_lock(&apply("POSTGRES_URL", "300ms").go());
    let second = apply("POSTGRES_URL", "1m").start();
    tokio::time::sleep(Duration::from_millis(500)).await;
    signal(process, "CONT");
    let (first, second) = (ended(first), ended(second));
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{}\n{}", first.said, second.said);
    empty().await;
}

#[tokio::test]
async fn a_killed_holder_holds_nothing_two_seconds_later() {
    empty().await;
    let first = apply("POSTGRES_URL", "0").chaos("stop:20").start();
    let process = u64::from(first.id());
    wait_until_stopped(process);
    signal(process, "KILL");
    let second = apply("POSTGRES_URL", "2s").go();
    assert_eq!(ended(first).signal, Some(9));
    assert_eq!(second.code, Some(0), "{}", second.said);
    empty().await;
}

#[tokio::test]
async fn a_holder_that_died_with_a_statement_running_holds_nothing_either() {
    empty().await;
    let mut other = client().await;
    // Whoever makes the schema now waits for this transaction.
    let transaction = other.transaction().await.unwrap();
    transaction.batch_execute("CREATE SCHEMA evolving").await.unwrap();
    let first = apply("POSTGRES_URL", "0").start();
    let watcher = client().await;
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'whale-host' AND wait_event_type = 'Lock'";
    let until = Instant::now() + Duration::from_secs(30);
    while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(Instant::now() < until, "the first run does not come to wait");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    signal(u64::from(first.id()), "KILL");
    assert_eq!(ended(first).signal, Some(9));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let held = watcher.query_one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", &[]).await.unwrap();
    assert_eq!(held.get::<_, i64>(0), 0, "its lock is free");
    transaction.rollback().await.unwrap();
    let second = apply("POSTGRES_URL", "0").go();
    assert_eq!(second.code, Some(0), "{}", second.said);
    empty().await;
}

#[tokio::test]
async fn a_pooler_of_transactions_is_refused() {
    empty().await;
    let refused = apply("POOLER_URL", "0").go();
    println!("{}", refused.said);
    assert_eq!(refused.code, Some(4), "{}", refused.said);
    assert!(refused.said.contains("transaction pooler") && refused.said.contains("hint:"), "{}", refused.said);
    let made = "SELECT count(*) FROM pg_namespace WHERE nspname = 'evolving'";
    assert_eq!(client().await.query_one(made, &[]).await.unwrap().get::<_, i64>(0), 0, "nothing was made");
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    assert_eq!(
        client().await.query_one(held, &[]).await.unwrap().get::<_, i64>(0),
        0,
        "no lock is left with the pooler"
    );
}

#[tokio::test]
async fn the_local_engine_ends_the_session_of_a_client_that_was_killed() {
    let url = std::env::var("TIMESCALEDB_URL").expect("TIMESCALEDB_URL names the server that this test uses");
    let mut child = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--tuples-only", &url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It stays inside its transaction: its input does not end.
    let mut input = child.stdin.take().unwrap();
    let script = "BEGIN;\nCREATE TABLE public.left_over (id int);\nSELECT pg_advisory_lock(4711);\nSET search_path = nowhere;\n\\echo inside\n";
    input.write_all(script.as_bytes()).unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "inside"), "the client ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    let found = timescaledb(
        "SELECT to_regclass('public.left_over') IS NULL, pg_try_advisory_lock(4711), current_setting('search_path') = 'nowhere'",
    )
    .await;
    assert_eq!(found, ["t|t|f"], "rolled back, unlocked and reset");
}
