//! Rules of validation: for each a definition that breaks it, and the code it is refused with. One definition that keeps
//! them all passes first, so that each refusal comes from the one change.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use whale_storage::definition::{Backend, Definition};
use whale_storage::desire::{Claims, Desire};
use whale_storage::diagnostic::Diagnostics;
use whale_storage::name::Name;
use whale_storage::raw::{self, *};
use whale_storage::server::Version;
use whale_storage::target::{Layout, TargetName};
use whale_storage::validate::{Against, Granted, validate};
use whale_tests::good::*;

#[test]
fn a_definition_that_keeps_the_rules_passes() {
    let (definition, found) = judge(&good(), &Against::oldest());
    assert!(found.is_empty(), "{:?}", found.iter().map(|one| (&one.path, &one.message)).collect::<Vec<_>>());
    assert_eq!(definition.unwrap().objects.len(), 8);
}

#[test]
fn names() {
    for (code, name) in [
        ("WH0210", "Upper"),
        ("WH0210", "has space"),
        ("WH0210", "x\"; DROP TABLE users; --"),
        ("WH0210", "naïve"),
        ("WH0210", "1st"),
        ("WH0211", ""),
        ("WH0211", &"a".repeat(64)),
    ] {
        refused(code, |m| m.clickhouse.tables[0].header.name = name.to_owned());
        refused(code, |m| m.timescaledb.tables[0].columns[2].header.name = name.to_owned());
        refused(code, |m| m.milvus[0].fields[2].header.name = name.to_owned());
    }
    refused("WH0212", |m| m.timescaledb.tables[0].columns[2].header.name = "ctid".to_owned());
    refused("WH0201", |m| m.clickhouse.tables[1].header.name = "events".to_owned());
    refused("WH0225", |m| m.clickhouse.tables[1].header.id = "events".to_owned());
    refused("WH0225", |m| m.clickhouse.tables[0].columns[1].header.name = "id".to_owned());
    refused("WH0226", |m| m.clickhouse.tables[0].columns[1].header.was = texts(&["before"]));
    refused("WH0228", |m| m.clickhouse.tables[0].header.comment = "a\nwhale:1:{}".to_owned());
}

#[test]
fn a_plugin_defines_only_where_it_asked_to() {
    let mut info = info();
    info.requests.databases = vec![Backend::Clickhouse];
    let (accepted, found) = validate(&info, &good(), "", &Granted::default(), &Against::oldest());
    assert!(accepted.is_none() && found.iter().any(|one| one.code.id == "WH0220"));
}

#[test]
fn timescaledb() {
    refused("WH0224", |m| m.timescaledb.tables[0].primary_key.as_mut().unwrap().columns[0] = "idd".to_owned());
    refused("WH0402", |m| m.timescaledb.tables[0].foreign_keys[0].target_columns = texts(&["other", "at"]));
    refused("WH0402", |m| m.timescaledb.tables[0].foreign_keys[0].columns = texts(&["at", "other"]));
    refused("WH0402", |m| m.timescaledb.tables[2].foreign_keys.push(PgForeignKey { ..foreign_key("measured") }));
    refused("WH0430", |m| m.timescaledb.tables[0].foreign_keys[0].target = "measured".to_owned());
    refused("WH0403", |m| {
        let keys = vec![SortKey { by: "id".to_owned(), direction: Direction::Descending, nulls: Nulls::EngineDefault }];
        let index =
            PgIndex { name: None, method: "gin".to_owned(), keys, covering: vec![], only_where: None, unique: false };
        m.timescaledb.tables[0].indexes.push(index);
    });
    refused("WH0404", |m| m.timescaledb.tables[0].columns[1].value = PgColumnValue::Identity(raw::Identity::Always));
    refused("WH0410", |m| m.timescaledb.tables[2].hypertable.as_mut().unwrap().chunk = ChunkWidth::Units(5));
    refused("WH0411", |m| m.timescaledb.tables[2].primary_key.as_mut().unwrap().columns = texts(&["id"]));
    refused("WH0412", |m| {
        m.timescaledb.tables[0].columnstore = Some(Columnstore { segment_by: vec![], order_by: vec![] });
    });
    refused("WH0420", |m| m.timescaledb.aggregates[0].source = "plain".to_owned());
    refused("WH0420", |m| m.timescaledb.aggregates[0].source = "by_hour".to_owned());
    refused("WH0420", |m| m.timescaledb.aggregates[0].aggregates[0].value = "id".to_owned());
    refused("WH0421", |m| {
        let every = Duration { count: 1, unit: DurationUnit::Hours };
        m.timescaledb.aggregates[0].refresh = Some(Refresh { start_offset: Some(every), end_offset: None, every });
    });
    refused("WH0302", |m| m.timescaledb.tables[0].columns[2].data_type = "regclass".to_owned());
}

