//! Connections protected by TLS, on loopback, against real ends of it: PostgreSQL's own, and proxies in front of the
//! other engines. Certificates are made by each test, and whoever is named in the URL is beyond loopback as far as
//! protection goes: `verify-full` and `https` say so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::fmt::Write as _;
use std::path::PathBuf;
use tempfile::TempDir;
use url::Url;
use whale_tests::clients::{self, address, forget_versions};
use whale_tests::tls::{Authority, Identity, Inside, Proxy};
use whale_tests::{text, whale_at};

const BOTH: [&str; 4] = ["--plugin", "plugins/shared.wasm", "--plugin", "plugins/language.wasm"];

/// Two authorities, and a folder with their certificates.
struct Trust {
    ours: Authority,
    other: Authority,
    folder: TempDir,
}

impl Trust {
    fn new() -> Self {
        let trust = Self {
            ours: Authority::new("our authority"),
            other: Authority::new("another authority"),
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(trust.file("ours"), &trust.ours.pem).unwrap();
        std::fs::write(trust.file("other"), &trust.other.pem).unwrap();
        std::fs::write(trust.file("none"), "no certificate").unwrap();
        trust
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.pem"))
    }
}

/// One engine, as a URL without parameters that leads to some port.
#[derive(Clone, Copy)]
struct Engine {
    name: &'static str,
    variable: &'static str,
    /// Whose URL has the credentials.
    server: &'static str,
    inside: Inside,
}

const POSTGRES: Engine =
    Engine { name: "timescaledb", variable: "TIMESCALEDB_URL", server: "POSTGRES_URL", inside: Inside::Postgres };
const TIMESCALEDB: Engine = Engine { server: "TIMESCALEDB_URL", ..POSTGRES };
const CLICKHOUSE: Engine =
    Engine { name: "clickhouse", variable: "CLICKHOUSE_URL", server: "CLICKHOUSE_URL", inside: Inside::Http };
const MILVUS: Engine = Engine { name: "milvus", variable: "MILVUS_URL", server: "MILVUS_URL", inside: Inside::Http2 };

impl Engine {
    fn url(self, host: &str, port: u16, tls: bool) -> Url {
        let url = address(self.server).to_string();
        let url = if tls { url.replacen("http://", "https://", 1) } else { url };
        let mut url = Url::parse(&url).unwrap();
        url.set_query(None);
        url.set_host(Some(host)).unwrap();
        url.set_port(Some(port)).unwrap();
        url
    }

    /// What `status` says of a target at this URL.
    fn status(self, url: &str, environment: &[(&str, &str)]) -> (i32, String) {
        let targets = [&[(self.variable, url)][..], environment].concat();
        let output = whale_at(&targets, &["status", "--engine", self.name]).output().unwrap();
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        println!("{} {}\n{said}", self.name, url.split_once('?').map_or("", |(_, parameters)| parameters));
        (output.status.code().unwrap(), said)
    }

