//! Definitions whose names are drawn from the few that engines derive from each other: each is refused before anything is
//! sent, or applied whole. Two models are tried one after the other, so that names meet across them, too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and reads how often it is to try"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use whale_storage::definition::Backend;
use whale_tests::cases::{Met, meet, read};
use whale_tests::clients;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn often(&mut self) -> bool {
        self.below(3) > 0
    }
}

/// How many definitions are tried: `WHALE_NAMES`.
fn tries(usually: u64) -> u64 {
    std::env::var("WHALE_NAMES").map_or(usually, |number| number.parse().unwrap())
}

/// Tries definitions of two models in turn, and forgets both now and then.
async fn try_all(engine: Backend, usually: u64, definition: impl Fn(&mut Dice) -> String) {
    let (mut outcomes, mut faults) = (BTreeMap::<String, usize>::new(), Vec::new());
    for round in 0..tries(usually) {
        let mut dice = Dice(round);
        for model in ["meet_a", "meet_b"] {
            forget(engine, model).await;
        }
        for model in ["meet_a", "meet_b"] {
            let text = format!("says = \"names meet\"\n{}", definition(&mut dice));
            let case = read(engine, model, &text).unwrap_or_else(|fault| panic!("{text}\n{fault}"));
            match meet(&case).await {
                Ok(Met::Done) => *outcomes.entry("applied".to_owned()).or_default() += 1,
                Ok(Met::Refused(codes)) => *outcomes.entry(codes[0].clone()).or_default() += 1,
                Err(fault) => faults.push(format!("round {round}, {model}: {fault}\n{text}")),
            }
        }
    }
    for model in ["meet_a", "meet_b"] {
        forget(engine, model).await;
    }
    println!("{engine}: {outcomes:?}");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    // What is tried has to be of both kinds.
    assert!(outcomes.contains_key("applied") && outcomes.len() > 1, "{outcomes:?}");
}

async fn forget(engine: Backend, model: &str) {
    match engine {
        Backend::Timescaledb => clients::forget_timescaledb(model).await,
        Backend::Clickhouse => clients::forget_clickhouse(model).await,
        Backend::Milvus => clients::forget_milvus(model).await,
    }
}

fn named(dice: &mut Dice, of: &[&str]) -> String {
    if dice.often() { format!("name = \"{}\", ", dice.one(of)) } else { String::new() }
}

const LONG: &str = "n_which_is_so_long_that_what_is_derived_of_it_has_to_be_cut_off";
const LONG_SEQUENCE: &str = "n_which_is_so_long_that_what_is_derived_of_it_has_to_be__id_seq";

/// Names that PostgreSQL, TimescaleDB or this tool derive from `n` and its columns, and from each other.
const RELATIONS: [&str; 16] = [
    "n",
    "n_id",
    "n_id_seq",
    "n_id_seq1",
    "_n",
    "__n",
    "n_pkey",
    "n_v_key",
    "n_v_idx",
    "n_id_idx",
    "n_id_not_null",
    "n_v_check",
    "hourly",
    "hourly_v_idx",
    LONG,
    LONG_SEQUENCE,
];

fn postgres_table(dice: &mut Dice) -> String {
    let name = dice.one(&RELATIONS);
    let identity = if dice.often() { ", identity = \"always\"" } else { "" };
    let mut text = format!(
        "[[desired.tables]]\nname = \"{name}\"\ncolumns = [{{ name = \"id\", type = \"bigint\"{identity} }}, \
         {{ name = \"id_seq\", type = \"bigint\" }}, {{ name = \"v\", type = \"bigint\" }}]\n"
    );
    if dice.often() {
        let _ = writeln!(text, "primary_key = {{ {}columns = [\"id\"] }}", named(dice, &RELATIONS));
    }
    if dice.often() {
        let _ = writeln!(text, "uniques = [{{ {}columns = [\"v\"] }}]", named(dice, &RELATIONS));
    }
    if dice.often() {
        let key = dice.one(&["v", "id", "id_seq"]);
        let _ = writeln!(text, "indexes = [{{ {}keys = [\"{key}\"] }}]", named(dice, &RELATIONS));
    }
    if dice.often() {
        let _ = writeln!(text, "checks = [{{ {}condition = \"v > 0\" }}]", named(dice, &RELATIONS));
    }
    text
}

#[tokio::test]
async fn of_tables_keys_and_sequences() {
    try_all(Backend::Timescaledb, 40, |dice| {
        let tables: Vec<String> = (0..=dice.below(3)).map(|_| postgres_table(dice)).collect();
        tables.concat()
    })
    .await;
}

