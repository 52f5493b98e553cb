//! Knowledge and documents that are searched by meaning.

mod documents;
mod knowledge_base;

use crate::Vectors;
use whale_plugin::milvus::Collection;

pub(crate) fn collections(vectors: Vectors) -> [Collection; 2] {
    [knowledge_base::collection(vectors), documents::collection(vectors)]
}
