//! Ordinary clients, which know nothing of whale-host.

use clickhouse::{Client, Compression};
use milvus::v2::request::collection::DropCollectionRequest;
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
    let url = address("MILVUS_URL");
    let config = ConnectConfig::new()
        .uri(format!("http://{}:{}", url.host_str().unwrap(), url.port().unwrap()))
        .token(format!("{}:{}", url.username(), password(&url)))
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
