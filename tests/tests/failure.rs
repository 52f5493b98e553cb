//! A step that fails in the middle of a run, live: what the report, the journal, `history` and `status` say of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
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
    at_one_table("chat_messages", "RAISE EXCEPTION 'no room' USING DETAIL = 'Key (email)=(row-canary) is there'").await;
}

/// Has the server do this when one table is made, which is `chats` or the one that is made after it.
async fn at_one_table(table: &str, what: &str) {
    allow().await;
    forget_versions().await;
    timescaledb("DROP TABLE IF EXISTS public.chat_messages, public.chats CASCADE").await;
    timescaledb(&format!(
        "CREATE FUNCTION public.forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF current_query() LIKE '%CREATE TABLE \"public\".\"{table}\"%' THEN {what}; END IF;
         END $$"
    ))
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

/// Starts an apply that is held at one table, and tells it to end so often once it is there.
fn interrupted(state: &Path, times: usize) -> (Option<i32>, String, String) {
    let mut command = Command::new(program());
    command.args(APPLY).current_dir(root()).env("WHALE_STATE", state).stdin(Stdio::null());
    let mut host = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(host.stderr.take().unwrap()).lines().map_while(Result::ok) {
        said = format!("{said}{line}\n");
        if line.ends_with("create table public.chats") || line.starts_with("interrupted") {
            let sent =
                said.matches("create table public.chats").count() + said.matches("interrupted: no further").count();
            if sent <= times {
                let kill = Command::new("kill").args(["-INT", &host.id().to_string()]).status().unwrap();
                assert!(kill.success());
            }
        }
    }
    let output = host.wait_with_output().unwrap();
    println!("{said}{}", text(&output.stdout));
    (output.status.code(), text(&output.stdout), said)
}

#[tokio::test]
async fn an_apply_that_is_interrupted_ends_with_its_report_and_is_taken_up() {
    for (times, outcome) in [(1, "done"), (2, "in doubt")] {
        let state = tempfile::tempdir().unwrap();
        at_one_table("chats", "PERFORM pg_sleep(2)").await;
        let (code, report, said) = interrupted(state.path(), times);
        allow().await;
        assert_eq!(code, Some(130), "{said}{report}");
        assert!(report.contains("did not finish") && report.contains("not started"), "{report}");
        assert_eq!(report.contains("in doubt"), outcome == "in doubt", "{report}");
        assert!(report.contains("\nnext:") && said.contains("interrupted"), "{report}{said}");
        assert_eq!(report.lines().last().unwrap().trim(), format!("whale-host {}", APPLY.join(" ")));
        let history = text(&whale(state.path(), &["history"]).stdout);
        assert!(history.contains("interrupted"), "{history}");
        assert_eq!(whale(state.path(), &APPLY).status.code(), Some(0), "the next run goes on");
    }
}
