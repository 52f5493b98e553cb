//! Every way in which a definition can name what is another's: a table of them, each refused by its code, and nothing else
//! about the definition is wrong. The list follows the contract: wherever a record holds a text that can become a name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use whale_storage::raw::*;
use whale_storage::validate::Against;
use whale_tests::good::{good, judge, refused};

fn value(name: &str, value: &str) -> Selected {
    Selected { name: name.to_owned(), value: value.to_owned() }
}

fn setting(name: &str, value: &str) -> Setting {
    Setting { name: name.to_owned(), value: value.to_owned() }
}

#[test]
fn a_namespace_of_any_kind_of_object_has_to_be_asked_for_and_granted() {
    for namespace in ["granted", "asked", "other_model", "public"] {
        let some = || Some(namespace.to_owned());
        refused("WH0221", |m| m.timescaledb.tables[0].header.namespace = some());
        refused("WH0221", |m| m.timescaledb.aggregates[0].header.namespace = some());
        refused("WH0221", |m| m.clickhouse.tables[0].header.namespace = some());
        refused("WH0221", |m| m.clickhouse.materialized_views[0].header.namespace = some());
        refused("WH0221", |m| m.milvus[0].header.namespace = some());
    }
    for (namespace, code) in [
        ("pg_catalog", "WH0212"),
        ("information_schema", "WH0212"),
        ("_timescaledb_catalog", "WH0212"),
        ("Mine", "WH0210"),
        ("mine\u{200b}", "WH0210"),
        ("m\u{0456}ne", "WH0210"),
    ] {
        refused(code, |m| m.timescaledb.tables[0].header.namespace = Some(namespace.to_owned()));
    }
    refused("WH0212", |m| m.clickhouse.tables[0].header.namespace = Some("system".to_owned()));
}

#[test]
fn a_name_cannot_carry_a_namespace() {
    for name in ["public.users", "other/users", "`other`.users", "other\".\"users", "..", "*"] {
        refused("WH0210", |m| m.timescaledb.tables[1].header.name = name.to_owned());
        refused("WH0210", |m| m.clickhouse.tables[0].header.name = name.to_owned());
        refused("WH0210", |m| m.clickhouse.materialized_views[0].header.name = name.to_owned());
        refused("WH0210", |m| m.milvus[0].header.name = name.to_owned());
        refused("WH0210", |m| m.milvus[0].partitions = MilvusPartitions::Named(vec![name.to_owned()]));
    }
}

#[test]
fn a_reference_stays_within_the_plugin_and_its_database() {
    type Break = fn(&mut ModelDefinition, &str);
    let references: [Break; 4] = [
        |m, to| m.timescaledb.tables[0].foreign_keys[0].target = to.to_owned(),
        |m, to| m.timescaledb.aggregates[0].source = to.to_owned(),
        |m, to| m.clickhouse.materialized_views[0].source = to.to_owned(),
        |m, to| m.clickhouse.materialized_views[0].target = to.to_owned(),
    ];
    for refer in references {
        for to in ["shared/users", "other/x/y", "/plain", "whale/schema_version"] {
            refused("WH0222", |m| refer(m, to));
        }
        for to in ["public.users", "notes", "schema_version", "", "mine/", "mine/notes", "\"plain\""] {
            refused("WH0223", |m| refer(m, to));
        }
    }
}

/// Expressions that reach beyond their own table in PostgreSQL, and the code of each.
const POSTGRES: [&str; 12] = [
    "(SELECT max(id) FROM other.users)",
    "EXISTS (SELECT 1 FROM other.users)",
    "nextval('other.users_id_seq')",
    "currval('other.s')",
    "'other.users'::regclass",
    "cast('other.users' as regclass)",
    "other.steal(id)",
    "other.users.id",
    "pg_read_file('/etc/passwd')",
    "current_setting('x')",
    "dblink('', 'DROP TABLE x')",
    "set_config('role', 'other', true)",
];

#[test]
fn no_expression_of_postgresql_reaches_beyond_its_table() {
    for text in POSTGRES {
        let some = || Some(text.to_owned());
        let key = || SortKey { by: text.to_owned(), direction: Direction::Ascending, nulls: Nulls::EngineDefault };
        let index = |keys: Vec<SortKey>, only_where: Option<String>| PgIndex {
            name: None,
            method: "btree".to_owned(),
            keys,
            covering: vec![],
            only_where,
            unique: false,
        };
        let by_id = || SortKey { by: "id".to_owned(), direction: Direction::Ascending, nulls: Nulls::EngineDefault };
        reaches(text, |m| m.timescaledb.tables[0].columns[2].value = PgColumnValue::DefaultTo(text.to_owned()));
        reaches(text, |m| m.timescaledb.tables[0].columns[2].value = PgColumnValue::Generated(text.to_owned()));
        reaches(text, |m| m.timescaledb.tables[0].checks.push(PgCheck { name: None, condition: text.to_owned() }));
        reaches(text, |m| m.timescaledb.tables[0].indexes.push(index(vec![key()], None)));
        reaches(text, |m| m.timescaledb.tables[0].indexes.push(index(vec![by_id()], some())));
        reaches(text, |m| m.timescaledb.tables[0].columns[2].data_type = text.to_owned());
        reaches(text, |m| m.timescaledb.aggregates[0].aggregates.push(value("x", text)));
        reaches(text, |m| m.timescaledb.aggregates[0].group_by.push(value("x", text)));
        reaches(text, |m| m.timescaledb.aggregates[0].only_where = some());
        reaches(text, |m| m.timescaledb.aggregates[0].time_zone = some());
    }
}

