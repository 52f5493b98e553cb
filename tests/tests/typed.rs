//! What an engine would refuse for its types, and validate refuses first: each with its code and the path of the column, key,
//! index or output.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use whale_storage::raw::{self, *};
use whale_storage::validate::Against;
use whale_tests::good::*;

/// What is found: code and path of each.
fn found(change: impl FnOnce(&mut ModelDefinition)) -> Vec<(String, String)> {
    let mut definition = good();
    change(&mut definition);
    let (_, found) = judge(&definition, &Against::oldest());
    found.iter().map(|one| (one.code.id.to_owned(), one.path.clone())).collect()
}

fn says(code: &str, path: &str, change: impl FnOnce(&mut ModelDefinition)) {
    let all = found(change);
    assert!(all.contains(&(code.to_owned(), path.to_owned())), "{code} {path}: {all:?}");
}

fn nothing(what: &str, change: impl FnOnce(&mut ModelDefinition)) {
    let all = found(change);
    assert!(all.is_empty(), "{what}: {all:?}");
}

fn pg(name: &str, data_type: &str, value: PgColumnValue) -> PgColumn {
    PgColumn { header: column_header(name), data_type: data_type.to_owned(), nullable: true, value }
}

fn ch(name: &str, data_type: &str, value: ChColumnValue) -> ChColumn {
    ChColumn { header: column_header(name), data_type: data_type.to_owned(), value, codec: None }
}

fn pg_default(data_type: &str, value: &str) -> impl FnOnce(&mut ModelDefinition) {
    let column = pg("x", data_type, PgColumnValue::DefaultTo(value.to_owned()));
    move |m| m.timescaledb.tables[0].columns.push(column)
}

fn generated(data_type: &str, value: &str) -> impl FnOnce(&mut ModelDefinition) {
    let column = pg("x", data_type, PgColumnValue::Generated(value.to_owned()));
    move |m| m.timescaledb.tables[0].columns.push(column)
}

fn ch_default(data_type: &str, value: &str) -> impl FnOnce(&mut ModelDefinition) {
    let column = ch("x", data_type, ChColumnValue::DefaultTo(value.to_owned()));
    move |m| m.clickhouse.tables[0].columns.push(column)
}

fn pg_index(method: &str, key: &str) -> PgIndex {
    let keys = vec![SortKey { by: key.to_owned(), direction: Direction::Ascending, nulls: Nulls::EngineDefault }];
    PgIndex {
        name: Some("by_x".to_owned()),
        method: method.to_owned(),
        keys,
        covering: vec![],
        only_where: None,
        unique: false,
    }
}

#[test]
fn defaults_and_computed_columns_of_postgresql() {
    let path = "timescaledb/plain/columns/x";
    for (data_type, value) in [
        ("bigint", "gen_random_uuid()"),
        ("boolean", "1"),
        ("integer", "now()"),
        ("date", "5"),
        ("uuid", "lower('x')"),
        ("integer[]", "array['a']"),
    ] {
        says("WH0318", path, pg_default(data_type, value));
    }
    for (data_type, value) in [
        ("timestamptz", "'soon'"),
        ("numeric", "'1e400000'"),
        ("integer", "'1.5'"),
        ("uuid", "'x'"),
        ("jsonb", "'{a:1}'"),
        ("date", "'2020-02-30'"),
        ("text[]", "'a,b'"),
        ("integer", "cast('x' as integer)"),
    ] {
        says("WH0319", path, pg_default(data_type, value));
    }
    for (data_type, value) in [
        ("text", "now()"),
        ("bigint", "5"),
        ("smallint", "1.5"),
        ("numeric(5,2)", "'1.50'"),
        ("timestamptz", "current_date"),
        ("date", "now()"),
        ("boolean", "'t'"),
        ("interval", "'90 minutes'"),
        ("jsonb", "'{}'"),
        ("text[]", "'{}'"),
        ("bytea", "''"),
    ] {
        nothing(value, pg_default(data_type, value));
    }
    says("WH0318", path, generated("integer", "at"));
    says("WH0317", path, generated("integer", "lower(id)"));
    says("WH0328", path, generated("date", "cast(at as date)"));
    nothing("utc", generated("date", "cast(at at time zone 'UTC' as date)"));
    says("WH0407", path, generated("bigint", "x + 1"));
}

