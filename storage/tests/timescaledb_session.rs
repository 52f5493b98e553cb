//! Sessions with TimescaleDB, live: `TIMESCALEDB_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, clippy::assigning_clones, reason = "tests")]

mod timescaledb_support;

use std::time::Duration;
use timescaledb_support::*;
use tokio::sync::Mutex;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{Address, FailureKind, Target};
use whale_storage::definition::Object;
use whale_storage::definition::timescaledb::Table;
use whale_storage::plan::VersionRow;

/// Names the server.
const SERVER: &str = "TIMESCALEDB_URL";

/// The local engine serves one connection at a time.
static ONE: Mutex<()> = Mutex::const_new(());

fn tables(tables: &[Table]) -> Vec<Object> {
    tables.iter().cloned().map(Object::Table).collect()
}

#[tokio::test]
async fn the_number_of_round_trips_does_not_depend_on_the_number_of_tables() {
    const MODEL: &str = "t_many";
    let _one = ONE.lock().await;
    clear(&[MODEL]).await;
    let many: Vec<Table> =
        (0..40).map(|n| table(MODEL, &format!("t{n}"), &["id integer", "text text default 'x'"])).collect();
    let mut trips = Vec::new();
    for count in [2, 40] {
        let mut target = connect().await;
        apply(&mut target, &tables(&many[..count])).await;
        let before = target.round_trips();
        let planned = plan(&mut target, &tables(&many[..count])).await;
        assert!(planned.is_empty());
        trips.push(target.round_trips() - before);
        target.close().await.unwrap();
    }
    assert_eq!(trips, [2, 2]);
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn failures_of_the_connection_name_the_target_and_the_remedy() {
    let _one = ONE.lock().await;
    let connect_to = |url: String| async move {
        let address = Address {
            url,
            authority: None,
            connect_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(5),
            prefix: String::new(),
            model_users: false,
            session: whale_storage::scaling::own::Said::default(),
            cluster: None,
        };
        TimescaleTarget::connect(&address).await.err().expect("it does not connect")
    };
    let closed = connect_to("postgres://postgres:hunter2@127.0.0.1:1/postgres".to_owned()).await;
    assert_eq!(closed.kind, FailureKind::Unreachable);
    assert!(closed.to_string().contains("127.0.0.1:1") && closed.hint.is_some(), "{closed}");

    let mut url = url::Url::parse(&address().url).unwrap();
    url.set_password(Some("hunter2")).unwrap();
    let denied = connect_to(url.to_string()).await;
    assert_eq!(denied.kind, FailureKind::Denied);
    assert!(denied.detail.starts_with("28P01") && denied.hint.is_some(), "{denied}");
    assert!(!format!("{denied:?}").contains("hunter2"));

    // A port that answers nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let mute = connect_to(format!("postgres://postgres:hunter2@127.0.0.1:{port}/postgres")).await;
    assert_eq!(mute.kind, FailureKind::Unreachable);
    assert!(mute.to_string().contains(&port.to_string()) && mute.detail.contains("2 s"), "{mute}");
}

#[tokio::test]
async fn the_version_table_is_kept_up_to_date() {
    let _one = ONE.lock().await;
    let rows = |version: &str| {
        let row = |table: &str| VersionRow {
            table_name: table.to_owned(),
            version: version.to_owned(),
            description: "it's \\ a 'table'".to_owned(),
        };
        [row("t_record.one"), row("t_record.two")]
    };
    aside("DROP TABLE IF EXISTS public.schema_version").await;
    let mut target = connect().await;
    target.record(&rows("1.0.0")).await.expect("no table, nothing to do");
    let objects = tables(&[version_table()]);
    apply(&mut target, &objects).await;
    assert_same(&mut target, &objects).await;
    target.record(&rows("1.0.0")).await.unwrap();
    target.record(&rows("1.0.0")).await.unwrap();
    target.close().await.unwrap();
    let times = "SELECT string_agg(version || (created_at = updated_at)::text, ' ') FROM public.schema_version WHERE table_name LIKE 't_record.%'";
    assert_eq!(aside(times).await, "1.0.0true 1.0.0true");
    let mut target = connect().await;
    target.record(&rows(&format!("2.0.0-{}", "x".repeat(60)))).await.unwrap();
    target.close().await.unwrap();
    let read = aside(times).await;
    assert!(read.starts_with("2.0.0-xx") && read.contains("false"), "{read}");
    aside("DROP TABLE public.schema_version").await;
}

/// The host's own table, seed 4.1.1.
fn version_table() -> Table {
    let mut versions = table(
        "public",
        "schema_version",
        &[
            "id integer identity",
            "table_name varchar(255) not null",
            "version varchar(50) not null",
            "description text",
            "created_at timestamptz default now()",
            "updated_at timestamptz default now()",
        ],
    );
    versions.header.model = name("whale_host");
    versions.primary_key = Some(key("schema_version_pkey", &["id"]));
    versions.uniques = vec![key("schema_version_table_name_key", &["table_name"])];
    versions
}

#[tokio::test]
async fn the_lock_says_who_holds_it() {
    let _one = ONE.lock().await;
    let mut target = connect().await;
    assert_eq!(target.try_lock().await.unwrap(), None);
    target.lock(Duration::from_millis(1)).await.unwrap();
    target.close().await.unwrap();
}
