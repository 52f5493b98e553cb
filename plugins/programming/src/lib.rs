//! The programming model's collection: knowledge of programming, searched by meaning.

mod programming_knowledge;

use whale_plugin::{Arguments, Definition, Embedding, Info, Plugin, Problems};

struct Programming;

impl Plugin for Programming {
    fn info() -> Info {
        Info::new("programming", env!("CARGO_PKG_VERSION"), "knowledge of programming, by language")
            .milvus()
            .parameters(Embedding::parameters())
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let embedding = Embedding::of(arguments)?;
        Ok(Definition::new().milvus([programming_knowledge::collection(embedding)]))
    }
}

whale_plugin::export!(Programming);
