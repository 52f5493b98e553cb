//! What the plugin defines is what was asked for.

#[path = "../../sdk/tests/ddl/mod.rs"]
mod ddl;

use language::Component;
use std::collections::BTreeMap;
use whale_plugin::contract::{Guest, LoadState, MilvusPartitions, ParameterValue};

/// Tables that age are partitioned by month, which the text does not say.
const BY_MONTH: [(&str, &str); 6] = [
    ("context_knowledge", "toYYYYMM(created_at)"),
    ("conversations", "toYYYYMM(created_at)"),
    ("dialect_detection_history", "toYYYYMM(detection_time)"),
    ("dialect_text_vectors", "toYYYYMM(timestamp)"),
    ("messages", "toYYYYMM(created_at)"),
    ("user_intents", "toYYYYMM(created_at)"),
];

#[test]
fn tables_are_as_asked_to_the_letter() {
    let mut tables = ddl::default_definition::<Component>().clickhouse.tables;
    let mut by_month = BTreeMap::new();
    for table in &mut tables {
        if let Some(expression) = table.partition_by.take() {
            by_month.insert(table.header.name.clone(), expression);
        }
    }
    let defined: Vec<String> = tables.iter().map(ddl::clickhouse).collect();
    assert_eq!(defined, ddl::statements(include_str!("asked.sql")));
    assert_eq!(defined.len(), 14);
    assert!(by_month.iter().map(|(name, by)| (name.as_str(), by.as_str())).eq(BY_MONTH));
}

#[test]
fn a_table_names_its_own_file() {
    for table in ddl::default_definition::<Component>().clickhouse.tables {
        let file = table.header.origin.expect("an origin").file;
        assert!(file.ends_with(&format!("/{}.rs", table.header.name)), "{} stands in {file}", table.header.name);
        assert!(!file.starts_with('/'), "{file} names the builder's folders");
    }
}

#[test]
fn knowledge_is_found_by_meaning() {
    let definition = ddl::default_definition::<Component>();
    assert!(definition.timescaledb.tables.is_empty());
    let [collection] = definition.milvus.as_slice() else { panic!("one collection") };
    let expected = [
        "id INT64 primary",
        "embedding FLOAT_VECTOR(1536)",
        "content VARCHAR(4096)",
        "language_code VARCHAR(16) partition key",
        "fluency_level VARCHAR(32)",
        "grammar_rules JSON",
    ];
    assert_eq!(ddl::fields(collection), expected);
    assert_eq!(collection.partitions, MilvusPartitions::ByKey(16));
    assert_eq!((collection.shards, collection.load), (1, LoadState::Loaded));
    let [index] = collection.indexes.as_slice() else { panic!("one index") };
    assert_eq!((index.kind.as_str(), index.metric.as_deref()), ("HNSW", Some("COSINE")));
    let parameters: Vec<(&str, &str)> = index.parameters.iter().map(|one| (&*one.name, &*one.value)).collect();
    assert_eq!(parameters, [("M", "16"), ("efConstruction", "200")]);
}

#[test]
fn a_deployment_chooses_how_embeddings_are_kept() {
    let number = ParameterValue::Integer;
    let chosen = [
        ("embedding_dim", number(768)),
        ("hnsw_m", number(32)),
        ("hnsw_ef_construction", number(400)),
        ("subject_partitions", number(64)),
        ("load", ParameterValue::Text("on-demand".to_owned())),
    ];
    let described: Vec<String> = Component::describe().parameters.into_iter().map(|one| one.name).collect();
    assert_eq!(described, chosen.each_ref().map(|(name, _)| *name));
    let definition = ddl::define::<Component>(&chosen).expect("a definition");
    let [collection] = definition.milvus.as_slice() else { panic!("one collection") };
    assert_eq!(collection.fields[1].data_type, "FLOAT_VECTOR(768)");
    assert_eq!(collection.indexes[0].parameters[0].value, "32");
    assert_eq!((collection.partitions.clone(), collection.load), (MilvusPartitions::ByKey(64), LoadState::OnDemand));
}
