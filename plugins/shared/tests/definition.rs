//! What the plugin defines is what was asked for.

#[path = "../../sdk/tests/ddl/mod.rs"]
mod ddl;

use shared::Component;
use whale_plugin::contract::{Database, Guest};

#[test]
fn tables_are_as_asked_to_the_letter() {
    let definition = ddl::default_definition::<Component>();
    let relational = definition.timescaledb.tables.iter().filter(|table| table.hypertable.is_none()).map(ddl::postgres);
    let analytical =
        definition.clickhouse.tables.iter().filter(|table| table.header.name != "sessions").map(ddl::clickhouse);
    let asked = ddl::statements(include_str!("asked.sql"));
    assert_eq!(relational.chain(analytical).collect::<Vec<_>>(), asked);
    assert_eq!(asked.len(), 5);
}

#[test]
fn sessions_keep_the_newest_state() {
    let definition = ddl::default_definition::<Component>();
    let sessions = definition.clickhouse.tables.iter().find(|table| table.header.name == "sessions").expect("sessions");
    let expected = "CREATE TABLE IF NOT EXISTS default.sessions ( session_id String, user_id UInt64, \
        model LowCardinality(String), started_at DateTime, ended_at Nullable(DateTime), message_count UInt32, \
        tokens_used UInt64, ip_address String, user_agent String, updated_at DateTime DEFAULT now() ) \
        ENGINE = ReplacingMergeTree(updated_at) PARTITION BY toYYYYMM(started_at) ORDER BY (user_id, session_id)";
    assert_eq!(ddl::clickhouse(sessions), expected);
}

#[test]
fn a_day_is_made_of_hours_and_never_of_averages() {
    let definition = ddl::default_definition::<Component>();
    let [hourly, daily] = definition.timescaledb.aggregates.as_slice() else { panic!("two aggregates") };
    assert_eq!((hourly.source.as_str(), hourly.time_column.as_str()), ("time_series", "time"));
    assert_eq!(
        (daily.source.as_str(), daily.time_column.as_str()),
        ("time_series_hourly", hourly.bucket_name.as_str())
    );
    for aggregate in [hourly, daily] {
        assert!(aggregate.aggregates.iter().all(|one| !one.value.contains("avg")));
        assert!(aggregate.refresh.is_some());
    }
    for column in &daily.aggregates {
        assert!(
            hourly.aggregates.iter().any(|one| column.value.contains(&format!("({})", one.name))),
            "{}",
            column.value
        );
    }
    let time_series =
        definition.timescaledb.tables.iter().find(|table| table.hypertable.is_some()).expect("a hypertable");
    assert_eq!(time_series.columnstore.as_ref().expect("a columnstore").segment_by, ["model", "metric"]);
    assert!(time_series.primary_key.is_none());
}

#[test]
fn collections_have_the_fields_that_were_asked_for() {
    let definition = ddl::default_definition::<Component>();
    let [knowledge, documents] = definition.milvus.as_slice() else { panic!("two collections") };
    let expected = [
        "id INT64 primary",
        "embedding FLOAT_VECTOR(1536)",
        "content VARCHAR(4096)",
        "source VARCHAR(255)",
        "category VARCHAR(100) partition key",
        "created_at INT64",
        "metadata JSON",
    ];
    assert_eq!(
        (knowledge.header.name.as_str(), ddl::fields(knowledge)),
        ("knowledge_base", expected.map(str::to_owned).into())
    );
    let expected = [
        "id INT64 primary",
        "embedding FLOAT_VECTOR(1536)",
        "title VARCHAR(512)",
        "content VARCHAR(65535)",
        "source VARCHAR(255)",
        "owner_id INT64",
        "created_at INT64",
        "metadata JSON",
    ];
    assert_eq!(
        (documents.header.name.as_str(), ddl::fields(documents)),
        ("documents", expected.map(str::to_owned).into())
    );
}

#[test]
fn every_object_lives_in_a_namespace_that_is_asked_for() {
    let requested = Component::describe().requests.namespaces;
    let requested: Vec<(Database, &str)> = requested.iter().map(|one| (one.database, one.namespace.as_str())).collect();
    let expected =
        [(Database::Timescaledb, "public"), (Database::Clickhouse, "default"), (Database::Milvus, "default")];
    assert_eq!(requested, expected);
    let definition = ddl::default_definition::<Component>();
    let relational = definition.timescaledb.tables.iter().map(|one| &one.header);
    let mut relational = relational.chain(definition.timescaledb.aggregates.iter().map(|one| &one.header));
    assert!(relational.all(|header| header.namespace.as_deref() == Some("public")));
    let others = definition.clickhouse.tables.iter().map(|one| &one.header);
    let mut others = others.chain(definition.milvus.iter().map(|one| &one.header));
    assert!(others.all(|header| header.namespace.as_deref() == Some("default")));
}
