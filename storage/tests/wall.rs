//! The wall in the database, live: a statement under the role of one model that is aimed at what is another's is refused by
//! the engine itself, on TimescaleDB (`TIMESCALEDB_URL`) and on PostgreSQL without the extension (`POSTGRES_URL`).
//! The statements are those of real steps, tampered with on their way, as a fault of the host would be.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that fails may panic, and the environment says where the servers are"
)]
#![allow(missing_docs, unreachable_pub, clippy::assigning_clones, reason = "tests")]

mod timescaledb_support;

use timescaledb_support::*;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{FailureKind, Target};
use whale_storage::definition::Object;
use whale_storage::definition::timescaledb::Table;
use whale_storage::plan::{Statement, Step};

const SERVER: &str = "TIMESCALEDB_URL";
const MINE: &str = "w_mine";
const OTHER: &str = "w_other";

fn notes(model: &str) -> Table {
    let mut notes = table(model, "notes", &["id integer not null", "note text not null"]);
    notes.primary_key = Some(key("notes_pkey", &["id"]));
    notes
}

/// What nobody may do under the role of `w_mine`.
const AIMED: [&str; 22] = [
    "CREATE TABLE w_other.mine (id int)",
    "CREATE VIEW w_mine.copy AS SELECT * FROM w_other.notes",
    "CREATE TABLE w_mine.linked (id int REFERENCES w_other.notes (id))",
    "ALTER TABLE w_other.notes ADD COLUMN mine int",
    "ALTER TABLE w_other.notes OWNER TO whale_w_mine",
    "ALTER TABLE w_mine.notes SET SCHEMA w_other",
    "COMMENT ON TABLE w_other.notes IS 'mine'",
    "CREATE INDEX ON w_other.notes (note)",
    "DROP TABLE w_other.notes",
    "DROP SCHEMA w_other CASCADE",
    "TRUNCATE w_other.notes",
    "SELECT * FROM w_other.notes",
    "INSERT INTO w_other.notes VALUES (1, 'x')",
    "UPDATE w_other.notes SET note = 'x'",
    "GRANT ALL ON w_other.notes TO PUBLIC",
    "GRANT whale_w_other TO whale_w_mine",
    "ALTER ROLE whale_w_other LOGIN PASSWORD 'x'",
    "ALTER ROLE whale_w_mine SUPERUSER",
    "CREATE ROLE w_third",
    "CREATE SCHEMA w_third",
    "COPY w_mine.notes TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/hostname')",
];

async fn step_of(target: &mut TimescaleTarget) -> Step {
    let mut wider = notes(MINE);
    wider.columns.push(column("more text"));
    let planned = plan(target, &[Object::Table(wider), Object::Table(notes(OTHER))]).await;
    let steps: Vec<&Step> = planned.steps().collect();
    assert_eq!(steps.len(), 1, "{:?}", refusals(&planned));
    assert_eq!(steps[0].role.as_ref().map(ToString::to_string).as_deref(), Some("whale_w_mine"));
    steps[0].clone()
}

async fn the_wall_stands(url: &str) {
    let at = |url: &str| whale_storage::backend::Address { url: url.to_owned(), ..address() };
    let objects = [Object::Table(notes(MINE)), Object::Table(notes(OTHER))];
    let mut target = TimescaleTarget::connect(&at(url)).await.unwrap();
    apply(&mut target, &objects).await;
    let step = step_of(&mut target).await;
    for statement in AIMED {
        let mut tampered = step.clone();
        tampered.recipe.statements = vec![Statement::Sql(statement.to_owned())];
        let refused = target.run(&tampered).await.expect_err(statement);
        assert_eq!(refused.kind, FailureKind::Denied, "{statement}: {refused}");
    }
    assert_same(&mut target, &objects).await;
    // The same step as it was meant goes through.
    target.run(&step).await.unwrap();
    target.close().await.unwrap();
}

async fn clean(url: &str) {
    let raw = Raw::at(url).await;
    for model in [MINE, OTHER] {
        raw.rows(&format!("DROP SCHEMA IF EXISTS {model} CASCADE")).await;
        let role = format!("whale_{model}");
        if !raw.rows(&format!("SELECT 1 FROM pg_roles WHERE rolname = '{role}'")).await.is_empty() {
            raw.rows(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
        }
    }
    raw.close().await;
}

#[tokio::test]
async fn timescaledb_refuses_what_is_aimed_at_another_model() {
    let url = address().url;
    clean(&url).await;
    the_wall_stands(&url).await;
    clean(&url).await;
}

#[tokio::test]
async fn postgresql_refuses_what_is_aimed_at_another_model() {
    let url = std::env::var("POSTGRES_URL").expect("run by tests/with-engines");
    clean(&url).await;
    the_wall_stands(&url).await;
    // The role cannot be logged in as: no job of its model needs it.
    let raw = Raw::at(&url).await;
    let roles = raw.rows("SELECT rolname FROM pg_roles WHERE rolname LIKE 'whale\\_w\\_%' AND (rolcanlogin OR rolinherit OR rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)").await;
    assert!(roles.is_empty(), "{roles:?}");
    raw.close().await;
    clean(&url).await;
}
