//! What ClickHouse would say of definitions, live, against what it says once they stand: `CLICKHOUSE_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the suite hands the servers down in the environment")]

mod clickhouse_support;

use clickhouse_support::words::{COLUMNS, KEYWORDS, VALUES};
use clickhouse_support::*;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::approve::ApprovedPlan;
use whale_storage::backend::Target as _;
use whale_storage::backend::clickhouse::ClickhouseTarget;
use whale_storage::catalog::{PartKey, PartKind};
use whale_storage::definition::clickhouse::{ColumnValue, Table, View};
use whale_storage::definition::{Object, ObjectName};
use whale_storage::word::{Refusal, Word, Words};

fn clause(object: &str) -> PartKey {
    PartKey::new(PartKind::Column, object)
}

/// Makes objects as a plan does, whatever is compared afterwards.
async fn make(target: &mut ClickhouseTarget, objects: &[Object]) {
    let planned = plan(target, objects).await;
    let approved = ApprovedPlan::approve(planned, &BTreeSet::new()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    for step in approved.plan().steps() {
        target.run(step).await.unwrap_or_else(|fault| panic!("{fault}\n{:#?}", step.recipe));
    }
}

async fn ask(target: &mut ClickhouseTarget, objects: &[Object]) -> BTreeMap<ObjectName, Word> {
    let wanted = wanted(objects, &target.lower());
    let names = wanted.objects.keys().cloned().collect();
    target.words(&names, &wanted).await.expect("the server answers")
}

/// What the server's tables say of everything in a database, in the form of words.
async fn catalogue(raw: &Raw, database: &str) -> BTreeMap<String, Words> {
    let rows = |sql: String| async move {
        let text = raw.text(&format!("SELECT toJSONString(groupArray([{sql} WHERE database = '{database}'")).await;
        serde_json::from_str::<Vec<Vec<String>>>(&text).expect(&text)
    };
    let mut all: BTreeMap<String, Words> = BTreeMap::new();
    let mut put = |table: &str, part: PartKey, fact: &'static str, text: &str| {
        whale_storage::catalog::put_text(all.entry(table.to_owned()).or_default(), part, fact, text);
    };
    for row in rows("table, name, default_kind, default_expression])) FROM system.columns".to_owned()).await {
        let fact = match row[2].as_str() {
            "DEFAULT" => "default",
            "MATERIALIZED" => "materialized",
            _ => "alias",
        };
        put(&row[0], clause(&row[1]), fact, &row[3]);
    }
    for row in rows("table, name, expr])) FROM system.data_skipping_indices".to_owned()).await {
        put(&row[0], PartKey::new(PartKind::Index, row[1].as_str()), "on", &row[2]);
    }
    let whole = || PartKey::only(PartKind::Object);
    let tables = "name, partition_key, sorting_key, primary_key, as_select])) FROM system.tables";
    for row in rows(tables.to_owned()).await {
        put(&row[0], whole(), "partition by", &row[1]);
        put(&row[0], whole(), "order by", &row[2]);
        put(&row[0], whole(), "primary key", &row[3]);
        put(&row[0], whole(), "as select", &row[4]);
    }
    all
}

/// Every object is said to be what the server says of it once it is there.
async fn assert_said(raw: &Raw, database: &str, words: &BTreeMap<ObjectName, Word>) {
    let mut found = catalogue(raw, database).await;
    for (name, word) in words {
        let Word::Said(said) = word else { panic!("{name}: {word:#?}") };
        let found = found.remove(name.name.as_str()).unwrap_or_default();
        let mut said = said.clone();
        // A view's words are its clauses.
        if let Some(facts) = said.get_mut(&PartKey::only(PartKind::Object)).filter(|facts| facts.contains_key("select"))
        {
            let mut text = format!("SELECT {} FROM {database}.source", facts.remove("select").unwrap());
            text.extend(facts.remove("where").map(|filter| format!(" WHERE {filter}")));
            text.extend(facts.remove("group by").map(|keys| format!(" GROUP BY {keys}")));
            let shadows = found[&PartKey::only(PartKind::Object)]["as select"].contains("SETTINGS");
            text.push_str(if shadows { " SETTINGS prefer_column_name_to_alias = 1" } else { "" });
            facts.insert("as select", text);
        }
        assert_eq!(said, found, "{name}");
    }
}

