//! What the plugin defines is what was asked for.

#[path = "../../sdk/tests/ddl/mod.rs"]
mod ddl;

use legal::Component;

#[test]
fn knowledge_is_found_by_meaning_and_kept_by_subject() {
    ddl::is_one_collection::<Component>(
        "legal_knowledge",
        &[
            "id INT64 primary",
            "embedding FLOAT_VECTOR(1536)",
            "content VARCHAR(4096)",
            "legal_domain VARCHAR(100) partition key",
            "jurisdiction VARCHAR(100)",
            "precedent_ids ARRAY(INT64, 256)",
        ],
    );
}
