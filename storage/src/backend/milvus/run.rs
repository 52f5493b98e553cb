//! Carrying out calls, waiting for loads, writing marks and the version table.
//!
//! A call whose answer is a failure, or no answer, is looked after: if what it should have done is there, it is done. So
//! a step may be repeated, and a retry inside the client that finds its own first attempt does no harm.

use super::normalize::{Described, index_shape};
use super::terms::{consistency_of, field_schema, index_type, metric_of};
use super::{Link, MilvusTarget, PARALLEL, inspect, placement};
use crate::backend::{EngineError, FailureKind, Seal};
use crate::catalog::{PartKey, PartKind};
use crate::definition::milvus::{Collection, Index, Partitions};
use crate::definition::{Backend, ObjectName};
use crate::mark::{self, Mark, MarkState};
use crate::name::Name;
use crate::plan::{Call, Statement, Step};
use futures::{StreamExt, TryStreamExt};
use milvus::v2::error::Error;
use milvus::v2::request::collection::{
    AddCollectionFieldRequest, AlterCollectionPropertiesRequest, CreateCollectionRequest, GetLoadStateRequest,
    ReleaseCollectionRequest,
};
use milvus::v2::request::database::CreateDatabaseRequest;
use milvus::v2::request::index::CreateIndexRequest;
use milvus::v2::request::partition::CreatePartitionRequest;
use milvus::v2::{ClientV2, CollectionSchema, IndexParam, LoadState};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often the state of loads is asked for.
const LOAD_POLL: Duration = Duration::from_millis(100);
/// How long all loads together may take.
const LOAD_LIMIT: Duration = Duration::from_mins(2);
/// How many times in a row the state of a load may be refused.
const LOAD_REFUSALS: u32 = 10;

impl MilvusTarget {
    pub(super) async fn run_step(&mut self, step: &Step) -> Result<(), EngineError> {
        for statement in &step.recipe.statements {
            let Statement::Call(call) = statement else { continue };
            self.run_call(step.model.as_str(), call).await?;
        }
        Ok(())
    }

    async fn run_call(&mut self, model: &str, call: &Call) -> Result<(), EngineError> {
        let client = match call {
            // It is in no database yet, and the right to make one is over all of them.
            Call::CreateDatabase { .. } => self.link.client.clone(),
            call => self.link.writer(model, call.database()).await?,
        };
        match send(&self.link, &client, call).await {
            Ok(()) => {
                if let Call::CreateCollection { collection, .. } = call {
                    let name = &collection.header.name;
                    self.made.insert((name.namespace.clone(), name.name.clone()));
                }
            }
            Err(error) => {
                let failure = refusal(&self.link, call, &error);
                if failure.kind == FailureKind::Denied || !is_there(&self.link, call).await.unwrap_or(false) {
                    return Err(failure);
                }
            }
        }
        if let Call::Load { database, collection, .. } = call
            && (database, collection) != (&self.version_table.namespace, &self.version_table.name)
        {
            // What we write into it does not need it loaded, and nobody else searches it.
            self.loading.insert((database.clone(), collection.clone()));
        }
        Ok(())
    }

    /// Waits until all collections whose load was asked for are loaded. They load at the same time, so asking for one after
    /// the other takes no longer than asking for all, and sends less.
    pub(super) async fn wait_for_loads(&mut self) -> Result<(), EngineError> {
        let until = Instant::now() + LOAD_LIMIT;
        let mut refusals = 0;
        while let Some(name) = self.loading.first().cloned() {
            match load_state(&self.link, &name.0, &name.1).await {
                Ok(LoadState::Loaded) => {
                    self.loading.remove(&name);
                    refusals = 0;
                    continue;
                }
                Ok(LoadState::Loading) => refusals = 0,
                Ok(state) => {
                    return Err(self.not_loaded(&name, &format!("it is {state:?} after its load was asked for")));
                }
                // Between two states Milvus refuses to say; only when it goes on doing so the load has failed.
                Err(_) if refusals < LOAD_REFUSALS => refusals += 1,
                Err(error) => return Err(self.not_loaded(&name, &super::said(&error))),
            }
            if Instant::now() >= until {
                return Err(self.late());
            }
            sleep(LOAD_POLL).await;
        }
        Ok(())
    }

