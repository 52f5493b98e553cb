//! Changes of ClickHouse tables on a live server: what is added, and what is refused by name.
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
use whale_storage::definition::clickhouse::Table;

#[tokio::test]
async fn rows_survive_what_is_added() {
    const DB: &str = "whale_test_added";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    let before = dialects(DB);
    apply(&mut target, &tables(std::slice::from_ref(&before))).await;
    raw.run(&format!(
        "INSERT INTO {DB}.dialects (dialect_id, dialect_name) SELECT toString(number), 'n' FROM numbers(1000)"
    ))
    .await;
    let check = format!(
        "SELECT count(), sum(cityHash64(dialect_id, dialect_name, popularity, discovery_time)) FROM {DB}.dialects"
    );
    let rows = raw.text(&check).await;

    let mut after = before;
    after.columns.insert(0, column("first UInt8 DEFAULT 7"));
    after.columns.insert(3, column("speakers UInt64 DEFAULT 1 + 1 CODEC(Delta, ZSTD)"));
    after.columns[3].comment = "people; it's -- a count".to_owned();
    after.columns.push(column("tags Array(LowCardinality(String))"));
    after.columns[1].comment = String::new();
    after.columns[2].comment = "a new comment".to_owned();
    after.header.comment = "Dialects, and who speaks them".to_owned();
    after.skip_indexes.push(skip_index("by_region", "region", "set(50)", 2));
    after.settings.insert("min_rows_for_wide_part".to_owned(), "5".to_owned());
    let after = tables(&[after]);
    let planned = plan(&mut target, &after).await;
    assert!(planned.found.is_empty(), "{:?}", refusals(&planned));
    assert_eq!(planned.steps().map(|step| step.recipe.statements.len()).collect::<Vec<_>>(), [1]);
    apply(&mut target, &after).await;
    assert_same(&mut target, &after).await;
    assert_eq!(raw.text(&check).await, rows);
    assert_eq!(raw.text(&format!("SELECT DISTINCT first, speakers, tags FROM {DB}.dialects")).await, "7\t2\t[]");
    let order = format!(
        "SELECT groupArray(name) FROM (SELECT name FROM system.columns WHERE database = '{DB}' ORDER BY position LIMIT 4)"
    );
    assert_eq!(raw.text(&order).await, "['first','dialect_id','dialect_name','speakers']");
    raw.clear(&[DB]).await;
}

type Edit = fn(&mut Table);

#[tokio::test]
async fn every_other_change_is_refused_by_name() {
    const DB: &str = "whale_test_refused";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    let mut before = dialects(DB);
    before.skip_indexes.push(skip_index("i", "region", "minmax", 1));
    apply(&mut target, &tables(std::slice::from_ref(&before))).await;
    let shown = format!("SHOW CREATE TABLE {DB}.dialects");
    let stood = raw.text(&shown).await;
    let changes: [(&str, Edit); 9] = [
        ("column region: type", |t| t.columns[3] = column("region LowCardinality(String)")),
        ("column popularity: default", |t| t.columns[6] = column("popularity Float32 DEFAULT 1")),
        ("column region: codec", |t| t.columns[3] = column("region String CODEC(ZSTD(9))")),
        ("column source: it is no longer defined", |t| drop(t.columns.remove(7))),
        ("definition: order by", |t| drop(t.order_by.pop())),
        ("definition: partition by", |t| *t = partitioned(t.clone(), "toYYYYMM(discovery_time)")),
        ("definition: engine", |t| t.engine = table("x", "x", &["a UInt8"], "AggregatingMergeTree", &[]).engine),
        ("index i: kind", |t| t.skip_indexes[0] = skip_index("i", "region", "set(5)", 1)),
        ("property index_granularity: ", |t| {
            drop(t.settings.insert("index_granularity".to_owned(), "1024".to_owned()));
        }),
    ];
    for (expected, change) in changes {
        let mut after = before.clone();
        change(&mut after);
        let planned = plan(&mut target, &tables(&[after])).await;
        assert_eq!(planned.steps().count(), 0, "{expected}");
        let refused = refusals(&planned);
        assert!(
            refused.len() == 1 && refused[0].starts_with("WH0710") && refused[0].contains(expected),
            "{expected}: {refused:?}"
        );
    }
    // What somebody else gave it.
    raw.run(&format!("ALTER TABLE {DB}.dialects ADD CONSTRAINT c CHECK dialect_id != '', ADD PROJECTION p (SELECT region ORDER BY region), MODIFY TTL discovery_time + INTERVAL 1 YEAR")).await;
    let planned = plan(&mut target, &tables(std::slice::from_ref(&before))).await;
    let found = refusals(&planned).join("\n");
    for part in [
        "WH0710 clickhouse/whale_test_refused.dialects/definition",
        "ttl is \"",
        "WH0704",
        "check constraint c",
        "projection p",
    ] {
        assert!(found.contains(part), "{part}: {found}");
    }
    raw.run(&format!("ALTER TABLE {DB}.dialects REMOVE TTL, DROP CONSTRAINT c, DROP PROJECTION p")).await;
    assert_eq!(raw.text(&shown).await, stood);
    raw.clear(&[DB]).await;
}
