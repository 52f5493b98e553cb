//! An apply that dies anywhere, and the next one. How much is tried is said by `just chaos`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use whale_tests::chaos::engines::{self, Engine};
use whale_tests::chaos::program::{self, Ended, Run, Scenario};
use whale_tests::chaos::proxy::{Proxy, Wire};
use whale_tests::chaos::{self, Size, Tally, world};
use whale_tests::clients::{address, forget_versions};

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

const FIRST: Scenario = Scenario { stage: 1, loaded: false };
const ADDITIONS: Scenario = Scenario { stage: 2, loaded: false };

fn variable(engine: Engine) -> String {
    format!("{}_URL", engine.to_uppercase())
}

/// What a failed run has to say: which engine, what was done and what was not, and what to run next.
fn tells_the_truth(engine: Engine, ended: &Ended) {
    let said = &ended.said;
    assert_eq!(ended.code, Some(4), "{engine}: {said}");
    let title = [("timescaledb", "TimescaleDB"), ("clickhouse", "ClickHouse"), ("milvus", "Milvus")]
        .into_iter()
        .find_map(|(id, title)| (id == engine).then_some(title))
        .unwrap();
    assert!(said.contains(&format!("error: {title}: ")), "{said}");
    assert!(said.contains("did not finish") && said.contains("done"), "{said}");
    assert!(said.contains("next: ") && said.contains("whale-host apply --plugin"), "{said}");
    assert!(said.contains("in doubt") || said.contains("failed"), "{said}");
    assert!(engine == "milvus" || said.contains("not started"), "{said}");
    let status = Run::verb("status", FIRST, &[]).go();
    println!("{}", status.said);
    assert!(
        status.said.contains("unfinished run") && (status.said.contains("in doubt") || status.said.contains("failed")),
        "{}",
        status.said
    );
}

#[tokio::test]
async fn an_engine_killed_in_the_middle_is_started_again_and_nothing_is_lost() {
    for (scenario, engine) in [(ADDITIONS, "timescaledb"), (ADDITIONS, "clickhouse"), (FIRST, "milvus")] {
        let undisturbed = chaos::undisturbed(scenario).await;
        world::begin(scenario).await;
        let run = Run::of(scenario).chaos(&format!("stop:{}", undisturbed.amid(engine))).start();
        let process = u64::from(run.id());
        engines::wait_until_stopped(process);
        engines::kill(engine);
        engines::signal(process, "CONT");
        let ended = program::ended(run);
        println!("{engine} killed:\n{}", ended.said);
        engines::start();
        tells_the_truth(engine, &ended);
        let mut tally = Tally::default();
        tally.count(&format!("{engine} killed"), scenario, &undisturbed.state).await;
        assert!(tally.faults.is_empty() && tally.lost == 0, "{tally}");
    }
    world::empty().await;
}

#[tokio::test]
async fn a_connection_cut_before_a_request_or_before_its_answer_is_told_and_survived() {
    let undisturbed = chaos::undisturbed(FIRST).await;
    let mut tally = Tally::default();
    for engine in engines::ALL {
        let point = undisturbed.amid(engine);
        for wire in [Wire::CutBefore, Wire::CutAfter] {
            world::begin(FIRST).await;
            let url = address(&variable(engine));
            let proxy = Proxy::to(&url);
            let run = Run::of(FIRST).chaos(&format!("stop:{point}"));
            let run = run.environment(&variable(engine), &proxy.url(&url)).start();
            let process = u64::from(run.id());
            engines::wait_until_stopped(process);
            proxy.set(wire);
            engines::signal(process, "CONT");
            let ended = program::ended(run);
            println!("{engine}, {wire:?}:\n{}", ended.said);
            tells_the_truth(engine, &ended);
            tally.count(&format!("{engine}, {wire:?}"), FIRST, &undisturbed.state).await;
        }
    }
    println!("{tally}");
    assert!(tally.faults.is_empty() && tally.lost == 0, "{tally}");
    world::empty().await;
}

