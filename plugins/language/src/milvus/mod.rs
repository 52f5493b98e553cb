//! Knowledge that is searched by meaning.

mod language_knowledge;

use crate::Vectors;
use whale_plugin::milvus::Collection;

pub(crate) fn collections(vectors: Vectors) -> [Collection; 1] {
    [language_knowledge::collection(vectors)]
}
