//! What the plugin defines is what was asked for.

use legal::Component;
use whale_plugin::contract::{LoadState, MilvusPartitions, ParameterValue};
use whale_plugin::testing;

#[test]
fn knowledge_is_found_by_meaning_and_kept_by_subject() {
    let definition = testing::define::<Component>(&[]).expect("a definition");
    assert!(definition.timescaledb.tables.is_empty() && definition.clickhouse.tables.is_empty());
    let [collection] = definition.milvus.as_slice() else { panic!("one collection") };
    assert_eq!(collection.header.name, "legal_knowledge");
    let expected = [
        "id INT64 primary",
        "embedding FLOAT_VECTOR(1536)",
        "content VARCHAR(4096)",
        "legal_domain VARCHAR(100) partition key",
        "jurisdiction VARCHAR(100)",
        "precedent_ids ARRAY(INT64, 256)",
    ];
    assert_eq!(testing::fields(collection), expected);
    assert_eq!((collection.partitions.clone(), collection.load), (MilvusPartitions::ByKey(16), LoadState::Loaded));
}

#[test]
fn a_deployment_chooses_the_dimensions() {
    let chosen = [("embedding_dim", ParameterValue::Integer(768))];
    let definition = testing::define::<Component>(&chosen).expect("a definition");
    assert_eq!(definition.milvus[0].fields[1].data_type, "FLOAT_VECTOR(768)");
}
