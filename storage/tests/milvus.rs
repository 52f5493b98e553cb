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
use whale_storage::expr::{Expr, Literal};
use whale_storage::plan::VersionRow;
use whale_storage::raw::{Consistency, LoadState};
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

/// Everything that a definition can say on Milvus 2.3.
fn everything(database: &str) -> Collection {
    let fields = [
        "title VARCHAR(512)",
        "tags ARRAY(VARCHAR(64), 16)",
        "ids ARRAY(INT64, 256)",
        "level INT8",
        "small INT16",
        "medium INT32",
        "owner_id INT64",
        "score FLOAT",
        "exact DOUBLE",
        "reviewed BOOL",
        "metadata JSON",
    ];
    let mut all = knowledge(database, "everything", 8, &fields);
    let number = |text: &str| Some(Expr::Literal(Literal::Number(text.to_owned())));
    all.fields[2].default = Some(Expr::text("it's \"new\"\\"));
    all.fields[5].default = number("-7");
    all.fields[8].default = number("-9223372036854775808");
    all.fields[9].default = number("0.1");
    all.fields[10].default = number("1e-3");
    all.fields[11].default = Some(Expr::Literal(Literal::Boolean(true)));
    all.auto_id = true;
    all.dynamic_fields = true;
    all.shards = 2;
    all.consistency = Consistency::Strong;
    all.partitions = Partitions::Named(vec![name("p_2026_01"), name("p_2026_02")]);
    all.indexes[0] = index("embedding", "IVF_PQ", Some("L2"), &[("nlist", "128"), ("m", "4"), ("nbits", "8")]);
    all.indexes.push(index("title", "Trie", None, &[]));
    all.indexes.push(index("owner_id", "STL_SORT", None, &[]));
    all.properties.insert("collection.ttl.seconds".to_owned(), "86400".to_owned());
    "всё".clone_into(&mut all.header.comment);
    all
}

#[tokio::test]
async fn everything_reads_back_as_it_was_defined() {
    const DB: &str = "whale_test_everything";
    let (raw, mut target) = (client().await, connect().await);
    clear(&raw, DB).await;
    let mut all = vec![everything(DB)];
    for (kind, metric, parameters) in [
        ("FLAT", "IP", &[][..]),
        ("IVF_FLAT", "L2", &[("nlist", "64")][..]),
        ("IVF_SQ8", "COSINE", &[("nlist", "64")][..]),
        ("SCANN", "L2", &[("nlist", "64"), ("with_raw_data", "true")][..]),
        ("AUTOINDEX", "IP", &[][..]),
        ("DISKANN", "L2", &[][..]),
    ] {
        let mut one = knowledge(DB, &format!("by_{}", kind.to_lowercase()), 8, &["text VARCHAR(16)"]);
        one.indexes[0] = index("embedding", kind, Some(metric), parameters);
        one.load = LoadState::Released;
        all.push(one);
    }
    let mut binary = knowledge(DB, "binary", 8, &[]);
    binary.fields[0] = field("id VARCHAR(64)");
    binary.fields[1] = field("embedding BINARY_VECTOR(64)");
    binary.indexes[0] = index("embedding", "BIN_IVF_FLAT", Some("HAMMING"), &[("nlist", "64")]);
    all.push(binary);
    assert_eq!(apply(&mut target, &all).await, all.len() + 1);
    assert_same(&mut target, &all).await;
    let wanted = wanted(&objects(&all), &target.lower());
    let before = inspect(&mut target, &wanted).await;
    let other = inspect(&mut connect().await, &wanted).await;
    for (name, object) in &before.objects {
        assert_eq!(object.seen, other.objects[name].seen, "{name}");
    }
    clear(&raw, DB).await;
}

async fn insert(raw: &ClientV2, database: &str, collection: &str, rows: Vec<serde_json::Value>) {
    let insert =
        InsertRequest::builder().database_name(database).collection_name(collection).rows(rows).build().unwrap();
    raw.insert(insert).await.unwrap();
}

