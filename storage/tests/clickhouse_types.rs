//! Types of expressions against ClickHouse, live: nothing that the server takes is refused. `CLICKHOUSE_URL` names the server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test that fails may panic, and tells what it found"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the suite hands the servers down in the environment")]

mod clickhouse_support;
mod typed_support;

use clickhouse_support::Raw;
use std::collections::BTreeSet;
use typed_support::*;
use whale_storage::expr::{Clause, Dialect};
use whale_storage::raw::{self, ChColumnValue};

const DATABASE: &str = "typed";
const COLUMNS: [(&str, &str); 31] = [
    ("c_u8", "UInt8"),
    ("c_u64", "UInt64"),
    ("c_i32", "Int32"),
    ("c_wide", "Int128"),
    ("c_float", "Float64"),
    ("c_bf", "BFloat16"),
    ("c_decimal", "Decimal(9, 2)"),
    ("c_bool", "Bool"),
    ("c_text", "String"),
    ("c_low", "LowCardinality(String)"),
    ("c_fixed", "FixedString(16)"),
    ("c_date", "Date"),
    ("c_date32", "Date32"),
    ("c_at", "DateTime"),
    ("c_exact", "DateTime64(3)"),
    ("c_uuid", "UUID"),
    ("c_v4", "IPv4"),
    ("c_v6", "IPv6"),
    ("c_enum", "Enum8('a' = 1)"),
    ("c_map", "Map(String, UInt64)"),
    ("c_tuple", "Tuple(UInt8, String)"),
    ("c_pair", "Tuple(Float64, Float64)"),
    ("c_json", "JSON"),
    ("c_state", "AggregateFunction(sum, UInt64)"),
    ("c_maybe", "Nullable(UInt64)"),
    ("c_texts", "Array(String)"),
    ("c_numbers", "Array(UInt64)"),
    ("c_floats", "Array(Float64)"),
    ("c_days", "Array(Date)"),
    ("c_nested", "Array(Array(UInt64))"),
    ("c_tuples", "Array(Tuple(UInt8, String))"),
];
/// Columns that stand beside every other one.
const FEW: [&str; 4] = ["c_u8", "c_text", "c_at", "c_numbers"];
/// Columns whose types no function tells from another one's.
const ALIKE: [&str; 10] =
    ["c_low", "c_bf", "c_date32", "c_v6", "c_pair", "c_floats", "c_days", "c_tuples", "c_wide", "c_bool"];

fn columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|(name, _)| *name)
}

fn operators() -> Vec<String> {
    let mut all = Vec::new();
    for left in columns() {
        all.extend([
            format!("not {left}"),
            format!("- {left}"),
            format!("{left} like 'a'"),
            format!("{left} + toIntervalDay(1)"),
        ]);
        all.extend([
            format!("{left} = 'a'"),
            format!("{left} in ('a', 'b')"),
            format!("{left} > 1"),
            format!("{left} + 1.5"),
        ]);
        all.push(format!("case when {left} then 1 else 2 end"));
        for (_, of) in COLUMNS {
            all.push(format!("cast({left} as {of})"));
        }
        for right in columns() {
            for op in ["+", "-", "*", "/", "%", "||", "=", "<"] {
                all.push(format!("{left} {op} {right}"));
            }
            all.push(format!("if(c_u8, {left}, {right}) || 'x'"));
            all.push(format!("intDiv({left}, {right})"));
        }
    }
    all
}

fn calls() -> Vec<String> {
    let mut all = Vec::new();
    for function in listed("## Functions of ClickHouse") {
        for first in columns().filter(|name| !ALIKE.contains(name)) {
            all.push(format!("{function}({first})"));
            for word in ["'UTC'", "2", "'%Y'", "toIntervalDay(1)"] {
                all.push(format!("{function}({first}, {word})"));
            }
            all.extend([format!("{function}('a', {first})"), format!("{function}([1, 2], {first})")]);
            for second in FEW {
                all.push(format!("{function}({first}, {second})"));
            }
            all.extend([format!("{function}('day', {first}, c_at)"), format!("{function}({first}, 'a', 'b')")]);
            all.extend([format!("{function}('abc', 'b', {first})"), format!("{function}(c_u8, {first}, 2)")]);
        }
    }
    all
}