#[tokio::test]
async fn of_aggregates_and_their_indexes() {
    const INDEXES: [&str; 8] = [
        "hourly",
        "daily",
        "hourly_v_idx",
        "daily_v_idx",
        "n_v_idx",
        "_materialized_hypertable_900",
        "_hyper_1_1_chunk",
        "meet_a_hourly_v_idx",
    ];
    try_all(Backend::Timescaledb, 25, |dice| {
        let mut text = format!(
            "[[desired.tables]]\nname = \"n\"\ncolumns = [{{ name = \"at\", type = \"timestamptz\" }}, \
             {{ name = \"v\", type = \"bigint\" }}]\nhypertable = {{ time_column = \"at\", chunk = \"1 day\" }}\n\
             checks = [{{ name = \"{}\", condition = \"v > 0\" }}]\n",
            dice.one(&["constraint_1", "constraint_x", "n_v", "n_v_check"])
        );
        for _ in 0..=dice.below(2) {
            let name = dice.one(&["hourly", "daily", "n_v_idx", "meet_a_hourly"]);
            let indexes: Vec<String> =
                (0..=dice.below(2)).map(|_| format!("{{ {}keys = [\"v\"] }}", named(dice, &INDEXES))).collect();
            let _ = writeln!(
                text,
                "[[desired.aggregates]]\nname = \"{name}\"\nsource = \"n\"\ntime_column = \"at\"\nbucket = \"1 hour\"\n\
                 group_by = [{{ name = \"v\", value = \"v\" }}]\naggregates = [{{ name = \"c\", value = \"count(*)\" }}]\n\
                 indexes = [{}]",
                indexes.join(", ")
            );
        }
        text
    })
    .await;
}

#[tokio::test]
async fn of_tables_views_and_skip_indexes() {
    const NAMES: [&str; 6] = ["e", "e_local", "e_local_local", "v", "e_v", "_e"];
    const INDEXES: [&str; 4] = ["e", "id", "auto_minmax_index_id", "by_id"];
    try_all(Backend::Clickhouse, 40, |dice| {
        let mut text = String::new();
        let (mut first, mut last) = ("", "");
        for table in 0..=dice.below(3) {
            last = dice.one(&NAMES);
            if table == 0 {
                first = last;
            }
            let sharded = if dice.often() { "" } else { "sharding_key = \"cityHash64(id)\"\n" };
            let indexes: Vec<String> = (0..dice.below(3))
                .map(|_| {
                    format!("{{ name = \"{}\", on = \"id\", kind = \"minmax\", granularity = 1 }}", dice.one(&INDEXES))
                })
                .collect();
            let _ = write!(
                text,
                "[[desired.tables]]\nname = \"{last}\"\nengine = \"MergeTree\"\norder_by = [\"id\"]\n{sharded}\
                 columns = [{{ name = \"id\", type = \"UInt64\" }}, {{ name = \"{}\", type = \"String\" }}]\n\
                 skip_indexes = [{}]\n",
                dice.one(&["v", "e", "_table", "id_local"]),
                indexes.join(", ")
            );
        }
        if first != last && dice.often() {
            let _ = write!(
                text,
                "[[desired.materialized_views]]\nname = \"{}\"\nsource = \"{first}\"\ntarget = \"{last}\"\n\
                 select = [{{ name = \"id\", value = \"id\" }}]\n",
                dice.one(&NAMES)
            );
        }
        text
    })
    .await;
}

#[tokio::test]
async fn of_collections_fields_partitions_and_indexes() {
    const NAMES: [&str; 6] = ["c", "v", "w", "id", "_default", "_c"];
    try_all(Backend::Milvus, 20, |dice| {
        let mut text = String::new();
        for _ in 0..=dice.below(2) {
            let scalar = dice.one(&["w", "c", "_id"]);
            let indexes = format!(
                "{{ {}field = \"v\", kind = \"FLAT\", metric = \"L2\" }}, {{ {}field = \"{scalar}\", kind = \"Trie\" }}",
                named(dice, &NAMES),
                named(dice, &NAMES)
            );
            let partitions: Vec<String> = (0..dice.below(3)).map(|_| format!("{:?}", dice.one(&NAMES))).collect();
            let partitions =
                if partitions.is_empty() { String::new() } else { format!("partitions = [{}]\n", partitions.join(", ")) };
            let _ = write!(
                text,
                "[[desired.collections]]\nname = \"{}\"\nprimary_key = \"id\"\n\
                 fields = [{{ name = \"id\", type = \"INT64\" }}, {{ name = \"v\", type = \"FLOAT_VECTOR(2)\" }}, \
                 {{ name = \"{scalar}\", type = \"VARCHAR(10)\" }}]\nindexes = [{indexes}]\n{partitions}",
                dice.one(&NAMES)
            );
        }
        text
    })
    .await;
}
