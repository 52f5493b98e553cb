//! ClickHouse, live: the connection, what a run costs, and the version table. `CLICKHOUSE_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the suite hands the servers down in the environment")]

mod clickhouse_support;

use clickhouse_support::*;
use std::io::{Read as _, Write as _};
use std::time::Duration;
use whale_storage::backend::clickhouse::ClickhouseTarget;
use whale_storage::backend::{FailureKind, Target as _};
use whale_storage::plan::VersionRow;
use whale_storage::server::Version;

#[tokio::test]
async fn reading_takes_as_many_requests_for_many_tables() {
    const DB: &str = "whale_test_many";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    let mut counts = Vec::new();
    for many in [1, 12] {
        let objects = tables(
            &(0..many).map(|n| table(DB, &format!("t{n}"), &["a UInt8"], "MergeTree", &["a"])).collect::<Vec<_>>(),
        );
        apply(&mut target, &objects).await;
        let before = target.round_trips();
        assert_eq!(plan(&mut target, &objects).await.steps().count(), 0);
        counts.push(target.round_trips() - before);
    }
    assert_eq!(counts, [4, 4]);
    raw.clear(&[DB]).await;
}

#[tokio::test]
async fn the_version_table_keeps_when_a_row_was_first_written() {
    let (raw, mut target) = (Raw::open(), connect().await);
    let row = |version: &str, name: &str| VersionRow {
        table_name: format!("whale_test_versions.{name}"),
        version: version.to_owned(),
        description: "it's \\ 'quoted'\n--".to_owned(),
    };
    // As the host defines its own table, so that it is the host's to every other test.
    let columns = [
        "table_name String",
        "version String",
        "description String",
        "created_at DateTime DEFAULT now()",
        "updated_at DateTime DEFAULT now()",
    ];
    let mut versions = table("default", "schema_version", &columns, "ReplacingMergeTree(updated_at)", &["table_name"]);
    versions.header.id = "whale/schema_version".to_owned();
    versions.header.model = name("whale_host");
    versions.header.comment = "which object was made or changed by which version of its plugin".to_owned();
    apply(&mut target, &tables(&[versions])).await;
    let forget = "DELETE FROM default.schema_version WHERE table_name LIKE 'whale_test_versions.%'";
    raw.run(forget).await;

    raw.run("INSERT INTO default.schema_version VALUES ('whale_test_versions.a', '0', '', toDateTime(1000), toDateTime(1000))").await;
    target.record(&[row("1.0.0", "a"), row("1.0.0", "b")]).await.unwrap();
    let before = target.round_trips();
    target.record(&[row("1.0.0", "a"), row("1.0.0", "b")]).await.unwrap();
    assert_eq!(target.round_trips() - before, 1, "nothing is written twice");
    target.record(&[row("1.0.1", "b")]).await.unwrap();
    let shown = "SELECT table_name, version, toUnixTimestamp(created_at) = 1000, updated_at > toDateTime(1000), description = 'it\\'s \\\\ \\'quoted\\'\\n--' \
                 FROM default.schema_version FINAL WHERE table_name LIKE 'whale_test_versions.%' ORDER BY 1 FORMAT TSV";
    let expected = "whale_test_versions.a\t1.0.0\t1\t1\t1\nwhale_test_versions.b\t1.0.1\t0\t1\t1";
    assert_eq!(raw.text(shown).await, expected);
    raw.run(forget).await;
}

#[tokio::test]
async fn failures_to_connect_name_the_target_and_the_remedy() {
    let address = address();
    let with = |change: &dyn Fn(&mut url::Url)| {
        let mut url = url::Url::parse(&address.url).unwrap();
        change(&mut url);
        whale_storage::backend::Address {
            url: url.to_string(),
            connect_timeout: Duration::from_secs(2),
            ..address.clone()
        }
    };
    let refused = |address| async move { ClickhouseTarget::connect(&address).await.err().expect("refused") };

    let wrong = refused(with(&|url| url.set_password(Some("wrong-secret")).unwrap())).await;
    assert_eq!(wrong.kind, FailureKind::Denied, "{wrong}");
    assert!(!format!("{wrong:?}").contains("wrong-secret") && wrong.hint.is_some());

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = refused(with(&|url| url.set_port(Some(free)).unwrap())).await;
    assert_eq!(nobody.kind, FailureKind::Unreachable, "{nobody}");
    assert!(nobody.attempted.contains(&format!("127.0.0.1:{free}")) && nobody.hint.is_some(), "{nobody:?}");

    for (answer, kind) in [
        (Some("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"), FailureKind::Unreachable),
        (Some("HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\n<html>"), FailureKind::Unreachable),
        (Some("Nothing of HTTP\n"), FailureKind::Unreachable),
        (None, FailureKind::Unreachable),
    ] {
        let port = answering(answer);
        let fault = refused(with(&|url| url.set_port(Some(port)).unwrap())).await;
        assert_eq!(fault.kind, kind, "{answer:?}: {fault}");
        assert!(fault.attempted.contains(&port.to_string()) && fault.hint.is_some(), "{fault:?}");
    }
    let old = "HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n{\"version\":\"18.16.1.0\"}\n";
    let port = answering(Some(old));
    let target = ClickhouseTarget::connect(&with(&|url| url.set_port(Some(port)).unwrap())).await.unwrap();
    assert_eq!(target.server().version, Some(Version { major: 18, minor: 16, patch: 1 }));
}

/// A server that gives one answer, or none, to whatever it is asked.
fn answering(answer: Option<&'static str>) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        match answer {
            Some(answer) => drop(stream.write_all(answer.as_bytes())),
            None => std::thread::sleep(Duration::from_secs(10)),
        }
    });
    port
}
