//! What the plugin defines is what was asked for.

#[path = "../../sdk/tests/ddl/mod.rs"]
mod ddl;

use legal::Component;
use whale_plugin::contract::MilvusPartitions;

#[test]
fn knowledge_is_found_by_meaning_and_kept_by_subject() {
    let definition = ddl::default_definition::<Component>();
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
    assert_eq!(ddl::fields(collection), expected);
    assert_eq!(collection.partitions, MilvusPartitions::ByKey(16));
    let file = collection.header.origin.as_ref().expect("an origin").file.clone();
    assert!(file.ends_with("/legal_knowledge.rs"), "it names its own file: {file}");
}