#[test]
fn clickhouse() {
    refused("WH0501", |m| m.clickhouse.tables[0].order_by = texts(&["maybe"]));
    refused("WH0501", |m| m.clickhouse.tables[0].primary_key = Some(texts(&["at"])));
    refused("WH0224", |m| m.clickhouse.tables[0].order_by = texts(&["idd"]));
    refused("WH0224", |m| m.clickhouse.tables[0].engine = "ReplacingMergeTree(version)".to_owned());
    refused("WH0502", |m| m.clickhouse.tables[0].engine = "ReplacingMergeTree(id)".to_owned());
    refused("WH0305", |m| m.clickhouse.tables[0].engine = "URL('http://example.org')".to_owned());
    refused("WH0503", |m| {
        m.clickhouse.tables[0].settings =
            vec![Setting { name: "storage_policy".to_owned(), value: "whale".to_owned() }];
    });
    refused("WH0506", |m| m.clickhouse.materialized_views[0].target = "events".to_owned());
    refused("WH0224", |m| m.clickhouse.materialized_views[0].select[0].name = "nowhere".to_owned());
}

/// Zones, states, moments and the ways of an insert, each in every place that a definition has for it.
#[test]
fn what_a_server_would_take_for_more_than_a_value() {
    let some = || Some("Europe/Berlim".to_owned());
    refused("WH0309", |m| m.timescaledb.aggregates[0].time_zone = some());
    refused("WH0309", |m| m.clickhouse.tables[0].columns[1].data_type = "DateTime('/etc/passwd')".to_owned());
    refused("WH0309", |m| m.clickhouse.tables[0].partition_by = Some("toDate(at, 'file:/x')".to_owned()));
    refused("WH0309", |m| m.clickhouse.materialized_views[0].only_where = Some("toDate(at, '/x') > id".to_owned()));
    let state = "AggregateFunction(sum, UInt64)";
    for value in [ChColumnValue::DefaultTo, ChColumnValue::Materialized, ChColumnValue::Alias] {
        refused("WH0313", |m| {
            m.clickhouse.tables[0].columns[2].data_type = state.to_owned();
            m.clickhouse.tables[0].columns[2].value = value("unhex('00')".to_owned());
        });
    }
    refused("WH0313", |m| {
        m.clickhouse.tables[0].columns[2].data_type = format!("Array(Tuple({state}))");
        m.clickhouse.tables[0].columns[2].value = ChColumnValue::DefaultTo("[]".to_owned());
    });
    for word in ["'now'", "' Today'", "'tomorrow 10:00'"] {
        refused("WH0315", |m| m.timescaledb.tables[0].columns[1].value = PgColumnValue::DefaultTo(word.to_owned()));
        refused("WH0315", |m| {
            let condition = format!("at < {word}");
            m.timescaledb.tables[0].checks.push(raw::PgCheck { name: None, condition });
        });
        refused("WH0315", |m| m.timescaledb.aggregates[0].only_where = Some(format!("at > {word}")));
    }
    refused("WH0515", |m| {
        let index = |at: usize| raw::ChSkipIndex {
            name: format!("i{at}"),
            on: "id".to_owned(),
            kind: "tokenbf_v1(262144, 3, 0)".to_owned(),
            granularity: 1,
        };
        m.clickhouse.tables[0].skip_indexes = (0..9).map(index).collect();
    });
}

