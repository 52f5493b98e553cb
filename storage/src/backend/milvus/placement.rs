//! How often a collection is held in memory and on which nodes: reading it, and asking for it.
//!
//! Milvus takes both only with a load, and keeps what a loaded collection was loaded with: another number is refused,
//! another group is ignored without a word. So a difference is a release and a load.

use super::Link;
use crate::backend::EngineError;
use crate::name::Name;
use crate::scaling::{DEFAULT_GROUP, Placement};
use milvus::v2::error::Error;
use milvus::v2::request::collection::{DescribeReplicasRequest, LoadCollectionRequest};
use milvus::v2::request::resource_group::{DescribeResourceGroupRequest, ListResourceGroupsRequest};
use std::collections::{BTreeMap, BTreeSet};

/// Milvus' codes for a collection that has no replicas, since it is not loaded: at all, or not any more.
const NO_REPLICA: [i32; 2] = [400, 100];

/// How a loaded collection is held in memory. None: it is not; while one is released, Milvus still lists it as loaded.
pub(super) async fn of(link: &Link, database: &Name, collection: &str) -> Result<Option<Placement>, EngineError> {
    let request =
        DescribeReplicasRequest::builder().database_name(database.as_str()).collection_name(collection).build();
    let answer = match request {
        Ok(request) => link.ask(link.client.describe_replicas(request)).await,
        Err(error) => Err(error),
    };
    let answer = match answer {
        Err(error) if super::server_code(&error).is_some_and(|code| NO_REPLICA.contains(&code)) => return Ok(None),
        answer => answer
            .map_err(|error| link.failure(format!("asking for the replicas of {database}.{collection}"), &error))?,
    };
    let groups: BTreeSet<String> =
        answer.replicas().iter().map(|replica| replica.get_resource_group().to_owned()).collect();
    Ok(Some(Placement {
        replicas: u32::try_from(answer.replicas().len()).unwrap_or(u32::MAX),
        groups: if groups.contains(DEFAULT_GROUP) && groups.len() == 1 { BTreeSet::new() } else { groups },
        settings: BTreeSet::new(),
    }))
}

/// How many query nodes each resource group has.
pub(super) async fn nodes(link: &Link) -> Result<BTreeMap<String, u32>, EngineError> {
    let failure = |error: Error| link.failure("asking for resource groups", &error);
    let request = ListResourceGroupsRequest::builder().build().map_err(failure)?;
    let groups = link.ask(link.client.list_resource_groups(request)).await.map_err(failure)?;
    let mut nodes = BTreeMap::new();
    for group in groups.group_names() {
        let request = DescribeResourceGroupRequest::builder().group_name(group).build().map_err(failure)?;
        let found = link.ask(link.client.describe_resource_group(request)).await.map_err(failure)?;
        nodes.insert(group.clone(), u32::try_from(found.description().get_available_nodes()).unwrap_or(0));
    }
    Ok(nodes)
}

/// The request for a load.
#[allow(clippy::result_large_err, reason = "it is the client's own error, passed on")]
pub(super) fn load(database: &Name, collection: &Name, placement: &Placement) -> Result<LoadCollectionRequest, Error> {
    let request = LoadCollectionRequest::builder()
        .database_name(database.as_str())
        .collection_name(collection.as_str())
        .replica_number(i32::try_from(placement.replicas).unwrap_or(i32::MAX))
        .sync(false);
    if placement.groups.is_empty() {
        return request.build();
    }
    request.resource_groups(placement.groups.iter().cloned()).build()
}

/// What to do where Milvus refuses a load for want of nodes: they were there when the plan was made.
pub(super) fn hint(detail: &str) -> Option<String> {
    let about_nodes = detail.contains("nodes not enough") || detail.contains("resource group");
    about_nodes.then(|| {
        "the collection is not loaded: query nodes or a resource group went since the plan was made; bring them back, or \
         ask for less in [models.NAME.scaling.milvus], and apply again"
            .to_owned()
    })
}
