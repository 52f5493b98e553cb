//! What PostgreSQL without the extension would say of definitions, live, against what it says once they stand:
//! `POSTGRES_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, clippy::assigning_clones, reason = "tests")]

mod timescaledb_support;

use timescaledb_support::words::{ask, assert_nothing_left, assert_said, make, objects, refusals_by_part, tables};
use timescaledb_support::*;
use whale_storage::backend::Target as _;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::word::Word;

/// Names the server.
const SERVER: &str = "POSTGRES_URL";

#[tokio::test]
async fn tables_are_said_as_the_catalogue_has_them() {
    const MODEL: &str = "p_words";
    clear(&[MODEL]).await;
    let mut target = connect().await;
    let objects = objects(&tables(MODEL));
    let words = ask(&mut target, &objects).await;
    make(&mut target, &objects).await;
    target.close().await.unwrap();
    assert_said(&words, MODEL).await;
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn what_the_server_would_refuse_is_told_by_part_and_nothing_is_left() {
    let mut target = connect().await;
    refusals_by_part(&mut target, "p_words_refused").await;
    target.close().await.unwrap();
    assert_nothing_left().await;
}

/// A user who may not make temporary tables, and a database in which something would happen, are told and not tried.
#[tokio::test]
async fn where_nothing_can_be_tried_out_the_reason_is_said() {
    const ROLE: &str = "p_words_reader";
    const QUIET: &str = "DROP EVENT TRIGGER IF EXISTS p_words_trigger; DROP FUNCTION IF EXISTS public.p_words_fires()";
    let raw = Raw::open().await;
    raw.rows(QUIET).await;
    if !raw.rows(&format!("SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'")).await.is_empty() {
        raw.rows(&format!("DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")).await;
    }
    raw.rows(&format!("CREATE ROLE {ROLE} LOGIN PASSWORD 'p'; REVOKE TEMP ON DATABASE postgres FROM public")).await;
    let objects = objects(&tables("p_words")[..1]);
    let mut url = url::Url::parse(&address().url).unwrap();
    url.set_username(ROLE).unwrap();
    url.set_password(Some("p")).unwrap();
    let address = whale_storage::backend::Address { url: url.to_string(), ..address() };
    let why = async || {
        let mut target = TimescaleTarget::connect(&address).await.unwrap();
        let words = ask(&mut target, &objects).await;
        target.close().await.unwrap();
        match words.into_values().next() {
            Some(Word::Undecided(why)) => why,
            other => format!("{other:?}"),
        }
    };
    let denied = why().await;
    raw.rows("GRANT TEMP ON DATABASE postgres TO public").await;
    let decided = why().await;
    raw.rows(
        "CREATE FUNCTION public.p_words_fires() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fired''; END';
        CREATE EVENT TRIGGER p_words_trigger ON ddl_command_start EXECUTE FUNCTION public.p_words_fires()",
    )
    .await;
    let fires = why().await;
    // A superuser's session does without.
    let mut target = connect().await;
    let quiet = ask(&mut target, &objects).await;
    target.close().await.unwrap();
    raw.rows(&format!("{QUIET}; DROP ROLE {ROLE}")).await;
    raw.close().await;
    assert!(denied.contains("GRANT TEMPORARY ON DATABASE"), "{denied}");
    assert!(decided.starts_with("Some(Said("), "{decided}");
    assert!(fires.contains("the event trigger p_words_trigger would fire"), "{fires}");
    assert!(quiet.values().all(|word| matches!(word, Word::Said(_))), "{quiet:#?}");
}
