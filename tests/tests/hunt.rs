//! The hunt in a size that every run of the suite has, always the same. `just hunt N` goes further: see `docs/hunt.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use whale_storage::definition::Backend;
use whale_tests::hunt::{Size, hunt};

async fn on(engine: Backend) {
    let size = Size::of_environment(300);
    if !size.includes(engine) {
        return;
    }
    let tally = hunt(engine, &size).await;
    println!("{tally}");
    let repeat = format!("WHALE_HUNT_COUNT={} WHALE_HUNT_SEED={}", size.objects, size.seed);
    assert!(
        tally.kinds.is_empty(),
        "{} kinds of faults on {engine}; {repeat} repeats them\n{tally}",
        tally.kinds.len()
    );
    assert!(tally.refused * 10 < tally.objects * 7, "validate refuses most of what is generated for {engine}\n{tally}");
}

#[tokio::test]
async fn what_validate_takes_timescaledb_takes_and_keeps() {
    on(Backend::Timescaledb).await;
}

#[tokio::test]
async fn what_validate_takes_clickhouse_takes_and_keeps() {
    on(Backend::Clickhouse).await;
}

#[tokio::test]
async fn what_validate_takes_milvus_takes_and_keeps() {
    on(Backend::Milvus).await;
}
