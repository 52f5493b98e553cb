//! The baseline of `just bench`: statements from standard input, a JSON list, sent one by one with the same client
//! libraries and nothing else. Prints the milliseconds that sending took, connecting left out.
//!
//! `bare timescaledb|clickhouse`, with the address in `TIMESCALEDB_URL` or `CLICKHOUSE_URL`; `bare milvus`,
//! `milvus-waiting` and `milvus-clean` with that in `MILVUS_URL` and nothing on standard input.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program of its own, with an environment and an output"
)]

mod milvus;

use clickhouse::{Client, Compression};
use std::time::Instant;
use tokio_postgres::NoTls;
use url::Url;

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let statements = || serde_json::from_reader::<_, Vec<String>>(std::io::stdin());
    let took = match std::env::args().nth(1).as_deref() {
        Some("timescaledb") => timescaledb(&statements()?).await?,
        Some("clickhouse") => clickhouse(&statements()?).await?,
        Some("milvus") => milvus::send(false).await?,
        Some("milvus-waiting") => milvus::send(true).await?,
        Some("milvus-clean") => milvus::clean().await.map(|()| 0.0)?,
        _ => return Err("usage: bare timescaledb|clickhouse < STATEMENTS, or bare milvus".into()),
    };
    println!("{took:.1}");
    Ok(())
}

async fn timescaledb(statements: &[String]) -> Result<f64, Failure> {
    let (client, connection) = tokio_postgres::connect(&std::env::var("TIMESCALEDB_URL")?, NoTls).await?;
    let served = tokio::spawn(connection);
    let began = Instant::now();
    for statement in statements {
        client.batch_execute(statement).await.map_err(|error| format!("{statement}: {error:?}"))?;
    }
    let took = began.elapsed();
    drop(client);
    served.await??;
    Ok(took.as_secs_f64() * 1e3)
}

async fn clickhouse(statements: &[String]) -> Result<f64, Failure> {
    let url = Url::parse(&std::env::var("CLICKHOUSE_URL")?)?;
    let base = format!("http://{}:{}/", url.host_str().unwrap_or_default(), url.port().unwrap_or(8123));
    let password = percent_encoding::percent_decode_str(url.password().unwrap_or_default()).decode_utf8_lossy();
    let client = Client::default().with_url(base).with_user(url.username()).with_password(password);
    let client = client.with_compression(Compression::None);
    client.query_raw("SELECT 1").execute().await?;
    let began = Instant::now();
    for statement in statements {
        client.query_raw(statement).execute().await.map_err(|error| format!("{statement}: {error}"))?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e3)
}
