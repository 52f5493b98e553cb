//! The calls of an apply of all six plugins, in the plan's order. A plan prints them for people, not to be sent
//! again, so they stand here.

use crate::Failure;
use milvus::v2::prelude::*;
use std::result::Result;
use std::time::{Duration, Instant};
use url::Url;

/// Database, name, other fields than the key and the vector, how many dimensions that has, and how many partitions by
/// the first of the other fields; none: not by a field.
const COLLECTIONS: [(&str, &str, usize, u32, u32); 9] = [
    ("default", "schema_version", 4, 2, 0),
    ("default", "documents", 6, 1536, 0),
    ("default", "knowledge_base", 5, 1536, 16),
    ("federation", "shared_knowledge_base", 4, 1536, 16),
    ("federation", "cross_domain_mappings", 5, 1536, 0),
    ("language", "language_knowledge", 4, 1536, 16),
    ("legal", "legal_knowledge", 4, 1536, 16),
    ("medical", "medical_knowledge", 4, 1536, 16),
    ("programming", "programming_knowledge", 4, 1536, 16),
];
const DATABASES: [&str; 5] = ["federation", "language", "legal", "medical", "programming"];

async fn client() -> Result<ClientV2, Failure> {
    let url = Url::parse(&std::env::var("MILVUS_URL")?)?;
    let password = percent_encoding::percent_decode_str(url.password().unwrap_or_default()).decode_utf8_lossy();
    let config = ConnectConfig::new()
        .uri(format!("http://{}:{}", url.host_str().unwrap_or_default(), url.port().unwrap_or(19530)))
        .token(format!("{}:{password}", url.username()))
        .telemetry(TelemetryConfig::new().enabled(false));
    Ok(ClientV2::new(&config).await?)
}

/// Milliseconds of the calls alone, and with each load waited for before the next call.
pub(crate) async fn send(wait: bool) -> Result<f64, Failure> {
    let client = client().await?;
    let began = Instant::now();
    for database in DATABASES {
        client.create_database(CreateDatabaseRequest::builder().database_name(database).build()?).await?;
    }
    for (database, name, others, dimensions, partitions) in COLLECTIONS {
        let mut schema = CollectionSchema::new()
            .add_field(FieldSchema::new().name("id").data_type(DataType::Int64).primary_key(true))
            .add_field(FieldSchema::new().name("embedding").data_type(DataType::FloatVector).dimension(dimensions));
        for number in 0..others {
            let field = FieldSchema::new().name(format!("f{number}")).data_type(DataType::VarChar).max_length(255);
            let field = field.partition_key(number == 0 && partitions > 0);
            schema = schema.add_field(field);
        }
        let mut request =
            CreateCollectionRequest::builder().database_name(database).collection_name(name).schema(schema);
        if partitions > 0 {
            request = request.num_partitions(partitions.into());
        }
        client.create_collection(request.build()?).await?;
        let index = IndexParam::new().field_name("embedding").index_name("embedding").index_type(IndexType::Hnsw);
        let parameters = [("M".to_owned(), "16".to_owned()), ("efConstruction".to_owned(), "200".to_owned())];
        let index = index.metric_type(MetricType::Cosine).extra_params(parameters.into_iter().collect());
        let request = CreateIndexRequest::builder().database_name(database).collection_name(name).index_param(index);
        client.create_index(request.sync(false).build()?).await?;
        let request = LoadCollectionRequest::builder().database_name(database).collection_name(name).sync(false);
        client.load_collection(request.build()?).await?;
        if wait && name != "schema_version" {
            wait_for_load(&client, database, name).await?;
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

async fn wait_for_load(client: &ClientV2, database: &str, name: &str) -> Result<(), Failure> {
    loop {
        let request = GetLoadStateRequest::builder().database_name(database).collection_name(name).build()?;
        if client.get_load_state(request).await?.state() == LoadState::Loaded {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Drops it all.
pub(crate) async fn clean() -> Result<(), Failure> {
    let client = client().await?;
    for (database, name, ..) in COLLECTIONS {
        client
            .drop_collection(DropCollectionRequest::builder().database_name(database).collection_name(name).build()?)
            .await?;
    }
    for database in DATABASES {
        client.drop_database(DropDatabaseRequest::builder().database_name(database).build()?).await?;
    }
    Ok(())
}
