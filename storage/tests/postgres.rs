//! PostgreSQL without the extension, live: `POSTGRES_URL` names the server, which takes several connections at once.
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
use whale_storage::backend::host_user::HostUser;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{Address, FailureKind, Target};
use whale_storage::check::Needs;
use whale_storage::definition::Object;
use whale_storage::definition::timescaledb::{IndexMethod, Table};
use whale_storage::raw::DurationUnit::{Days, Hours};

/// Names the server.
const SERVER: &str = "POSTGRES_URL";

fn people(model: &str) -> Table {
    let mut people = table(
        model,
        "people",
        &["id integer identity", "name varchar(100) not null default 'x'", "made timestamptz not null default now()"],
    );
    people.primary_key = Some(key("people_pkey", &["id"]));
    people.checks = vec![check("people_name", "name in ('x', 'y') and char_length(name) between 1 and 5")];
    people.indexes = vec![index("people_by_name", IndexMethod::Btree, &["lower(name)", "made desc"])];
    people
}

#[tokio::test]
async fn without_the_extension_plain_tables_are_made_and_the_rest_is_a_diagnostic() {
    const MODEL: &str = "p_plain";
    clear(&[MODEL]).await;
    let mut target = connect().await;
    assert_eq!(target.server().version, None);
    let plain = vec![Object::Table(people(MODEL))];
    assert_eq!(apply(&mut target, &plain).await, 3);
    assert_same(&mut target, &plain).await;

    let mut measured = table(MODEL, "measured", &["at timestamptz not null", "value double precision"]);
    measured.hypertable = hypertable("at", length(1, Days), &[]);
    measured.columnstore = columnstore(&[], &["at desc"]);
    let rolled = aggregate("rolled", &measured.header.name, "at", length(1, Hours), &[], &[("total", "sum(value)")]);
    let planned = plan(&mut target, &[Object::Table(measured), Object::Aggregate(rolled)]).await;
    let refusals = refusals(&planned);
    assert_eq!(
        refusals.iter().filter(|text| text.contains("CREATE EXTENSION timescaledb")).count(),
        3,
        "{refusals:#?}"
    );
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn the_lock_excludes_and_ends_with_its_session() {
    let (mut first, mut second) = (connect().await, connect().await);
    first.lock(Duration::ZERO).await.unwrap();
    let holder = second.try_lock().await.unwrap().expect("somebody holds it");
    assert_eq!(holder.application, "whale-host");
    let refused = second.lock(Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Locked);
    assert!(refused.detail.contains(&holder.pid.to_string()), "{refused}");
    // Killed, not closed.
    drop(first);
    second.lock(Duration::from_secs(5)).await.expect("it is free");
    second.close().await.unwrap();
}

#[tokio::test]
async fn a_step_waits_for_a_lock_and_gives_up_without_a_trace() {
    const MODEL: &str = "p_locked";
    clear(&[MODEL]).await;
    let mut target = connect().await;
    apply(&mut target, &[Object::Table(people(MODEL))]).await;
    let other = Raw::open().await;
    other.rows(&format!("BEGIN; LOCK TABLE {MODEL}.people IN ROW EXCLUSIVE MODE")).await;
    let mut more = people(MODEL);
    more.columns.push(column("age integer"));
    let objects = [Object::Table(more)];
    let planned = plan(&mut target, &objects);
    // Reading does not wait for a writer; an addition tries again until it is done.
    let planned = tokio::time::timeout(Duration::from_secs(3), planned).await.expect("reading does not wait");
    let free = async {
        tokio::time::sleep(Duration::from_secs(6)).await;
        other.close().await;
    };
    let step = planned.steps().next().unwrap();
    let (done, ()) = tokio::join!(target.run(step), free);
    done.expect("it is done once the table is free");
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}

/// The user of `setup roles` makes what it was made for, and nothing beside it; to make it twice changes nothing.
#[tokio::test]
async fn the_user_made_for_the_host_is_enough_and_no_more() {
    const MODEL: &str = "p_walled";
    clear(&[MODEL]).await;
    let user = HostUser::new(name("p_least"), "it's a \"secret\"".to_owned());
    let needs = Needs {
        namespaces: [name(MODEL), name("public")].into(),
        roles: [name("whale_p_walled")].into(),
        some: true,
        limited: true,
        ..Needs::default()
    };
    let mut administrator = connect().await;
    let pretended = administrator.make_user(&user, &needs, true).await.unwrap();
    assert!(pretended.join("\n").contains("CREATE ROLE \"p_least\" LOGIN NOSUPERUSER"), "{pretended:#?}");
    assert_eq!(aside("SELECT 1 FROM pg_roles WHERE rolname = 'p_least'").await, "", "nothing was sent");
    let shown = administrator.make_user(&user, &needs, false).await.unwrap();
    assert_eq!(shown, pretended);
    assert!(!shown.join("\n").contains("secret"), "{shown:#?}");
    administrator.close().await.unwrap();

    let mut url = url::Url::parse(&address().url).unwrap();
    url.set_username("p_least").unwrap();
    url.set_password(Some("it's a \"secret\"")).unwrap();
    let least = Address { url: url.to_string(), ..address() };
    let mut target = TimescaleTarget::connect(&least).await.unwrap();
    assert!(!target.server().superuser);
    let objects = vec![Object::Table(people(MODEL))];
    apply(&mut target, &objects).await;
    assert_same(&mut target, &objects).await;
    target.close().await.unwrap();

    aside("CREATE SCHEMA p_foreign; CREATE TABLE p_foreign.notes (id int)").await;
    let (client, connection) = tokio_postgres::connect(url.as_str(), tokio_postgres::NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    for refused in [
        "SELECT * FROM p_foreign.notes",
        "DROP TABLE p_foreign.notes",
        "CREATE TABLE p_foreign.mine (id int)",
        "SELECT * FROM p_walled.people",
        "DROP TABLE p_walled.people",
        "ALTER ROLE p_least SUPERUSER",
        "ALTER ROLE postgres PASSWORD 'x'",
        "SET ROLE postgres",
        "CREATE DATABASE p_mine",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
    ] {
        let error = client.simple_query(refused).await.expect_err(refused);
        assert_eq!(
            error.code(),
            Some(&tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE),
            "{refused}: {error:?}"
        );
    }
    // A hole of older servers, which is told.
    let escalated = client.simple_query("GRANT pg_read_server_files TO p_least").await.is_ok();
    assert_eq!(escalated, shown.last().unwrap().contains("before PostgreSQL 16"), "{shown:#?}");
    // As the model's role it may: that is what it becomes for the model's steps.
    client.simple_query("SET ROLE whale_p_walled; SELECT * FROM p_walled.people").await.unwrap();
    drop(client);
    served.await.unwrap().unwrap();

    // Once more, now that there are a role and a version table that somebody else made.
    let mut administrator = connect().await;
    let again = administrator.make_user(&user, &needs, false).await.unwrap();
    assert!(
        again[0].starts_with("ALTER ROLE") && again.iter().any(|text| text.starts_with("GRANT \"whale_p_walled\"")),
        "{again:#?}"
    );
    administrator.close().await.unwrap();
    let mut target = TimescaleTarget::connect(&least).await.unwrap();
    assert_same(&mut target, &objects).await;
    target.close().await.unwrap();
    clear(&[MODEL]).await;
    aside("DROP SCHEMA p_foreign CASCADE; DROP OWNED BY p_least CASCADE; DROP ROLE p_least").await;
}

#[tokio::test]
async fn a_user_that_may_make_roles_is_enough() {
    const MODEL: &str = "p_modest";
    clear(&[MODEL]).await;
    let raw = Raw::open().await;
    if raw.rows("SELECT 1 FROM pg_roles WHERE rolname = 'p_host'").await.is_empty() {
        raw.rows("CREATE ROLE p_host LOGIN CREATEROLE PASSWORD 'modest'").await;
    }
    raw.close().await;
    let mut url = url::Url::parse(&address().url).unwrap();
    url.set_username("p_host").unwrap();
    url.set_password(Some("modest")).unwrap();
    aside(&format!("GRANT CREATE ON DATABASE {} TO p_host", url.path().trim_start_matches('/'))).await;
    let mut target = TimescaleTarget::connect(&Address { url: url.to_string(), ..address() }).await.unwrap();
    assert!(!target.server().superuser);
    let objects = vec![Object::Table(people(MODEL))];
    assert_eq!(apply(&mut target, &objects).await, 3);
    assert_same(&mut target, &objects).await;
    target.close().await.unwrap();
    let owners =
        format!("SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = '{MODEL}'::regnamespace");
    assert_eq!(aside(&owners).await, "whale_p_modest");
    clear(&[MODEL]).await;
    aside("DROP OWNED BY p_host; DROP ROLE p_host").await;
}
