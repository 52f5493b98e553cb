//! The legal model's collection: knowledge of law, searched by meaning.

mod legal_knowledge;

use whale_plugin::{Arguments, Definition, Embedding, Info, Plugin, Problems};

struct Legal;

impl Plugin for Legal {
    fn info() -> Info {
        Info::new("legal", env!("CARGO_PKG_VERSION"), "knowledge of law, by field and jurisdiction")
            .milvus()
            .parameters(Embedding::parameters())
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let embedding = Embedding::of(arguments)?;
        Ok(Definition::new().milvus([legal_knowledge::collection(embedding)]))
    }
}

whale_plugin::export!(Legal);