    fn not_loaded(&self, (database, collection): &(Name, Name), detail: &str) -> EngineError {
        EngineError {
            backend: Backend::Milvus,
            kind: FailureKind::Refused,
            attempted: format!("loading {database}.{collection}"),
            detail: detail.to_owned(),
            hint: Some(format!(
                "see the log of Milvus at {}; it may lack memory for the collection. Then apply again",
                self.link.place.host_and_port()
            )),
        }
    }

    fn late(&self) -> EngineError {
        let names: Vec<String> = self.loading.iter().map(|(database, name)| format!("{database}.{name}")).collect();
        EngineError {
            backend: Backend::Milvus,
            kind: FailureKind::InDoubt,
            attempted: format!("loading {}", names.join(", ")),
            detail: format!("not loaded after {} s", LOAD_LIMIT.as_secs()),
            hint: Some("Milvus goes on loading by itself; apply again later, which waits for what is left".to_owned()),
        }
    }

    /// Writes marks.
    pub(super) async fn write_marks(&self, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
        futures::stream::iter(marks)
            .map(|(name, seal)| async move {
                let properties = BTreeMap::from([(mark::PROPERTY.to_owned(), seal.mark.line())]);
                let call = Call::AlterProperties {
                    database: name.namespace.clone(),
                    collection: name.name.clone(),
                    properties,
                };
                let client = self.link.writer(&seal.mark.model, &name.namespace).await?;
                match send(&self.link, &client, &call).await {
                    Ok(()) => Ok(()),
                    Err(_) if is_there(&self.link, &call).await.unwrap_or(false) => Ok(()),
                    Err(error) => Err(refusal(&self.link, &call, &error)),
                }
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await
    }
}

/// Whether a collection is loaded, as the server says.
pub(super) async fn load_state(link: &Link, database: &Name, collection: &Name) -> Result<LoadState, Error> {
    let request =
        GetLoadStateRequest::builder().database_name(database.as_str()).collection_name(collection.as_str()).build()?;
    Ok(link.ask(link.client.get_load_state(request)).await?.state())
}

async fn send(link: &Link, client: &ClientV2, call: &Call) -> Result<(), Error> {
    match call {
        Call::CreateDatabase { database } => {
            let request = CreateDatabaseRequest::builder().database_name(database.as_str()).build()?;
            link.ask(client.create_database(request)).await
        }
        Call::CreateCollection { collection, properties } => {
            link.ask(client.create_collection(creation(collection, properties)?)).await
        }
        Call::AddField { database, collection, field } => {
            let request = AddCollectionFieldRequest::builder()
                .database_name(database.as_str())
                .collection_name(collection.as_str())
                .field(field_schema(field, None))
                .build()?;
            link.ask(client.add_collection_field(request)).await
        }
        Call::CreateIndex { database, collection, index } => {
            let request = CreateIndexRequest::builder()
                .database_name(database.as_str())
                .collection_name(collection.as_str())
                .index_param(index_param(index))
                // Waiting would call what Milvus does not have in every version; `settle` waits for the load instead.
                .sync(false)
                .build()?;
            link.ask(client.create_index(request)).await
        }
        Call::CreatePartition { database, collection, partition } => {
            let request = CreatePartitionRequest::builder()
                .database_name(database.as_str())
                .collection_name(collection.as_str())
                .partition_name(partition.as_str())
                .build()?;
            link.ask(client.create_partition(request)).await
        }
        Call::AlterProperties { database, collection, properties } => {
            let request = AlterCollectionPropertiesRequest::builder()
                .database_name(database.as_str())
                .collection_name(collection.as_str())
                .properties(properties.clone().into_iter().collect())
                .build()?;
            if link.forgetful {
                link.ask(client.alter_collection_properties(request.clone())).await?;
            }
            link.ask(client.alter_collection_properties(request)).await
        }
        Call::Release { database, collection } => {
            let request = ReleaseCollectionRequest::builder()
                .database_name(database.as_str())
                .collection_name(collection.as_str())
                .build()?;
            link.ask(client.release_collection(request)).await
        }
        Call::Load { database, collection, placement } => {
            link.ask(client.load_collection(placement::load(database, collection, placement)?)).await
        }
    }
}

#[allow(clippy::result_large_err, reason = "it is the client's own error, passed on")]
fn creation(collection: &Collection, properties: &BTreeMap<String, String>) -> Result<CreateCollectionRequest, Error> {
    let schema = CollectionSchema::new()
        .description(&collection.header.comment)
        .enable_dynamic_field(collection.dynamic_fields)
        .fields(collection.fields.iter().map(|field| field_schema(field, Some(collection))).collect());
    // Indexes are made one by one: given here, the client would also load the collection.
    let request = CreateCollectionRequest::builder()
        .database_name(collection.header.name.namespace.as_str())
        .collection_name(collection.header.name.name.as_str())
        .schema(schema)
        .num_shards(i32::try_from(collection.shards).unwrap_or(i32::MAX))
        .consistency_level(consistency_of(collection.consistency))
        .properties(properties.clone().into_iter().collect());
    match collection.partitions {
        Partitions::ByKey(number) => request.num_partitions(i64::from(number)).build(),
        Partitions::Single | Partitions::Named(_) => request.build(),
    }
}

fn index_param(index: &Index) -> IndexParam {
    let parameters = index.parameters.clone().into_iter().collect();
    let param = IndexParam::new()
        .field_name(index.field.as_str())
        .index_name(index.name.as_str())
        .index_type(index_type(index.kind))
        .extra_params(parameters);
    match index.metric {
        Some(metric) => param.metric_type(metric_of(metric)),
        None => param,
    }
}

/// Whether what a call should do is there.
async fn is_there(link: &Link, call: &Call) -> Result<bool, EngineError> {
    let described = |database, collection| async move {
        let found = inspect::describe(link, database, collection).await;
        found.map_err(|error| link.failure(format!("describing {database}.{collection}"), &error))
    };
    Ok(match call {
        Call::CreateDatabase { database } => inspect::databases(link).await?.contains(database),
        Call::CreateCollection { collection, properties } => {
            let name = &collection.header.name;
            let found = described(&name.namespace, name.name.as_str()).await?;
            // Whatever else was written since, a mark that differs only in what the server said back is the same step's.
            let plain = |state| match state {
                MarkState::Ours(found) => Some(Mark { parts: found.parts.unanswered(), ..found }),
                MarkState::Absent | MarkState::Broken(_) | MarkState::Theirs(_) => None,
            };
            let asked = properties.get(mark::PROPERTY).and_then(|line| plain(MarkState::read(line)));
            let same_mark = asked.is_some() && asked == plain(found.mark());
            same_mark && found.said.get_collection_name() == name.name.as_str()
        }
        Call::AddField { database, collection, field } => {
            let wanted = field_schema(field, None);
            let found = described(database, collection.as_str()).await?;
            found.said.get_schema().get_fields().iter().any(|there| {
                there.get_name() == wanted.get_name()
                    && there.get_data_type() == wanted.get_data_type()
                    && there.get_type_params() == wanted.get_type_params()
            })
        }
        Call::CreateIndex { database, collection, index } => {
            let found = described(database, collection.as_str()).await?;
            let there = Described::found(&found.said, &found.indexes, &found.partitions, false).shape();
            let key = PartKey::new(PartKind::Index, index.field.as_str());
            there.parts.get(&key).is_some_and(|facts| index_shape(index).parts.get(&key) == Some(facts))
        }
        Call::CreatePartition { database, collection, partition } => {
            let there = inspect::partitions(link, database, collection.as_str()).await;
            let there = there.map_err(|error| link.failure("listing partitions", &error))?;
            there.iter().any(|name| name == partition.as_str())
        }
        Call::AlterProperties { database, collection, properties } => {
            let found = described(database, collection.as_str()).await?;
            properties.iter().all(|(name, value)| found.said.get_properties().get(name) == Some(value))
        }
        Call::Release { database, collection } => {
            matches!(load_state(link, database, collection).await, Ok(LoadState::NotLoad))
        }
        Call::Load { database, collection, placement } => {
            matches!(load_state(link, database, collection).await, Ok(LoadState::Loaded | LoadState::Loading))
                && placement::of(link, database, collection.as_str())
                    .await?
                    .is_some_and(|there| there.facts() == placement.facts())
        }
    })
}

fn refusal(link: &Link, call: &Call, error: &Error) -> EngineError {
    let mut failure = link.failure(call.to_string(), error);
    if matches!(call, Call::CreateCollection { .. }) && failure.detail.contains("duplicate collection") {
        failure.hint = Some("somebody made a collection of that name since the plan was made; plan again".to_owned());
    }
    if matches!(call, Call::Load { .. }) {
        failure.hint = failure.hint.or_else(|| placement::hint(&failure.detail));
    }
    failure
}
