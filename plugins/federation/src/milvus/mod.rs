//! Knowledge that models exchange, and what of one domain stands for what of another.

mod cross_domain_mappings;
mod shared_knowledge_base;

use whale_plugin::Embedding;
use whale_plugin::milvus::Collection;

pub(crate) fn collections(embedding: Embedding) -> [Collection; 2] {
    [shared_knowledge_base::collection(embedding), cross_domain_mappings::collection(embedding)]
}
