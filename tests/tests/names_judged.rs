//! Names that meet within a definition, and between definitions of a run: refused with their own code before there is a
//! server. Those that do not meet pass beside them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use whale_storage::capability::Terms;
use whale_storage::definition::{Definition, Object};
use whale_storage::desire::{Claims, Desire};
use whale_storage::raw::{self, *};
use whale_storage::target::Layout;
use whale_storage::validate::{Against, Granted, validate};
use whale_tests::good::*;

fn identity(table: &mut PgTable) {
    table.columns[2].value = PgColumnValue::Identity(raw::Identity::Always);
}

fn index_on(name: Option<&str>, column: &str) -> PgIndex {
    let keys = vec![SortKey { by: column.to_owned(), direction: Direction::Ascending, nulls: Nulls::EngineDefault }];
    let name = name.map(str::to_owned);
    PgIndex { name, method: "btree".to_owned(), keys, covering: vec![], only_where: None, unique: false }
}

fn passes(change: impl FnOnce(&mut ModelDefinition)) {
    let mut definition = good();
    change(&mut definition);
    let (accepted, found) = judge(&definition, &Against::oldest());
    assert!(
        accepted.is_some(),
        "{:?}",
        found.iter().map(|one| (one.code.id, &one.path, &one.message)).collect::<Vec<_>>()
    );
}

#[test]
fn a_sequence_meets_tables_indexes_and_keys_and_no_other_sequence() {
    let with = |place: fn(&mut ModelDefinition)| {
        move |m: &mut ModelDefinition| {
            identity(&mut m.timescaledb.tables[0]);
            place(m);
        }
    };
    refused("WH0236", with(|m| m.timescaledb.tables[1].header.name = "plain_other_seq".to_owned()));
    refused("WH0236", with(|m| m.timescaledb.aggregates[0].header.name = "plain_other_seq".to_owned()));
    refused("WH0236", with(|m| m.timescaledb.tables[0].indexes.push(index_on(Some("plain_other_seq"), "id"))));
    refused(
        "WH0236",
        with(|m| m.timescaledb.tables[1].primary_key.as_mut().unwrap().name = Some("plain_other_seq".to_owned())),
    );
    passes(with(|_| ()));
    // A constraint that no index stands behind.
    passes(with(|m| {
        let check = PgCheck { name: Some("plain_other_seq".to_owned()), condition: "other > 0".to_owned() };
        m.timescaledb.tables[0].checks.push(check);
    }));
    passes(with(|m| m.timescaledb.aggregates[0].indexes.push(index_on(Some("plain_other_seq"), "rows"))));
    // `a`, `b_c` and `a_b`, `c`: PostgreSQL numbers them.
    let two = |m: &mut ModelDefinition| {
        for (table, name, column) in [(0, "a", "b_c"), (1, "a_b", "c")] {
            m.timescaledb.tables[table].header.name = name.to_owned();
            m.timescaledb.tables[table].columns.push(PgColumn {
                header: column_header(column),
                data_type: "bigint".to_owned(),
                nullable: false,
                value: PgColumnValue::Identity(raw::Identity::Always),
            });
        }
    };
    passes(two);
    refused("WH0236", |m| {
        two(m);
        m.timescaledb.tables[2].header.name = "a_b_c_seq1".to_owned();
    });
}

#[test]
fn a_key_does_not_have_the_name_of_what_keeps_nulls_out() {
    // Seen on PostgreSQL 18.4: keys are named after, checks before.
    refused("WH0236", |m| {
        m.timescaledb.tables[0].primary_key.as_mut().unwrap().name = Some("plain_id_not_null".to_owned());
    });
    refused("WH0236", |m| m.timescaledb.tables[0].foreign_keys[0].name = Some("plain_id_not_null1".to_owned()));
    passes(|m| {
        let check = PgCheck { name: Some("plain_id_not_null".to_owned()), condition: "id > 0".to_owned() };
        m.timescaledb.tables[0].checks.push(check);
    });
}

