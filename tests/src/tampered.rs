//! Steps and seals that no plan has: what a fault of the host would send for a model.

use whale_storage::backend::Seal;
use whale_storage::change::Change;
use whale_storage::definition::{Backend, ObjectKind, ObjectName};
use whale_storage::mark::Mark;
use whale_storage::name::Name;
use whale_storage::plan::{Atomicity, Recipe, Statement, Step};
use whale_storage::target::TargetName;

pub fn object(backend: Backend, namespace: &str, name: &str) -> ObjectName {
    let [namespace, name] = [namespace, name].map(Name::from_server);
    ObjectName { backend, namespace, name }
}

/// A step for a model with this statement, whatever it is aimed at.
pub fn step(backend: Backend, model: &str, statement: Statement) -> Step {
    Step {
        number: 1,
        target: TargetName::from(backend),
        change: Change::CreateObject { object: object(backend, model, "mine"), kind: ObjectKind::Table },
        model: Name::from_server(model),
        role: None,
        recipe: Recipe { statements: vec![statement], hazards: Vec::new(), atomicity: Atomicity::Statements },
        version: None,
    }
}

/// A mark of a model, to be written on whatever object.
pub fn seal(model: &str) -> Seal {
    let mark = Mark::live("main", format!("{model}/mine"), model, "x");
    Seal { kind: ObjectKind::Table, comment: String::new(), mark, role: None }
}
