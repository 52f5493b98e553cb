//! What the plugin defines is what was asked for.

#[path = "../../sdk/tests/ddl/mod.rs"]
mod ddl;

use programming::Component;

#[test]
fn knowledge_is_found_by_meaning_and_kept_by_subject() {
    ddl::is_one_collection::<Component>(
        "programming_knowledge",
        &[
            "id INT64 primary",
            "embedding FLOAT_VECTOR(1536)",
            "content VARCHAR(4096)",
            "language VARCHAR(64) partition key",
            "framework VARCHAR(100)",
            "complexity_level INT8",
        ],
    );
}
