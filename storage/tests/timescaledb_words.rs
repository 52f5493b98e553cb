//! What TimescaleDB would say of definitions, live, against what it says once they stand: `TIMESCALEDB_URL` names the
//! server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, clippy::assigning_clones, reason = "tests")]

mod timescaledb_support;

use std::collections::BTreeMap;
use timescaledb_support::words::{
    ask, assert_nothing_left, assert_said, make, objects, refusals_by_part, refused, tables,
};
use timescaledb_support::*;
use whale_storage::backend::Target as _;
use whale_storage::catalog::{PartKey, PartKind};
use whale_storage::definition::Object;
use whale_storage::definition::timescaledb::{Aggregate, IndexMethod, Table};
use whale_storage::expr::Clause;
use whale_storage::raw::DurationUnit::{Days, Hours};
use whale_storage::word::Word;

/// Names the server.
const SERVER: &str = "TIMESCALEDB_URL";

#[tokio::test]
async fn tables_are_said_as_the_catalogue_has_them() {
    const MODELS: [&str; 2] = ["w_words", "w_words_too"];
    clear(&MODELS).await;
    let mut target = connect().await;
    // Both have tables, constraints and indexes of the same names.
    let objects = objects(&[tables(MODELS[0]), tables(MODELS[1])[..3].to_vec()].concat());
    let words = ask(&mut target, &objects).await;
    make(&mut target, &objects).await;
    target.close().await.unwrap();
    for model in MODELS {
        assert_said(&words, model).await;
    }
    clear(&MODELS).await;
}

fn readings(model: &str) -> Table {
    let columns = [
        "ts timestamptz not null",
        "dev text not null",
        "price numeric(10,2)",
        "volume bigint",
        "n integer",
        "v double precision",
        "name varchar(20) default 'x'",
    ];
    let mut readings = table(model, "readings", &columns);
    readings.hypertable = hypertable("ts", length(1, Days), &[]);
    readings
}

fn aggregates(model: &str) -> Vec<Aggregate> {
    let readings = readings(model).header.name;
    let mut hourly = aggregate(
        "hourly",
        &readings,
        "ts",
        length(1, Hours),
        &["dev"],
        &[
            ("total", "sum(price * volume)"),
            ("per", "avg(v / n)"),
            ("together", "corr(price, volume)"),
            ("newest", "last(v, ts)"),
            ("few", "count(*) filter (where name in ('a', 'b'))"),
            ("most", "max(greatest(n, volume))"),
        ],
    );
    hourly.only_where = Some(expr("n > 0.5 and name like 'a%'", Clause::Filter));
    hourly.indexes = vec![index("hourly_by_total", IndexMethod::Btree, &["total", "bucket desc"])];
    let mut daily = aggregate(
        "daily",
        &hourly.header.name,
        "bucket",
        length(1, Days),
        &["dev"],
        &[("total", "sum(total * 2)"), ("few", "max(few)")],
    );
    daily.indexes = vec![index("daily_by_few", IndexMethod::Btree, &["few"])];
    vec![hourly, daily]
}