#[test]
fn inserts_that_never_end_or_multiply() {
    /// Views from each table to another, by their numbers.
    fn flow(m: &mut ModelDefinition, tables: usize, edges: &[(usize, usize)]) {
        let (table, view) = (m.clickhouse.tables[0].clone(), m.clickhouse.materialized_views[0].clone());
        let name = |header: &mut Header, id: String| (header.id, header.name) = (id.clone(), id);
        m.clickhouse.tables.extend((0..tables).map(|at| {
            let mut table = table.clone();
            name(&mut table.header, format!("t{at}"));
            table
        }));
        m.clickhouse.materialized_views.extend(edges.iter().enumerate().map(|(at, (from, to))| {
            let mut view = view.clone();
            name(&mut view.header, format!("v{at}"));
            (view.source, view.target) = (format!("t{from}"), format!("t{to}"));
            view
        }));
    }
    refused("WH0513", |m| flow(m, 2, &[(0, 1), (1, 0)]));
    refused("WH0513", |m| flow(m, 4, &[(0, 1), (1, 2), (2, 3), (3, 1)]));
    let long: Vec<_> = (0..100).map(|at| (at, (at + 1) % 100)).collect();
    refused("WH0513", |m| flow(m, 100, &long));
    let twice: Vec<_> = (0..9).flat_map(|at| [(at, at + 1), (at, at + 1)]).collect();
    refused("WH0514", |m| flow(m, 10, &twice));
    for (tables, edges) in [(4, &[(0, 1), (0, 2), (1, 3), (2, 3)][..]), (100, &long[..99]), (8, &twice[..14])] {
        let mut definition = good();
        flow(&mut definition, tables, edges);
        let (accepted, found) = judge(&definition, &Against::oldest());
        assert!(accepted.is_some(), "{edges:?}: {found:?}");
    }
}

#[test]
fn sharding_keys() {
    let keyed = |m: &mut ModelDefinition, key: &str| m.clickhouse.tables[0].sharding_key = Some(key.to_owned());
    for key in ["cityHash64(id)", "toUnixTimestamp(at)", "xxHash64(id, at) % 16"] {
        let mut definition = good();
        keyed(&mut definition, key);
        let (accepted, found) = judge(&definition, &Against::oldest());
        assert!(accepted.is_some() && found.is_empty(), "{key}: {found:?}");
    }
    for key in ["id", "lower(id)", "at", "cityHash64(id) / 2", "cityHash64(id) = 1", "cityHash64(maybe)"] {
        refused("WH0507", |m| keyed(m, key));
    }
    refused("WH0224", |m| keyed(m, "cityHash64(idd)"));
    refused("WH0325", |m| keyed(m, "rand()"));
    refused("WH0507", |m| {
        keyed(m, "cityHash64(at)");
        m.clickhouse.tables[0].order_by = texts(&["id"]);
        m.clickhouse.tables[0].engine = "ReplacingMergeTree(at)".to_owned();
    });
    refused("WH0507", |m| {
        keyed(m, "cityHash64(late)");
        let mut late = m.clickhouse.tables[0].columns[0].clone();
        late.header.name = "late".to_owned();
        late.value = ChColumnValue::Materialized("lower(id)".to_owned());
        m.clickhouse.tables[0].columns.push(late);
    });
    refused("WH0508", |m| {
        keyed(m, "cityHash64(id)");
        m.clickhouse.tables[0].header.name = "e".repeat(58);
    });
}

#[test]
fn the_name_of_a_shards_table_is_taken() {
    for (spread, local) in [(0, 1), (1, 0)] {
        let mut definition = good();
        definition.clickhouse.tables[spread].sharding_key = Some("cityHash64(id)".to_owned());
        let name = format!("{}_local", definition.clickhouse.tables[spread].header.name);
        definition.clickhouse.tables[local].header.name = name;
        let (accepted, _) = judge(&definition, &Against::oldest());
        let accepted = accepted.unwrap();
        let (_, clashes) = Desire::merge(std::slice::from_ref(&accepted), &Layout::default());
        assert_eq!(clashes.iter().map(|found| found.code.id).collect::<Vec<_>>(), ["WH0508"]);
        let claimed = Claims::default().add(&accepted, &Layout::default());
        assert!(claimed.iter().eq(clashes.iter()), "{claimed:?}");
    }
}

#[test]
fn names_alone_say_what_whole_definitions_say() {
    let (accepted, _) = judge(&good(), &Against::oldest());
    let accepted = accepted.unwrap();
    let other = Definition { plugin: Name::from_server("other"), ..accepted.clone() };
    let layouts = [
        Layout::default(),
        Layout { own: [TargetName::own(Backend::Milvus, accepted.model.clone())].into(), ..Layout::default() },
    ];
    for layout in layouts {
        let (desire, clashes) = Desire::merge(&[accepted.clone(), other.clone()], &layout);
        let mut claims = Claims::default();
        assert!(claims.add(&accepted, &layout).is_empty());
        let claimed = claims.add(&other, &layout);
        assert_eq!(claimed.errors(), accepted.objects.len());
        assert!(claimed.iter().eq(clashes.iter()), "{claimed:?}");
        for model in [accepted.model.clone(), Name::from_server("nobody")] {
            let own = Backend::ALL.map(|backend| TargetName::own(backend, model.clone()));
            for target in Backend::ALL.map(TargetName::from).iter().chain(&own) {
                assert_eq!(claims.holds(target, &model), desire.holds(target, &model), "{model} in {target}");
            }
            let home = layout.home(Backend::Milvus, &accepted.model);
            assert_eq!(claims.holds(&home, &model), model == accepted.model);
        }
    }
}

