//! Knowledge that is searched by meaning.

mod language_knowledge;

use whale_plugin::Embedding;
use whale_plugin::milvus::Collection;

pub(crate) fn collections(embedding: Embedding) -> [Collection; 1] {
    [language_knowledge::collection(embedding)]
}
