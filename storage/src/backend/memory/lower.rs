//! Recipes: what is sent is only named, since [`super::run`] takes what it adds from the wanted shapes.

use super::normalize;
use crate::catalog::{PartKey, PartKind, Shape};
use crate::change::Change;
use crate::definition::Object;
use crate::document::Document;
use crate::mark::Mark;
use crate::plan::{Atomicity, Lower, Recipe, Statement, Unsupported};

/// What is known without a connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryLower;

impl Lower for MemoryLower {
    fn shape(&self, object: &Object) -> Shape {
        normalize::shape(object)
    }

    fn lower(&self, change: &Change, _: Option<&Object>, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        if let Change::AlterObject { changed, removed, .. } = change {
            let parts = changed.iter().map(|part| &part.key).chain(removed);
            let refused: Vec<_> = parts.filter(|part| !replaceable(part.kind)).map(unsupported).collect();
            if !refused.is_empty() {
                return Err(refused);
            }
        }
        Ok(Recipe {
            statements: vec![Statement::Sql(mark.line())],
            hazards: Vec::new(),
            atomicity: Atomicity::Transaction,
        })
    }

    fn document(&self, _: &Object) -> Option<Document> {
        None
    }
}

fn replaceable(kind: PartKind) -> bool {
    matches!(kind, PartKind::Comment | PartKind::ColumnComment | PartKind::Property | PartKind::Order)
}

fn unsupported(part: &PartKey) -> Unsupported {
    Unsupported { part: part.clone(), reason: "it cannot be changed in place".to_owned() }
}
