//! The working files that `setup` writes, read by the programs they are for, or by a parser of their language.

use super::apply;
use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use whale_tests::clients::{clickhouse, forget_versions, timescaledb};
use whale_tests::whale;

fn tree() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(whale(&["setup", "--root", folder.path().to_str().unwrap()]).status.code(), Some(0));
    folder
}

fn read(tree: &TempDir, path: &str) -> String {
    fs::read_to_string(tree.path().join(path)).unwrap()
}

#[test]
fn the_scrapes_are_those_of_the_three_engines_and_promtool_agrees() {
    let tree = tree();
    let text = read(&tree, "config/prometheus/prometheus.yml");
    let read = Yaml::load_from_str(&text).unwrap();
    let jobs = read[0]["scrape_configs"].as_vec().unwrap();
    let found: Vec<(&str, &str)> = jobs
        .iter()
        .map(|job| (job["job_name"].as_str().unwrap(), job["static_configs"][0]["targets"][0].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [("timescaledb", "localhost:9187"), ("clickhouse", "localhost:9363"), ("milvus", "localhost:9091")]
    );
    promtool(&["check", "config", "--syntax-only"], &tree.path().join("config/prometheus/prometheus.yml"));

    // The dashboard's expressions, as rules, which promtool parses.
    let dashboard = dashboard(&tree);
    let rules: Vec<String> = targets(&dashboard)
        .filter_map(|target| target["expr"].as_str())
        .enumerate()
        .map(|(number, expr)| format!("      - record: r{number}\n        expr: {}", serde_json::json!(expr)))
        .collect();
    assert!(rules.len() > 10);
    let file = tree.path().join("rules.yml");
    fs::write(&file, format!("groups:\n  - name: dashboard\n    rules:\n{}\n", rules.join("\n"))).unwrap();
    promtool(&["check", "rules"], &file);
}

/// Prometheus' own judge, where it is installed.
fn promtool(arguments: &[&str], file: &Path) {
    match Command::new("promtool").args(arguments).arg(file).output() {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => println!("promtool is not here, so this was only parsed: {error}"),
    }
}

#[test]
fn what_grafana_provisions_names_what_the_dashboard_asks() {
    let tree = tree();
    let text = read(&tree, "config/grafana/provisioning/datasources/whale.yaml");
    let read_back = Yaml::load_from_str(&text).unwrap();
    let sources: Vec<(&str, &str)> = read_back[0]["datasources"]
        .as_vec()
        .unwrap()
        .iter()
        .map(|source| (source["uid"].as_str().unwrap(), source["type"].as_str().unwrap()))
        .collect();
    let dashboard = dashboard(&tree);
    for panel in dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row") {
        let asked = |value: &Value| {
            let uid = value["datasource"]["uid"].as_str().unwrap().to_owned();
            (uid, value["datasource"]["type"].as_str().unwrap().to_owned())
        };
        let (uid, kind) = asked(panel);
        assert!(sources.contains(&(&uid, &kind)), "{panel}");
        assert!(panel["targets"].as_array().unwrap().iter().all(|target| asked(target) == asked(panel)));
    }
    assert!(text.contains("password: $WHALE_TIMESCALEDB_PASSWORD"), "no secret stands in the tree");
    let text = read(&tree, "config/grafana/provisioning/dashboards/whale.yaml");
    let provider = Yaml::load_from_str(&text).unwrap();
    let path = provider[0]["providers"][0]["options"]["path"].as_str().unwrap();
    assert!(tree.path().join(path.strip_prefix("$WHALE_STORAGE_ROOT/").unwrap()).join("whale.json").is_file());
}

fn dashboard(tree: &TempDir) -> Value {
    serde_json::from_str(&read(tree, "monitoring/grafana/dashboards/whale.json")).unwrap()
}

fn targets(dashboard: &Value) -> impl Iterator<Item = &Value> {
    dashboard["panels"].as_array().unwrap().iter().filter_map(|panel| panel["targets"].as_array()).flatten()
}

