//! docs/arguments.md names everything that a definition may call or name, and nothing else.

use super::clickhouse::SETTINGS;
use super::milvus::PROPERTIES;
use crate::definition::timescaledb::IndexMethod;
use crate::expr::{Dialect, listed_functions};
use crate::types::{clickhouse, milvus, postgres};
use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &str = include_str!("../../../docs/arguments.md");

/// The names in the first cell of each row, by the heading above them, and what the second cell says.
fn sections() -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let mut found: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    let mut heading = "";
    for line in DOCUMENT.lines() {
        if let Some(text) = line.strip_prefix("## ") {
            heading = text;
        }
        let mut cells = line.split('|').skip(1);
        let (Some(names), Some(says)) = (cells.next(), cells.next()) else { continue };
        // A name stands between two backticks.
        for name in names.split('`').skip(1).step_by(2) {
            let before = found.entry(heading).or_default().insert(name, says.trim());
            assert_eq!(before, None, "{heading}: {name} has two rows");
        }
    }
    found
}

fn lists() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let functions = |dialect| listed_functions(dialect).into_iter().map(|(name, _)| name).collect();
    let kinds = milvus::IndexKind::ALL;
    let methods = ["btree", "hash", "gin", "gist", "brin", "spgist", "bloom", "hnsw"];
    BTreeMap::from([
        ("Functions of PostgreSQL", functions(Dialect::Postgres)),
        ("Functions of ClickHouse", functions(Dialect::ClickHouse)),
        ("Aggregates of ClickHouse", clickhouse::lists::aggregates().collect()),
        ("Combinators of ClickHouse", clickhouse::lists::combinators().collect()),
        ("Types of PostgreSQL", postgres::known().collect()),
        ("Types of ClickHouse", clickhouse::lists::types().collect()),
        ("Codecs of ClickHouse", clickhouse::lists::codecs().collect()),
        ("Table engines of ClickHouse", clickhouse::lists::engines().collect()),
        ("Skip indexes of ClickHouse", clickhouse::lists::skip_indexes().collect()),
        ("Settings of ClickHouse", SETTINGS.iter().map(|(name, ..)| *name).collect()),
        ("Index methods of PostgreSQL", methods.into_iter().filter(|name| IndexMethod::find(name).is_some()).collect()),
        ("Types of Milvus", milvus::known().collect()),
        ("Indexes of Milvus", kinds.iter().map(|kind| kind.name()).collect()),
        (
            "Parameters of Milvus",
            kinds.iter().flat_map(|kind| kind.parameters()).map(|parameter| parameter.name).collect(),
        ),
        ("Properties of Milvus", PROPERTIES.into_iter().collect()),
    ])
}

#[test]
fn what_is_on_a_list_has_a_row_and_what_has_a_row_is_on_a_list() {
    let documented = sections();
    for (heading, list) in lists() {
        assert!(!list.is_empty(), "{heading}");
        let rows: BTreeSet<&str> =
            documented.get(heading).map(|rows| rows.keys().copied().collect()).unwrap_or_default();
        let missing: Vec<_> = list.difference(&rows).collect();
        let gone: Vec<_> = rows.difference(&list).collect();
        assert!(missing.is_empty() && gone.is_empty(), "{heading}: no row for {missing:?}, no list for {gone:?}");
    }
    let known: Vec<&str> = lists().keys().copied().collect();
    for heading in documented.keys() {
        assert!(known.contains(heading), "{heading} is compared with nothing");
    }
}

#[test]
fn a_function_takes_values_only_where_its_row_says_so() {
    let documented = sections();
    for (dialect, heading) in
        [(Dialect::Postgres, "Functions of PostgreSQL"), (Dialect::ClickHouse, "Functions of ClickHouse")]
    {
        for (name, has_role) in listed_functions(dialect) {
            let says = documented.get(heading).and_then(|rows| rows.get(name)).copied().unwrap_or_default();
            assert_eq!(says != "values only", has_role, "{heading}: {name}: {says}");
        }
    }
}

#[test]
fn every_index_of_milvus_says_its_parameters() {
    let documented = sections();
    for kind in milvus::IndexKind::ALL {
        let says =
            documented.get("Indexes of Milvus").and_then(|rows| rows.get(kind.name())).copied().unwrap_or_default();
        let names: Vec<&str> = says.split('`').skip(1).step_by(2).collect();
        let parameters: Vec<&str> = kind.parameters().iter().map(|parameter| parameter.name).collect();
        assert_eq!(names, parameters, "{}", kind.name());
    }
}
