//! TimescaleDB, live: `TIMESCALEDB_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod timescaledb_support;

use timescaledb_support::*;
use tokio::sync::Mutex;
use whale_storage::backend::{FailureKind, Target};
use whale_storage::definition::Object;
use whale_storage::definition::timescaledb::{IndexMethod, Table};
use whale_storage::expr::Clause;
use whale_storage::raw::DurationUnit::{Days, Hours, Months};

/// The local engine serves one connection at a time.
static ONE: Mutex<()> = Mutex::const_new(());

/// The shared tables of the seed.
fn shared(model: &str) -> Vec<Object> {
    let mut users = table(
        model,
        "users",
        &[
            "id integer identity",
            "username varchar(100) not null",
            "email varchar(255) not null",
            "password_hash varchar(255) not null",
            "full_name varchar(255)",
            "bio text",
            "created_at timestamptz not null default NOW()",
            "updated_at timestamptz not null default now()",
            "last_login_at timestamptz",
            "is_active boolean default TRUE",
            "is_admin boolean default false",
        ],
    );
    users.primary_key = Some(key("users_pkey", &["id"]));
    users.uniques = vec![key("users_username_key", &["username"]), key("users_email_key", &["email"])];
    users.header.comment = "People who use the system".to_owned();
    users.columns[1].comment = "what they log in with".to_owned();
    let mut chats = table(
        model,
        "chats",
        &[
            "id integer identity",
            "user_id integer not null",
            "title varchar(255)",
            "created_at timestamptz not null default now()",
            "is_archived boolean default false",
            "settings jsonb",
        ],
    );
    chats.primary_key = Some(key("chats_pkey", &["id"]));
    chats.foreign_keys = vec![foreign_key("chats_user_id_fkey", "user_id", &users)];
    chats.indexes = vec![index("chats_by_user", IndexMethod::Btree, &["user_id", "created_at desc"])];
    let mut messages = table(
        model,
        "chat_messages",
        &[
            "id integer identity",
            "chat_id integer not null",
            "role varchar(50) not null",
            "content text not null",
            "created_at timestamptz not null default now()",
            "tokens_used integer",
            "metadata jsonb",
        ],
    );
    messages.primary_key = Some(key("chat_messages_pkey", &["id"]));
    messages.foreign_keys = vec![foreign_key("chat_messages_chat_id_fkey", "chat_id", &chats)];
    messages.checks = vec![check("chat_messages_role_check", "role in ('user', 'assistant', 'system')")];
    [users, chats, messages].map(Object::Table).into()
}

/// The time series of the seed with its two aggregates.
fn series(model: &str) -> Vec<Object> {
    let mut series = table(
        model,
        "time_series",
        &[
            "time timestamptz not null",
            "model text not null",
            "metric text not null",
            "value double precision",
            "tags jsonb",
        ],
    );
    series.hypertable = hypertable("time", length(1, Days), &[]);
    series.columnstore = columnstore(&["model", "metric"], &["time desc"]);
    series.indexes = vec![index("time_series_by_metric", IndexMethod::Btree, &["model", "metric", "time desc"])];
    series.header.comment = "Measurements of every model".to_owned();
    let source = series.header.name.clone();
    let mut hourly = aggregate(
        "time_series_hourly",
        &source,
        "time",
        length(1, Hours),
        &["model", "metric"],
        &[
            ("total", "sum(value)"),
            ("samples", "count(*)"),
            ("least", "min(value)"),
            ("most", "max(value)"),
            ("latest", "last(value, time)"),
        ],
    );
    hourly.refresh = refresh(Some(length(3, Days)), Some(length(1, Hours)), length(1, Hours));
    let below = hourly.header.name.clone();
    let mut daily = aggregate(
        "time_series_daily",
        &below,
        "bucket",
        length(1, Days),
        &["model", "metric"],
        &[("total", "sum(total)"), ("samples", "sum(samples)")],
    );
    daily.bucket_name = name("day");
    daily.real_time = true;
    daily.refresh = refresh(Some(length(1, Months)), None, length(1, Days));
    daily.indexes = vec![index("time_series_daily_by_total", IndexMethod::Btree, &["model", "total desc"])];
    daily.header.comment = "Sums and counts by day".to_owned();
    vec![Object::Table(series), Object::Aggregate(hourly), Object::Aggregate(daily)]
}

fn tables(tables: &[Table]) -> Vec<Object> {
    tables.iter().cloned().map(Object::Table).collect()
}

#[tokio::test]
async fn objects_of_the_seed_converge() {
    const MODEL: &str = "t_seed";
    let _one = ONE.lock().await;
    clear(&[MODEL]).await;
    let mut objects = shared(MODEL);
    objects.extend(series(MODEL));
    let mut target = connect().await;

    // The role and the schema are steps of their own.
    assert_eq!(apply(&mut target, &objects).await, objects.len() + 2);
    assert_same(&mut target, &objects).await;
    assert_eq!(apply(&mut target, &objects).await, 0);
    target.close().await.unwrap();

    let raw = Raw::open().await;
    let owners =
        format!("SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = '{MODEL}'::regnamespace");
    assert_eq!(raw.text(&owners).await, "whale_t_seed");
    let jobs = format!("SELECT owner FROM timescaledb_information.jobs WHERE hypertable_schema = '{MODEL}' OR hypertable_name IN
        (SELECT materialization_hypertable_name FROM timescaledb_information.continuous_aggregates WHERE view_schema = '{MODEL}')");
    assert_eq!(raw.text(&jobs).await, "whale_t_seed|whale_t_seed");
    assert!(raw.text(&format!("SELECT obj_description('{MODEL}'::regnamespace)")).await.starts_with("whale:1:"));
    raw.close().await;
    clear(&[MODEL]).await;
}