fn aggregates() -> Vec<String> {
    let mut all = Vec::new();
    for function in listed("## Aggregates of ClickHouse") {
        for first in columns().filter(|name| !ALIKE.contains(name)) {
            all.extend([
                format!("{function}({first})"),
                format!("{function}If({first}, c_u8)"),
                format!("{function}({first}, c_u64)"),
            ]);
            all.extend([
                format!("{function}If(c_u64, {first})"),
                format!("{function}Merge({first})"),
                format!("{function}Array({first})"),
            ]);
        }
    }
    all
}

fn column(name: &str, of: &str, value: ChColumnValue) -> raw::ChColumn {
    raw::ChColumn { header: column_header(name), data_type: of.to_owned(), value, codec: None }
}

fn table(id: &str, columns: Vec<raw::ChColumn>) -> raw::ChTable {
    raw::ChTable {
        header: header_of(id),
        columns,
        engine: "MergeTree".to_owned(),
        partition_by: None,
        order_by: vec![],
        primary_key: None,
        skip_indexes: vec![],
        settings: vec![],
        sharding_key: None,
    }
}

fn typed() -> Vec<raw::ChColumn> {
    COLUMNS.iter().map(|(name, of)| column(name, of, ChColumnValue::Empty)).collect()
}

fn refused(expressions: &[String], value: fn(String) -> ChColumnValue) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (at, batch) in expressions.chunks(900).enumerate() {
        let computed =
            batch.iter().enumerate().map(|(at, text)| column(&format!("x{at}"), "String", value(text.clone())));
        let columns = typed().into_iter().chain(computed).collect();
        let mut definition = raw::ModelDefinition::default();
        definition.clickhouse.tables.push(table("everything", columns));
        found.extend(refused_columns(&definition, batch.len(), "/columns/").into_iter().map(|one| at * 900 + one));
    }
    found
}

fn refused_outputs(expressions: &[String]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (at, batch) in expressions.chunks(900).enumerate() {
        let into = (0..batch.len()).map(|at| column(&format!("x{at}"), "String", ChColumnValue::Empty));
        let mut definition = raw::ModelDefinition::default();
        definition.clickhouse.tables.push(table("everything", typed()));
        definition.clickhouse.tables.push(table("copies", into.collect()));
        let output = |(at, text): (usize, &String)| raw::Selected { name: format!("x{at}"), value: text.clone() };
        definition.clickhouse.materialized_views.push(raw::ChMaterializedView {
            header: header_of("feed"),
            source: "everything".to_owned(),
            target: "copies".to_owned(),
            select: batch.iter().enumerate().map(output).collect(),
            only_where: None,
            group_by: vec!["c_u8".to_owned()],
        });
        found.extend(refused_columns(&definition, batch.len(), "/select/").into_iter().map(|one| at * 900 + one));
    }
    found
}

async fn compare(raw: &Raw, expressions: Vec<String>, clause: Clause, judge: impl Fn(&[String]) -> BTreeSet<usize>) {
    let expressions = readable(expressions, Dialect::ClickHouse, clause);
    let refused = judge(&expressions);
    let mut wrong = Vec::new();
    // A third takes a minute; WHALE_TYPES asks for all.
    let step = if std::env::var_os("WHALE_TYPES").is_some() { 1 } else { 3 };
    for at in refused.iter().step_by(step) {
        let text = rendered(&expressions[*at], Dialect::ClickHouse, clause);
        if raw.try_text(&format!("DESCRIBE TABLE (SELECT {text} FROM {DATABASE}.everything)")).await.is_ok() {
            wrong.push(expressions[*at].as_str());
        }
    }
    // Of what is let through a part is asked, so that the test stays short.
    let (mut asked, mut through) = (0, Vec::new());
    for (at, text) in expressions.iter().enumerate().filter(|(at, _)| !refused.contains(at)).step_by(17) {
        let sql = rendered(text, Dialect::ClickHouse, clause);
        asked += 1;
        if raw.try_text(&format!("DESCRIBE TABLE (SELECT {sql} FROM {DATABASE}.everything)")).await.is_err() {
            through.push(expressions[at].as_str());
        }
    }
    let (all, no) = (expressions.len(), refused.len());
    eprintln!(
        "{all} expressions, {no} refused; of {asked} let through the server refuses {}: {:?}",
        through.len(),
        sample(&through)
    );
    assert!(wrong.is_empty(), "{} that the server takes are refused: {:?}", wrong.len(), sample(&wrong));
    assert!(no * 4 > all, "few are refused: {no} of {all}");
}

