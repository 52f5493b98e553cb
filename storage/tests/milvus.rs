//! Milvus, live: `MILVUS_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the suite names its servers in the environment")]

mod milvus_support;

use milvus::v2::prelude::*;
use milvus_support::*;
use std::time::{Duration, Instant};
use whale_storage::backend::milvus::MilvusTarget;
use whale_storage::backend::{Address, FailureKind, Target};
use whale_storage::definition::milvus::{Collection, Partitions};
use whale_storage::plan::VersionRow;
use whale_storage::raw::LoadState;
use whale_storage::server::Version;

#[tokio::test]
async fn collections_of_the_catalogue_converge() {
    const DB: &str = "whale_test_models";
    let (raw, mut target) = (client().await, connect().await);
    clear(&raw, DB).await;
    let mut documents = documents(DB, 1536);
    documents.header.comment = "Papers and \"books\"\nof all models".to_owned();
    documents.fields[2].comment = "as printed".to_owned();
    let all = [language_knowledge(DB, 1536), knowledge_base(DB, 1536), documents];
    assert_eq!(apply(&mut target, &all).await, 4);
    assert_same(&mut target, &all).await;
    assert_eq!(apply(&mut target, &all).await, 0);
    clear(&raw, DB).await;
}

#[tokio::test]
async fn strangers_and_aliases_are_left_alone() {
    const DB: &str = "whale_test_strangers";
    let (raw, mut target) = (client().await, connect().await);
    clear(&raw, DB).await;
    raw.create_database(CreateDatabaseRequest::builder().database_name(DB).build().unwrap()).await.unwrap();
    let schema = CollectionSchema::new()
        .add_field(FieldSchema::new().name("id").data_type(DataType::Int64).primary_key(true))
        .add_field(FieldSchema::new().name("v").data_type(DataType::FloatVector).dimension(4));
    let create = CreateCollectionRequest::builder()
        .database_name(DB)
        .collection_name("documents")
        .schema(schema)
        .build()
        .unwrap();
    raw.create_collection(create).await.unwrap();
    let alias =
        CreateAliasRequest::builder().database_name(DB).collection_name("documents").alias("knowledge_base").build();
    raw.create_alias(alias.unwrap()).await.unwrap();

    let refused = refusals(&plan(&mut target, &[documents(DB, 4), knowledge_base(DB, 4)]).await);
    assert_eq!(refused.len(), 2, "{refused:#?}");
    assert!(refused.iter().all(|line| line.contains("is not ours")), "{refused:#?}");
    let language = language_knowledge(DB, 4);
    assert_eq!(apply(&mut target, std::slice::from_ref(&language)).await, 1);
    assert_same(&mut target, &[language]).await;
    let describe = DescribeCollectionRequest::builder().database_name(DB).collection_name("documents").build().unwrap();
    assert!(raw.describe_collection(describe).await.unwrap().description().get_properties().is_empty());

    // Dropped under its alias: the name dangles, and a collection made under it cannot be described.
    let drop = DropCollectionRequest::builder().database_name(DB).collection_name("documents").build().unwrap();
    raw.drop_collection(drop).await.unwrap();
    let made = CreateCollectionRequest::builder()
        .database_name(DB)
        .collection_name("knowledge_base")
        .schema(
            CollectionSchema::new()
                .add_field(FieldSchema::new().name("id").data_type(DataType::Int64).primary_key(true))
                .add_field(FieldSchema::new().name("v").data_type(DataType::FloatVector).dimension(4)),
        )
        .build();
    raw.create_collection(made.unwrap()).await.unwrap();
    let refused = refusals(&plan(&mut target, &[knowledge_base(DB, 4)]).await);
    assert!(refused.iter().any(|line| line.contains("is not ours")), "{refused:#?}");
    let drop = DropAliasRequest::builder().database_name(DB).alias("knowledge_base").build().unwrap();
    raw.drop_alias(drop).await.unwrap();
    clear(&raw, DB).await;
}

#[tokio::test]
async fn a_step_may_be_repeated_and_a_half_done_one_is_finished() {
    const DB: &str = "whale_test_repeat";
    let (raw, mut target) = (client().await, connect().await);
    clear(&raw, DB).await;
    let mut one = knowledge(DB, "notes", 4, &["owner_id INT64"]);
    one.partitions = Partitions::Named(vec![name("a")]);
    one.indexes.push(index("owner_id", "STL_SORT", None, &[]));
    let planned = plan(&mut target, std::slice::from_ref(&one)).await;
    for _ in 0..2 {
        for step in planned.steps() {
            target.run(step).await.unwrap_or_else(|fault| panic!("{fault}"));
        }
    }
    target.settle().await.unwrap();
    assert_eq!(apply(&mut target, std::slice::from_ref(&one)).await, 0);
    // Marks were completed meanwhile: the old step is still the same collection.
    for step in planned.steps() {
        target.run(step).await.unwrap_or_else(|fault| panic!("{fault}"));
    }
    clear(&raw, DB).await;

    let mut planned = plan(&mut target, std::slice::from_ref(&one)).await.targets.remove(0);
    let mut create = planned.steps.remove(1);
    create.recipe.statements.truncate(1);
    target.run(&planned.steps[0]).await.unwrap();
    target.run(&create).await.unwrap();
    assert_eq!(apply(&mut target, std::slice::from_ref(&one)).await, 1);
    assert_same(&mut target, &[one.clone()]).await;

    let mut other = plan(&mut target, &[knowledge(DB, "others", 4, &[])]).await;
    let mut step = other.targets.remove(0).steps.remove(0);
    let whale_storage::plan::Statement::Call(whale_storage::plan::Call::CreateCollection { collection, .. }) =
        &mut step.recipe.statements[0]
    else {
        panic!("a collection is made first")
    };
    collection.header.name = place(DB, "notes");
    let fault = target.run(&step).await.unwrap_err();
    assert_eq!(fault.kind, FailureKind::Refused, "{fault:?}");
    clear(&raw, DB).await;
}

