//! What `doctor` asks of the targets: each for itself, all at once, each within a time. Only reads.

use super::{Session, scope_of};
use crate::backend::EngineError;
use crate::check::{Check, Needs};
use crate::definition::Object;
use crate::desire::{Desire, Wanted};
use crate::name::Name;
use crate::target::TargetName;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The longest that the questions to one target may take together.
const LIMIT: Duration = Duration::from_secs(20);

impl Session {
    /// Looks at each target for what an apply of these definitions would need; of none: of any.
    pub async fn examine(&mut self, desire: &Desire) -> BTreeMap<TargetName, Vec<Check>> {
        let asked = self.connections.iter_mut().map(|(target, connection)| async move {
            let needs = needs(&connection.wanted(target, desire));
            let checks = match tokio::time::timeout(LIMIT, connection.check(&needs)).await {
                Ok(Ok(checks)) => checks,
                Ok(Err(failure)) => vec![failed(&failure)],
                Err(_) => {
                    let said = format!("no answer to all questions within {} s", LIMIT.as_secs());
                    vec![
                        Check::problem(target.backend.id(), "reachable", said)
                            .hint("look what the server is busy with, and at the network on the way"),
                    ]
                }
            };
            (target.clone(), checks)
        });
        futures::future::join_all(asked).await.into_iter().collect()
    }
}

/// A target that could not be asked.
pub fn failed(failure: &EngineError) -> Check {
    let said = format!("{}: {}", failure.attempted, failure.detail);
    Check { hint: failure.hint.clone(), ..Check::problem(failure.backend.id(), "reachable", said) }
}

pub(super) fn needs(wanted: &Wanted) -> Needs {
    let scope = scope_of(wanted);
    let extension = wanted.objects.values().any(|wanted| match &wanted.desired.object {
        Object::Table(table) => table.hypertable.is_some(),
        Object::Aggregate(_) => true,
        Object::View(_) | Object::ClickhouseTable(_) | Object::Collection(_) => false,
    });
    let limited = !wanted.limits.is_empty();
    let mut models: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for (model, namespace) in wanted.model_namespaces() {
        models.entry(model).or_default().insert(namespace);
    }
    let some = !wanted.objects.is_empty();
    Needs { namespaces: scope.namespaces, models, roles: scope.roles, some, extension, limited }
}
