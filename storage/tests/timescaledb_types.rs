//! Types of expressions against PostgreSQL, live: nothing that the server takes is refused. `TIMESCALEDB_URL` names the
//! server. What is let through and the server refuses is told, for whoever sharpens the tables.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test that fails may panic, and tells what it found"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod timescaledb_support;
mod typed_support;

use std::collections::BTreeSet;
use timescaledb_support::*;
use typed_support::*;
use whale_storage::expr::{Clause, Dialect};
use whale_storage::raw::{self, ChunkWidth, Duration, DurationUnit, PgColumnValue};

/// Names the server.
const SERVER: &str = "TIMESCALEDB_URL";

const COLUMNS: [(&str, &str); 24] = [
    ("c_small", "smallint"),
    ("c_int", "integer"),
    ("c_big", "bigint"),
    ("c_numeric", "numeric"),
    ("c_real", "real"),
    ("c_double", "double precision"),
    ("c_text", "text"),
    ("c_char", "character(4)"),
    ("c_bool", "boolean"),
    ("c_date", "date"),
    ("c_time", "time"),
    ("c_local", "timestamp"),
    ("c_at", "timestamptz"),
    ("c_span", "interval"),
    ("c_uuid", "uuid"),
    ("c_json", "json"),
    ("c_jsonb", "jsonb"),
    ("c_bytea", "bytea"),
    ("c_inet", "inet"),
    ("c_cidr", "cidr"),
    ("c_mac", "macaddr"),
    ("c_texts", "text[]"),
    ("c_ints", "integer[]"),
    ("c_ats", "timestamptz[]"),
];
const LITERALS: [&str; 14] = [
    "1",
    "2.5",
    "3000000000",
    "true",
    "null",
    "'a'",
    "'1'",
    "'1.5'",
    "'{}'",
    "'2020-01-01'",
    "'1 day'",
    "'10:00'",
    "'t'",
    "interval '1 day'",
];

fn values() -> Vec<&'static str> {
    COLUMNS.iter().map(|(name, _)| *name).chain(LITERALS).collect()
}

fn operators() -> Vec<String> {
    let mut all = Vec::new();
    for left in values() {
        all.extend([format!("not {left}"), format!("- {left}"), format!("{left} is true"), format!("{left} is null")]);
        for (_, of) in COLUMNS {
            all.push(format!("cast({left} as {of})"));
        }
        for right in values() {
            for op in ["+", "-", "*", "/", "%", "||", "=", "<", "->", "->>", "@>", "like", "is distinct from"] {
                all.push(format!("{left} {op} {right}"));
            }
            all.extend([
                format!("coalesce({left}, {right})"),
                format!("case when c_bool then {left} else {right} end"),
                format!("case {left} when {right} then 1 end"),
                format!("{left} in ({right}, {right})"),
                format!("{left} between {right} and {right}"),
                format!("array[{left}, {right}]"),
                format!("nullif({left}, {right})"),
                format!("{left} and {right}"),
            ]);
        }
        all.push(format!("{left} ~ 'a'"));
        all.push(format!("case when {left} then 1 end"));
    }
    all
}

fn calls() -> Vec<String> {
    let few = [
        "c_int",
        "c_big",
        "c_numeric",
        "c_double",
        "c_text",
        "c_date",
        "c_at",
        "c_span",
        "c_bytea",
        "c_texts",
        "'a'",
        "'1'",
        "1",
    ];
    let words = ["'day'", "'UTC'", "'hex'", "interval '1 day'", "'YYYY'"];
    let mut all = Vec::new();
    for function in listed("## Functions of PostgreSQL") {
        all.push(format!("{function}()"));
        for first in values() {
            all.push(format!("{function}({first})"));
            for word in words {
                all.extend([format!("{function}({word}, {first})"), format!("{function}({first}, {word})")]);
            }
        }
        for first in values() {
            for second in few {
                all.extend([format!("{function}({first}, {second})"), format!("{function}({second}, {first})")]);
            }
        }
        for first in few {
            for second in few {
                for third in ["c_int", "c_big", "c_text", "c_at", "'a'", "1", "2.5"] {
                    all.push(format!("{function}({first}, {second}, {third})"));
                }
                all.push(format!("{function}('day', {first}, 'UTC')"));
                all.push(format!("{function}(interval '1 day', {first}, {second})"));
                all.push(format!("{function}({first}, {second}, {first}, 3)"));
            }
        }
    }
    all
}

/// Which of the expressions are refused for their types.
fn refused(expressions: &[String]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (at, batch) in expressions.chunks(1_500).enumerate() {
        let column = |name: String, of: &str, value| raw::PgColumn {
            header: column_header(&name),
            data_type: of.to_owned(),
            nullable: true,
            value,
        };
        let typed = COLUMNS.iter().map(|(name, of)| column((*name).to_owned(), of, PgColumnValue::Empty));
        let computed = batch
            .iter()
            .enumerate()
            .map(|(at, text)| column(format!("x{at}"), "text", PgColumnValue::Generated(text.clone())));
        let table = raw::PgTable {
            header: header_of("everything"),
            columns: typed.chain(computed).collect(),
            primary_key: None,
            uniques: vec![],
            foreign_keys: vec![],
            checks: vec![],
            indexes: vec![],
            hypertable: None,
            columnstore: None,
        };
        let definition = raw::ModelDefinition {
            timescaledb: raw::TimescaledbObjects { tables: vec![table], aggregates: vec![] },
            ..raw::ModelDefinition::default()
        };
        found.extend(refused_columns(&definition, batch.len(), "/columns/").into_iter().map(|one| at * 1_500 + one));
    }
    found
}