#[test]
fn aggregates_stand_among_tables_and_their_indexes_do_not() {
    refused("WH0225", |m| m.timescaledb.tables[0].indexes.push(index_on(Some("by_hour"), "id")));
    refused("WH0433", |m| m.timescaledb.aggregates[0].indexes.push(index_on(Some("by_hour"), "rows")));
    for name in ["_hyper_1_7_chunk", "_materialized_hypertable_3", "bgw_job_stat_pkey", "compress_hyper_2_3_chunk"] {
        refused("WH0431", |m| m.timescaledb.aggregates[0].indexes.push(index_on(Some(name), "rows")));
        passes(|m| m.timescaledb.tables[0].indexes.push(index_on(Some(name), "id")));
    }
    passes(|m| m.timescaledb.aggregates[0].indexes.push(index_on(Some("plain"), "rows")));
    let constraint = |name: &str| PgCheck { name: Some(name.to_owned()), condition: "id > 0".to_owned() };
    refused("WH0432", |m| m.timescaledb.tables[2].checks.push(constraint("constraint_12")));
    passes(|m| m.timescaledb.tables[2].checks.push(constraint("constraint_x")));
    passes(|m| m.timescaledb.tables[0].checks.push(constraint("constraint_12")));
}

#[test]
fn the_hosts_own_table_is_nobody_elses() {
    let public = |break_it: fn(&mut ModelDefinition)| {
        let mut info = info();
        let asked = |database, namespace: &str| NamespaceRequest { database, namespace: namespace.to_owned() };
        info.requests.namespaces = vec![
            asked(Database::Timescaledb, "public"),
            asked(Database::Clickhouse, "default"),
            asked(Database::Milvus, "default"),
        ];
        let namespaces = Some(["public".to_owned(), "default".to_owned()].into());
        let granted = Granted { grant: Terms { namespaces, ..Terms::default() }, ..Granted::default() };
        let mut definition = good();
        break_it(&mut definition);
        let (_, found) = validate(&info, &definition, "", &granted, &Against::oldest());
        found.iter().map(|one| one.code.id).collect::<Vec<_>>()
    };
    assert_eq!(public(|m| m.timescaledb.tables[2].header.name = "schema_version".to_owned()), [""; 0]);
    for break_it in [
        (|m| set(&mut m.timescaledb.tables[2].header, "public")) as fn(&mut ModelDefinition),
        |m| set(&mut m.clickhouse.tables[1].header, "default"),
        |m| set(&mut m.milvus[0].header, "default"),
    ] {
        assert!(public(break_it).contains(&"WH0238"), "{:?}", public(break_it));
    }
    let key = |m: &mut ModelDefinition| {
        m.timescaledb.tables[1].header.namespace = Some("public".to_owned());
        m.timescaledb.tables[1].indexes.push(index_on(Some("schema_version_pkey"), "id"));
    };
    assert_eq!(public(key), ["WH0238"]);
}

fn set(header: &mut Header, namespace: &str) {
    *header = Header { namespace: Some(namespace.to_owned()), name: "schema_version".to_owned(), ..header.clone() };
}

#[test]
fn indexes_of_a_collection_differ_in_their_names() {
    let by_text = |name: Option<&str>| MilvusIndex {
        name: name.map(str::to_owned),
        field: "text".to_owned(),
        kind: "Trie".to_owned(),
        metric: None,
        parameters: vec![],
    };
    refused("WH0611", |m| m.milvus[0].indexes.push(by_text(Some("embedding"))));
    refused("WH0611", |m| {
        m.milvus[0].indexes[0].name = Some("text".to_owned());
        m.milvus[0].indexes.push(by_text(None));
    });
    refused("WH0212", |m| {
        let index = ChSkipIndex {
            name: "auto_minmax_index_id".to_owned(),
            on: "id".to_owned(),
            kind: "minmax".to_owned(),
            granularity: 1,
        };
        m.clickhouse.tables[0].skip_indexes.push(index);
    });
}

/// A definition of a model, in a namespace that it shares with others.
fn of_model(model: &str, change: impl FnOnce(&mut ModelDefinition)) -> Definition {
    let mut info = info();
    (info.name, info.model) = (model.to_owned(), model.to_owned());
    info.requests.namespaces =
        vec![NamespaceRequest { database: Database::Timescaledb, namespace: "public".to_owned() }];
    let grant = Terms { namespaces: Some(["public".to_owned()].into()), ..Terms::default() };
    let mut definition = ModelDefinition::default();
    change(&mut definition);
    let granted = Granted { grant, ..Granted::default() };
    let (accepted, found) = validate(&info, &definition, "", &granted, &Against::oldest());
    accepted.unwrap_or_else(|| panic!("{:?}", found.iter().map(|one| &one.message).collect::<Vec<_>>()))
}

