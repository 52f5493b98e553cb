//! The queries that `docs/catalogue.md` shows, run on the live engines with rows in the tables that they read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use whale_tests::clients::{clickhouse, forget_versions, timescaledb};
use whale_tests::{root, whale};

/// Blocks of the page, by what stands behind `sql`.
fn queries(engine: &str) -> Vec<String> {
    let page = std::fs::read_to_string(root().join("docs/catalogue.md")).unwrap();
    let opening = format!("```sql {engine}\n");
    page.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Two answers of one model, an hour apart, the slower one given thrice.
const ANSWERS: &str = "
    DELETE FROM federation.model_performance WHERE model_id = 'documented';
    INSERT INTO federation.model_performance (timestamp, model_id, query_type, response_time, accuracy_score)
    SELECT date_trunc('day', now()) - interval '1 day' + hour * interval '1 hour', 'documented', 'q', ms, accuracy
    FROM (VALUES (1, 100, 1.0), (2, 300, 0.5), (2, 300, 0.5), (2, 300, null)) AS v(hour, ms, accuracy)";

#[tokio::test]
async fn every_query_of_the_page_runs_and_averages_are_right() {
    forget_versions().await;
    let applied = whale(&["apply", "--yes", "-q", "--all"]);
    assert_eq!(applied.status.code(), Some(0));
    let (relational, analytical) = (queries("timescaledb"), queries("clickhouse"));
    assert!(relational.len() >= 8 && analytical.len() >= 6, "{} and {}", relational.len(), analytical.len());
    for sql in relational {
        timescaledb(&sql).await;
    }
    for sql in analytical {
        clickhouse(&sql).await;
    }

    timescaledb(ANSWERS).await;
    for view in ["hourly", "daily"] {
        timescaledb(&format!(
            "CALL public.refresh_continuous_aggregate('federation.model_performance_{view}', now() - interval '4 days', date_trunc('day', now()))"
        ))
        .await;
    }
    let daily = timescaledb(
        "SELECT answers, response_time_sum / answers, accuracy_sum / accuracy_count, response_time_max
         FROM federation.model_performance_daily WHERE model_id = 'documented'",
    )
    .await;
    // By the hour the averages are 100 and 300; the mean of the two would be 200.
    assert_eq!(daily[0].split('|').take(2).collect::<Vec<_>>(), ["4", "250"], "{daily:?}");

    clickhouse(
        "ALTER TABLE federation.model_interactions DELETE WHERE model_id = 'documented' SETTINGS mutations_sync = 2",
    )
    .await;
    clickhouse(
        "ALTER TABLE federation.domain_performance DELETE WHERE domain = 'documented' SETTINGS mutations_sync = 2",
    )
    .await;
    for (latency, rows) in [(100, 1), (300, 3)] {
        clickhouse(&format!(
            "INSERT INTO federation.model_interactions
             SELECT now64(3), 'documented', 'q', 'documented', 1, {latency}, number = 0 FROM numbers({rows})"
        ))
        .await;
    }
    let merged = clickhouse(
        "SELECT sum(query_count), avgMerge(avg_latency), avgMerge(accuracy) FROM federation.domain_performance WHERE domain = 'documented'",
    )
    .await;
    assert_eq!(merged, ["4\t250\t0.5"]);
}

#[tokio::test]
async fn a_conversation_is_found_by_its_skip_index() {
    forget_versions().await;
    whale(&["apply", "--yes", "-q", "--model", "language", "--engine", "clickhouse"]);
    // An empty table is not even read.
    clickhouse(
        "INSERT INTO language.messages (message_id, conversation_id, created_at) SELECT toString(number), 'c1', now() FROM numbers(10)",
    )
    .await;
    let plan =
        clickhouse("EXPLAIN indexes = 1 SELECT content FROM language.messages WHERE conversation_id = 'c1'").await;
    assert!(plan.iter().any(|line| line.contains("by_conversation")), "{plan:?}");
}
