//! ClickHouse, live: `CLICKHOUSE_URL` names the server.
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
use whale_storage::backend::clickhouse::ClickhouseLower;
use whale_storage::backend::{FailureKind, Target as _};
use whale_storage::change::Change;
use whale_storage::definition::clickhouse::Table;
use whale_storage::definition::{Backend, Object};
use whale_storage::expr::{Clause, Expr};
use whale_storage::mark::Parts;
use whale_storage::plan::{Lower as _, Plan, mark_of};
use whale_storage::server::Server;

fn interactions(database: &str) -> Table {
    let mut interactions = table(
        database,
        "model_interactions",
        &[
            "event_time DateTime64(3) CODEC(Delta, ZSTD)",
            "model_id LowCardinality(String)",
            "domain LowCardinality(String)",
            "tokens_used UInt32 CODEC(T64, ZSTD(3))",
            "latency Float32 CODEC(Gorilla, ZSTD)",
            "success Bool",
        ],
        "MergeTree",
        &["domain", "model_id", "event_time"],
    );
    interactions.primary_key = Some(interactions.order_by[..2].to_vec());
    interactions.skip_indexes.push(skip_index("by_model", "model_id", "bloom_filter", 4));
    interactions.skip_indexes.push(skip_index("by_use", "(tokens_used, latency)", "minmax", 1));
    interactions.settings.insert("min_bytes_for_wide_part".to_owned(), "0".to_owned());
    interactions.settings.insert("index_granularity".to_owned(), "8192".to_owned());
    partitioned(interactions, "toYYYYMM(event_time)")
}

fn models(database: &str) -> Vec<Object> {
    let features = table(
        database,
        "dialect_features",
        &[
            "feature_id String",
            "dialect_id String",
            "examples Array(String)",
            "confidence Float32",
            "usage_count UInt32 DEFAULT 1",
            "discovery_time DateTime DEFAULT now()",
        ],
        "MergeTree()",
        &["feature_id", "dialect_id", "discovery_time"],
    );
    let usage = table(
        database,
        "usage_stats",
        &["date Date", "hour UInt8", "user_id UInt64", "requests UInt32", "tokens UInt64"],
        "SummingMergeTree((requests, tokens))",
        &["date", "hour", "user_id"],
    );
    let sessions = table(
        database,
        "sessions",
        &[
            "session_id String",
            "user_id UInt64",
            "model LowCardinality(String)",
            "started_at DateTime",
            "ended_at Nullable(DateTime)",
            "updated_at DateTime DEFAULT now()",
        ],
        "ReplacingMergeTree(updated_at)",
        &["user_id", "session_id"],
    );
    let interactions = interactions(database);
    let performance = partitioned(
        table(
            database,
            "domain_performance",
            &[
                "date Date",
                "domain LowCardinality(String)",
                "query_count SimpleAggregateFunction(sum, UInt64)",
                "avg_latency AggregateFunction(avg, Float32)",
                "accuracy AggregateFunction(avg, UInt8)",
            ],
            "AggregatingMergeTree",
            &["date", "domain"],
        ),
        "toYYYYMM(date)",
    );
    let mut feed = view(
        &interactions,
        &performance,
        "domain_performance_feed",
        &[
            ("date", "toDate(event_time)"),
            ("domain", "domain"),
            ("query_count", "count()"),
            ("avg_latency", "avgState(latency)"),
            ("accuracy", "avgState(toUInt8(success))"),
        ],
        Some("tokens_used > 0 and domain not in ('', 'test')"),
        &["toDate(event_time)", "domain"],
    );
    "Feeds domain_performance".clone_into(&mut feed.header.comment);
    let unsorted = table(database, "unsorted", &["a UInt8"], "MergeTree", &[]);
    let mut objects = tables(&[
        dialects(database),
        features,
        partitioned(usage, "toYYYYMM(date)"),
        sessions,
        interactions,
        performance,
        unsorted,
    ]);
    objects.push(Object::View(feed));
    objects
}

