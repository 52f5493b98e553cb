//! What an ordinary client does in Milvus, which has no SQL.

use crate::clients;
use milvus::v2::ClientV2;
use milvus::v2::prelude::*;
use serde::Deserialize;
use std::time::Duration;

/// One act, in the case's own database.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    CreateDatabase {},
    /// A collection of somebody else: `id INT64` and `v FLOAT_VECTOR(4)`.
    CreateCollection {
        collection: String,
    },
    /// So many entities: `id` counts from 0, the rest is the same in each.
    Insert {
        collection: String,
        rows: u32,
        row: toml::Table,
        partition: Option<String>,
    },
    DropCollection {
        collection: String,
    },
    RenameCollection {
        collection: String,
        to: String,
    },
    CreateAlias {
        collection: String,
        alias: String,
    },
    CreatePartition {
        collection: String,
        partition: String,
    },
    DropPartition {
        collection: String,
        partition: String,
    },
    DropIndex {
        collection: String,
        index: String,
    },
    Load {
        collection: String,
    },
    Release {
        collection: String,
    },
    SetProperty {
        collection: String,
        name: String,
        value: String,
    },
}

/// Does one.
pub(super) async fn act(database: &str, act: &Act) {
    let client = clients::milvus().await;
    match act {
        Act::CreateDatabase {} => {
            let request = CreateDatabaseRequest::builder().database_name(database).build().unwrap();
            client.create_database(request).await.unwrap();
        }
        Act::CreateCollection { collection } => create(&client, database, collection).await,
        Act::Insert { collection, rows, row, partition } => {
            let numbered = |id: u32| {
                let mut row = row.clone();
                row.insert("id".to_owned(), i64::from(id).into());
                serde_json::to_value(row).unwrap()
            };
            let mut request = InsertRequest::builder().database_name(database).collection_name(collection);
            if let Some(partition) = partition {
                request = request.partition_name(partition);
            }
            client.insert(request.rows((0..*rows).map(numbered)).build().unwrap()).await.unwrap();
        }
        Act::DropCollection { collection } => drop_collection(&client, database, collection).await,
        Act::RenameCollection { collection, to } => {
            let request = RenameCollectionRequest::builder()
                .database_name(database)
                .collection_name(collection)
                .new_collection_name(to);
            client.rename_collection(request.build().unwrap()).await.unwrap();
        }
        Act::CreateAlias { collection, alias } => {
            let request = CreateAliasRequest::builder().database_name(database).collection_name(collection);
            client.create_alias(request.alias(alias).build().unwrap()).await.unwrap();
        }
        Act::CreatePartition { collection, partition } => {
            let request = CreatePartitionRequest::builder().database_name(database).collection_name(collection);
            client.create_partition(request.partition_name(partition).build().unwrap()).await.unwrap();
        }
        Act::DropPartition { collection, partition } => {
            let request = DropPartitionRequest::builder().database_name(database).collection_name(collection);
            client.drop_partition(request.partition_name(partition).build().unwrap()).await.unwrap();
        }
        Act::DropIndex { collection, index } => {
            let request = DropIndexRequest::builder().database_name(database).collection_name(collection);
            client.drop_index(request.index_name(index).build().unwrap()).await.unwrap();
        }
        Act::Load { collection } => {
            let request = LoadCollectionRequest::builder().database_name(database).collection_name(collection);
            client.load_collection(request.build().unwrap()).await.unwrap();
        }
        Act::Release { collection } => {
            let request = ReleaseCollectionRequest::builder().database_name(database).collection_name(collection);
            client.release_collection(request.build().unwrap()).await.unwrap();
        }
        Act::SetProperty { collection, name, value } => {
            let request =
                AlterCollectionPropertiesRequest::builder().database_name(database).collection_name(collection);
            client.alter_collection_properties(request.property(name, value).build().unwrap()).await.unwrap();
        }
    }
}

async fn create(client: &ClientV2, database: &str, collection: &str) {
    let schema = CollectionSchema::new()
        .add_field(FieldSchema::new().name("id").data_type(DataType::Int64).primary_key(true))
        .add_field(FieldSchema::new().name("v").data_type(DataType::FloatVector).dimension(4));
    let request = CreateCollectionRequest::builder().database_name(database).collection_name(collection);
    client.create_collection(request.schema(schema).build().unwrap()).await.unwrap();
}

async fn drop_collection(client: &ClientV2, database: &str, collection: &str) {
    let request = DropCollectionRequest::builder().database_name(database).collection_name(collection).build().unwrap();
    client.drop_collection(request).await.unwrap();
}

/// How many entities a loaded collection has.
pub(super) async fn count(database: &str, collection: &str) -> u64 {
    let request = QueryRequest::builder()
        .database_name(database)
        .collection_name(collection)
        .filter("")
        .output_fields(["count(*)"])
        .consistency_level(ConsistencyLevel::Strong)
        .build()
        .unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(30), clients::milvus().await.query(request)).await;
    answer.expect("an answer in time").unwrap().results().get_row_count()
}