#[tokio::test]
async fn nothing_that_clickhouse_takes_is_refused() {
    let raw = Raw::open();
    raw.clear(&[DATABASE]).await;
    raw.run(&format!("CREATE DATABASE {DATABASE}")).await;
    let columns: Vec<String> = COLUMNS.iter().map(|(name, of)| format!("{name} {of}")).collect();
    raw.run(&format!(
        "CREATE TABLE {DATABASE}.everything ({}) ENGINE = MergeTree ORDER BY tuple()",
        columns.join(", ")
    ))
    .await;
    compare(&raw, operators(), Clause::Default, |all| refused(all, ChColumnValue::Materialized)).await;
    compare(&raw, calls(), Clause::Default, |all| refused(all, ChColumnValue::DefaultTo)).await;
    compare(&raw, aggregates(), Clause::Select, refused_outputs).await;
    raw.clear(&[DATABASE]).await;
}

/// What columns are given, against what the server takes when it makes the table.
#[tokio::test]
async fn no_value_that_a_column_takes_is_refused() {
    const SCRATCH: &str = "typed_values";
    let raw = Raw::open();
    raw.clear(&[SCRATCH]).await;
    raw.run(&format!("CREATE DATABASE {SCRATCH}")).await;
    let texts = [
        "''",
        "'x'",
        "'5'",
        "'-5'",
        "' 5'",
        "'1.5'",
        "'2020-01-01'",
        "'2020-1-1'",
        "'20200101'",
        "'2020-01-01 10:00:00'",
        "'a'",
        "'00000000-0000-0000-0000-000000000000'",
        "'1.2.3.4'",
        "'::1'",
        "'[1]'",
        "'(1,2)'",
        "'{}'",
        "'true'",
        "'nan'",
        "5",
        "-5",
        "300",
        "1.5",
        "true",
        "[1, 2]",
        "(1, 2)",
        "map('a', 1)",
        "now()",
        "today()",
        "generateUUIDv4()",
        "toUUID('x')",
        "toDate('9999')",
        "toIPv4('1.2.3')",
        "base64Decode('YQ==')",
        "toUInt64('x')",
        "toDateTime('')",
        "toBool('x')",
        "intDiv(5, -1)",
        "tupleElement((1, 2), 2)",
        "toFixedString('ab', 2)",
    ];
    let (mut refused, mut wrong) = (0, Vec::new());
    for (_, of) in COLUMNS.iter().filter(|(_, of)| !of.starts_with("Aggregate")) {
        for text in texts.iter().copied().chain(columns()) {
            let mut all = typed();
            all.push(column("x0", of, ChColumnValue::DefaultTo(text.to_owned())));
            let mut definition = raw::ModelDefinition::default();
            definition.clickhouse.tables.push(table("values", all));
            if refused_columns(&definition, 1, "/columns/").is_empty() {
                continue;
            }
            refused += 1;
            let text = rendered(text, Dialect::ClickHouse, Clause::Default);
            let columns: Vec<String> = COLUMNS.iter().map(|(name, of)| format!("{name} {of}")).collect();
            let sql = format!(
                "CREATE TABLE {SCRATCH}.t{refused} ({}, x0 {of} DEFAULT {text}) ENGINE = MergeTree ORDER BY tuple()",
                columns.join(", ")
            );
            if raw.try_text(&sql).await.is_ok() {
                wrong.push(format!("{of} DEFAULT {text}"));
                raw.run(&format!("DROP TABLE {SCRATCH}.t{refused} SYNC")).await;
            }
        }
    }
    raw.clear(&[SCRATCH]).await;
    assert!(wrong.is_empty(), "{} that the server takes are refused: {wrong:?}", wrong.len());
    assert!(refused > 300, "few are refused: {refused}");
}