#[tokio::test]
async fn tables_of_the_models_converge() {
    const DB: &str = "whale_test_models";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    let objects = models(DB);
    assert_eq!(apply(&mut target, &objects).await, (objects.len() + 1, objects.len()), "each mark is completed once");
    assert_same(&mut target, &objects).await;
    assert_eq!(apply(&mut target, &objects).await, (0, 0));
    assert_eq!(
        raw.text(&format!("SELECT position(comment, 'whale:2:') FROM system.databases WHERE name = '{DB}'")).await,
        "1"
    );
    if target.server().storage_policies.contains("whale") {
        let sql = format!(
            "SELECT DISTINCT storage_policy FROM system.tables WHERE database = '{DB}' AND engine LIKE '%MergeTree'"
        );
        assert_eq!(raw.text(&sql).await, "whale");
    }
    raw.run(&format!("INSERT INTO {DB}.model_interactions VALUES (now64(3), 'm', 'law', 5, 1.5, true), (now64(3), 'm', 'law', 0, 9, true)")).await;
    assert_eq!(
        raw.text(&format!("SELECT sum(query_count), avgMerge(avg_latency) FROM {DB}.domain_performance")).await,
        "1\t1.5"
    );
    assert_same(&mut target, &objects).await;
    raw.clear(&[DB]).await;
}

#[tokio::test]
async fn what_the_server_rewrites_is_equal() {
    const DB: &str = "whale_test_rewritten";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    let columns = [
        "a String",
        "u UInt64",
        "n INT NULL",
        "d Date",
        "t DateTime64",
        "e Enum('a','b')",
        "num Numeric(10)",
        "big BIGINT",
        "txt TEXT",
        "dec Decimal64(4)",
        "m Map(LowCardinality(String), Array(Nullable(Float64)))",
        "tup Tuple(a String, b INT NULL)",
        "zone DateTime('Europe/Berlin')",
        "fix FixedString(16)",
        "id UUID",
        "ip IPv4",
        "f1 Float64 DEFAULT 1.0",
        "f2 Float64 DEFAULT -1.50",
        "f3 Float64 DEFAULT 1e10",
        "low String DEFAULT LOWER(a)",
        "conc String DEFAULT a || '-' || txt",
        "math UInt64 DEFAULT u*2+1",
        "par UInt8 DEFAULT (1)",
        "betw UInt8 MATERIALIZED u between 1 and 5",
        "casted String DEFAULT CAST(u AS String)",
        "cast2 UInt32 DEFAULT u::UInt32",
        "kase String DEFAULT case when u > 5 then 'big' when u > 2 then 'mid' else 'small' end",
        "iff String ALIAS IF(u = 1, 'x', 'y')",
        "day Date DEFAULT CURRENT_DATE()",
        "now_ DateTime DEFAULT NOW()",
        "neg Int64 DEFAULT -5",
        "quoted String DEFAULT 'it\\'s a \\\\ \\n tab\\t'",
        "isnul UInt8 ALIAS n is null",
        "notlike UInt8 ALIAS a not like 'x%'",
        "inn UInt8 ALIAS u in (1, 2, 3)",
        "andor UInt8 ALIAS a = 'x' and (u = 1 or u = 2)",
        "arr Array(String) DEFAULT ['a', 'b']",
        "yes Bool DEFAULT true",
        "c1 UInt64 CODEC(Delta, ZSTD)",
        "c2 DateTime CODEC(DoubleDelta, LZ4)",
        "c3 String CODEC(Default)",
        "c4 Float64 CODEC(Gorilla)",
        "c5 Float32 CODEC(FPC)",
        "c6 String CODEC(LZ4HC)",
        "c7 String CODEC(NONE)",
    ];
    let mut rewritten = table(DB, "rewritten", &columns, "ReplacingMergeTree(u)", &["a", "lower(txt)", "u % 7"]);
    rewritten.skip_indexes.push(skip_index("i1", "lower(a)", "set(100)", 1));
    rewritten.skip_indexes.push(skip_index("i2", "u * 2 + 1", "minmax", 3));
    rewritten.skip_indexes.push(skip_index("i3", "a", "ngrambf_v1(3, 256, 2, 0)", 1));
    rewritten.skip_indexes.push(skip_index("i4", "a", "tokenbf_v1(256, 2, 0)", 1));
    rewritten.skip_indexes.push(skip_index("i5", "a", "bloom_filter(0.01)", 1));
    let by_two =
        partitioned(table(DB, "by_two", &["a UInt64", "b Date"], "MergeTree()", &["a", "b"]), "(a % 3, toYYYYMM(b))");
    let mut by_nothing = table(DB, "by_nothing", &["a UInt64"], "MergeTree()", &["a"]);
    by_nothing.partition_by = Some(Expr::Tuple(Vec::new()));
    let collapsing =
        table(DB, "collapsing", &["a UInt64", "sign Int8", "v UInt8"], "VersionedCollapsingMergeTree(sign, v)", &["a"]);
    let unsorted = table(DB, "unsorted", &["sign Int8", "v UInt8"], "VersionedCollapsingMergeTree(sign, v)", &[]);
    let into = table(DB, "hours", &["a String", "time DateTime", "u UInt64"], "SummingMergeTree", &["a", "time"]);
    // Outputs with the names of the columns that they are made from.
    let shadowing = view(
        &rewritten,
        &into,
        "shadowing",
        &[("a", "LOWER(a)"), ("time", "toStartOfHour(now_)"), ("u", "sum(u)")],
        Some("u between 1 and 100 and a != ''"),
        &["LOWER(a)", "toStartOfHour(now_)"],
    );
    let mut objects = tables(&[rewritten, by_two, by_nothing, collapsing, unsorted, into]);
    objects.push(Object::View(shadowing));
    apply(&mut target, &objects).await;
    assert_same(&mut target, &objects).await;
    raw.run(&format!("INSERT INTO {DB}.rewritten (a, u) VALUES ('X', 1), ('x', 100), ('x', 1000)")).await;
    assert_eq!(raw.text(&format!("SELECT a, u FROM {DB}.hours FINAL")).await, "x\t101");
    raw.clear(&[DB]).await;
}

