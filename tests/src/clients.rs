//! Ordinary clients, which know nothing of whale-host.

use clickhouse::{Client, Compression};
use milvus::v2::request::collection::DropCollectionRequest;
use milvus::v2::{ClientV2, ConnectConfig, TelemetryConfig};
use tokio_postgres::{NoTls, SimpleQueryMessage};
use url::Url;

/// Where a server is.
pub fn address(variable: &str) -> Url {
    let text =
        std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names the server that the live tests use"));
    Url::parse(&text).unwrap()
}

/// Lines of `|`-separated values. One connection a query: the local engine serves one at a time.
pub async fn timescaledb(sql: &str) -> Vec<String> {
    rows("TIMESCALEDB_URL", sql).await
}

/// The same of the plain PostgreSQL.
pub async fn postgres(sql: &str) -> Vec<String> {
    rows("POSTGRES_URL", sql).await
}

async fn rows(variable: &str, sql: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(address(variable).as_str(), NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    let rows = client.simple_query(sql).await.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
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
    let client = Client::default().with_url(base).with_user(url.username()).with_password(url.password().unwrap_or(""));
    let client = client.with_compression(Compression::None);
    let mut rows = client.query_raw(sql).fetch_bytes("TSVRaw").unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    let bytes = rows.collect().await.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    crate::text(&bytes).lines().map(str::to_owned).collect()
}

pub async fn milvus() -> ClientV2 {
    let url = address("MILVUS_URL");
    let config = ConnectConfig::new()
        .uri(format!("http://{}:{}", url.host_str().unwrap(), url.port().unwrap()))
        .token(format!("{}:{}", url.username(), url.password().unwrap_or("")))
        .telemetry(TelemetryConfig::new().enabled(false));
    ClientV2::new(&config).await.unwrap()
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
