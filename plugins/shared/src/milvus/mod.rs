//! Knowledge and documents that are searched by meaning.

mod documents;
mod knowledge_base;

use whale_plugin::Embedding;
use whale_plugin::milvus::Collection;

pub(crate) fn collections(embedding: Embedding) -> [Collection; 2] {
    [knowledge_base::collection(embedding), documents::collection(embedding)]
}