fn tables_of_values(database: &str) -> Vec<Table> {
    let kinds: [fn(whale_storage::expr::Expr) -> ColumnValue; 3] =
        [ColumnValue::Default, ColumnValue::Materialized, ColumnValue::Alias];
    let mut all = Vec::new();
    for (place, (value, data_type)) in VALUES.iter().enumerate() {
        let mut table = table(database, &format!("t{place}"), &COLUMNS, "MergeTree", &["id"]);
        for (number, make) in kinds.into_iter().enumerate() {
            let mut column = column(&format!("x{number} {data_type} DEFAULT {value}"));
            if let ColumnValue::Default(value) = column.value {
                column.value = make(value);
            }
            "DEFAULT 'x', TYPE".clone_into(&mut column.comment);
            table.columns.push(column);
        }
        all.push(table);
    }
    all
}

#[tokio::test]
async fn values_are_said_as_the_catalogue_has_them() {
    const DATABASE: &str = "word_values";
    let raw = Raw::open();
    raw.clear(&[DATABASE]).await;
    let mut target = connect().await;
    let objects = tables(&tables_of_values(DATABASE));
    let before = target.round_trips();
    let words = ask(&mut target, &objects).await;
    // Two chunks for each of two questions.
    assert_eq!(target.round_trips() - before, 4, "{words:#?}");
    make(&mut target, &objects).await;
    assert_said(&raw, DATABASE, &words).await;
    assert_eq!(words.len(), VALUES.len());
    raw.clear(&[DATABASE]).await;
}

fn keyed(database: &str) -> Vec<Table> {
    let made = |object: &str, engine: &str, order: &[&str]| table(database, object, &COLUMNS, engine, order);
    let mut first = partitioned(made("a", "MergeTree", &["id", "lower(s)", "-n"]), "toYYYYMM(d)");
    first.primary_key = Some(first.order_by[..2].to_vec());
    first.skip_indexes = vec![
        skip_index("i", "`order`", "minmax", 1),
        skip_index("j", "(n, lower(s))", "set(100)", 2),
        skip_index("type", "n + 1", "minmax", 1),
        skip_index("k", "lower(`case`)", "bloom_filter(0.01)", 1),
        skip_index("order", "s", "tokenbf_v1(1024, 2, 0)", 1),
    ];
    let second = partitioned(made("b", "ReplacingMergeTree(t)", &["`order`", "`end`"]), "(`order`, `case`)");
    let mut third = table(
        database,
        "c",
        &["id UInt64", "sign Int8", "version UInt32", "order String"],
        "VersionedCollapsingMergeTree(sign, version)",
        &["id"],
    );
    third.settings.insert("index_granularity".to_owned(), "1024".to_owned());
    let unsorted = made("d", "MergeTree", &[]);
    let single = partitioned(made("f", "MergeTree", &["case when n > 1 then 1 else 2 end"]), "n in (1, 2)");
    vec![first, second, third, unsorted, single]
}

fn keyworded(database: &str) -> Vec<Table> {
    let one = |word: &&str| {
        let columns = ["id UInt64".to_owned(), format!("{word} Int32"), format!("x Int64 DEFAULT `{word}` + 1")];
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut table = table(database, &format!("w_{word}"), &columns, "MergeTree", &["id", &format!("`{word}`")]);
        table.skip_indexes = vec![skip_index("i", &format!("`{word}`"), "minmax", 1)];
        partitioned(table, &format!("`{word}`"))
    };
    KEYWORDS.iter().map(one).collect()
}