#[tokio::test]
async fn a_server_that_takes_a_request_and_never_answers_is_given_up() {
    let undisturbed = chaos::undisturbed(FIRST).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("whale.toml");
    let mut tally = Tally::default();
    for engine in engines::ALL {
        world::begin(FIRST).await;
        let target = |of: Engine| {
            let limit = if of == engine { "statement_timeout = 2\n" } else { "" };
            format!("[targets.{of}]\nurl_env = \"{}\"\n{limit}", variable(of))
        };
        std::fs::write(&settings, engines::ALL.map(target).concat()).unwrap();
        let url = address(&variable(engine));
        let proxy = Proxy::to(&url);
        let run = Run::of(FIRST).chaos(&format!("stop:{}", undisturbed.amid(engine)));
        let run = run.argument("--config").argument(settings.to_str().unwrap());
        let run = run.environment(&variable(engine), &proxy.url(&url)).start();
        let process = u64::from(run.id());
        engines::wait_until_stopped(process);
        proxy.set(Wire::Silent);
        engines::signal(process, "CONT");
        let ended = program::ended(run);
        println!("{engine}, silent:\n{}", ended.said);
        tells_the_truth(engine, &ended);
        assert!(ended.said.contains("in doubt"), "{}", ended.said);
        proxy.set(Wire::CutBefore);
        tally.count(&format!("{engine}, silent"), FIRST, &undisturbed.state).await;
    }
    assert!(tally.faults.is_empty() && tally.lost == 0, "{tally}");
    world::empty().await;
}

/// Runs with a journal in a folder of their own, which may grow to this many bytes.
fn with_journal(folder: &std::path::Path, scenario: Scenario, most: Option<u64>) -> Ended {
    let run = Run::of(scenario).argument("--state").argument(folder.to_str().unwrap());
    match most {
        None => run.go(),
        Some(most) => run.limited(most).go(),
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_ends_the_run_before_the_next_step() {
    let undisturbed = chaos::undisturbed(FIRST).await;
    let folder = tempfile::tempdir().unwrap();
    let mut tally = Tally::default();
    // No room for the first line, for that of a step, for its end, for a later one.
    for lines in [0, 1, 2, 9] {
        world::begin(FIRST).await;
        let whole = with_journal(folder.path(), FIRST, None);
        assert_eq!(whole.code, Some(0), "{}", whole.said);
        let journal = folder.path().join("journal.jsonl");
        let text = std::fs::read_to_string(&journal).unwrap();
        let most = text.lines().take(lines).map(|line| line.len() + 1).sum::<usize>() + 40;
        std::fs::remove_file(&journal).unwrap();
        world::begin(FIRST).await;
        let ended = with_journal(folder.path(), FIRST, Some(u64::try_from(most).unwrap()));
        println!("room for {lines} lines:\n{}", ended.said);
        assert_eq!(ended.code, Some(4), "{}", ended.said);
        assert!(ended.said.contains("error: writing the journal") && ended.said.contains("--state"), "{}", ended.said);
        // What was cut short stands in the journal, and is passed over.
        tally.count(&format!("room for {lines} lines"), FIRST, &undisturbed.state).await;
        let again = with_journal(folder.path(), FIRST, None);
        assert_eq!(again.code, Some(0), "{}", again.said);
        let status = Run::verb("status", FIRST, &["--state", folder.path().to_str().unwrap()]).go();
        assert!(
            status.said.contains("no run is unfinished"),
            "the line that was cut short swallows no other: {}",
            status.said
        );
        std::fs::remove_file(&journal).unwrap();
    }
    assert!(tally.faults.is_empty() && tally.lost == 0, "{tally}");
    world::empty().await;
}

#[tokio::test]
async fn decisions_need_no_bookkeeping() {
    let undisturbed = chaos::undisturbed(ADDITIONS).await;
    world::begin(ADDITIONS).await;
    let folder = tempfile::tempdir().unwrap();
    let killed = Run::of(ADDITIONS).argument("--state").argument(folder.path().to_str().unwrap());
    let killed = killed.chaos(&format!("kill:{}", undisturbed.amid("clickhouse"))).go();
    assert_eq!(killed.signal, Some(9), "{}", killed.said);
    std::fs::remove_file(folder.path().join("journal.jsonl")).unwrap();
    forget_versions().await;
    let mut tally = Tally::default();
    tally.count("without journal and version tables", ADDITIONS, &undisturbed.state).await;
    assert!(tally.faults.is_empty() && tally.lost == 0, "{tally}");
    world::empty().await;
}

#[tokio::test]
async fn a_milvus_that_has_just_started_again_has_not_lost_its_loads() {
    const LOADED: Scenario = Scenario { stage: 1, loaded: true };
    let undisturbed = chaos::undisturbed(LOADED).await;
    engines::kill("milvus");
    engines::start();
    let plan = Run::verb("plan", LOADED, &["--check", "--engine", "milvus"]).go();
    println!("{}", plan.said);
    assert_eq!(plan.code, Some(0), "nothing differs: {}", plan.said);
    let mut tally = Tally::default();
    // The next apply returns when the collections are loaded again.
    tally.count("started again", LOADED, &undisturbed.state).await;
    assert!(tally.faults.is_empty() && tally.lost == 0, "{tally}");
    world::empty().await;
}