#[test]
fn milvus() {
    refused("WH0224", |m| m.milvus[0].primary_key = "idd".to_owned());
    refused("WH0601", |m| m.milvus[0].primary_key = "embedding".to_owned());
    refused("WH0602", |m| m.milvus[0].fields.truncate(1));
    refused("WH0603", |m| m.milvus[0].indexes[0].metric = Some("HAMMING".to_owned()));
    refused("WH0603", |m| m.milvus[0].indexes.clear());
    refused("WH0308", |m| {
        m.milvus[0].indexes[0].parameters = vec![Setting { name: "M".to_owned(), value: "1".to_owned() }];
    });
    refused("WH0604", |m| m.milvus[0].partitions = MilvusPartitions::ByKey(16));
    refused("WH0605", |m| m.milvus[0].shards = 17);
    refused("WH0606", |m| {
        m.milvus[0].properties = vec![Setting { name: "whale.mark".to_owned(), value: "x".to_owned() }];
    });
}

#[test]
fn what_a_version_lacks_is_refused_for_that_version_only() {
    let mut definition = good();
    definition.milvus[0].fields.push(field("second", "FLOAT_VECTOR(8)"));
    definition.milvus[0].indexes.push(index("second"));
    definition.milvus[0].fields[2].nullable = true;
    let (accepted, found) = judge(&definition, &Against::oldest());
    assert!(accepted.is_none());
    assert!(found.iter().all(|one| one.code.id == "WH0610" && one.message.contains("2.3")));
    let mut against = Against::oldest();
    against.set(Backend::Milvus, Version::of(2, 5));
    assert!(judge(&definition, &against).0.is_some());
}

#[test]
fn findings_are_bounded_and_counted() {
    let mut definition = good();
    let broken = |at: usize| ChColumn {
        header: column_header(&format!("Bad{at}")),
        data_type: "Nope".to_owned(),
        value: ChColumnValue::Empty,
        codec: None,
    };
    definition.clickhouse.tables[0].columns.extend((0..900).map(broken));
    let (_, found) = judge(&definition, &Against::oldest());
    assert_eq!(found.iter().count(), Diagnostics::MOST);
    assert!(found.errors() >= 1_800 && found.dropped() >= 800);
}

#[test]
fn indexes_that_milvus_takes_and_does_not_build() {
    let built = |kind: &'static str, dimension: u32, given: &'static [(&'static str, &'static str)]| {
        move |m: &mut ModelDefinition| {
            m.milvus[0].fields[1].data_type = format!("FLOAT_VECTOR({dimension})");
            m.milvus[0].indexes[0].kind = kind.to_owned();
            m.milvus[0].indexes[0].parameters = parameters(given);
        }
    };
    for (kind, dimension, given) in [
        ("HNSW", 8, &[("M", "16")][..]),
        ("HNSW", 8, &[("efConstruction", "64")]),
        ("IVF_FLAT", 8, &[]),
        ("IVF_SQ8", 8, &[]),
        ("IVF_PQ", 8, &[("nlist", "64"), ("m", "3")]),
        ("IVF_PQ", 8, &[("nlist", "64"), ("m", "16")]),
        ("SCANN", 7, &[("nlist", "64")]),
    ] {
        refused("WH0603", built(kind, dimension, given));
    }
    for (kind, given) in [("IVF_PQ", &[("nlist", "64"), ("m", "4")][..]), ("SCANN", &[("nlist", "64")])] {
        let mut definition = good();
        built(kind, 8, given)(&mut definition);
        assert!(judge(&definition, &Against::oldest()).0.is_some(), "{kind}");
    }
    let mut definition = good();
    built("HNSW", 8, &[])(&mut definition);
    let mut against = Against::oldest();
    against.set(Backend::Milvus, Version::of(2, 5));
    assert!(judge(&definition, &against).0.is_some(), "Milvus 2.5 has parameters of its own");
    refused("WH0610", |m| {
        let kind = "AUTOINDEX".to_owned();
        m.milvus[0].indexes.push(MilvusIndex { kind, metric: None, parameters: vec![], ..index("text") });
    });
}
