//! What an argument is to ClickHouse, live: no text that we let through is the name of a file to it, and no result is larger
//! than was estimated. `CLICKHOUSE_URL` names the server.
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

use clickhouse_support::*;
use std::collections::BTreeSet;
use whale_storage::expr::{Clause, Dialect, parse};
use whale_storage::types::clickhouse::Type;
use whale_storage::types::zone;

/// A path that is nowhere: a server that looked for it would say so.
const PATH: &str = "/nowhere/at/all";

/// Every function of the list, which docs/arguments.md repeats and another test holds to it.
fn functions() -> Vec<&'static str> {
    let document = include_str!("../../docs/arguments.md");
    let section = document.split("## Functions of ClickHouse").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('|').next());
    rows.flat_map(|cell| cell.split('`').map(str::trim).filter(|name| !name.is_empty())).collect()
}

/// Calls of a function with up to three arguments, one of which is this text.
fn calls(function: &str, text: &str) -> Vec<String> {
    const BESIDE: [&str; 7] =
        ["toDateTime('2026-01-01 00:00:00')", "'aaaaaaaaaa'", "3", "[1, 2]", "toIntervalDay(1)", "'%Y-%m'", "'UTC'"];
    let mut all = vec![format!("{function}({text})")];
    for first in BESIDE {
        all.extend([format!("{function}({text}, {first})"), format!("{function}({first}, {text})")]);
        for second in BESIDE {
            for call in [[text, first, second], [first, text, second], [first, second, text]] {
                all.push(format!("{function}({})", call.join(", ")));
            }
        }
    }
    let day = BESIDE[0];
    all.push(format!("{function}('day', {day}, {day}, {text})"));
    all
}

fn taken(calls: impl IntoIterator<Item = String>) -> Vec<String> {
    let read = |text: String| parse(&text, Dialect::ClickHouse, Clause::Default).ok();
    calls.into_iter().filter_map(read).map(|expr| expr.render(Dialect::ClickHouse)).collect()
}

/// How many bytes the server says that a result has, or why there is none.
async fn size(raw: &Raw, expr: &str) -> Result<u64, String> {
    raw.try_text(&format!("SELECT byteSize({expr})")).await.map(|text| text.parse().unwrap_or_default())
}