#[test]
fn conditions_keys_and_indexes_of_postgresql() {
    says("WH0317", "timescaledb/plain/checks/c", |m| {
        m.timescaledb.tables[0].checks.push(PgCheck { name: Some("c".to_owned()), condition: "id > 'a'".to_owned() });
    });
    says("WH0318", "timescaledb/plain/checks/c", |m| {
        m.timescaledb.tables[0].checks.push(PgCheck { name: Some("c".to_owned()), condition: "id + 1".to_owned() });
    });
    for (method, key) in [("gin", "other"), ("gist", "other"), ("btree", "x"), ("brin", "x"), ("gin", "x")] {
        says("WH0405", "timescaledb/plain/indexes/by_x", |m| {
            m.timescaledb.tables[0].columns.push(pg("x", "json", PgColumnValue::Empty));
            m.timescaledb.tables[0].indexes.push(pg_index(method, key));
        });
    }
    for (method, of) in
        [("gin", "jsonb"), ("gin", "text[]"), ("brin", "timestamptz"), ("hash", "uuid"), ("btree", "inet")]
    {
        nothing(method, |m| {
            m.timescaledb.tables[0].columns.push(pg("x", of, PgColumnValue::Empty));
            m.timescaledb.tables[0].indexes.push(pg_index(method, "x"));
        });
    }
    says("WH0328", "timescaledb/plain/indexes/by_x", |m| {
        m.timescaledb.tables[0].indexes.push(pg_index("btree", "date_trunc('day', at)"));
    });
    says("WH0317", "timescaledb/plain/indexes/by_x/only_where", |m| {
        let only_where = Some("id and other".to_owned());
        m.timescaledb.tables[0].indexes.push(PgIndex { only_where, ..pg_index("btree", "id") });
    });
    says("WH0401", "timescaledb/plain/uniques", |m| {
        m.timescaledb.tables[0].columns.push(pg("x", "json", PgColumnValue::Empty));
        m.timescaledb.tables[0].uniques.push(PgKey { name: None, columns: texts(&["x"]) });
    });
    says("WH0406", "timescaledb/plain/columns/id", |m| m.timescaledb.tables[0].columns[0].nullable = true);
    says("WH0406", "timescaledb/measured/columns/at", |m| m.timescaledb.tables[2].columns[1].nullable = true);
    says("WH0410", "timescaledb/measured/columns/at", |m| {
        m.timescaledb.tables[2].columns[1].value = PgColumnValue::Generated("to_timestamp(id)".to_owned());
    });
}

#[test]
fn buckets_and_outputs_of_aggregates() {
    let path = |part: &str| format!("timescaledb/by_hour/{part}");
    says("WH0420", &path("bucket"), |m| {
        m.timescaledb.tables[2].columns[1].data_type = "bigint".to_owned();
        m.timescaledb.tables[2].hypertable.as_mut().unwrap().chunk = ChunkWidth::Units(100);
    });
    says("WH0420", &path("time_zone"), |m| {
        m.timescaledb.tables[2].columns[1].data_type = "timestamp".to_owned();
        m.timescaledb.aggregates[0].time_zone = Some("Europe/Berlin".to_owned());
    });
    says("WH0420", "timescaledb/by_day/time_zone", |m| {
        m.timescaledb.aggregates[0].time_zone = Some("Europe/Berlin".to_owned());
        let mut above = m.timescaledb.aggregates[0].clone();
        (above.header, above.source, above.time_zone) = (header("by_day"), "by_hour".to_owned(), None);
        above.bucket = raw::Duration { count: 1, unit: DurationUnit::Days };
        above.time_column = above.bucket_name.clone();
        above.bucket_name = "day".to_owned();
        m.timescaledb.aggregates.push(above);
    });
    says("WH0317", &path("aggregates/rows"), |m| {
        m.timescaledb.aggregates[0].aggregates[0].value = "sum(at)".to_owned();
    });
    says("WH0328", &path("group_by/d"), |m| {
        let value = "date_trunc('day', at)".to_owned();
        m.timescaledb.aggregates[0].group_by.push(Selected { name: "d".to_owned(), value });
    });
}