/// What the server says of the query of each aggregate, its white space apart.
async fn direct(model: &str) -> BTreeMap<String, String> {
    let text = aside(&format!(
        "SET search_path = pg_catalog; SELECT json_object_agg(a.user_view_name, pg_get_viewdef(d.oid))
        FROM _timescaledb_catalog.continuous_agg AS a
        JOIN pg_namespace AS n ON n.nspname = a.direct_view_schema
        JOIN pg_class AS d ON d.relnamespace = n.oid AND d.relname = a.direct_view_name
        WHERE a.user_view_schema = '{model}'"
    ))
    .await;
    let all: BTreeMap<String, String> = serde_json::from_str(&text).expect(&text);
    all.into_iter().map(|(name, text)| (name, text.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

#[tokio::test]
async fn aggregates_are_said_as_the_catalogue_has_them() {
    const MODEL: &str = "w_words_agg";
    clear(&[MODEL]).await;
    let mut target = connect().await;
    let aggregates = aggregates(MODEL);
    let mut all = objects(&[readings(MODEL)]);
    all.extend(aggregates.iter().cloned().map(Object::Aggregate));
    let words = ask(&mut target, &all).await;
    make(&mut target, &all).await;
    // Alone, over what only the server has.
    let alone = ask(&mut target, &all[1..]).await;
    target.close().await.unwrap();
    let direct = direct(MODEL).await;
    for aggregate in &aggregates {
        let name = &aggregate.header.name;
        let Word::Said(said) = &words[name] else { panic!("{:#?}", words[name]) };
        assert_eq!(words[name], alone[name]);
        let query = &direct[name.name.as_str()];
        for output in aggregate.group_by.iter().chain(&aggregate.aggregates) {
            let text = &said[&PartKey::new(PartKind::Column, output.name.as_str())]["value"];
            let plain = text.rsplit('.').next().unwrap();
            let item = if plain == output.name.as_str() { text.clone() } else { format!("{text} AS {}", output.name) };
            assert!(query.contains(&item), "{item}: {query}");
        }
        if aggregate.only_where.is_some() {
            let filter = &said[&PartKey::only(PartKind::Object)]["where"];
            let clause = format!("WHERE {filter} GROUP BY");
            assert!(query.contains(&clause), "{filter}: {query}");
        }
        let index = &aggregate.indexes[0];
        assert!(said.contains_key(&PartKey::new(PartKind::Index, index.name.as_str())), "{said:#?}");
    }
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn what_the_server_would_refuse_is_told_by_part_and_nothing_is_left() {
    const MODEL: &str = "w_words_refused";
    let mut target = connect().await;
    refusals_by_part(&mut target, MODEL).await;
    // A table that is refused keeps its aggregate from nothing.
    let mut readings = readings(MODEL);
    readings.checks = vec![check("holds", "n > dev")];
    let fine = aggregate("fine", &readings.header.name, "ts", length(1, Hours), &["dev"], &[("s", "sum(n)")]);
    let mut wrong = aggregate(
        "wrong",
        &readings.header.name,
        "ts",
        length(1, Hours),
        &["dev"],
        &[("s", "sum(dev)"), ("m", "max(n)"), ("l", "last(v, ts)")],
    );
    wrong.only_where = Some(expr("n > dev", Clause::Filter));
    let (table, good, bad) = (readings.header.name.clone(), fine.header.name.clone(), wrong.header.name.clone());
    let all = [Object::Table(readings), Object::Aggregate(fine), Object::Aggregate(wrong)];
    let words = ask(&mut target, &all).await;
    target.close().await.unwrap();
    assert_eq!(refused(&words, &table).len(), 1);
    assert!(matches!(&words[&good], Word::Said(_)), "{words:#?}");
    let bad = refused(&words, &bad);
    assert_eq!(bad.len(), 2, "{bad:#?}");
    assert!(bad[0].starts_with("definition: operator does not exist: integer > text"), "{bad:#?}");
    assert!(bad[1].starts_with("column s: function sum(text) does not exist"), "{bad:#?}");
    assert_nothing_left().await;
}

#[tokio::test]
async fn two_hundred_tables_are_asked_about_in_five_round_trips() {
    let columns: Vec<String> = (0..20).map(|place| format!("c{place} integer default {place}")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let tables: Vec<Table> = (0..200).map(|place| table("w_words_many", &format!("t{place}"), &columns)).collect();
    let mut target = connect().await;
    let before = target.round_trips();
    let words = ask(&mut target, &objects(&tables)).await;
    assert_eq!(target.round_trips() - before, 5);
    assert!(words.values().all(|word| matches!(word, Word::Said(_))));
    target.close().await.unwrap();
    assert_nothing_left().await;
}