#[tokio::test]
async fn keys_indexes_and_words_of_its_language_are_said_as_the_catalogue_has_them() {
    const DATABASE: &str = "word_keys";
    let raw = Raw::open();
    raw.clear(&[DATABASE]).await;
    let mut target = connect().await;
    let objects = tables(&[keyed(DATABASE), keyworded(DATABASE)].concat());
    let words = ask(&mut target, &objects).await;
    make(&mut target, &objects).await;
    assert_said(&raw, DATABASE, &words).await;
    raw.clear(&[DATABASE]).await;
}

fn views(database: &str) -> (Vec<Table>, Vec<View>) {
    let source = table(database, "source", &COLUMNS, "MergeTree", &["id"]);
    let target = table(
        database,
        "target",
        &["d Date", "s String", "c SimpleAggregateFunction(sum, UInt64)", "a AggregateFunction(avg, Float64)"],
        "AggregatingMergeTree",
        &["d", "s"],
    );
    let of = |object: &str, select: &[(&str, &str)], filter, group: &[&str]| {
        view(&source, &target, object, select, filter, group)
    };
    let all = vec![
        of(
            "v0",
            &[("d", "toDate(t)"), ("s", "lower(s)"), ("c", "count()"), ("a", "avgState(f)")],
            Some("`order` > 1 and s <> '' and n in (1, 2)"),
            &["toDate(t)", "lower(s)"],
        ),
        of("v1", &[("d", "d"), ("s", "`case`"), ("c", "`order` + `end`")], Some("nn is not null"), &[]),
        of(
            "v2",
            &[("d", "toDate(t)"), ("s", "case when n > 1 then 'a' else 'b' end"), ("c", "countIf(n = 1)")],
            None,
            &["toDate(t)", "case when n > 1 then 'a' else 'b' end"],
        ),
    ];
    (vec![source, target], all)
}

#[tokio::test]
async fn views_are_said_as_the_catalogue_has_them() {
    const DATABASE: &str = "word_views";
    let raw = Raw::open();
    raw.clear(&[DATABASE]).await;
    let mut target = connect().await;
    let (sources, views) = views(DATABASE);
    let mut objects = tables(&sources);
    objects.extend(views.into_iter().map(Object::View));
    let words = ask(&mut target, &objects).await;
    make(&mut target, &objects).await;
    assert_said(&raw, DATABASE, &words).await;
    // A view alone, over tables that the server has and no definition.
    let alone = wanted(&objects[2..], &target.lower());
    let again = target.words(&alone.objects.keys().cloned().collect(), &alone).await.unwrap();
    assert_eq!(again.len(), 3);
    for (name, word) in &again {
        assert_eq!(Some(word), words.get(name));
    }
    raw.clear(&[DATABASE]).await;
}

fn refused(words: &BTreeMap<ObjectName, Word>, name: &ObjectName) -> Vec<String> {
    let Some(Word::Refused(all)) = words.get(name) else { panic!("{name}: {:#?}", words.get(name)) };
    let text = |Refusal { part, message }: &Refusal| {
        format!("{}: {message}", part.as_ref().map_or_else(|| "whole".to_owned(), ToString::to_string))
    };
    all.iter().map(text).collect()
}

