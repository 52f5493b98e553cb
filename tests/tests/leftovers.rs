//! What a killed run left at work in an engine is waited for, and named.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::time::Duration;
use whale_tests::chaos::program::{Run, Scenario, ended};
use whale_tests::chaos::world;
use whale_tests::clients::clickhouse;

const FIRST: Scenario = Scenario { stage: 1, loaded: false };
const ADDITIONS: Scenario = Scenario { stage: 2, loaded: false };

#[tokio::test]
async fn a_mutation_that_is_not_done_is_waited_for_before_a_plan_is_made() {
    world::empty().await;
    let first = Run::of(FIRST).go();
    assert_eq!(first.code, Some(0), "{}", first.said);
    clickhouse("INSERT INTO evolving.events (at, kind, amount) VALUES (now(), 'a', 1)").await;
    clickhouse("ALTER TABLE evolving.events UPDATE kind = toString(throwIf(amount = 1)) WHERE true SETTINGS mutations_sync = 0").await;
    let arguments = ["--yes", "--allow", "ExclusiveLock"];
    let second = Run::verb("apply", ADDITIONS, &arguments).start();
    tokio::time::sleep(Duration::from_secs(3)).await;
    clickhouse("KILL MUTATION WHERE database = 'evolving' SYNC").await;
    let second = ended(second);
    println!("{}", second.said);
    assert_eq!(second.code, Some(0), "{}", second.said);
    let waits = second.said.matches("waiting for what an earlier run left at work: mutation").count();
    // Once, and once more when the server has found out why it fails.
    assert!((1..=2).contains(&waits), "{}", second.said);
    assert!(second.said.contains("of evolving.events: "), "{}", second.said);
    world::empty().await;
}

#[tokio::test]
async fn a_statement_of_ours_that_still_runs_is_waited_for() {
    world::empty().await;
    clickhouse("CREATE TABLE default.slow (n UInt64) ENGINE = MergeTree ORDER BY n").await;
    // As a killed run would leave it: the server goes on without its client.
    let slow = tokio::spawn(clickhouse(
        "INSERT INTO default.slow SELECT sleepEachRow(0.5) + number FROM numbers(8)
         SETTINGS log_comment = 'whale-host', max_block_size = 1, function_sleep_max_microseconds_per_block = 10000000",
    ));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = std::time::Instant::now();
    let run = Run::verb("apply", FIRST, &["--yes"]).go();
    println!("after {:?}: {}", began.elapsed(), run.said);
    assert_eq!(run.code, Some(0), "{}", run.said);
    assert!(run.said.contains("waiting for what an earlier run left at work: statement"), "{}", run.said);
    slow.await.unwrap();
    clickhouse("DROP TABLE default.slow SYNC").await;
    world::empty().await;
}