/// Of aggregates, each an output of a continuous aggregate.
fn refused_outputs(expressions: &[String]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (at, batch) in expressions.chunks(1_500).enumerate() {
        let columns = COLUMNS.iter().map(|(name, of)| raw::PgColumn {
            header: column_header(name),
            data_type: (*of).to_owned(),
            nullable: *name != "c_at",
            value: PgColumnValue::Empty,
        });
        let day = Duration { count: 1, unit: DurationUnit::Days };
        let table = raw::PgTable {
            header: header_of("everything"),
            columns: columns.collect(),
            primary_key: None,
            uniques: vec![],
            foreign_keys: vec![],
            checks: vec![],
            indexes: vec![],
            hypertable: Some(raw::Hypertable {
                time_column: "c_at".to_owned(),
                chunk: ChunkWidth::Time(day),
                space: vec![],
            }),
            columnstore: None,
        };
        let output = |(at, text): (usize, &String)| raw::Selected { name: format!("x{at}"), value: text.clone() };
        let aggregate = raw::ContinuousAggregate {
            header: header_of("daily"),
            source: "everything".to_owned(),
            time_column: "c_at".to_owned(),
            bucket: day,
            bucket_name: "day".to_owned(),
            time_zone: None,
            group_by: vec![],
            aggregates: batch.iter().enumerate().map(output).collect(),
            only_where: None,
            real_time: false,
            refresh: None,
            indexes: vec![],
        };
        let definition = raw::ModelDefinition {
            timescaledb: raw::TimescaledbObjects { tables: vec![table], aggregates: vec![aggregate] },
            ..raw::ModelDefinition::default()
        };
        found.extend(refused_columns(&definition, batch.len(), "/aggregates/").into_iter().map(|one| at * 1_500 + one));
    }
    found
}

/// What the server takes of the expressions, over an empty table.
async fn taken(expressions: &[String]) -> BTreeSet<usize> {
    let raw = Raw::open().await;
    let columns: Vec<String> = COLUMNS.iter().map(|(name, of)| format!("{name} {of}")).collect();
    raw.rows(&format!("CREATE TEMPORARY TABLE everything ({})", columns.join(", "))).await;
    raw.rows(
        "CREATE FUNCTION pg_temp.takes(e text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
         EXECUTE 'SELECT ' || e || ' FROM pg_temp.everything LIMIT 0'; RETURN true;
         EXCEPTION WHEN OTHERS THEN RETURN false; END $$",
    )
    .await;
    let mut found = BTreeSet::new();
    for (at, batch) in expressions.chunks(2_000).enumerate() {
        let texts: Vec<String> = batch.iter().map(|text| format!("'{}'", text.replace('\'', "''"))).collect();
        let sql = format!(
            "SELECT place FROM unnest(ARRAY[{}]) WITH ORDINALITY AS t(e, place) WHERE pg_temp.takes(e)",
            texts.join(", ")
        );
        found.extend(raw.rows(&sql).await.iter().map(|place| at * 2_000 + place.parse::<usize>().unwrap() - 1));
    }
    raw.close().await;
    found
}

/// Fails for what the server takes and we refuse.
async fn compare(expressions: Vec<String>, clause: Clause, judge: fn(&[String]) -> BTreeSet<usize>) {
    let expressions = readable(expressions, Dialect::Postgres, clause);
    let refused = judge(&expressions);
    let taken =
        taken(&expressions.iter().map(|text| rendered(text, Dialect::Postgres, clause)).collect::<Vec<_>>()).await;
    let wrong: Vec<&str> = refused.intersection(&taken).map(|at| expressions[*at].as_str()).collect();
    let through = (0..expressions.len()).filter(|at| !refused.contains(at) && !taken.contains(at));
    let through: Vec<&str> = through.map(|at| expressions[at].as_str()).collect();
    let (all, no) = (expressions.len(), refused.len());
    eprintln!(
        "{all} expressions, {no} refused, {} let through that the server refuses: {:?}",
        through.len(),
        sample(&through)
    );
    assert!(wrong.is_empty(), "{} that the server takes are refused: {:?}", wrong.len(), sample(&wrong));
    assert!(no * 2 > through.len(), "few are refused: {no} of {all}");
}

#[tokio::test]
async fn nothing_that_postgresql_takes_is_refused() {
    compare(operators(), Clause::Generated, refused).await;
    compare(calls(), Clause::Generated, refused).await;
    let aggregates = |text: &String| {
        whale_storage::expr::parse(text, Dialect::Postgres, Clause::Select).is_ok_and(|expr| expr.has_aggregate())
    };
    compare(calls().into_iter().filter(aggregates).collect(), Clause::Select, refused_outputs).await;
}