/// What two definitions of a run are told, by both who ask.
fn told(one: &Definition, other: &Definition) -> Vec<(&'static str, String)> {
    let (_, clashes) = Desire::merge(&[one.clone(), other.clone()], &Layout::default());
    let mut claims = Claims::default();
    assert!(claims.add(one, &Layout::default()).is_empty());
    assert!(claims.add(other, &Layout::default()).iter().eq(clashes.iter()));
    clashes.iter().map(|found| (found.code.id, found.message.clone())).collect()
}

fn shared(name: &str) -> PgTable {
    let mut table = pg_table(name);
    table.header.namespace = Some("public".to_owned());
    table
}

#[test]
fn two_plugins_give_no_name_twice() {
    let one = of_model("one", |m| {
        let mut table = shared("a");
        identity(&mut table);
        table.indexes.push(index_on(Some("a_b_c_idx"), "id"));
        m.timescaledb.tables.push(table);
    });
    let other = |name: &str, index: &str| {
        of_model("two", |m| {
            let mut table = shared(name);
            table.indexes.push(index_on(Some(index), "id"));
            m.timescaledb.tables.push(table);
        })
    };
    assert_eq!(told(&one, &other("b", "b_idx")), []);
    let sequence = told(&one, &other("a_other_seq", "b_idx"));
    assert_eq!(sequence.len(), 1, "{sequence:?}");
    assert!(
        sequence[0].0 == "WH0237"
            && sequence[0].1.contains("the sequence of the identity column other of public.a (one/a)"),
        "{sequence:?}"
    );
    let index = told(&one, &other("b", "a_b_c_idx"));
    assert!(
        index.len() == 1 && index[0].0 == "WH0237" && index[0].1.contains("an index of public.a (one/a)"),
        "{index:?}"
    );
    assert_eq!(told(&one, &other("b", "a_pkey")).len(), 1);
}

#[test]
fn derived_names_of_aggregates_never_meet_and_given_ones_do() {
    let of = |model: &str, aggregate: &str, column: &str, index: Option<&str>| {
        of_model(model, |m| {
            m.timescaledb.tables.push(hypertable("measured"));
            let mut one = self::aggregate("measured");
            one.header.name = aggregate.to_owned();
            one.aggregates[0].name = column.to_owned();
            one.indexes.push(index_on(index, column));
            m.timescaledb.aggregates.push(one);
        })
    };
    let name = |definition: &Definition| match definition.objects.last().unwrap() {
        Object::Aggregate(one) => {
            (one.indexes[0].name.to_string(), one.indexes[0].former.as_ref().map(ToString::to_string))
        }
        other => panic!("{other:?}"),
    };
    // The same characters, divided otherwise: models, aggregates and columns.
    let all =
        [of("a", "b_c", "d", None), of("a_b", "c", "d", None), of("a", "b", "c_d", None), of("x", "b_c", "d", None)];
    let names: std::collections::BTreeSet<String> = all.iter().map(|one| name(one).0).collect();
    assert_eq!(names.len(), all.len(), "{names:?}");
    assert!(names.iter().all(|name| name.len() <= 63 && name.ends_with("_idx")), "{names:?}");
    assert_eq!(name(&all[0]).1.as_deref(), Some("b_c_d_idx"));
    assert!(name(&all[0]).0.starts_with("a_b_c_d_"), "{names:?}");
    assert_eq!(told(&all[0], &all[3]), []);
    // As long as can be.
    let (long, longer) = ("m".repeat(63), "n".repeat(63));
    let (one, other) = (of(&long, &longer, "d", None), of(&long, &format!("{}o", "n".repeat(62)), "d", None));
    assert!(name(&one).0 != name(&other).0 && name(&one).0.len() == 63);
    let met = told(&of("a", "b", "d", Some("by_d")), &of("x", "y", "d", Some("by_d")));
    assert!(met.len() == 1 && met[0].0 == "WH0237", "{met:?}");
}
