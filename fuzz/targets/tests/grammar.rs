//! What we send of an expression, the engine's own parser reads as what we meant; and what an author writes, it reads as
//! we do. Tried on expressions that are drawn from seeds, most of them without parentheses.
//!
//! ClickHouse tells what it reads (`formatQuery`, which parses and writes again). PostgreSQL does not, so there both
//! texts are carried out over rows, and have to give the same values or fail in the same way.

#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use arbitrary::Unstructured;
use std::collections::BTreeSet;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use whale_fuzz::expressions::check;
use whale_fuzz::grammar::{self, Kind};
use whale_fuzz::mutate::Draw;
use whale_storage::expr::{Clause, Dialect, Expr, parse_server};
use whale_tests::clients;

/// Another seed, or more of them, for whoever looks further.
fn wanted(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

/// Expressions of the language: as written, as understood, as sent.
fn drawn(dialect: Dialect, kinds: &[Kind]) -> Vec<(String, Expr, String)> {
    let mut draw = Draw::new(wanted("WHALE_FUZZ_SEED", 7));
    let count = usize::try_from(wanted("WHALE_FUZZ_COUNT", 400)).unwrap();
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for _ in 0..count * 20 {
        let bytes: Vec<u8> = (0..40 + draw.below(200)).map(|_| draw.number().to_le_bytes()[3]).collect();
        let kind = kinds[draw.below(kinds.len())];
        let text = grammar::of_kind(&mut Unstructured::new(&bytes), dialect, kind);
        if let Some((found, sent)) = check(&text, dialect, Clause::Select)
            && seen.insert(text.clone())
        {
            all.push((text, found, sent));
        }
        if all.len() == count {
            return all;
        }
    }
    panic!("only {} of {count} expressions are of the language", all.len());
}

/// What ClickHouse makes of expressions; none: it cannot read one.
async fn read_by_clickhouse(texts: &[&String]) -> Vec<Option<String>> {
    let quoted = |text: &&String| format!("'SELECT {}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let list = texts.iter().map(quoted).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT ifNull(formatQuerySingleLineOrNull(arrayJoin([{list}])), '')");
    let lines = clients::clickhouse(&sql).await;
    assert_eq!(lines.len(), texts.len());
    lines.iter().map(|line| line.strip_prefix("SELECT ").map(str::to_owned)).collect()
}

#[tokio::test]
async fn clickhouse_reads_what_we_send_and_what_authors_write_as_we_do() {
    let drawn = drawn(Dialect::ClickHouse, &[Kind::Number, Kind::Truth, Kind::Text]);
    let mut wrong = Vec::new();
    for batch in drawn.chunks(50) {
        let sent = read_by_clickhouse(&batch.iter().map(|(_, _, sent)| sent).collect::<Vec<_>>()).await;
        let written = read_by_clickhouse(&batch.iter().map(|(text, ..)| text).collect::<Vec<_>>()).await;
        for ((text, found, sent), reads) in batch.iter().zip(sent.into_iter().zip(written)) {
            let meant = found.canonical(Dialect::ClickHouse);
            for (what, read) in [(sent, reads.0), (text, reads.1)] {
                let back = read.as_ref().map(|read| parse_server(read, Dialect::ClickHouse));
                if !matches!(&back, Some(Ok(back)) if back.canonical(Dialect::ClickHouse) == meant) {
                    wrong.push(format!("{text}\n  {what}\n  is read as {}", read.as_deref().unwrap_or("nothing")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), drawn.len(), wrong.join("\n"));
}

const ROWS: &str = "(VALUES (1::bigint, 2::bigint, 'x'::text, 'axc'::text, true, false), (7, -3, '', 'it''s', false, true), \
                    (0, 5, 'a_c', '100%', true, true), (NULL, 1, NULL, 'b', NULL, false)) AS rows (a, b, t, s, f, g)";

const SYNTAX: &str = "42601";

/// Values of an expression, or the code of what went wrong.
async fn values(client: &Client, text: &str) -> Vec<String> {
    match client.simple_query(&format!("SELECT CAST(({text}) AS text) FROM {ROWS}")).await {
        Ok(messages) => messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
                _ => None,
            })
            .collect(),
        Err(fault) => vec![fault.code().unwrap_or_else(|| panic!("{text}: {fault}")).code().to_owned()],
    }
}

#[tokio::test]
async fn postgres_gives_the_same_values_for_what_we_send_and_what_authors_write() {
    let (client, connection) = tokio_postgres::connect(clients::address("POSTGRES_URL").as_str(), NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    let (mut wrong, mut carried) = (Vec::new(), 0);
    let drawn = drawn(Dialect::Postgres, &[Kind::Number, Kind::Truth, Kind::Text]);
    for (text, _, sent) in &drawn {
        let (written, sent_values) = (values(&client, text).await, values(&client, sent).await);
        carried += usize::from(written.len() == 4);
        // What we send is never an error of syntax; an author may write some things that PostgreSQL does not take, such as
        // a chain of `is`.
        if sent_values == [SYNTAX] || (written != [SYNTAX] && written != sent_values) {
            wrong.push(format!("{text}\n  gives {written:?}\n  {sent}\n  gives {sent_values:?}"));
        }
    }
    drop(client);
    let _ = served.await.unwrap();
    assert!(carried * 2 > drawn.len(), "only {carried} of {} can be carried out", drawn.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), drawn.len(), wrong.join("\n"));
}