#[tokio::test]
async fn rows_survive_what_is_added() {
    const DB: &str = "whale_test_additive";
    let (raw, mut target) = (client().await, connect().await);
    clear(&raw, DB).await;
    let mut one = knowledge(DB, "notes", 4, &["title VARCHAR(64)", "owner_id INT64"]);
    let mut keyed = by_key(knowledge(DB, "keyed", 4, &["title VARCHAR(64)"]), "title", 4);
    keyed.load = LoadState::Released;
    apply(&mut target, &[one.clone(), keyed.clone()]).await;
    let rows = (0..100)
        .map(|id| serde_json::json!({"id": id, "embedding": [1.0, 2.0, 3.0, 4.0], "title": "t", "owner_id": id}));
    insert(&raw, DB, "notes", rows.collect()).await;
    assert_eq!(count(&raw, DB, "notes").await, 100);

    one.partitions = Partitions::Named(vec![name("p_new"), name("p_newer")]);
    one.properties.insert("collection.ttl.seconds".to_owned(), "864000".to_owned());
    one.indexes.push(index("owner_id", "STL_SORT", None, &[]));
    one.indexes.push(index("title", "Trie", None, &[]));
    keyed.load = LoadState::Loaded;
    assert_eq!(apply(&mut target, &[one.clone(), keyed.clone()]).await, 2);
    assert_same(&mut target, &[one.clone(), keyed.clone()]).await;
    assert_eq!(count(&raw, DB, "notes").await, 100);

    one.properties.insert("collection.ttl.seconds".to_owned(), "1728000".to_owned());
    assert_eq!(apply(&mut target, &[one.clone(), keyed.clone()]).await, 1);
    assert_same(&mut target, &[one, keyed]).await;
    assert_eq!(count(&raw, DB, "notes").await, 100);
    clear(&raw, DB).await;
}

#[tokio::test]
async fn what_cannot_be_carried_out_is_refused_by_name() {
    const DB: &str = "whale_test_refused";
    let (raw, mut target) = (client().await, connect().await);
    clear(&raw, DB).await;
    let mut one = knowledge(DB, "notes", 4, &["title VARCHAR(64)"]);
    one.header.comment = "notes".to_owned();
    one.partitions = Partitions::Named(vec![name("old")]);
    one.load = LoadState::Released;
    apply(&mut target, std::slice::from_ref(&one)).await;

    let mut two = one.clone();
    two.header.comment = "other notes".to_owned();
    two.fields[1] = field("embedding FLOAT_VECTOR(8)");
    two.fields[2] = field("title VARCHAR(128)");
    two.fields.push(field("extra INT64"));
    two.indexes[0] = index("embedding", "HNSW", Some("COSINE"), &[("M", "32"), ("efConstruction", "200")]);
    two.partitions = Partitions::Single;
    two.shards = 2;
    two.properties.insert("mmap.enabled".to_owned(), "true".to_owned());
    let refused = refusals(&plan(&mut target, &[two]).await);
    for part in [
        "notes/column embedding",
        "notes/column title",
        "notes/column extra",
        "notes/index embedding",
        "notes/partition old",
        "notes/definition",
        "notes/comment",
        "notes/property mmap.enabled",
    ] {
        assert!(refused.iter().any(|line| line.contains(part)), "{part} in {refused:#?}");
    }
    assert!(refused.iter().any(|line| line.contains("Milvus 2.3.5 cannot add a field")), "{refused:#?}");

    let mut three = knowledge(DB, "nulls", 4, &["title VARCHAR(64)", "more FLOAT_VECTOR(4)"]);
    three.fields[2].nullable = true;
    three.indexes[0] = index("embedding", "HNSW_SQ", Some("L2"), &[]);
    let refused = refusals(&plan(&mut target, &[three]).await);
    for part in ["nulls/column title", "nulls/definition", "nulls/index embedding"] {
        assert!(refused.iter().any(|line| line.contains(part)), "{part} in {refused:#?}");
    }
    assert_same(&mut target, &[one]).await;
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
        3 + 2 * 12,
        "databases, collections twice; each described, with its indexes"
    );
    clear(&raw, DB).await;
}
