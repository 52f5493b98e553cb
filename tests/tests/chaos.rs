//! An apply that dies anywhere, and the next one. How much is tried is said by `just chaos`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use whale_tests::chaos::{self, Size, program::Scenario};

async fn kill(stage: u8, loaded: bool, points: usize) {
    let size = Size::of_environment(points);
    let tally = chaos::kill(Scenario { stage, loaded }, size).await;
    println!("stage {stage}, loaded {loaded}, seed {}: {tally}", size.seed);
    chaos::world::empty().await;
    assert!(tally.faults.is_empty() && tally.lost == 0, "WHALE_CHAOS_SEED={} repeats it\n{tally}", size.seed);
}

#[tokio::test]
async fn a_first_apply_killed_anywhere_is_completed_by_the_next() {
    kill(1, false, 16).await;
}

#[tokio::test]
async fn additions_killed_anywhere_are_completed_and_no_row_is_lost() {
    kill(2, false, 12).await;
}

#[tokio::test]
async fn collections_that_were_being_loaded_are_loaded_in_the_end() {
    kill(2, true, 4).await;
}
