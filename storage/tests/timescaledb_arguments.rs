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
use whale_storage::expr::{Clause, Dialect, parse};
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
    // As deep as it may be, which depends on the form.
    let deepest = |form: &dyn Fn(&str, &str) -> String, before: &str, after: &str, clause: Clause| {
        let text = |times: usize| form(&before.repeat(times), &after.repeat(times));
        let taken = |text: &String| parse(text, Dialect::Postgres, clause).is_ok();
        let found = (1..60).rev().map(text).find(taken).unwrap();
        assert!(found.len() > 10 * (before.len() + after.len()), "{found}");
        found
    };
    let lowered = deepest(&|before, after| format!("{before}'A'{after}"), "lower(", ")", Clause::Default);
    let denied = deepest(&|before, after| format!("{before}true{after}"), "not (", ")", Clause::Default);
    let added = deepest(&|_, after| format!("1{after}"), "", " + 1", Clause::Default);
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
        format!("lowered text default {lowered}"),
        format!("denied boolean default {denied}"),
        format!("added integer default {added}"),
    ];
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = table(MODEL, "deepest", &columns);
    let denied = deepest(&|before, after| format!("{before}a > 1{after}"), "not (", ")", Clause::Check);
    let lowered = deepest(&|before, after| format!("{before}c{after} = 'x'"), "lower(", ")", Clause::Check);
    table.checks = vec![
        check("deepest_not", &denied),
        check("deepest_lower", &lowered),
        check("deepest_zone", "extract(hour from at at time zone 'Europe/Berlin') >= 0"),
    ];
    table.hypertable = hypertable("at", length(1, Days), &[]);
    let summed = |before: &str, after: &str| {
        deepest(&|before, after| format!("sum({before}a{after})"), before, after, Clause::Select)
    };
    let truth = |before: &str, after: &str| {
        let form = |before: &str, after: &str| format!("sum(case when {before}a = 3{after} then 1 end)");
        deepest(&form, before, after, Clause::Select)
    };
    let values = [
        ("negated", summed("- (", ")")),
        ("chosen", summed("case when a > 1 then ", " else 0 end")),
        ("first_of", summed("coalesce(", ", 1)")),
        ("added", summed("(", " + 1)")),
        ("denied", truth("not (", ")")),
        ("either", truth("(a > 1 and (a < 2 or ", "))")),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut below = aggregate("by_hour", &table.header.name, "at", length(1, Hours), &[], &values);
    below.time_zone = Some("America/Argentina/Buenos_Aires".to_owned());
    let objects = vec![Object::Table(table), Object::Aggregate(below)];
    let mut target = connect().await;
    apply(&mut target, &objects).await;
    assert_same(&mut target, &objects).await;
    assert_eq!(apply(&mut target, &objects).await, 0);
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}
