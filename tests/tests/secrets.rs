//! Passwords and tokens show nowhere: every verb, in success and in failure, on URLs whose passwords hold a word that is
//! then looked for in all that the program wrote, kept and was started with.
//!
//! The engines' own passwords hold the word too (`with-engines`), so what succeeds is searched like what fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod watched;

use milvus::v2::prelude::{CreateUserRequest, DropUserRequest};
use std::fs;
use watched::World;
use whale_tests::clients::{self, address, forget_versions};
use whale_tests::tls::Proxy;

const SHARED: [&str; 2] = ["--plugin", "plugins/shared.wasm"];
const EVERY_VERB: [&[&str]; 6] =
    [&["validate"], &["info"], &["plan"], &["plan", "--check"], &["apply", "--yes"], &["status"]];
const FORMS: [&[&str]; 4] = [&[], &["-v"], &["-vv"], &["--format", "json", "-vv"]];

/// The three engines as they are.
fn real() -> [(&'static str, String); 3] {
    whale_tests::VARIABLES.map(|variable| (variable, address(variable).to_string()))
}

/// The three engines, with something else in the URLs.
fn changed(change: impl Fn(&mut url::Url)) -> Vec<(&'static str, String)> {
    let change = |(variable, url): (&'static str, String)| {
        let mut url = url::Url::parse(&url).unwrap();
        change(&mut url);
        (variable, url.to_string())
    };
    real().map(change).to_vec()
}

#[tokio::test]
async fn every_verb_in_every_form_keeps_them() {
    for variable in whale_tests::VARIABLES {
        let password = clients::password(&address(variable));
        assert!(password.contains(watched::CANARY) && password.contains('@'), "the engines have other passwords");
    }
    forget_versions().await;
    let world = World::new();
    for verb in EVERY_VERB {
        for form in FORMS {
            let run = world.run(&real(), &[verb, &SHARED, form].concat());
            let differs = verb.contains(&"--check") && run.exit == 3;
            assert!(run.exit == 0 || differs, "{}", run.said);
        }
    }
    assert!(world.workers() > 0, "no worker was seen");
    assert!(world.kept().iter().any(|path| path.contains("journal")), "{:?}", world.kept());
    forget_versions().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_fails_keeps_them() {
    let world = World::new();
    let wrong = changed(|url| url.set_password(Some("canary-wrong-%40%2F")).unwrap());
    let closed = changed(|url| url.set_port(Some(1)).unwrap());
    let unprotected = changed(|url| url.set_host(Some("db.example")).unwrap());
    for targets in [&wrong, &closed] {
        for form in FORMS {
            for verb in [&["plan"][..], &["apply", "--yes"], &["status"]] {
                let run = world.run(targets, &[verb, &SHARED, form].concat());
                assert_eq!(run.exit, 4, "{}", run.said);
            }
        }
    }
    // Two of the three are refused before anything is reached; PostgreSQL's default is protected by itself.
    let run = world.run(&unprotected, &["status"]);
    assert_eq!(run.exit, 1, "{}", run.said);
    assert!(run.said.contains("beyond this machine"), "{}", run.said);
    // One engine after the other is cut off early, in the midst of its answers, and late.
    for (at, variable) in whale_tests::VARIABLES.into_iter().enumerate() {
        for after in [0, 100, 700, 3_000] {
            let proxy = Proxy::cut(&address(variable), after).await;
            let mut targets = real();
            let mut url = address(variable);
            url.set_port(Some(proxy.port)).unwrap();
            targets[at].1 = url.to_string();
            let run = world.run(&targets, &[&["status", "-vv"][..], &SHARED].concat());
            assert!([0, 4].contains(&run.exit) && (after > 0 || run.exit == 4), "{}", run.said);
        }
    }
}

#[test]
fn urls_that_cannot_be_used_keep_them() {
    let world = World::new();
    let bad = [
        "canary-secret",
        "postgres://u:canary-secret@h:99999/d",
        "postgres://u:canary-secret@127.0.0.1:1/d?sslmode=canary-mode",
        "postgres://u:canary-secret@127.0.0.1:1/d?sslmode=verify-full&sslmode=canary-secret",
        "postgres://u:canary-secret@127.0.0.1:1/d?canary-parameter=canary-secret",
        "postgres://u:canary-secret@127.0.0.1:1/d?password=canary-secret&sslmode=maybe",
        "postgres://u:canary-@/:?#secret@127.0.0.1:1/d",
        "postgres://u:1/canary-secret@127.0.0.1:1/d",
        "postgres://u:canary-secret@127.0.0.1:1,127.0.0.2:1/d",
        "http://u:canary-secret@h:1/d",
        "http://u:1/canary-secret@127.0.0.1:1",
        "http://u:1?canary-secret@127.0.0.1:1",
        "http://u:1#canary-secret@127.0.0.1:1",
        "http://u:canary-secret@127.0.0.1:1/?sslmode=canary-mode",
        "http://u:canary-secret@127.0.0.1:1/?sslmodus=canary-mode",
        "https://u:canary-secret@127.0.0.1:1/?sslmode=disable",
        "https://u:canary-%zz@127.0.0.1:1",
        "mysql://u:canary-secret@127.0.0.1:1",
    ];
    for url in bad {
        for variable in whale_tests::VARIABLES {
            for form in [&[][..], &["--format", "json", "-vv"]] {
                let run = world.run(&[(variable, url.to_owned())], &[&["status"], form].concat());
                assert!([1, 4].contains(&run.exit), "{url}: {}", run.said);
            }
        }
    }
}

#[test]
fn settings_that_cannot_be_used_keep_them() {
    let world = World::new();
    let url = "postgres://u:canary-secret@127.0.0.1:1/d";
    for line in [
        format!("url = \"{url}\""),
        format!("url = \"{url}"),
        format!("url = {url}"),
        format!("url = [\"{url}\"]"),
        format!("url_env = \"{url}\""),
        format!("url_file = \"{url}\""),
        format!("url_file = [\"{url}\"]"),
        format!("url_command = \"echo {url}\""),
        format!("url_env = \"X\"\nurl = \"{url}\""),
        format!("version = \"{url}\""),
    ] {
        fs::write(world.path("whale.toml"), format!("[targets.timescaledb]\n{line}\n")).unwrap();
        let config = world.path("whale.toml").display().to_string();
        for form in [&[][..], &["--format", "json", "-vv"]] {
            let run = world.run(&[], &[&["status", "--config", &config], form].concat());
            assert_eq!(run.exit, 1, "{line}: {}", run.said);
        }
    }
}

#[tokio::test]
async fn what_a_server_refuses_keeps_them() {
    let world = World::new();
    let modest = "canary-modest-@/:?#%+";
    let in_url = "canary-modest-%40%2F%3A%3F%23%25%2B";
    // PostgreSQL: a user who may connect, and to one database.
    let plain = address("POSTGRES_URL").to_string();
    clients::postgres(&plain, "DROP ROLE IF EXISTS modest").await;
    clients::postgres(&plain, &format!("CREATE ROLE modest LOGIN PASSWORD '{modest}'")).await;
    let mut url = address("POSTGRES_URL");
    url.set_username("modest").unwrap();
    url.set_password(Some(in_url)).unwrap();
    let mut targets = real();
    targets[0].1 = url.to_string();
    let let_in = world.run(&targets, &[&["apply", "--yes", "-vv", "--engine", "clickhouse"][..], &SHARED].concat());
    url.set_path("nowhere");
    targets[0].1 = url.to_string();
    let refused = world.run(&targets, &[&["apply", "--yes", "-vv", "--engine", "clickhouse"][..], &SHARED].concat());
    clients::postgres(&plain, "DROP ROLE modest").await;
    assert_eq!(let_in.exit, 0, "{}", let_in.said);
    assert!(refused.exit == 4 && refused.said.contains("3D000"), "{}", refused.said);
    // Milvus: a user who may connect and do nothing.
    let client = clients::milvus().await;
    let user = CreateUserRequest::builder().username("modest").password(modest).build().unwrap();
    client.create_user(user).await.unwrap();
    let mut url = address("MILVUS_URL");
    url.set_username("modest").unwrap();
    url.set_password(Some(in_url)).unwrap();
    let mut targets = real();
    targets[2].1 = url.to_string();
    let run = world.run(&targets, &[&["apply", "--yes", "-vv", "--engine", "milvus"][..], &SHARED].concat());
    client.drop_user(DropUserRequest::builder().username("modest").build().unwrap()).await.unwrap();
    assert_eq!(run.exit, 4, "{}", run.said);
    assert!(run.said.contains("denied") || run.said.contains("deny"), "{}", run.said);
}

#[test]
fn urls_come_from_files_and_commands_too() {
    let world = World::new();
    let [(_, timescaledb), (_, clickhouse), milvus] = real();
    fs::write(world.path("timescaledb.url"), format!("{timescaledb}\n")).unwrap();
    fs::write(world.path("clickhouse.url"), format!("{clickhouse}\r\n")).unwrap();
    let settings = "[targets.timescaledb]\nurl_file = \"timescaledb.url\"\n\
                    [targets.clickhouse]\nurl_command = [\"cat\", \"clickhouse.url\"]\n\
                    [targets.milvus]\nurl_env = \"MILVUS_URL\"\n";
    fs::write(world.path("whale.toml"), settings).unwrap();
    let config = world.path("whale.toml").display().to_string();
    let run = world.run(&[milvus], &["status", "--config", &config]);
    assert_eq!(run.exit, 0, "{}", run.said);
    for engine in ["TimescaleDB", "ClickHouse", "Milvus"] {
        assert!(run.said.contains(engine), "{}", run.said);
    }
    // Each of them fails, having said what nobody may see.
    for (command, expected) in [
        ("[\"sh\", \"-c\", \"cat timescaledb.url; cat timescaledb.url >&2; exit 7\"]", "sh failed (exit status: 7)"),
        ("[\"sh\", \"-c\", \"sed s/postgres:/nothing:/ timescaledb.url\"]", "begins with postgres://"),
        ("[\"sh\", \"-c\", \"printf can; echo ary-secret\"]", "this is not a URL"),
        ("[\"true\"]", "there is no URL in it"),
        ("[\"./nowhere\"]", "starting ./nowhere"),
        ("[]", "names no program"),
    ] {
        fs::write(world.path("whale.toml"), format!("[targets.timescaledb]\nurl_command = {command}\n")).unwrap();
        for form in [&[][..], &["--format", "json", "-vv"]] {
            let run = world.run(&[], &[&["status", "--config", &config], form].concat());
            assert_eq!(run.exit, 1, "{}", run.said);
            assert!(run.said.contains(expected), "{}", run.said);
        }
    }
}
