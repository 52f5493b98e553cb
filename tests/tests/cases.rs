//! Every case in `tests/cases`, on a live engine: see `tests/cases/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and reads which cases are asked for"
)]

use std::collections::BTreeSet;
use tokio::task::{JoinError, LocalSet, spawn_local};
use whale_storage::definition::Backend;
use whale_tests::cases::{all, folder, run};

/// Runs every case of an engine, and tells of all that fail together. `WHALE_CASE=NAME` runs those whose name has NAME in it.
async fn each(engine: Backend) {
    let only = std::env::var("WHALE_CASE").unwrap_or_default();
    let mut failed = Vec::new();
    let mut count = 0;
    for case in all(engine) {
        let case = match case {
            Ok(case) if case.name.contains(&only) => case,
            Ok(_) => continue,
            Err(fault) => {
                failed.push(fault);
                continue;
            }
        };
        count += 1;
        let title = format!("tests/cases/{engine}/{}.toml: {}", case.name.trim_start_matches("case_"), case.says);
        println!("{title}");
        // A task of its own, so that a client's panic ends this case and not the others.
        let one = LocalSet::new();
        match one.run_until(async move { spawn_local(async move { run(&case).await }).await }).await {
            Ok(faults) if faults.is_empty() => {}
            Ok(faults) => failed.push(format!("{title}\n{}", faults.join("\n"))),
            Err(error) => failed.push(format!("{title}\n{}", panicked(error))),
        }
    }
    assert!(failed.is_empty(), "{} of {count} cases failed:\n\n{}\n", failed.len(), failed.join("\n\n"));
}

fn panicked(error: JoinError) -> String {
    let payload = error.into_panic();
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

#[tokio::test]
async fn cases_of_timescaledb() {
    each(Backend::Timescaledb).await;
}

#[tokio::test]
async fn cases_of_clickhouse() {
    each(Backend::Clickhouse).await;
}

#[tokio::test]
async fn cases_of_milvus() {
    each(Backend::Milvus).await;
}

#[test]
fn every_case_can_be_read_and_every_engine_has_some() {
    let folders: BTreeSet<String> = std::fs::read_dir(folder(Backend::Milvus).parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, Backend::ALL.iter().map(ToString::to_string).collect());
    for engine in Backend::ALL {
        let cases = all(engine);
        assert!(!cases.is_empty(), "tests/cases/{engine} is empty");
        let faults: Vec<String> = cases.into_iter().filter_map(Result::err).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
