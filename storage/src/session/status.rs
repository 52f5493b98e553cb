//! What is in the engines, for people: objects of ours by model, and how many are not ours. Only reads.

use super::Session;
use crate::backend::EngineError;
use crate::definition::ObjectKind;
use crate::desire::{Desire, HOST_MODEL};
use crate::mark::MarkState;
use crate::server::Server;
use crate::target::TargetName;
use serde::Serialize;

/// One object of ours.
#[derive(Debug, Clone, Serialize)]
pub struct Owned {
    /// The model it belongs to.
    pub model: String,
    /// `namespace.name`.
    pub name: String,
    /// Its kind.
    pub kind: ObjectKind,
    /// `plugin/id`.
    pub id: String,
    /// The run that last wrote its mark.
    pub run: String,
    /// Whether it is as it was when it was last applied. None: the run that applied it did not finish.
    pub unchanged: Option<bool>,
}

/// What is in one target.
#[derive(Debug)]
pub struct TargetStatus {
    /// Which target.
    pub target: TargetName,
    /// The server.
    pub server: Server,
    /// Objects of ours.
    pub objects: Vec<Owned>,
    /// How many objects in the same namespaces are not ours.
    pub strangers: usize,
    /// Objects whose mark cannot be read.
    pub broken: Vec<String>,
}

/// What is in all targets.
#[derive(Debug, Default)]
pub struct Status {
    /// By target, in order.
    pub targets: Vec<TargetStatus>,
    /// Targets that could not be read.
    pub failures: Vec<(TargetName, EngineError)>,
}

impl Session {
    /// Reads what is in the engines. Looks in the namespaces that the definitions at hand use, and in those that carry our
    /// mark.
    pub async fn status(&mut self, desire: &Desire) -> Status {
        let mut status = Status::default();
        for (target, connection) in &mut self.connections {
            let wanted = connection.wanted(target, desire);
            let mut scope = super::scope_of(&wanted);
            scope.namespaces.insert(connection.version_table().namespace.clone());
            scope.marked = true;
            match connection.inspect(&scope).await {
                Ok(catalog) => status.targets.push(summary(target.clone(), connection.server().clone(), &catalog)),
                Err(failure) => status.failures.push((target.clone(), failure)),
            }
        }
        status
    }
}

fn summary(target: TargetName, server: Server, catalog: &crate::catalog::Catalog) -> TargetStatus {
    let mut summary = TargetStatus { target, server, objects: Vec::new(), strangers: 0, broken: Vec::new() };
    for (name, object) in &catalog.objects {
        match &object.mark {
            MarkState::Absent | MarkState::Theirs(_) => summary.strangers += 1,
            MarkState::Broken(_) => summary.broken.push(name.to_string()),
            MarkState::Ours(mark) if mark.model == HOST_MODEL => {}
            MarkState::Ours(mark) => summary.objects.push(Owned {
                model: mark.model.clone(),
                name: name.to_string(),
                kind: object.kind,
                id: mark.id.clone(),
                run: mark.run.clone(),
                unchanged: object.is_unchanged(mark),
            }),
        }
    }
    summary
}