#[test]
fn values_of_columns_of_clickhouse() {
    let path = "clickhouse/events/columns/x";
    for value in ["at > id", "id - at", "toYYYYMM(id)", "lower(at)", "length(at)"] {
        says("WH0317", path, ch_default("UInt64", value));
    }
    for (data_type, value) in [
        ("UUID", "toUUID('x')"),
        ("IPv4", "toIPv4('x')"),
        ("DateTime", "toDateTime('x')"),
        ("Date", "toDate('9999')"),
        ("Int64", "intDiv(-9223372036854775808, -1)"),
        ("FixedString(4)", "toFixedString('xxxx', 1)"),
        ("String", "base64Decode('!')"),
        ("UInt8", "tupleElement((1, 2), 3)"),
        ("UInt64", "'abc'"),
        ("Enum8('a' = 1)", "'b'"),
    ] {
        says("WH0319", path, ch_default(data_type, value));
    }
    for (data_type, value) in
        [("Array(String)", "at"), ("Map(String, UInt8)", "id"), ("FixedString(4)", "toUnixTimestamp(at)")]
    {
        says("WH0318", path, ch_default(data_type, value));
    }
    for (data_type, value) in [
        ("Float64", ".5"),
        ("UInt64", "generateUUIDv4()"),
        ("UInt8", "300"),
        ("Nullable(UInt8)", "'x'"),
        ("String", "at"),
        ("Date", "at"),
        ("Enum8('a' = 1)", "'a'"),
        ("UInt64", "cityHash64(id, at)"),
    ] {
        nothing(value, ch_default(data_type, value));
    }
    says("WH0517", path, |m| {
        let columns = &mut m.clickhouse.tables[0].columns;
        columns.push(ch("x", "UInt8", ChColumnValue::DefaultTo("y + 1".to_owned())));
        columns.push(ch("y", "UInt8", ChColumnValue::Materialized("x".to_owned())));
    });
    for codec in ["Gorilla, T64", "Gorilla", "Delta", "Delta, NONE"] {
        says("WH0306", path, |m| {
            let codec = Some(codec.to_owned());
            m.clickhouse.tables[0].columns.push(ChColumn { codec, ..ch("x", "UInt64", ChColumnValue::Empty) });
        });
    }
}

#[test]
fn keys_and_skip_indexes_of_clickhouse() {
    let with = |data_type: &'static str, change: fn(&mut ChTable)| {
        move |m: &mut ModelDefinition| {
            m.clickhouse.tables[0].columns.push(ch("x", data_type, ChColumnValue::Empty));
            change(&mut m.clickhouse.tables[0]);
        }
    };
    let partition = "clickhouse/events/partition_by";
    let order = "clickhouse/events/order_by";
    says("WH0501", partition, with("Float64", |t| t.partition_by = Some("x".to_owned())));
    says("WH0501", partition, with("UInt64", |t| t.partition_by = Some("x / 10".to_owned())));
    says("WH0501", partition, with("AggregateFunction(sum, UInt64)", |t| t.partition_by = Some("x".to_owned())));
    says("WH0501", order, with("AggregateFunction(sum, UInt64)", |t| t.order_by = texts(&["id", "x"])));
    says("WH0501", order, with("UInt64", |t| t.order_by = texts(&["x", "id", "x"])));
    says("WH0501", order, with("UInt64", |t| t.order_by = texts(&["x + x"])));
    says("WH0501", order, with("Nullable(UInt64)", |t| t.order_by = texts(&["id", "x"])));
    nothing("ifNull", with("Nullable(UInt64)", |t| t.order_by = texts(&["id", "ifNull(x, 0)"])));
    nothing("part of a key", with("UInt64", |t| t.order_by = texts(&["x", "x + x", "toString(x)"])));
    says(
        "WH0502",
        "clickhouse/events/engine",
        with("UInt64", |t| {
            t.engine = "SummingMergeTree(x)".to_owned();
            t.order_by = texts(&["id", "x"]);
        }),
    );
    let index = |on: &str, kind: &str| ChSkipIndex {
        name: "i".to_owned(),
        on: on.to_owned(),
        kind: kind.to_owned(),
        granularity: 1,
    };
    for (of, kind) in [
        ("Float64", "tokenbf_v1(256, 2, 0)"),
        ("UInt64", "ngrambf_v1(3, 256, 2, 0)"),
        ("Map(String, UInt8)", "bloom_filter"),
        ("Decimal(9, 2)", "bloom_filter"),
        ("JSON", "minmax"),
        ("Nullable(String)", "tokenbf_v1(256, 2, 0)"),
    ] {
        says("WH0504", "clickhouse/events/skip_indexes/i", |m| {
            m.clickhouse.tables[0].columns.push(ch("x", of, ChColumnValue::Empty));
            m.clickhouse.tables[0].skip_indexes.push(index("x", kind));
        });
    }
    for (of, kind) in [
        ("Array(String)", "tokenbf_v1(256, 2, 0)"),
        ("Map(String, UInt8)", "minmax"),
        ("Tuple(UInt8, String)", "set(10)"),
        ("Nullable(UInt64)", "bloom_filter"),
    ] {
        nothing(kind, |m| {
            m.clickhouse.tables[0].columns.push(ch("x", of, ChColumnValue::Empty));
            m.clickhouse.tables[0].skip_indexes.push(index("x", kind));
        });
    }
}

