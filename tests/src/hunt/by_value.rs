//! What differs between a definition and what an engine says of it, part by part: for a person who reads a find.

use super::live::Difference;
use whale_storage::backend::{
    Address, Scope, Target, clickhouse::ClickhouseTarget, milvus::MilvusTarget, timescaledb::TimescaleTarget,
};
use whale_storage::catalog::Fact;
use whale_storage::change::Change;
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diff::{diff, role_of};
use whale_storage::plan::Lower;
use whale_storage::word::Spoken;

/// Differences with the name of the object that each is of; none where the engine cannot be read.
pub async fn differences(engine: Backend, address: &Address, desire: &Desire) -> Vec<(String, Difference)> {
    match engine {
        Backend::Timescaledb => {
            let Ok(target) = TimescaleTarget::connect(address).await else { return Vec::new() };
            let lower = target.lower();
            of(engine, desire, target, &lower).await
        }
        Backend::Clickhouse => {
            let Ok(target) = ClickhouseTarget::connect(address).await else { return Vec::new() };
            let lower = target.lower();
            of(engine, desire, target, &lower).await
        }
        Backend::Milvus => {
            let Ok(target) = MilvusTarget::connect(address).await else { return Vec::new() };
            let lower = target.lower();
            of(engine, desire, target, &lower).await
        }
    }
}

async fn of(
    engine: Backend,
    desire: &Desire,
    mut target: impl Target,
    lower: &impl Lower,
) -> Vec<(String, Difference)> {
    let wanted = desire.for_target(&engine.into(), |object| lower.drawn(object));
    let roles = wanted.model_namespaces().into_iter().map(|(model, _)| role_of(&model)).collect();
    let scope = Scope { namespaces: wanted.namespaces(), roles, ..Scope::default() };
    let actual = target.inspect(&scope).await;
    // Nothing is under way any more.
    let _ = target.close().await;
    let Ok(actual) = actual else { return Vec::new() };
    let wanted = wanted.as_found(&actual);
    let mut found = Vec::new();
    for change in diff(&wanted, &actual, &Spoken::new()).changes {
        let Change::AlterObject { object, added, changed, removed, .. } = change else { continue };
        let whole = |part: &whale_storage::catalog::PartKey, wanted: &str, found: &str| Difference {
            part: part.kind.title().to_owned(),
            wanted: wanted.replace("{}", &part.name),
            found: found.replace("{}", &part.name),
        };
        let mut all: Vec<Difference> = added.iter().map(|part| whole(part, "{}", "(not there)")).collect();
        all.extend(removed.iter().map(|part| whole(part, "(not defined)", "{}")));
        for part in changed {
            let text = |fact: Option<Fact>| fact.map_or_else(|| "(off)".to_owned(), |fact| fact.text().to_owned());
            all.extend(part.facts.into_iter().map(|fact| Difference {
                part: format!("{}: {}", part.key.kind.title(), fact.name),
                wanted: text(fact.to),
                found: text(fact.from),
            }));
        }
        found.extend(all.into_iter().map(|one| (object.name.to_string(), one)));
    }
    found
}
