//! What the plugin defines is what was asked for.

#[path = "../../sdk/tests/ddl/mod.rs"]
mod ddl;

use medical::Component;

#[test]
fn knowledge_is_found_by_meaning_and_kept_by_subject() {
    ddl::is_one_collection::<Component>(
        "medical_knowledge",
        &[
            "id INT64 primary",
            "embedding FLOAT_VECTOR(1536)",
            "content VARCHAR(4096)",
            "medical_field VARCHAR(100) partition key",
            "evidence_level VARCHAR(32)",
            "peer_reviewed BOOL",
        ],
    );
}
