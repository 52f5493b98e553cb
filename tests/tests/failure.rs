//! A step that fails in the middle of a run, live: what the report, the journal, `history` and `status` say of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::path::Path;
use std::process::{Command, Output};
use whale_tests::clients::{forget_versions, timescaledb};
use whale_tests::{program, root, text};

const APPLY: [&str; 6] = ["apply", "--yes", "--all", "--model", "shared", "--engine=timescaledb"];

fn whale(state: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    let output = command.args(arguments).current_dir(root()).env("WHALE_STATE", state).output().unwrap();
    println!("$ whale-host {}\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr));
    output
}

/// Makes one table impossible, with a message that quotes a row.
async fn forbid() {
    allow().await;
    forget_versions().await;
    timescaledb("DROP TABLE IF EXISTS public.chat_messages CASCADE").await;
    timescaledb(
        "CREATE FUNCTION public.forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF current_query() LIKE '%chat_messages%' THEN
                 RAISE EXCEPTION 'no room' USING DETAIL = 'Key (email)=(row-canary) is there';
             END IF;
         END $$",
    )
    .await;
    timescaledb("CREATE EVENT TRIGGER forbid ON ddl_command_start EXECUTE FUNCTION public.forbid()").await;
}

async fn allow() {
    timescaledb("DROP EVENT TRIGGER IF EXISTS forbid").await;
    timescaledb("DROP FUNCTION IF EXISTS public.forbid()").await;
}

#[tokio::test]
async fn a_run_that_failed_is_told_in_full_and_without_rows_until_it_is_taken_up() {
    let state = tempfile::tempdir().unwrap();
    forbid().await;
    let failed = whale(state.path(), &APPLY);
    let command = format!("whale-host {}", APPLY.join(" "));
    allow().await;
    let (report, said) = (text(&failed.stdout), text(&failed.stderr));
    assert_eq!(failed.status.code(), Some(4));
    assert!(report.contains("failed") && report.contains("create table public.chat_messages"), "{report}");
    assert!(report.contains("\nnext: mend what TimescaleDB names in the error, then run\n"), "{report}");
    assert_eq!(report.lines().last().unwrap().trim(), command, "what to run next is the last word");
    assert!(said.contains("no room"), "{said}");

    let journal = std::fs::read_to_string(state.path().join("journal.jsonl")).unwrap();
    assert!(journal.contains("no room") && !journal.contains("row-canary"), "{journal}");
    let history = text(&whale(state.path(), &["history"]).stdout);
    assert!(history.contains("failed at step") && history.contains("plugins: shared 0."), "{history}");
    let status = text(&whale(state.path(), &["status", "--engine", "timescaledb"]).stdout);
    assert!(status.contains("unfinished run\n") && status.contains(&command), "{status}");

    assert_eq!(whale(state.path(), &APPLY).status.code(), Some(0));
    let status = text(&whale(state.path(), &["status", "--engine", "timescaledb"]).stdout);
    assert!(status.contains("no run is unfinished"), "{status}");
    let history = text(&whale(state.path(), &["history"]).stdout);
    assert!(history.find("succeeded").unwrap() < history.find("failed").unwrap(), "newest first: {history}");
}
