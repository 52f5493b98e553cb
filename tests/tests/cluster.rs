//! A target that is declared to be a cluster, in whole commands: what its server cannot carry is refused before anything is
//! made, and a cluster of one host is planned, applied, and found to be as it should.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::process::{Command, Output};
use whale_tests::clients::{clickhouse, forget_clickhouse, forget_milvus, forget_timescaledb, forget_versions};
use whale_tests::{program, root, text};

fn whale(cluster: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let plugin = root().join("plugins/shared.wasm").display().to_string();
    let settings = format!(
        "[plugins]\nfiles = [{plugin:?}]\n[plugins.shared]\nnamespaces = [\"public\", \"default\"]\n\
         [targets.clickhouse.cluster]\n{cluster}"
    );
    let config = folder.path().join("whale.toml");
    std::fs::write(&config, settings).unwrap();
    let mut command = Command::new(program());
    command.args(arguments).args(["--all", "--config"]).arg(&config).current_dir(folder.path());
    let output = command.output().unwrap();
    println!("$ whale-host {}\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr));
    output
}

async fn databases() -> Vec<String> {
    clickhouse("SELECT name FROM system.databases WHERE name NOT IN ('default', 'system') ORDER BY name").await
}

#[tokio::test]
async fn what_the_server_cannot_carry_is_refused_and_nothing_is_made() {
    let before = databases().await;
    for (cluster, code, message) in [
        ("name = \"elsewhere\"\n", "WH0810", "the server does not know the cluster \"elsewhere\"; it knows local"),
        ("name = \"local\"\ndatabases = \"replicated\"\n", "WH0812", "the server cannot use Keeper"),
    ] {
        for arguments in [&["plan"][..], &["apply", "--yes"]] {
            let output = whale(cluster, arguments);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains(code) && said.contains(message), "{said}");
        }
        let output = whale(cluster, &["doctor"]);
        assert_eq!(output.status.code(), Some(4));
        assert!(text(&output.stdout).contains(message));
    }
    assert_eq!(databases().await, before);
}

#[tokio::test]
async fn a_cluster_of_one_host_has_the_form_of_a_large_one() {
    let cluster = "name = \"local\"\ndatabases = \"one-host\"\nshards = true\n";
    let forget = async || {
        forget_timescaledb("shared").await;
        forget_clickhouse("shared").await;
        // What other tests have made there is of one server.
        for table in ["events", "events_local", "sessions", "sessions_local", "usage_stats", "usage_stats_local"] {
            clickhouse(&format!("DROP TABLE IF EXISTS default.{table} SYNC")).await;
        }
        forget_milvus("shared").await;
        forget_versions().await;
    };
    forget().await;
    assert_eq!(whale(cluster, &["apply", "--engine", "clickhouse", "--yes"]).status.code(), Some(0));
    let engines = "SELECT concat(name, ' ', engine) FROM system.tables \
                   WHERE database = 'default' AND match(name, '^(events|sessions)') ORDER BY name";
    let expected =
        ["events Distributed", "events_local MergeTree", "sessions Distributed", "sessions_local ReplacingMergeTree"];
    assert_eq!(clickhouse(engines).await, expected);
    assert_eq!(
        whale(cluster, &["plan", "--engine", "clickhouse", "--check"]).status.code(),
        Some(0),
        "nothing is left to do"
    );
    let output = whale(cluster, &["doctor"]);
    assert!(
        text(&output.stdout)
            .contains("the cluster \"local\" has 1 shards and 1 hosts, which all have the same objects")
    );
    let tables = "SELECT concat('DROP TABLE IF EXISTS ', database, '.', name, ' SYNC') FROM system.tables \
                  WHERE position(comment, 'whale:2:') > 0";
    for drop in clickhouse(tables).await {
        clickhouse(&drop).await;
    }
    forget().await;
}