#[tokio::test]
async fn a_stranger_that_comes_between_the_plan_and_the_run_is_no_success() {
    const DB: &str = "whale_test_strangers";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    raw.run(&format!("CREATE DATABASE {DB}")).await;
    // A name that needs quoting, of something that is in nobody's way.
    raw.run(&format!("CREATE VIEW {DB}.`odd \\` name` AS SELECT 1 AS one")).await;
    let planned: Plan = plan(&mut target, &tables(&[dialects(DB)])).await;
    raw.run(&format!("CREATE TABLE {DB}.dialects (x UInt8) ENGINE = Memory COMMENT 'mine'")).await;
    let fault = target.run(planned.steps().next().unwrap()).await.unwrap_err();
    assert_eq!(fault.kind, FailureKind::Refused, "{fault}");
    raw.clear(&[DB]).await;
}

#[tokio::test]
async fn a_step_can_be_repeated() {
    const DB: &str = "whale_test_repeated";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    let mut one = dialects(DB);
    let into = table(DB, "into_", &["dialect_id String"], "MergeTree", &[]);
    let mut feed = view(&one, &into, "feed", &[("dialect_id", "dialect_id")], None, &[]);
    for _ in 0..2 {
        let mut objects = tables(&[one.clone(), into.clone()]);
        objects.push(Object::View(feed.clone()));
        let planned = plan(&mut target, &objects).await;
        for step in planned.steps().flat_map(|step| [step, step]) {
            target.run(step).await.unwrap_or_else(|fault| panic!("{fault}\n{:?}", step.recipe));
        }
        apply(&mut target, &objects).await;
        assert_same(&mut target, &objects).await;
        // The query of a view stays as it is.
        let mut other = feed.clone();
        other.select[0].value = expr("lower(dialect_id)", Clause::Select);
        objects.pop();
        objects.push(Object::View(other));
        let refused = refusals(&plan(&mut target, &objects).await);
        assert!(refused.len() == 2 && refused.iter().all(|found| found.contains("the query of a view")), "{refused:?}");
        one.columns.push(column("later String"));
        "now it's described".clone_into(&mut feed.header.comment);
        one.skip_indexes.push(skip_index("i", "region", "minmax", 1));
    }
    raw.clear(&[DB]).await;
}

