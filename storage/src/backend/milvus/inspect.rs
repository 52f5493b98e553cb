//! Reading what a Milvus holds.
//!
//! Version tables of all deployments are described first. For each database in scope two requests list its collections and which of them are loaded; each collection is then
//! described by at most three, eight collections at a time. An alias is no collection: its name is taken, so it stands in
//! the catalog as something that is not ours. A collection that cannot be described, such as one made under the name of a
//! dangling alias, stands there too.

use super::normalize::Described;
use super::placement;
use super::run::load_state;
use super::{Link, PARALLEL, server_code};
use crate::backend::{EngineError, Scope};
use crate::catalog::{Catalog, CatalogObject, Digest, Fact, PartKey, PartKind, Shape};
use crate::definition::{Backend, ObjectKind, ObjectName};
use crate::desire::HOST_MODEL;
use crate::mark::{self, Mark, MarkState};
use crate::name::Name;
use crate::version_table;
use futures::{StreamExt, TryStreamExt};
use milvus::v2::error::Error;
use milvus::v2::request::collection::{DescribeCollectionRequest, ListCollectionsRequest};
use milvus::v2::request::database::ListDatabasesRequest;
use milvus::v2::request::index::DescribeIndexRequest;
use milvus::v2::request::partition::ListPartitionsRequest;
use milvus::v2::{CollectionDesc, IndexDesc, LoadState};
use std::collections::BTreeSet;

/// Milvus' code for a collection without an index.
const NO_INDEX: i32 = 700;

/// Reads databases, and the collections of those in scope.
///
/// Also returns those of ours that are being loaded: their load was asked for, and they cannot be searched yet.
pub(super) async fn read(link: &Link, scope: &Scope) -> Result<(Catalog, BTreeSet<(Name, Name)>), EngineError> {
    let mut catalog = Catalog::empty(Backend::Milvus);
    let mut loading = BTreeSet::new();
    for database in databases(link).await? {
        catalog.namespaces.insert(database, MarkState::Absent);
    }
    if !scope.limited.is_empty() {
        catalog.nodes = placement::nodes(link).await?;
    }
    let in_scope = |name: &&Name| scope.marked || scope.namespaces.contains(*name);
    let databases: Vec<Name> = catalog.namespaces.keys().filter(in_scope).cloned().collect();
    deployments(link, &mut catalog).await?;
    for database in &databases {
        let (names, loaded) = (collections(link, database, false).await?, collections(link, database, true).await?);
        let found: Vec<Vec<(ObjectName, CatalogObject)>> = futures::stream::iter(&names)
            .map(|name| collection(link, database, name, loaded.contains(name), scope))
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await?;
        let resident =
            found.iter().flatten().filter(|(name, found)| loaded.contains(name.name.as_str()) && of_a_model(found));
        let states =
            futures::stream::iter(resident).map(|(name, _)| loading_now(link, name)).buffer_unordered(PARALLEL);
        loading.extend(states.collect::<Vec<_>>().await.into_iter().flatten());
        for (name, object) in found.into_iter().flatten() {
            // A collection stands above an alias of its name.
            if object.kind == ObjectKind::Collection || !catalog.objects.contains_key(&name) {
                catalog.objects.insert(name, object);
            }
        }
    }
    Ok((catalog.within(&scope.deployment), loading))
}

/// Notes whose version tables there are, in any database that may hold one.
async fn deployments(link: &Link, catalog: &mut Catalog) -> Result<(), EngineError> {
    let end = version_table::namespace(Backend::Milvus);
    let databases: Vec<Name> = catalog.namespaces.keys().filter(|name| name.as_str().ends_with(end)).cloned().collect();
    for database in databases {
        match said(link, &database, version_table::NAME).await {
            Ok(said) => catalog.note_deployment(database.as_str(), &mark_of(&said)),
            // Not there, or nothing that a whale-host made.
            Err(Error::Server(_) | Error::Conversion(_) | Error::MalformedResponse(_)) => {}
            Err(error) => return Err(link.failure(format!("describing {database}.{}", version_table::NAME), &error)),
        }
    }
    Ok(())
}

/// Whether a collection is of a model. The load of our own version table is never waited for.
fn of_a_model(object: &CatalogObject) -> bool {
    object.mark.mark().is_some_and(|mark| mark.model != HOST_MODEL)
}

/// The collection, if it is being loaded. A server that has just started lists as loaded what it is still loading.
async fn loading_now(link: &Link, name: &ObjectName) -> Option<(Name, Name)> {
    let state = load_state(link, &name.namespace, &name.name).await;
    // Between two states Milvus refuses to say.
    (!matches!(state, Ok(LoadState::Loaded))).then(|| (name.namespace.clone(), name.name.clone()))
}

/// Names of all databases.
pub(super) async fn databases(link: &Link) -> Result<Vec<Name>, EngineError> {
    let request = ListDatabasesRequest::builder().build();
    let answer = match request {
        Ok(request) => link.ask(link.client.list_databases(request)).await,
        Err(error) => Err(error),
    };
    let answer = answer.map_err(|error| link.failure("listing databases", &error))?;
    Ok(answer.database_names().iter().map(Name::from_server).collect())
}

