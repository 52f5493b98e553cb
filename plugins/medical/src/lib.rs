//! The medical model's collection: knowledge of medicine, searched by meaning.

mod medical_knowledge;

use whale_plugin::{Arguments, Definition, Embedding, Info, Plugin, Problems};

struct Medical;

impl Plugin for Medical {
    fn info() -> Info {
        Info::new("medical", env!("CARGO_PKG_VERSION"), "knowledge of medicine, by field and evidence")
            .milvus()
            .parameters(Embedding::parameters())
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let embedding = Embedding::of(arguments)?;
        Ok(Definition::new().milvus([medical_knowledge::collection(embedding)]))
    }
}

whale_plugin::export!(Medical);