#[tokio::test]
async fn servers_that_cannot_be_used_say_why() {
    let url = url::Url::parse(&address().url).unwrap();
    let place = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let attempt = async |url: String| {
        let address = Address {
            url,
            authority: None,
            connect_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_secs(5),
            prefix: String::new(),
            model_users: false,
            session: whale_storage::scaling::own::Said::default(),
            cluster: None,
        };
        let began = Instant::now();
        let fault = MilvusTarget::connect(&address).await.err().expect("no connection");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        assert!(fault.hint.is_some());
        fault
    };
    let wrong = attempt(format!("http://root:wrong@{place}")).await;
    assert_eq!(wrong.kind, FailureKind::Denied, "{wrong:?}");
    assert!(wrong.attempted.contains(&place) && !format!("{wrong:?}").contains("wrong@"));
    assert_eq!(attempt(format!("http://{place}")).await.kind, FailureKind::Denied);

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let fault = attempt(format!("http://root:x@127.0.0.1:{port}")).await;
    assert_eq!(fault.kind, FailureKind::Unreachable);
    assert!(fault.attempted.contains(&format!("127.0.0.1:{port}")), "{fault}");

    // Something that takes connections and says nothing, and something that speaks HTTP.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let fault = attempt(format!("http://127.0.0.1:{}", silent.local_addr().unwrap().port())).await;
    assert_eq!(fault.kind, FailureKind::Unreachable, "{fault:?}");
    let http = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = http.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in http.incoming().take(50).flatten() {
            use std::io::Write as _;
            let mut stream = stream;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let fault = attempt(format!("http://127.0.0.1:{port}")).await;
    assert_eq!(fault.kind, FailureKind::Unreachable, "{fault:?}");
    assert_eq!(connect().await.server().version, Some("2.3.5".parse::<Version>().unwrap()));
}

#[tokio::test]
async fn the_version_table_keeps_when_an_object_was_made() {
    let raw = client().await;
    let drop =
        DropCollectionRequest::builder().database_name("default").collection_name("schema_version").build().unwrap();
    let _ = raw.drop_collection(drop.clone()).await;
    let row = |object: &str, version: &str| VersionRow {
        table_name: format!("whale_test.{object}"),
        version: version.to_owned(),
        description: "d".to_owned(),
    };
    let mut target = connect().await;
    target.record(&[row("a", "1.0.0")]).await.expect("a table that is not there is no fault");
    apply(&mut target, &[schema_version()]).await;
    target.record(&[row("a", "1.0.0"), row("b", "1.0.0")]).await.unwrap();
    let first = versions(&raw).await;
    assert_eq!(first.len(), 2);

    let mut target = connect().await;
    let before = target.round_trips();
    target.record(&[row("a", "1.0.0"), row("b", "1.0.0")]).await.unwrap();
    assert_eq!(target.round_trips() - before, 2, "a state and a query");
    assert_eq!(versions(&raw).await, first);
    target.record(&[row("a", "1.1.0"), row("b", "1.0.0"), row("c", "1.0.0")]).await.unwrap();
    let second = versions(&raw).await;
    assert_eq!(second.len(), 3);
    assert_eq!((second[0].1.as_str(), second[0].2), ("1.1.0", first[0].2));
    assert!(second[0].3 > first[0].3);
    assert_eq!(second[1], first[1]);
    raw.drop_collection(drop).await.unwrap();
}

#[tokio::test]
async fn a_second_look_sends_little() {
    const DB: &str = "whale_test_round_trips";
    let (raw, mut target) = (client().await, connect().await);
    clear(&raw, DB).await;
    let mut all: Vec<Collection> = (0..12).map(|number| knowledge(DB, &format!("c{number}"), 4, &[])).collect();
    for one in &mut all {
        one.load = LoadState::Released;
    }
    apply(&mut target, &all).await;
    let before = target.round_trips();
    assert!(plan(&mut target, &all).await.is_empty());
    assert_eq!(
        target.round_trips() - before,
        4 + 2 * 12,
        "databases, a version table, collections twice; each described, with its indexes"
    );
    clear(&raw, DB).await;
}