async fn collections(link: &Link, database: &Name, only_loaded: bool) -> Result<BTreeSet<String>, EngineError> {
    let request = ListCollectionsRequest::builder().database_name(database.as_str()).only_loaded(only_loaded).build();
    let answer = match request {
        Ok(request) => link.ask(link.client.list_collections(request)).await,
        Err(error) => Err(error),
    };
    let answer = answer.map_err(|error| link.failure(format!("listing the collections of {database}"), &error))?;
    Ok(answer.collection_names().iter().cloned().collect())
}

/// What a server said of one collection.
pub(super) struct Found {
    pub(super) said: CollectionDesc,
    pub(super) indexes: Vec<IndexDesc>,
    pub(super) partitions: Vec<String>,
}

impl Found {
    /// The mark among its properties.
    pub(super) fn mark(&self) -> MarkState {
        mark_of(&self.said)
    }
}

fn mark_of(said: &CollectionDesc) -> MarkState {
    match said.get_properties().get(mark::PROPERTY) {
        None => MarkState::Absent,
        // Properties of this name are ours alone: whatever else stands there was a mark once.
        Some(line) => match MarkState::read(line) {
            MarkState::Absent => MarkState::Broken(line.clone()),
            state => state,
        },
    }
}

/// What the server says of a collection itself.
async fn said(link: &Link, database: &Name, name: &str) -> Result<CollectionDesc, Error> {
    let request =
        DescribeCollectionRequest::builder().database_name(database.as_str()).collection_name(name).build()?;
    Ok(link.ask(link.client.describe_collection(request)).await?.description().clone())
}

/// Describes a collection under the name it was given, which may be an alias.
pub(super) async fn describe(link: &Link, database: &Name, name: &str) -> Result<Found, Error> {
    let said = said(link, database, name).await?;
    let request = DescribeIndexRequest::builder().database_name(database.as_str()).collection_name(name).build()?;
    let indexes = match link.ask(link.client.describe_index(request)).await {
        Ok(answer) => answer.indexes().to_vec(),
        Err(error) if server_code(&error) == Some(NO_INDEX) => Vec::new(),
        Err(error) => return Err(error),
    };
    // One partition is `_default`; those of a partition key have no names that anybody gave.
    let by_key = said.get_schema().get_fields().iter().any(milvus::v2::FieldSchema::is_partition_key);
    let partitions =
        if by_key || said.get_num_partitions() == 1 { Vec::new() } else { partitions(link, database, name).await? };
    Ok(Found { said, indexes, partitions })
}

/// Names of the partitions of a collection.
pub(super) async fn partitions(link: &Link, database: &Name, name: &str) -> Result<Vec<String>, Error> {
    let request = ListPartitionsRequest::builder().database_name(database.as_str()).collection_name(name).build()?;
    Ok(link.ask(link.client.list_partitions(request)).await?.partition_names().to_vec())
}

async fn collection(
    link: &Link,
    database: &Name,
    name: &str,
    loaded: bool,
    scope: &Scope,
) -> Result<Vec<(ObjectName, CatalogObject)>, EngineError> {
    let at = |name: &str| ObjectName {
        backend: Backend::Milvus,
        namespace: database.clone(),
        name: Name::from_server(name),
    };
    let found = match describe(link, database, name).await {
        Ok(found) if found.said.get_collection_name() == name => found,
        Ok(found) => {
            let real = found.said.get_collection_name();
            return Ok(vec![(at(name), stranger(&format!("an alias of {real}")))]);
        }
        // Refused, or described in terms that the client does not know: there, and nothing to touch.
        Err(error @ (Error::Server(_) | Error::Conversion(_) | Error::MalformedResponse(_))) => {
            return Ok(vec![(at(name), stranger(&super::said(&error)))]);
        }
        Err(error) => return Err(link.failure(format!("describing {database}.{name}"), &error)),
    };
    let mut described = Described::found(&found.said, &found.indexes, &found.partitions, loaded);
    let mark = found.mark();
    let limited =
        |mark: &Mark| !mark.settings.is_empty() || scope.limited.iter().any(|model| model.as_str() == mark.model);
    if loaded && mark.mark().is_some_and(limited) {
        match placement::of(link, database, name).await? {
            Some(found) => described.placement = found,
            None => described.loaded = Some(false),
        }
    }
    let object =
        CatalogObject { kind: ObjectKind::Collection, shape: described.shape(), mark, answers: described.answers() };
    let mut objects = vec![(at(name), object)];
    for alias in found.said.get_aliases() {
        objects.push((at(alias), stranger(&format!("an alias of {name}"))));
    }
    Ok(objects)
}

/// Something that has a name and is no collection of ours.
fn stranger(what: &str) -> CatalogObject {
    let mut shape = Shape::default();
    shape.put(PartKey::only(PartKind::Object), [("is", Fact::Opaque(what.to_owned()))]);
    let answers = [(PartKey::only(PartKind::Object), Digest::of(what))].into();
    CatalogObject { kind: ObjectKind::Other, shape, mark: MarkState::Absent, answers }
}
