//! Definitions, a client of its own, and the stages of a run, for the live tests of Milvus.

use milvus::v2::prelude::*;
use milvus::v2::{ClientV2, ConnectConfig, TelemetryConfig};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use whale_storage::approve::ApprovedPlan;
use whale_storage::backend::milvus::MilvusTarget;
use whale_storage::backend::{Address, Scope, Seal, Target};
use whale_storage::catalog::Catalog;
use whale_storage::definition::milvus::{Collection, Field, Index, Partitions};
use whale_storage::definition::{Backend, Header, Object, ObjectName};
use whale_storage::desire::{Desired, Wanted, WantedObject};
use whale_storage::diff::{Diff, diff};
use whale_storage::mark::{MarkState, Parts};
use whale_storage::name::Name;
use whale_storage::plan::{Lower, Plan};
use whale_storage::raw::{Consistency, LoadState, Operation};
use whale_storage::target::Deployment;
use whale_storage::types::milvus::{IndexKind, Metric, Type};
use whale_storage::word::Spoken;

pub fn address() -> Address {
    let url = std::env::var("MILVUS_URL").expect("MILVUS_URL names the server that the live tests use");
    Address {
        url,
        authority: None,
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(30),
        prefix: String::new(),
        model_users: false,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    }
}

pub async fn connect() -> MilvusTarget {
    MilvusTarget::connect(&address()).await.expect("the server answers")
}

/// A client beside the one that is tested.
pub async fn client() -> ClientV2 {
    let url = url::Url::parse(&address().url).expect("a URL");
    let mut config = ConnectConfig::new()
        .uri(format!("{}://{}:{}", url.scheme(), url.host_str().unwrap(), url.port().unwrap()))
        .telemetry(TelemetryConfig::new().enabled(false));
    if let Some(password) = url.password() {
        let password = percent_encoding::percent_decode_str(password).decode_utf8_lossy();
        config = config.token(format!("{}:{password}", url.username()));
    }
    ClientV2::new(&config).await.expect("the server answers")
}

/// Drops a test's database with all that is in it, before and after it.
pub async fn clear(client: &ClientV2, database: &str) {
    let databases = client.list_databases(ListDatabasesRequest::builder().build().unwrap()).await.unwrap();
    if !databases.database_names().iter().any(|name| name == database) {
        return;
    }
    let list = ListCollectionsRequest::builder().database_name(database).build().unwrap();
    for name in client.list_collections(list).await.unwrap().collection_names() {
        let describe =
            DescribeCollectionRequest::builder().database_name(database).collection_name(name).build().unwrap();
        for alias in client.describe_collection(describe).await.unwrap().description().get_aliases() {
            let drop = DropAliasRequest::builder().database_name(database).alias(alias).build().unwrap();
            client.drop_alias(drop).await.unwrap();
        }
        let drop = DropCollectionRequest::builder().database_name(database).collection_name(name).build().unwrap();
        client.drop_collection(drop).await.unwrap();
    }
    if database != "default" {
        client.drop_database(DropDatabaseRequest::builder().database_name(database).build().unwrap()).await.unwrap();
    }
}

pub fn name(text: &str) -> Name {
    Name::checked(text).expect(text)
}

pub fn place(database: &str, object: &str) -> ObjectName {
    ObjectName { backend: Backend::Milvus, namespace: name(database), name: name(object) }
}

/// `name TYPE`.
pub fn field(text: &str) -> Field {
    let (field, data_type) = text.split_once(' ').expect(text);
    Field {
        name: name(field),
        comment: String::new(),
        data_type: Type::parse(data_type).unwrap_or_else(|fault| panic!("{text}: {fault}")),
        nullable: false,
        default: None,
        partition_key: false,
    }
}