/// The same for ClickHouse.
const CLICKHOUSE: [&str; 13] = [
    "(SELECT max(id) FROM other.users)",
    "id IN other.users",
    "id IN (SELECT id FROM other.users)",
    "dictGet('other.d', 'a', id)",
    "joinGet('other.t', 'c', id)",
    "other.users.id",
    "file('x')",
    "remote('h', other.users)",
    "url('http://example.org')",
    "getSetting('x')",
    "hasColumnInTable('other', 'users', 'id')",
    "executable('x')",
    "sleepEachRow(3)",
];

#[test]
fn no_expression_of_clickhouse_reaches_beyond_its_table() {
    for text in CLICKHOUSE {
        let some = || Some(text.to_owned());
        for given in [ChColumnValue::DefaultTo, ChColumnValue::Materialized, ChColumnValue::Alias] {
            reaches(text, |m| m.clickhouse.tables[0].columns[0].value = given(text.to_owned()));
        }
        reaches(text, |m| m.clickhouse.tables[0].columns[0].data_type = text.to_owned());
        reaches(text, |m| m.clickhouse.tables[0].columns[0].codec = some());
        reaches(text, |m| m.clickhouse.tables[0].partition_by = some());
        reaches(text, |m| m.clickhouse.tables[0].order_by.push(text.to_owned()));
        reaches(text, |m| m.clickhouse.tables[0].sharding_key = some());
        let index =
            || ChSkipIndex { name: "i".to_owned(), on: text.to_owned(), kind: "minmax".to_owned(), granularity: 1 };
        reaches(text, |m| m.clickhouse.tables[0].skip_indexes.push(index()));
        reaches(text, |m| m.clickhouse.materialized_views[0].select[0].value = text.to_owned());
        reaches(text, |m| m.clickhouse.materialized_views[0].only_where = some());
        reaches(text, |m| m.clickhouse.materialized_views[0].group_by.push(text.to_owned()));
    }
}

#[test]
fn no_table_engine_reads_or_writes_elsewhere() {
    for engine in [
        "Distributed(main, other, users)",
        "Merge(other, '.*')",
        "Buffer(other, users, 1, 1, 1, 1, 1, 1, 1)",
        "Dictionary(other.d)",
        "MySQL('h:3306', 'd', 't', 'u', 'p')",
        "PostgreSQL('h:5432', 'd', 't', 'u', 'p')",
        "S3('http://example.org/x', 'CSV')",
        "URL('http://example.org', 'CSV')",
        "File(CSV)",
        "Executable('x', CSV)",
        "Kafka('h', 't', 'g', 'CSV')",
        "Join(ANY, LEFT, id)",
        "ReplicatedMergeTree('/clickhouse/tables/other', 'r')",
        "MergeTree() AS SELECT 1",
        "MergeTree ORDER BY id SETTINGS storage_policy = 'x'",
    ] {
        reaches(engine, |m| m.clickhouse.tables[0].engine = engine.to_owned());
    }
    for (name, to) in [
        ("disk", "disk(type = s3)"),
        ("storage_policy", "x'; DROP TABLE y; --"),
        ("a b", "1"),
        ("index_granularity", "1, x = 2"),
    ] {
        reaches(name, |m| m.clickhouse.tables[0].settings.push(setting(name, to)));
    }
}

#[test]
fn no_text_of_a_collection_reaches_beyond_it() {
    for text in ["other", "other.users", "embedding or true", "$meta", "id\" or \"1"] {
        reaches(text, |m| m.milvus[0].primary_key = text.to_owned());
        reaches(text, |m| m.milvus[0].indexes[0].field = text.to_owned());
        reaches(text, |m| m.milvus[0].indexes[0].kind = text.to_owned());
        reaches(text, |m| m.milvus[0].indexes[0].metric = Some(text.to_owned()));
        reaches(text, |m| m.milvus[0].indexes[0].parameters.push(setting("M", text)));
        reaches(text, |m| m.milvus[0].indexes[0].parameters.push(setting(text, "1")));
        reaches(text, |m| m.milvus[0].fields[2].data_type = text.to_owned());
        reaches(text, |m| m.milvus[0].properties.push(setting(text, "1")));
    }
}

/// Refused, with what to do.
#[track_caller]
fn reaches(text: &str, change: impl FnOnce(&mut ModelDefinition)) {
    let mut definition = good();
    change(&mut definition);
    assert_ne!(definition, good(), "{text} changes nothing");
    let (accepted, found) = judge(&definition, &Against::oldest());
    assert!(accepted.is_none() && found.errors() > 0, "{text} is accepted");
    assert!(found.iter().all(|one| one.help.is_some()), "every fault says what to do: {text}");
}
