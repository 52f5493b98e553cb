//! Time zones, bounds and depth in PostgreSQL, live: `TIMESCALEDB_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod timescaledb_support;

use std::collections::BTreeSet;
use timescaledb_support::*;
use tokio::sync::Mutex;
use whale_storage::backend::Target as _;
use whale_storage::definition::Object;
use whale_storage::raw::DurationUnit::{Days, Hours};
use whale_storage::types::zone;

/// Names the server.
const SERVER: &str = "TIMESCALEDB_URL";

/// The local engine serves one connection at a time.
static ONE: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn every_time_zone_of_the_list_is_one_to_the_server() {
    let _one = ONE.lock().await;
    let known = aside("SELECT name FROM pg_timezone_names").await;
    let known: BTreeSet<&str> = known.split(['|', '\n']).collect();
    let missing: Vec<&str> = zone::all().filter(|name| !known.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn the_deepest_expressions_and_the_outermost_values_converge() {
    const MODEL: &str = "t_deepest";
    let _one = ONE.lock().await;
    clear(&[MODEL]).await;
    // Forty levels there may be, and an aggregate, a case and a comparison are three.
    let nested = |before: &str, of: &str, after: &str| format!("{}{of}{}", before.repeat(36), after.repeat(36));
    let columns = [
        "at timestamptz not null".to_owned(),
        "a integer not null".to_owned(),
        "c varchar(20)".to_owned(),
        "great numeric default 1e99".to_owned(),
        "small numeric default 1e-99".to_owned(),
        "longest interval default interval '9223372036854775807 us'".to_owned(),
        "shortest interval default interval '-9223372036854775807 us'".to_owned(),
        "months interval default interval '-178956970 years -8 months'".to_owned(),
        "days interval default interval '-2147483648 days'".to_owned(),
        "named text default 'now'".to_owned(),
        format!("lowered text default {}", nested("lower(", "'A'", ")")),
        format!("denied boolean default {}", nested("not (", "true", ")")),
        format!("added integer default {}", nested("", "1", " + 1")),
    ];
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut deepest = table(MODEL, "deepest", &columns);
    deepest.checks = vec![
        check("deepest_not", &nested("not (", "a > 1", ")")),
        check("deepest_lower", &format!("{} = 'x'", nested("lower(", "c", ")"))),
        check("deepest_zone", "extract(hour from at at time zone 'Europe/Berlin') >= 0"),
    ];
    deepest.hypertable = hypertable("at", length(1, Days), &[]);
    let values = [
        ("negated", format!("sum({})", nested("- (", "a", ")"))),
        ("chosen", format!("sum({})", nested("case when a > 1 then ", "a", " else 0 end"))),
        ("first_of", format!("sum({})", nested("coalesce(", "a", ", 1)"))),
        ("denied", format!("sum(case when {} then 1 end)", nested("not (", "a > 1", ")"))),
        ("lowered", format!("max(length({}))", nested("lower(", "c", ")"))),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut below = aggregate("by_hour", &deepest.header.name, "at", length(1, Hours), &[], &values);
    below.time_zone = Some("America/Argentina/Buenos_Aires".to_owned());
    let objects = vec![Object::Table(deepest), Object::Aggregate(below)];
    let mut target = connect().await;
    apply(&mut target, &objects).await;
    assert_same(&mut target, &objects).await;
    assert_eq!(apply(&mut target, &objects).await, 0);
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}