#[tokio::test]
async fn what_the_server_would_refuse_is_told_by_part_and_nothing_is_made() {
    const DATABASE: &str = "word_refused";
    let raw = Raw::open();
    raw.clear(&[DATABASE]).await;
    let mut target = connect().await;
    let mut bad = table(
        DATABASE,
        "bad",
        &[
            "id UInt64",
            "s String",
            "n Int32 DEFAULT 'zz'",
            "d Date DEFAULT toYYYYMM(s)",
            "at DateTime DEFAULT 'yesterday-ish'",
            "ok Int32 DEFAULT intDiv(1, id)",
        ],
        "MergeTree",
        &["id", "toYYYYMM(s)"],
    );
    bad.skip_indexes = vec![skip_index("i", "id > s", "minmax", 1), skip_index("j", "lower(s)", "minmax", 1)];
    let good = table(DATABASE, "good", &["id UInt64", "x Int32 DEFAULT id"], "MergeTree", &["id"]);
    let not = table(DATABASE, "named", &["id UInt64", "not Int32", "x Int64 DEFAULT `not` + 1"], "MergeTree", &["id"]);
    let key = table(DATABASE, "key", &["not Int32", "x Int64 DEFAULT 1"], "MergeTree", &["`not`"]);
    // `n` is a unit of time: `INTERVAL .. n`.
    let interval =
        partitioned(table(DATABASE, "parted", &["n Int32", "interval Int32"], "MergeTree", &["n"]), "`interval`");
    let (sources, _) = views(DATABASE);
    let wrong = view(&sources[0], &sources[1], "wrong", &[("d", "d"), ("s", "s"), ("a", "avg(f)")], None, &["d", "s"]);
    let sum =
        view(&sources[0], &sources[1], "sums", &[("d", "d"), ("s", "s"), ("a", "sumState(f)")], None, &["d", "s"]);
    let loose = view(&sources[0], &sources[1], "loose", &[("d", "d"), ("s", "s"), ("c", "n")], Some("n > s"), &[]);
    let mixed = table(
        DATABASE,
        "mixed",
        &["k UInt64", "x Int32", "a AggregateFunction(sum, Int32)", "m Int32 ALIAS k"],
        "AggregatingMergeTree",
        &["k"],
    );
    let mut objects = tables(&[bad, good, not, key, interval, mixed, sources[0].clone(), sources[1].clone()]);
    objects.extend([wrong, sum, loose].map(Object::View));
    let words = ask(&mut target, &objects).await;
    let of = |object: &str| refused(&words, &place(DATABASE, object));
    let bad = of("bad");
    for (part, says) in [
        ("column n: ", "Cannot parse string 'zz' as Int32"),
        ("column d: ", "Illegal type String"),
        ("column at: ", "Cannot read DateTime"),
        ("index i: ", "no supertype for types UInt64, String"),
        ("definition: order by: ", "Illegal type String of argument of function toYYYYMM"),
    ] {
        assert!(bad.iter().any(|text| text.starts_with(part) && text.contains(says)), "{part}{says}: {bad:#?}");
    }
    assert_eq!(bad.len(), 5, "{bad:#?}");
    assert!(bad.iter().all(|text| !text.contains("SELECT")), "{bad:#?}");
    assert!(matches!(words[&place(DATABASE, "good")], Word::Said(_)));
    assert_eq!(of("mixed").len(), 1);
    assert!(of("mixed")[0].starts_with("column x: it is neither part of the sorting key"), "{:?}", of("mixed"));
    let named = of("named");
    assert_eq!(named.len(), 1);
    assert!(
        named[0].starts_with("column x: the server would keep it as `not + 1`, and would read that as `NOT 1`"),
        "{named:?}"
    );
    assert!(of("key")[0].starts_with("definition: the server would keep it as"), "{:?}", of("key"));
    assert!(of("key")[0].contains("could not read that: it would not start again"), "{:?}", of("key"));
    assert!(of("parted")[0].starts_with("definition: the server would keep it as"), "{:?}", of("parted"));
    assert!(
        of("wrong")[0].starts_with("definition: a: Conversion from Float64 to AggregateFunction(avg, Float64)"),
        "{:?}",
        of("wrong")
    );
    assert!(
        of("sums")[0].contains("AggregateFunction(sum, Float64) to AggregateFunction(avg, Float64)"),
        "{:?}",
        of("sums")
    );
    assert!(of("loose")[0].contains("no supertype for types Int32, String"), "{:?}", of("loose"));
    assert_eq!(raw.text(&format!("SELECT count() FROM system.databases WHERE name = '{DATABASE}'")).await, "0");
}
