//! Which folders there are. Pure.
//!
//! Paths are made of our own words and of checked names, joined by `/`; nothing else becomes part of one.

use std::collections::BTreeSet;
use whale_storage::definition::{Backend, ObjectName};
use whale_storage::desire::HOST_MODEL;
use whale_storage::document;
use whale_storage::name::Name;
use whale_storage::version_table;

/// The model that all others share; its folders are those of `shared`.
pub(crate) const SHARED: &str = "shared";

/// Models that a tree is made for where nobody says which.
pub(crate) const USUAL: [&str; 2] = ["language", "developer"];

/// Folders that belong to no model.
const COMMON: [&str; 17] = [
    "shared/cache/redis",
    "shared/uploads",
    "shared/kafka/data",
    "shared/kafka/zookeeper",
    "shared/tmp",
    "logs/app",
    "logs/access",
    "logs/metrics",
    "logs/errors",
    "backups/shared",
    "monitoring/prometheus",
    "monitoring/grafana/dashboards",
    "config/clickhouse",
    "config/prometheus",
    "config/grafana/provisioning",
    "config/grafana/provisioning/datasources",
    "config/grafana/provisioning/dashboards",
];

/// The folders of a tree for these models and engines.
pub(crate) fn folders(models: &BTreeSet<Name>, engines: &BTreeSet<Backend>) -> BTreeSet<String> {
    let mut folders: BTreeSet<String> = COMMON.iter().map(ToString::to_string).collect();
    for engine in engines {
        folders.insert(format!("shared/db/{engine}"));
        folders.insert(schemas(SHARED, *engine));
    }
    for model in models.iter().map(Name::as_str).filter(|model| *model != SHARED) {
        folders.extend(engines.iter().map(|engine| schemas(model, *engine)));
        folders.insert(format!("models/{model}/cache"));
        folders.insert(format!("models/{model}/uploads"));
        folders.insert(format!("backups/{model}"));
    }
    folders
}

/// Where definitions of a model lie.
fn schemas(model: &str, engine: Backend) -> String {
    match model {
        // The host's own objects are for everybody.
        SHARED | HOST_MODEL => format!("shared/db/schemas/{engine}"),
        model => format!("models/{model}/db/schemas/{engine}"),
    }
}

/// Where the definition of an object lies. One that is not in its model's own namespace has both in its name, so that no
/// two objects of a model have the same file.
pub(crate) fn definition(model: &Name, object: &ObjectName) -> String {
    let ObjectName { backend, namespace, name } = object;
    let own = match model.as_str() {
        SHARED | HOST_MODEL => version_table::namespace(*backend),
        model => model,
    };
    let file = if namespace.as_str() == own { name.to_string() } else { object.to_string() };
    format!("{}/{file}.{}", schemas(model.as_str(), *backend), document::ending(*backend))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::checked(text).unwrap()
    }

    #[test]
    fn the_folders_are_those_of_the_seed() {
        let models = [name("language"), name("developer"), name("shared")].into_iter().collect();
        let folders: Vec<String> = folders(&models, &Backend::ALL.into_iter().collect()).into_iter().collect();
        insta::assert_snapshot!(folders.join("\n"));
    }

    #[test]
    fn engines_restrict_the_folders_of_engines_alone() {
        let models = [name("language")].into_iter().collect();
        let all = folders(&models, &Backend::ALL.into_iter().collect());
        let one = folders(&models, &[Backend::Milvus].into_iter().collect());
        let others = |path: &&String| {
            path.contains("/timescaledb") || path.contains("db/clickhouse") || path.contains("schemas/clickhouse")
        };
        assert!(one.is_subset(&all) && !one.iter().any(|path| others(&path)), "{one:?}");
        assert!(all.difference(&one).all(|path| others(&path)), "{one:?}");
    }

    #[test]
    fn a_definition_has_a_file_of_its_own() {
        let object = |backend, namespace: &str, object: &str| ObjectName {
            backend,
            namespace: name(namespace),
            name: name(object),
        };
        for (model, namespace, path) in [
            ("language", "language", "models/language/db/schemas/clickhouse/words.sql"),
            ("language", "extra", "models/language/db/schemas/clickhouse/extra.words.sql"),
            ("shared", "default", "shared/db/schemas/clickhouse/words.sql"),
            ("shared", "shared", "shared/db/schemas/clickhouse/shared.words.sql"),
            (HOST_MODEL, "default", "shared/db/schemas/clickhouse/words.sql"),
        ] {
            assert_eq!(definition(&name(model), &object(Backend::Clickhouse, namespace, "words")), path);
        }
        assert_eq!(
            definition(&name("shared"), &object(Backend::Milvus, "default", "documents")),
            "shared/db/schemas/milvus/documents.json"
        );
    }
}