pub fn index(field: &str, kind: &str, metric: Option<&str>, parameters: &[(&str, &str)]) -> Index {
    Index {
        name: name(&format!("{field}_idx")),
        field: name(field),
        kind: IndexKind::parse(kind).expect(kind),
        metric: metric.map(|metric| Metric::parse(metric).expect(metric)),
        parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

/// A knowledge collection of the catalogue: id, embedding, and these fields; HNSW, COSINE.
pub fn knowledge(database: &str, object: &str, dimensions: u32, fields: &[&str]) -> Collection {
    let embedding = format!("embedding FLOAT_VECTOR({dimensions})");
    Collection {
        header: Header {
            id: format!("test/{object}"),
            model: name(database),
            name: place(database, object),
            comment: String::new(),
            origin: None,
            asked: <_>::default(),
        },
        primary_key: name("id"),
        auto_id: false,
        fields: ["id INT64", embedding.as_str()].iter().chain(fields).map(|text| field(text)).collect(),
        dynamic_fields: false,
        indexes: vec![index("embedding", "HNSW", Some("COSINE"), &[("M", "16"), ("efConstruction", "200")])],
        partitions: Partitions::Single,
        shards: 1,
        consistency: Consistency::Bounded,
        load: LoadState::Loaded,
        placement: whale_storage::scaling::Placement::default(),
        properties: BTreeMap::new(),
    }
}

pub fn by_key(mut collection: Collection, field: &str, partitions: u32) -> Collection {
    for one in &mut collection.fields {
        one.partition_key = one.name.as_str() == field;
    }
    collection.partitions = Partitions::ByKey(partitions);
    collection
}

pub fn language_knowledge(database: &str, dimensions: u32) -> Collection {
    let fields =
        ["content VARCHAR(4096)", "language_code VARCHAR(16)", "fluency_level VARCHAR(32)", "grammar_rules JSON"];
    by_key(knowledge(database, "language_knowledge", dimensions, &fields), "language_code", 16)
}

pub fn knowledge_base(database: &str, dimensions: u32) -> Collection {
    let fields =
        ["content VARCHAR(4096)", "source VARCHAR(255)", "category VARCHAR(100)", "created_at INT64", "metadata JSON"];
    by_key(knowledge(database, "knowledge_base", dimensions, &fields), "category", 16)
}

pub fn documents(database: &str, dimensions: u32) -> Collection {
    let fields = [
        "title VARCHAR(512)",
        "content VARCHAR(65535)",
        "source VARCHAR(255)",
        "owner_id INT64",
        "created_at INT64",
        "metadata JSON",
    ];
    knowledge(database, "documents", dimensions, &fields)
}

pub fn objects(collections: &[Collection]) -> Vec<Object> {
    collections.iter().cloned().map(Object::Collection).collect()
}

pub fn wanted(objects: &[Object], lower: &impl Lower) -> Wanted {
    let desired = |object: &Object| Desired {
        object: object.clone(),
        plugin: name("test"),
        version: "1.2.3".parse().unwrap(),
        operations: BTreeSet::from([Operation::Create, Operation::Alter]),
        named: true,
        pinned: true,
    };
    let objects = objects
        .iter()
        .map(|object| (object.name().clone(), WantedObject { desired: desired(object), drawn: lower.drawn(object) }))
        .collect();
    Wanted { target: Backend::Milvus.into(), deployment: Deployment::default(), objects, limits: BTreeMap::new() }
}

pub async fn inspect(target: &mut MilvusTarget, wanted: &Wanted) -> Catalog {
    let scope = Scope { namespaces: wanted.namespaces(), ..Scope::default() };
    target.inspect(&scope).await.expect("the catalogue is read")
}

pub async fn plan(target: &mut MilvusTarget, collections: &[Collection]) -> Plan {
    let lower = target.lower();
    let wanted = wanted(&objects(collections), &lower);
    let actual = inspect(target, &wanted).await;
    let mut plan = Plan::default();
    plan.add(&wanted, &actual, diff(&wanted, &actual, &Spoken::new()), &lower, "run-1");
    plan
}

/// Everything that a run does: plan, carry out, wait, look again, write marks. Returns how many steps there were.
pub async fn apply(target: &mut MilvusTarget, collections: &[Collection]) -> usize {
    let planned = plan(target, collections).await;
    let approved =
        ApprovedPlan::approve(planned, &BTreeSet::new()).unwrap_or_else(|faults| panic!("refused: {faults:#?}"));
    for step in approved.plan().steps() {
        target.run(step).await.unwrap_or_else(|fault| panic!("{fault}\n{:#?}", step.recipe));
    }
    target.settle().await.unwrap_or_else(|fault| panic!("{fault}"));
    seal(target, collections).await;
    approved.plan().steps().count()
}

async fn seal(target: &mut MilvusTarget, collections: &[Collection]) {
    let wanted = wanted(&objects(collections), &target.lower());
    let actual = inspect(target, &wanted).await;
    let Diff { changes, unsealed, .. } = diff(&wanted, &actual, &Spoken::new());
    assert!(changes.is_empty(), "differs after its own run: {changes:#?}");
    let seals = unsealed
        .iter()
        .map(|(name, parts)| {
            (name.clone(), Seal::of(&wanted.objects[name].desired.object, parts.clone(), "main", "run-1"))
        })
        .collect();
    target.seal(&seals).await.expect("marks are written");
}

/// A second look finds nothing: neither by the hashes in the marks, nor by comparing every value.
pub async fn assert_same(target: &mut MilvusTarget, collections: &[Collection]) {
    let wanted = wanted(&objects(collections), &target.lower());
    let mut actual = inspect(target, &wanted).await;
    let by_mark = diff(&wanted, &actual, &Spoken::new());
    assert!(by_mark.changes.is_empty() && by_mark.unsealed.is_empty() && by_mark.found.is_empty(), "{by_mark:#?}");
    for found in actual.objects.values_mut() {
        if let MarkState::Ours(mark) = &mut found.mark {
            mark.parts = Parts::default();
        }
    }
    let by_value = diff(&wanted, &actual, &Spoken::new());
    assert!(by_value.changes.is_empty() && by_value.found.is_empty(), "{by_value:#?}");
}

/// The messages that forbid a plan.
pub fn refusals(plan: &Plan) -> Vec<String> {
    plan.found.iter().map(|found| format!("{} {}: {}", found.code.id, found.path, found.message)).collect()
}

/// The version table is the host's; its definition is repeated here so that this test needs nothing else.
pub fn schema_version() -> Collection {
    let mut table = knowledge("default", "schema_version", 2, &[]);
    table.header.model = name("whale_host");
    "whale/schema_version".clone_into(&mut table.header.id);
    table.primary_key = name("table_name");
    table.fields = [
        "table_name VARCHAR(255)",
        "version VARCHAR(50)",
        "description VARCHAR(4096)",
        "created_at INT64",
        "updated_at INT64",
        "vector FLOAT_VECTOR(2)",
    ]
    .into_iter()
    .map(field)
    .collect();
    table.indexes = vec![index("vector", "FLAT", Some("L2"), &[])];
    table.consistency = Consistency::Strong;
    table
}

/// Rows of the version table that the tests wrote: name, version, when made, when written.
pub async fn versions(raw: &ClientV2) -> Vec<(String, String, i64, i64)> {
    let query = QueryRequest::builder()
        .database_name("default")
        .collection_name("schema_version")
        .filter("table_name like \"whale_test.%\"")
        .output_fields(["table_name", "version", "created_at", "updated_at"])
        .consistency_level(ConsistencyLevel::Strong)
        .build()
        .unwrap();
    let answer = raw.query(query).await.unwrap();
    let text = |field: &str| match answer.results().get_output_field(field) {
        Some(FieldData::VarChar { values, .. }) => values.clone(),
        other => panic!("{other:?}"),
    };
    let number = |field: &str| match answer.results().get_output_field(field) {
        Some(FieldData::Int64 { values, .. }) => values.clone(),
        other => panic!("{other:?}"),
    };
    let (created, updated) = (number("created_at"), number("updated_at"));
    let mut rows: Vec<_> = text("table_name")
        .into_iter()
        .zip(text("version"))
        .zip(created.into_iter().zip(updated))
        .map(|((name, version), (created, updated))| (name, version, created, updated))
        .collect();
    rows.sort();
    rows
}