#[test]
fn names_that_clickhouse_does_not_read_back() {
    let named = |name: &'static str, change: fn(&mut ChTable)| {
        move |m: &mut ModelDefinition| {
            m.clickhouse.tables[0].columns.push(ch(name, "UInt64", ChColumnValue::Empty));
            change(&mut m.clickhouse.tables[0]);
        }
    };
    says("WH0516", "clickhouse/events/order_by", named("not", |t| t.order_by = texts(&["`not`"])));
    says(
        "WH0516",
        "clickhouse/events/columns/x",
        named("not", |t| {
            t.columns.push(ch("x", "UInt64", ChColumnValue::DefaultTo("`not` + 1".to_owned())));
        }),
    );
    says(
        "WH0516",
        "clickhouse/events/columns/x",
        named("as", |t| {
            t.columns.push(ch("x", "String", ChColumnValue::DefaultTo("cast(`as` as String)".to_owned())));
        }),
    );
    nothing("not", named("not", |_| {}));
    for word in ["order", "group", "end", "limit", "case", "between", "on", "using", "from", "interval"] {
        for text in [format!("{word} + 1"), format!("`{word}` + 1")] {
            nothing(word, |m| {
                let columns = &mut m.clickhouse.tables[0].columns;
                columns.push(ch(word, "UInt64", ChColumnValue::Empty));
                columns.push(ch("x", "UInt64", ChColumnValue::DefaultTo(text.clone())));
            });
        }
    }
}

#[test]
fn views_of_clickhouse() {
    let view = |target: &'static str, value: &'static str| {
        move |m: &mut ModelDefinition| {
            m.clickhouse.tables[0].columns.push(ch("n", "UInt64", ChColumnValue::Empty));
            m.clickhouse.tables[0].columns.push(ch("small", "UInt32", ChColumnValue::Empty));
            m.clickhouse.tables[1].columns.push(ch("x", target, ChColumnValue::Empty));
            let view = &mut m.clickhouse.materialized_views[0];
            view.group_by = texts(&["id"]);
            view.select.push(Selected { name: "x".to_owned(), value: value.to_owned() });
        }
    };
    let path = "clickhouse/a_view/select/x";
    for (target, value) in [
        ("AggregateFunction(avg, UInt64)", "avg(n)"),
        ("AggregateFunction(avg, UInt64)", "sumState(n)"),
        ("AggregateFunction(sum, UInt64)", "sumState(small)"),
        ("AggregateFunction(uniq, String)", "uniqState(id, n)"),
    ] {
        says("WH0512", path, view(target, value));
    }
    says("WH0318", path, view("Array(UInt64)", "count()"));
    says("WH0317", path, view("UInt64", "max(toYYYYMM(id))"));
    for (target, value) in [
        ("AggregateFunction(avg, UInt64)", "avgState(n)"),
        ("AggregateFunction(sum, UInt64)", "sumIfState(n, n > 1)"),
        ("AggregateFunction(count)", "countState(n)"),
        ("AggregateFunction(quantile(0.5), UInt64)", "medianState(n)"),
        ("SimpleAggregateFunction(sum, UInt64)", "sum(small)"),
        ("String", "max(n)"),
    ] {
        nothing(value, view(target, value));
    }
    says("WH0519", "clickhouse/a_view/select", |m| m.clickhouse.tables[1].engine = "ReplacingMergeTree".to_owned());
    says("WH0518", "clickhouse/copies/columns/maybe", |m| {
        m.clickhouse.tables[1].engine = "AggregatingMergeTree".to_owned();
    });
    says("WH0318", "clickhouse/a_view/only_where", |m| {
        m.clickhouse.materialized_views[0].only_where = Some("id".to_owned());
    });
    says("WH0516", "clickhouse/a_view/group_by", |m| {
        m.clickhouse.tables[0].columns.push(ch("cube", "UInt64", ChColumnValue::Empty));
        m.clickhouse.materialized_views[0].group_by = texts(&["cube", "id"]);
    });
}