#[tokio::test]
async fn comments_come_back_as_they_were() {
    const DB: &str = "whale_test_comments";
    let (raw, mut target) = (Raw::open(), connect().await);
    raw.clear(&[DB]).await;
    let texts = [
        "plain".to_owned(),
        "it's a \\ 'quote' \\' and \"more\" `here`".to_owned(),
        "lines\n\r\n\ttabs \u{8}\u{c}\u{7f}\u{b}\u{1b}[31m".to_owned(),
        "سلام 日本語 \u{1f433} \u{202e}".to_owned(),
        "'; DROP TABLE x; --".to_owned(),
        "\\'; DROP TABLE x; /* ".to_owned(),
        "' SETTINGS index_granularity = 1 COMMENT '".to_owned(),
        "TTL d + 1, CONSTRAINT c CHECK (1), PROJECTION p (SELECT 1) ENGINE = Memory ; ) ( $$".to_owned(),
        "{x:String} ?fields ? ?? $1 %s".to_owned(),
        "whale:2:not ours\nlast".to_owned(),
        "x".repeat(20_000),
    ];
    let objects: Vec<Object> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let mut table = table(DB, &format!("t{number}"), &["a String", "b UInt8 DEFAULT 1"], "MergeTree", &["a"]);
            table.header.comment.clone_from(text);
            table.columns[0].comment.clone_from(text);
            Object::ClickhouseTable(table)
        })
        .collect();
    apply(&mut target, &objects).await;
    assert_same(&mut target, &objects).await;
    let lower = target.lower();
    let wanted = wanted(&objects, &lower);
    let found = inspect(&mut target, &wanted).await;
    for (name, object) in &wanted.objects {
        assert_eq!(
            found.objects[name]
                .shape
                .parts
                .iter()
                .filter(|(key, _)| key.kind.title().starts_with("comment"))
                .collect::<Vec<_>>(),
            object
                .drawn
                .shape
                .parts
                .iter()
                .filter(|(key, _)| key.kind.title().starts_with("comment"))
                .collect::<Vec<_>>()
        );
    }
    raw.clear(&[DB]).await;
}

#[test]
fn statements_depend_on_what_the_server_has() {
    let mut server = Server::unknown(Backend::Clickhouse);
    let object = Object::ClickhouseTable(dialects("language"));
    let change = Change::CreateObject { object: object.name().clone(), kind: object.kind() };
    let mut texts = Vec::new();
    for policy in ["default", "whale"] {
        server.storage_policies.insert(policy.to_owned());
        let lower = ClickhouseLower::new(&server);
        let mark = mark_of(&object, Parts::default(), "main", "run-1");
        let recipe = lower.lower(&change, Some(&object), &mark).unwrap();
        texts.push(recipe.statements.iter().map(ToString::to_string).collect::<Vec<_>>().join(";"));
    }
    assert!(!texts[0].contains("SETTINGS") && texts[1].contains("\nSETTINGS storage_policy = 'whale'\n"), "{texts:?}");
    let head = "CREATE TABLE `language`.`dialects`\n(\n    `dialect_id` String COMMENT 'stable id',\n";
    let tail =
        "ENGINE = MergeTree\nORDER BY (`dialect_id`, `discovery_time`)\nCOMMENT 'Dialects of a language\\nwhale:2:{";
    assert!(texts[0].starts_with(head) && texts[0].contains(tail), "{}", texts[0]);
}