    /// An end of TLS with this certificate, and its port.
    async fn end(self, identity: &Identity) -> (Option<Proxy>, u16) {
        if self.server == "POSTGRES_URL" {
            turn_on(identity).await;
            return (None, address(self.server).port().unwrap());
        }
        let proxy = Proxy::tls(identity, self.inside, &address(self.server)).await;
        let port = proxy.port;
        (Some(proxy), port)
    }
}

async fn postgres(sql: &str) -> Vec<String> {
    clients::postgres(address("POSTGRES_URL").as_str(), sql).await
}

/// Gives PostgreSQL a certificate, and waits until new connections meet it.
async fn turn_on(identity: &Identity) {
    let before = postgres("SELECT pg_conf_load_time()").await;
    for (file, content) in [("server.crt", &identity.certificate), ("server.key", &identity.key)] {
        postgres(&format!(
            "COPY (SELECT unnest(string_to_array($pem${}$pem$, E'\\n'))) TO PROGRAM 'umask 077; cat > {file}'",
            content.trim()
        ))
        .await;
    }
    postgres("ALTER SYSTEM SET ssl = on").await;
    reload(&before).await;
    assert_eq!(postgres("SHOW ssl").await, ["on"]);
}

async fn reload(before: &[String]) {
    postgres("SELECT pg_reload_conf()").await;
    for _ in 0..100 {
        if postgres("SELECT pg_conf_load_time()").await != before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("PostgreSQL does not read its configuration again");
}

fn assert_said((exit, said): &(i32, String), expected: i32, place: &str, words: &[&str]) {
    assert_eq!(*exit, expected, "{said}");
    for word in words.iter().chain(&[place]) {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(!said.contains("canary-"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_whole_apply_goes_over_tls_with_an_authority_of_ones_own() {
    forget_versions().await;
    let trust = Trust::new();
    let identity = trust.ours.server(&["localhost"]);
    let mut proxies = Vec::new();
    let mut urls = Vec::new();
    for engine in [TIMESCALEDB, CLICKHOUSE, MILVUS] {
        let (proxy, port) = engine.end(&identity).await;
        proxies.push(proxy);
        let url = engine.url("localhost", port, true);
        urls.push((engine.variable, format!("{url}?sslmode=verify-full&sslrootcert={}", trust.file("ours").display())));
    }
    let targets: Vec<(&str, &str)> = urls.iter().map(|(variable, url)| (*variable, url.as_str())).collect();
    for (verb, expected) in [
        (&["apply", "--yes"][..], "a second plan is empty"),
        (&["plan", "--check"], "nothing to do"),
        (&["status"], "language"),
    ] {
        let output = whale_at(&targets, &[verb, &BOTH].concat()).output().unwrap();
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        println!("{said}");
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains(expected), "{said}");
    }
    forget_versions().await;
}

/// Everything that can be wrong with a certificate, and with who has one.
async fn every_fault_has_its_text(engine: Engine) {
    let trust = Trust::new();
    let plain = address(engine.server).port().unwrap();
    let full = |parameters: &str| match engine.inside {
        Inside::Postgres => format!("?sslmode=verify-full{parameters}"),
        _ => format!("?{}", parameters.trim_start_matches('&')),
    };
    let (ours, other) = (
        format!("&sslrootcert={}", trust.file("ours").display()),
        format!("&sslrootcert={}", trust.file("other").display()),
    );
    let ask = |host: &str, port: u16, parameters: &str| {
        engine.status(&format!("{}{}", engine.url(host, port, true), full(parameters)), &[])
    };

    if engine.server != "POSTGRES_URL" {
        let said = ask("127.0.0.1", plain, &ours);
        assert_said(&said, 4, &format!("127.0.0.1:{plain}"), &["TLS", "sslmode=disable", "hint:"]);
    }
    let (end, port) = engine.end(&trust.ours.server(&["127.0.0.1"])).await;
    let place = format!("127.0.0.1:{port}");
    assert_said(&ask("127.0.0.1", port, &ours), 0, &place, &[" as "]);
    let system = trust.file("ours").display().to_string();
    let by_system = engine
        .status(&format!("{}{}", engine.url("127.0.0.1", port, true), full("")), &[("SSL_CERT_FILE", system.as_str())]);
    assert_said(&by_system, 0, &place, &[" as "]);
    assert_said(
        &ask("127.0.0.1", port, ""),
        4,
        &place,
        &["signed by an authority that is not trusted here", "sslrootcert=FILE"],
    );
    assert_said(
        &ask("127.0.0.1", port, &other),
        4,
        &place,
        &["signed by an authority that is not trusted here", "other.pem holds other authorities"],
    );
    assert_said(
        &ask("localhost", port, &ours),
        4,
        &format!("localhost:{port}"),
        &["the server's certificate is not for localhost, but for 127.0.0.1"],
    );
    let mut wrong = engine.url("127.0.0.1", port, true);
    wrong.set_password(Some("canary-wrong")).unwrap();
    let said = engine.status(&format!("{wrong}{}", full(&ours)), &[]);
    assert_said(&said, 4, &place, &["password", "hint:"]);
    if engine.server != "POSTGRES_URL" {
        let said = engine.status(engine.url("127.0.0.1", port, false).as_str(), &[]);
        assert_said(&said, 4, &place, &["speaks TLS", "write https"]);
    }
    less_than_everything(engine, &trust, port, &ours, &other);
    drop(end);

    let (_end, port) = engine.end(&trust.ours.expired(&["127.0.0.1"])).await;
    let said = ask("127.0.0.1", port, &ours);
    assert_said(&said, 4, &format!("127.0.0.1:{port}"), &["the server's certificate has expired", "renew it"]);

    for (file, word) in [("missing", "No such file"), ("none", "no certificate in PEM form")] {
        let said = ask("127.0.0.1", port, &format!("&sslrootcert={}", trust.file(file).display()));
        assert_said(&said, 1, file, &["WH0021", word]);
    }
}

/// What `verify-ca` and `require` leave unchecked, where the client library lets them.
fn less_than_everything(engine: Engine, trust: &Trust, port: u16, ours: &str, other: &str) {
    let place = format!("localhost:{port}");
    let lax = |mode: &str, authority: &str| {
        engine.status(&format!("{}?sslmode={mode}{authority}", engine.url("localhost", port, true)), &[])
    };
    if engine.name == "milvus" {
        for mode in ["verify-ca", "require"] {
            assert_said(&lax(mode, ours), 1, "WH0020", &["always checks the server's certificate and its name"]);
        }
        return;
    }
    assert_said(&lax("verify-ca", ours), 0, &place, &[" as "]);
    assert_said(&lax("verify-ca", other), 4, &place, &["not trusted here"]);
    assert_said(&lax("require", ""), 0, &place, &[" as "]);
    assert_said(&lax("require", other), 4, &place, &["not trusted here"]);
    assert!(trust.file("ours").is_file());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clickhouse_says_what_is_wrong_with_a_certificate() {
    every_fault_has_its_text(CLICKHOUSE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn milvus_says_what_is_wrong_with_a_certificate() {
    every_fault_has_its_text(MILVUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_says_what_is_wrong_with_a_certificate() {
    let before = postgres("SELECT pg_conf_load_time()").await;
    postgres("ALTER SYSTEM SET ssl = off").await;
    reload(&before).await;
    let port = address("POSTGRES_URL").port().unwrap();
    let refused = POSTGRES.status(&format!("{}?sslmode=verify-full", POSTGRES.url("127.0.0.1", port, true)), &[]);
    assert_said(&refused, 4, &format!("127.0.0.1:{port}"), &["the server has no TLS", "sslmode=disable"]);
    every_fault_has_its_text(POSTGRES).await;
    a_server_that_takes_no_plain_text(port).await;
    let before = postgres("SELECT pg_conf_load_time()").await;
    postgres("ALTER SYSTEM RESET ssl").await;
    reload(&before).await;
}

/// A user whom the server lets in over TLS alone.
async fn a_server_that_takes_no_plain_text(port: u16) {
    let trust = Trust::new();
    turn_on(&trust.ours.server(&["127.0.0.1"])).await;
    let password = clients::password(&address("POSTGRES_URL")).replace('\'', "''");
    postgres("DROP ROLE IF EXISTS only_tls").await;
    postgres(&format!("SET standard_conforming_strings = on; CREATE ROLE only_tls LOGIN PASSWORD '{password}'")).await;
    let rules = postgres("SELECT pg_read_file('pg_hba.conf')").await.join("\n");
    let mut strict = String::from("hostssl all only_tls all scram-sha-256\nhostnossl all only_tls all reject\n");
    write!(strict, "{rules}").unwrap();
    set_rules(&strict).await;
    let mut url = POSTGRES.url("127.0.0.1", port, true);
    url.set_username("only_tls").unwrap();
    let plain = POSTGRES.status(&format!("{url}?sslmode=disable"), &[]);
    let authority = trust.file("ours");
    let protected = POSTGRES.status(&format!("{url}?sslmode=verify-full&sslrootcert={}", authority.display()), &[]);
    set_rules(&rules).await;
    postgres("DROP ROLE only_tls").await;
    assert_said(&plain, 4, &format!("127.0.0.1:{port}"), &["the connection is plain text: write sslmode=verify-full"]);
    assert_said(&protected, 0, &format!("127.0.0.1:{port}"), &["only_tls"]);
}

async fn set_rules(rules: &str) {
    let before = postgres("SELECT pg_conf_load_time()").await;
    postgres(&format!(
        "COPY (SELECT translate(line, E'\\t', ' ') FROM unnest(string_to_array($rules${}$rules$, E'\\n')) AS line) TO PROGRAM 'cat > pg_hba.conf'",
        rules.trim_end()
    ))
    .await;
    reload(&before).await;
}