#[tokio::test]
async fn every_time_zone_of_the_list_is_one_to_the_server() {
    let raw = Raw::open();
    let known = raw.text("SELECT time_zone FROM system.time_zones").await;
    let known: BTreeSet<&str> = known.lines().collect();
    let missing: Vec<&str> = zone::all().filter(|name| !known.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn no_text_of_an_argument_is_a_file_to_the_server() {
    let raw = Raw::open();
    // The server says so where it looks: else this test would show nothing.
    let said = size(&raw, &format!("toTimeZone(now(), '{PATH}')")).await.unwrap_err();
    assert!(said.contains("time zone"), "{said}");
    let functions = functions();
    assert!(functions.len() > 200);
    let mut sent = 0;
    for function in functions {
        for expr in taken(calls(function, &format!("'{PATH}'"))) {
            sent += 1;
            let Err(said) = size(&raw, &expr).await else { continue };
            let said = said.to_lowercase();
            for word in ["time zone", "no such file", "cannot open", "cannot load", "file"] {
                assert!(!said.contains(word), "{expr}: {said}");
            }
        }
    }
    assert!(sent > 1_000, "{sent} calls are few");
}

#[tokio::test]
async fn no_result_is_larger_than_was_estimated() {
    // 64 KiB, and what the server adds to a text and an array.
    const MOST: u64 = 70_000;
    let raw = Raw::open();
    let mut largest = (0, String::new());
    for function in functions() {
        let numbers = ["256", "9", "100000000", "18446744073709551615"];
        let beside = ["'aaaaaaaaaa'", "toDateTime('2026-01-01 00:00:00')", "[1, 2]", "1.5"];
        let mut all: Vec<String> = Vec::new();
        for (number, beside) in numbers.iter().flat_map(|number| beside.map(|beside| (number, beside))) {
            all.push(format!("{function}({beside}, {number})"));
            all.push(format!("{function}({number}, {beside})"));
            all.push(format!("{function}({beside}, {number}, {beside})"));
        }
        let mut all = taken(all);
        for times in [2, 3, 4, 6, 9, 12] {
            for after in
                ["", ", 'a', 'aaaaaaaaaa'", ", '', 'aaaaaaaaaa'", ", 'a', '\\\\\\\\0\\\\\\\\0'", ", 'aaaaaaaaaa'"]
            {
                let before = format!("{function}(");
                let nested = format!("{}'aaaaaaaaaa'{}", before.repeat(times), format!("{after})").repeat(times));
                all.extend(taken([nested]));
            }
        }
        for expr in all {
            let bytes = size(&raw, &expr).await.unwrap_or_default();
            if bytes > largest.0 {
                largest = (bytes, expr);
            }
        }
    }
    assert!(largest.0 <= MOST, "{largest:?}");
    assert!(largest.0 > 5_000, "the largest is small: {largest:?}");
}

#[tokio::test]
async fn the_deepest_types_and_expressions_converge() {
    const DATABASE: &str = "c_deepest";
    let raw = Raw::open();
    raw.clear(&[DATABASE]).await;
    // As deep as it may be, which depends on the form.
    let nested = |before: &str, of: &str, after: &str| {
        let text = |times: usize| format!("{}{of}{}", before.repeat(times), after.repeat(times));
        let taken = |text: &String| parse(text, Dialect::ClickHouse, Clause::Default).is_ok();
        let deepest = (1..60).rev().map(text).find(taken).unwrap();
        assert!(deepest.len() > of.len() + 20 * (before.len() + after.len()), "{deepest}");
        deepest
    };
    let arrays = format!("arrays {}UInt8{}", "Array(".repeat(40), ")".repeat(40));
    assert!(Type::parse(arrays.trim_start_matches("arrays ").replacen("UInt8", "Array(UInt8)", 1).as_str()).is_err());
    let columns = [
        "id UInt64".to_owned(),
        arrays,
        format!("lowered String DEFAULT {}", nested("lower(", "'A'", ")")),
        format!("negated Int64 DEFAULT {}", nested("-(", "id", ")")),
        format!("denied UInt8 DEFAULT {}", nested("not (", "id > 1", ")")),
        format!("added UInt64 DEFAULT {}", nested("", "id", " + 1")),
        format!("chosen Nullable(String) DEFAULT {}", nested("case when id > 1 then ", "'x'", " end")),
        format!("cast_ UInt64 DEFAULT {}", nested("cast(", "id", " as UInt64)")),
        "great Float64 DEFAULT 1e308".to_owned(),
        "small Float64 DEFAULT 1e-300".to_owned(),
        "most UInt64 DEFAULT 18446744073709551615".to_owned(),
        "least Int64 DEFAULT -9223372036854775808".to_owned(),
        "states AggregateFunction(uniqCombined(20), UInt64)".to_owned(),
        "fpc Float64 CODEC(FPC(16), ZSTD(22))".to_owned(),
        "wide FixedString(256)".to_owned(),
        "zoned DateTime64(3, 'America/Argentina/Buenos_Aires')".to_owned(),
        "day Date DEFAULT toDate(zoned, 'Europe/Berlin')".to_owned(),
    ];
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut deepest = table(DATABASE, "deepest", &columns, "MergeTree", &["id"]);
    deepest.skip_indexes.push(skip_index("tokens", "lowered", "tokenbf_v1(262144, 16, 0)", 1));
    deepest.settings.insert("index_granularity".to_owned(), "64".to_owned());
    let objects = tables(&[partitioned(deepest, "toYYYYMM(toTimeZone(zoned, 'UTC'))")]);
    let mut target = connect().await;
    apply(&mut target, &objects).await;
    assert_same(&mut target, &objects).await;
    assert_eq!(apply(&mut target, &objects).await, (0, 0));
    raw.run(&format!("INSERT INTO {DATABASE}.deepest (id) VALUES (1)")).await;
    assert_eq!(
        raw.text(&format!("SELECT lowered, most, least FROM {DATABASE}.deepest")).await,
        "a\t18446744073709551615\t-9223372036854775808"
    );
    raw.clear(&[DATABASE]).await;
}
