//! Ordinary clients, which know nothing of whale-host.

use clickhouse::{Client, Compression};
use milvus::v2::prelude::*;
use milvus::v2::{ClientV2, ConnectConfig, TelemetryConfig};
use percent_encoding::percent_decode_str;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use url::Url;

/// The URL of a server.
pub fn address(variable: &str) -> Url {
    let text =
        std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names the server that the live tests use"));
    Url::parse(&text).unwrap()
}

/// The password of a URL, as the server knows it.
pub fn password(url: &Url) -> String {
    percent_decode_str(url.password().unwrap_or_default()).decode_utf8().unwrap().into_owned()
}

/// Lines of `|`-separated values. One connection a query: the local engine serves one at a time.
pub async fn timescaledb(sql: &str) -> Vec<String> {
    postgres(address("TIMESCALEDB_URL").as_str(), sql).await
}

/// The same of the plain PostgreSQL.
pub async fn plain_postgres(sql: &str) -> Vec<String> {
    postgres(address("POSTGRES_URL").as_str(), sql).await
}

/// The same at any URL.
pub async fn postgres(url: &str, sql: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    let rows = client.simple_query(sql).await.unwrap_or_else(|fault| panic!("{sql}: {fault:?}"));
    let rows = rows.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|column| row.get(column).unwrap_or("")).collect::<Vec<_>>().join("|"))
        }
        _ => None,
    });
    let rows = rows.collect();
    drop(client);
    served.await.unwrap().unwrap();
    rows
}

/// Lines of tab-separated values.
pub async fn clickhouse(sql: &str) -> Vec<String> {
    let url = address("CLICKHOUSE_URL");
    let base = format!("http://{}:{}/", url.host_str().unwrap(), url.port().unwrap());
    let client = Client::default().with_url(base).with_user(url.username()).with_password(password(&url));
    let client = client.with_compression(Compression::None);
    let mut rows = client.query_raw(sql).fetch_bytes("TSVRaw").unwrap_or_else(|fault| panic!("{sql}: {fault:?}"));
    let bytes = rows.collect().await.unwrap_or_else(|fault| panic!("{sql}: {fault:?}"));
    crate::text(&bytes).lines().map(str::to_owned).collect()
}

pub async fn milvus() -> ClientV2 {
    milvus_at(&address("MILVUS_URL")).await
}

/// The same at any URL.
pub async fn milvus_at(url: &Url) -> ClientV2 {
    let config = ConnectConfig::new()
        .uri(format!("http://{}:{}", url.host_str().unwrap(), url.port().unwrap()))
        .token(format!("{}:{}", url.username(), password(url)))
        .telemetry(TelemetryConfig::new().enabled(false));
    ClientV2::new(&config).await.unwrap()
}

/// Drops a model's schema and role.
pub async fn forget_timescaledb(model: &str) {
    forget_postgres(address("TIMESCALEDB_URL").as_str(), model).await;
}

/// The same at any URL.
pub async fn forget_postgres(url: &str, model: &str) {
    let sql = format!(
        "SET client_min_messages = error; DROP SCHEMA IF EXISTS {model} CASCADE;
         DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'whale_{model}') THEN
             EXECUTE 'DROP OWNED BY whale_{model} CASCADE'; EXECUTE 'DROP ROLE whale_{model}'; END IF; END $$"
    );
    postgres(url, &sql).await;
}

/// Drops a database.
pub async fn forget_clickhouse(database: &str) {
    clickhouse(&format!("DROP DATABASE IF EXISTS {database} SYNC")).await;
}

/// Drops a database with all that is in it.
pub async fn forget_milvus(database: &str) {
    let client = milvus().await;
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
    client.drop_database(DropDatabaseRequest::builder().database_name(database).build().unwrap()).await.unwrap();
}

/// Collections of a database; none where there is no such database.
pub async fn milvus_collections(database: &str) -> Vec<String> {
    let client = milvus().await;
    let databases = client.list_databases(ListDatabasesRequest::builder().build().unwrap()).await.unwrap();
    if !databases.database_names().iter().any(|name| name == database) {
        return Vec::new();
    }
    let list = ListCollectionsRequest::builder().database_name(database).build().unwrap();
    let mut names = client.list_collections(list).await.unwrap().collection_names().to_vec();
    names.sort();
    names
}

/// Version tables that other tests have made in their own words.
pub async fn forget_versions() {
    timescaledb("DROP TABLE IF EXISTS public.schema_version").await;
    clickhouse("DROP TABLE IF EXISTS default.schema_version SYNC").await;
    let drop =
        DropCollectionRequest::builder().database_name("default").collection_name("schema_version").build().unwrap();
    // Absent is as good as dropped.
    let _ = milvus().await.drop_collection(drop).await;
}