#[tokio::test]
async fn the_dashboards_queries_run_on_the_live_engine() {
    forget_versions().await;
    let tree = tree();
    assert_eq!(apply(tree.path(), &["--engine", "timescaledb"]).status.code(), Some(0));
    timescaledb(
        "DELETE FROM federation.model_performance WHERE model_id = 'dashboard';
         INSERT INTO federation.model_performance VALUES
            ('2026-01-05 10:10', 'dashboard', 'q', 100, 0.5, NULL), ('2026-01-05 10:50', 'dashboard', 'q', 300, NULL, NULL)",
    )
    .await;
    timescaledb("CALL refresh_continuous_aggregate('federation.model_performance_hourly', '2026-01-05', '2026-01-06')")
        .await;
    // Only then is it known how many rows there are about.
    timescaledb("ANALYZE federation.model_performance").await;
    let dashboard = dashboard(&tree);
    let queries: Vec<&str> = targets(&dashboard).filter_map(|target| target["rawSql"].as_str()).collect();
    assert!(queries.len() >= 6);
    let mut answers = Vec::new();
    for query in queries {
        let query = query.replace("$__timeFilter(bucket)", "bucket BETWEEN '2026-01-05' AND '2026-01-06'");
        assert!(!query.contains("$__"), "{query}");
        let rows = timescaledb(&query).await;
        assert!(!rows.is_empty(), "{query}");
        answers.extend(rows);
    }
    for expected in [
        "2026-01-05 10:00:00+00|dashboard|200",
        "2026-01-05 10:00:00+00|dashboard|300",
        "2026-01-05 10:00:00+00|dashboard|0.5",
    ] {
        assert!(answers.iter().any(|row| row == expected), "{expected}: {answers:#?}");
    }
    assert!(answers.iter().any(|row| row.starts_with("federation.model_performance|2|")), "{answers:#?}");
    timescaledb("DELETE FROM federation.model_performance WHERE model_id = 'dashboard'").await;
    timescaledb("CALL refresh_continuous_aggregate('federation.model_performance_hourly', '2026-01-05', '2026-01-06')")
        .await;
    forget_versions().await;
}

/// The local engine runs on the very file that `setup` writes, but for its folders.
#[tokio::test]
async fn the_storage_policy_has_three_volumes_and_parts_move() {
    let tree = tree();
    let ours = read(&tree, "config/clickhouse/storage.xml");
    let local = Path::new(&std::env::var("WHALE_LOCAL").unwrap()).join("clickhouse");
    let running = fs::read_to_string(local.join("config.d/storage.xml")).unwrap();
    let (_, body) = ours.split_once('\n').unwrap();
    assert_eq!(body.replace("/var/lib/clickhouse/", &format!("{}/", local.display())), running);
    let policy = "SELECT volume_name, disks[1], move_factor FROM system.storage_policies WHERE policy_name = 'whale' ORDER BY volume_priority";
    assert_eq!(clickhouse(policy).await, ["default\tdefault\t0", "cold\tcold\t0", "frozen\tfrozen\t0"]);

    clickhouse("DROP TABLE IF EXISTS default.tree_moves SYNC").await;
    clickhouse("CREATE TABLE default.tree_moves (d Date) ENGINE = MergeTree PARTITION BY d ORDER BY d SETTINGS storage_policy = 'whale'").await;
    clickhouse("INSERT INTO default.tree_moves VALUES ('2026-01-01'), ('2026-01-02')").await;
    for volume in ["cold", "frozen"] {
        clickhouse(&format!("ALTER TABLE default.tree_moves MOVE PARTITION '2026-01-01' TO VOLUME '{volume}'")).await;
        let parts =
            "SELECT partition, disk_name FROM system.parts WHERE table = 'tree_moves' AND active ORDER BY partition";
        assert_eq!(clickhouse(parts).await, [format!("2026-01-01\t{volume}"), "2026-01-02\tdefault".to_owned()]);
    }
    clickhouse("DROP TABLE default.tree_moves SYNC").await;
}

#[test]
fn the_files_of_clickhouse_are_xml_with_the_port_that_is_scraped() {
    let tree = tree();
    let script = "import sys, xml.etree.ElementTree as t\nfor f in sys.argv[1:]: print(t.parse(f).getroot().tag, t.parse(f).findtext('prometheus/port'))";
    let folder = tree.path().join("config/clickhouse");
    let files = [folder.join("storage.xml"), folder.join("prometheus.xml")];
    let output = Command::new("python3").arg("-c").arg(script).args(files).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "clickhouse None\nclickhouse 9363\n");
}

/// What is counted by the second, which the local engine does not do, is left out.
#[tokio::test]
async fn the_dashboard_asks_clickhouse_for_what_it_counts() {
    let tree = tree();
    let dashboard = dashboard(&tree);
    for (prefix, known) in [
        ("ClickHouseMetrics_", "SELECT metric FROM system.metrics"),
        ("ClickHouseProfileEvents_", "SELECT event FROM system.events SETTINGS system_events_show_zero_values = 1"),
    ] {
        let known = clickhouse(known).await;
        let asked = targets(&dashboard)
            .filter_map(|target| target["expr"].as_str()?.split_once(prefix))
            .map(|(_, rest)| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap());
        let asked: Vec<&str> = asked.collect();
        assert!(!asked.is_empty() && asked.iter().all(|name| known.iter().any(|one| one == name)), "{asked:?}");
    }
}
