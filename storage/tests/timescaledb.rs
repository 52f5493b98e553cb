//! TimescaleDB, live: `TIMESCALEDB_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, clippy::assigning_clones, reason = "tests")]

mod timescaledb_support;

use timescaledb_support::*;
use tokio::sync::Mutex;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{FailureKind, Target};
use whale_storage::definition::Object;
use whale_storage::definition::timescaledb::{IndexMethod, Table};
use whale_storage::expr::Clause;
use whale_storage::raw::DurationUnit::{self, Days, Hours, Months};

/// Names the server.
const SERVER: &str = "TIMESCALEDB_URL";

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
    assert!(raw.text(&format!("SELECT obj_description('{MODEL}'::regnamespace)")).await.starts_with("whale:2:"));
    raw.close().await;
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn what_the_server_rewrites_is_equal() {
    const MODEL: &str = "t_rewritten";
    let _one = ONE.lock().await;
    clear(&[MODEL]).await;
    let mut plain = table(
        MODEL,
        "plain",
        &[
            "id bigint identity",
            "kind varchar(20) not null default 'a'",
            "share real default 0.5",
            "price numeric(12,2) default 1.50",
            "ratio double precision default 1.0",
            "settings jsonb default '{}'",
            "labels text[]",
            "at timestamptz default CURRENT_TIMESTAMP",
            "day date default CURRENT_DATE",
            "note text default 'it''s \\ \"x\"'",
            "code char(3) default 'abc'",
            "token uuid default gen_random_uuid()",
            "low integer default -1",
            "twice numeric(14,2) generated price * 2",
            "lowered text generated lower(kind)",
        ],
    );
    plain.primary_key = Some(key("plain_pkey", &["id"]));
    plain.checks = vec![
        check("plain_kind", "kind in ('a', 'b')"),
        check("plain_share", "share between 0 and 1"),
        check("plain_ratio", "ratio >= 0 and (ratio < 10 or ratio is null)"),
        check("plain_note", "note like 'x%' or note not in ('p', 'q')"),
        check("plain_one", "kind in ('a')"),
        check("plain_case", "case when low > 0 then kind <> 'z' else true end"),
        check("plain_length", "char_length(note) <= 100 and coalesce(share, 0) >= 0"),
    ];
    let mut partial = index("plain_partial", IndexMethod::Btree, &["lower(kind)", "price desc"]);
    partial.only_where = Some(expr("kind = 'a' and price > 0", Clause::IndexWhere));
    let mut covering = index("plain_covering", IndexMethod::Btree, &["kind"]);
    covering.covering = names(&["price", "share"]);
    covering.unique = true;
    plain.indexes = vec![
        partial,
        covering,
        index("plain_settings", IndexMethod::Gin, &["settings"]),
        index("plain_brin", IndexMethod::Brin, &["at"]),
        index("plain_hash", IndexMethod::Hash, &["note"]),
    ];
    let mut measured =
        table(MODEL, "measured", &["at timestamptz not null", "model text", "value double precision", "share real"]);
    measured.hypertable = hypertable("at", length(2, DurationUnit::Weeks), &[("model", 4)]);
    measured.columnstore = columnstore(&[], &[]);
    let mut rolled = aggregate(
        "rolled",
        &measured.header.name,
        "at",
        length(1, DurationUnit::Months),
        &["model"],
        &[
            ("mean", "avg(value)"),
            ("some", "count(*) filter (where value > 1)"),
            ("sum_share", "sum(share)"),
            ("started", "first(value, at)"),
        ],
    );
    rolled.time_zone = Some("Europe/Berlin".to_owned());
    rolled.only_where = Some(expr("value between 0 and 1 and model in ('a', 'b')", Clause::Filter));
    let objects = vec![Object::Table(plain), Object::Table(measured), Object::Aggregate(rolled)];
    let mut target = connect().await;
    assert_eq!(apply(&mut target, &objects).await, 5);
    assert_same(&mut target, &objects).await;
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn comments_are_kept_as_they_are() {
    const MODEL: &str = "t_strange";
    const TEXT: &str = "it's \"quoted\"; DROP TABLE x; --\n\\n \\' $$ \u{1f40b} %s\n";
    let _one = ONE.lock().await;
    clear(&[MODEL]).await;
    let mut first = table(MODEL, "first", &["id integer", "text text"]);
    first.header.comment = TEXT.to_owned();
    first.columns[0].comment = TEXT.to_owned();
    let mut target = connect().await;
    apply(&mut target, &tables(&[first.clone()])).await;
    assert_same(&mut target, &tables(&[first.clone()])).await;
    target.close().await.unwrap();
    let read = aside(&format!("SELECT col_description('{MODEL}.first'::regclass, 1)")).await;
    assert_eq!(read, TEXT);
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn a_step_that_was_carried_out_already_is_done() {
    const MODEL: &str = "t_repeated";
    let _one = ONE.lock().await;
    clear(&[MODEL]).await;
    let objects = series(MODEL);
    let mut target = connect().await;
    let planned = plan(&mut target, &objects).await;
    for step in planned.steps() {
        target.run(step).await.unwrap();
        target.run(step).await.unwrap_or_else(|error| panic!("{error}"));
    }
    // Another object under that name is no success.
    target.close().await.unwrap();
    aside(&format!("COMMENT ON TABLE {MODEL}.time_series IS 'another'")).await;
    let mut target = connect().await;
    let made = planned.steps().find(|step| step.title().ends_with(".time_series")).unwrap();
    assert_eq!(target.run(made).await.unwrap_err().kind, FailureKind::Refused);
    // After a failure the session is not inside its transaction.
    assert_same_kind(&mut target, &objects).await;
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}

async fn assert_same_kind(target: &mut TimescaleTarget, objects: &[Object]) {
    let wanted = wanted(objects, &target.lower());
    assert_eq!(inspect(target, &wanted).await.objects.len(), objects.len());
}
