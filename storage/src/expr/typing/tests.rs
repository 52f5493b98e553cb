//! What is refused for its types, and what is not.

use super::*;
use crate::expr::{Clause, parse};

const POSTGRES: &[(&str, &str)] = &[
    ("n", "integer"),
    ("small", "smallint"),
    ("big", "bigint"),
    ("price", "numeric(12,2)"),
    ("ratio", "real"),
    ("value", "double precision"),
    ("side", "text"),
    ("code", "character(4)"),
    ("active", "boolean"),
    ("day", "date"),
    ("clock", "time"),
    ("local", "timestamp"),
    ("at", "timestamptz"),
    ("span", "interval"),
    ("id", "uuid"),
    ("doc", "json"),
    ("meta", "jsonb"),
    ("raw", "bytea"),
    ("host", "inet"),
    ("net", "cidr"),
    ("mac", "macaddr"),
    ("tags", "text[]"),
    ("numbers", "integer[]"),
];
const CLICKHOUSE: &[(&str, &str)] = &[
    ("u8", "UInt8"),
    ("u64", "UInt64"),
    ("i32", "Int32"),
    ("f", "Float64"),
    ("d", "Decimal(9, 2)"),
    ("b", "Bool"),
    ("symbol", "LowCardinality(String)"),
    ("fixed", "FixedString(4)"),
    ("day", "Date"),
    ("at", "DateTime"),
    ("exact", "DateTime64(3)"),
    ("id", "UUID"),
    ("ip", "IPv4"),
    ("kind", "Enum8('a' = 1)"),
    ("tags", "Array(String)"),
    ("m", "Map(String, UInt64)"),
    ("pair", "Tuple(UInt8, String)"),
    ("j", "JSON"),
    ("state", "AggregateFunction(sum, UInt64)"),
    ("maybe", "Nullable(UInt64)"),
];

fn typed(text: &str, dialect: Dialect, clause: Clause) -> Typed {
    let expr = parse(text, dialect, clause).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    judge(&expr, dialect, &|name| {
        let columns = if dialect == Dialect::Postgres { POSTGRES } else { CLICKHOUSE };
        let (_, of) = columns.iter().find(|(column, _)| *column == name.as_str()).unwrap();
        match dialect {
            Dialect::Postgres => of_postgres(&postgres_types::Type::parse(of).unwrap()),
            _ => of_clickhouse(&clickhouse_types::Type::parse(of).unwrap()),
        }
    })
}

#[test]
fn postgresql_refuses_these() {
    for text in [
        "price > side",
        "n = active",
        "active = 1",
        "n > 'abc'",
        "at > 'yester-day'",
        "at - '1 day' > at",
        "id = 'x'",
        "n in (1, 'a')",
        "day between '2020' and 'x'",
        "tags || 'x' = tags",
        "n || n = 'x'",
        "ratio % 2 = 0",
        "round(value, 2) > 1",
        "left(side, big) = 'x'",
        "lower(n) = 'x'",
        "length(n) > 1",
        "split_part(side, 'a', big) = 'x'",
        "day + big > day",
        "meta -> big is null",
        "doc = doc",
        "doc @> '{}'",
        "meta @> 'x'",
        "numbers = '1,2'",
        "not n",
        "n and active",
        "side is true",
        "- side = 'x'",
        "coalesce(n, 'a') = 1",
        "coalesce(n, side) = 1",
        "case when n then 1 else 2 end = 1",
        "case when active then 1 else side end = 1",
        "cast(n as uuid) = id",
        "cast(big as boolean)",
        "cast('x' as integer) = 1",
        "cast('1e400000' as numeric) > 1",
        "n like 'a%'",
        "host ~ 'a'",
        "extract(day from n) = 1",
        "date_trunc('day', n) = at",
        "array_length(n, 1) = 1",
        "jsonb_typeof(doc) = 'x'",
        "mod(value, 2) = 1",
        "nullif(n, side) = 1",
        "clock - '25:00' = span",
    ] {
        let found = typed(text, Dialect::Postgres, Clause::Check);
        assert!(!found.faults.is_empty(), "{text}");
    }
}

#[test]
fn postgresql_takes_these() {
    for text in [
        "n > 0.5",
        "price > n",
        "small + ratio > value",
        "price * n > 0",
        "n = '5'",
        "at > '2020-01-01'",
        "at > 'epoch'",
        "at - interval '1 day' > at",
        "at - local > '1 day'",
        "day - day > 5",
        "day + 1 > day",
        "day + small > day",
        "local + span > day",
        "clock + span > clock",
        "clock < span",
        "span * 2 > span",
        "span / 2 > '1 hour'",
        "side || n = 'x'",
        "n || side = 'x'",
        "active || 'x' = 'y'",
        "doc || 'x' = 'y'",
        "code = side",
        "meta -> 'a' is null",
        "meta ->> 'a' = 'x'",
        "meta - 'a' = meta",
        "meta @> '{\"a\": 1}'",
        "tags <> '{}'",
        "tags || '{a}' = tags",
        "tags @> '{a}'",
        "numbers || n = numbers",
        "id in ('00000000-0000-0000-0000-000000000000')",
        "host = '10.0.0.1'",
        "net = '10.0.0.0/8'",
        "host + 1 > host",
        "mac = '00-11-22-33-44-55'",
        "coalesce(n, 0) + coalesce(small, 0) > 1",
        "coalesce(price, '0') > 0",
        "greatest(n, small, price) > 0",
        "case when active then n else 0 end > 0",
        "case side when 'a' then 1 else 2.5 end > 0",
        "cast(side as integer) = 1",
        "cast(n as text) = 'x'",
        "cast(active as integer) = 1",
        "active",
        "active is not true",
        "not active",
        "side like 'a%'",
        "round(price, 2) > 0",
        "round(value) > 0",
        "length(raw) > 1",
        "extract(hour from clock) > 1",
        "extract(epoch from span) > 1",
        "array_length(tags, 1) > 1",
        "array_position(tags, 'a') > 1",
        "jsonb_typeof(meta) = 'object'",
        "at is distinct from null",
        "n is distinct from 5",
        "nullif(n, '5') = 1",
        "abs('5') > 1",
        "power(n, 2) > 1",
        "to_timestamp(n) > at",
        "raw = '\\x00'",
        "true",
    ] {
        let found = typed(text, Dialect::Postgres, Clause::Check);
        assert!(found.faults.is_empty(), "{text}: {:?}", found.faults);
    }
}

#[test]
fn what_depends_on_the_session_is_known() {
    for text in [
        "at + interval '1 day' > at",
        "date_trunc('day', at) = at",
        "extract(hour from at) = 1",
        "at > day",
        "cast(at as date) = day",
        "cast(day as text) = 'x'",
        "cast(side as date) = day",
    ] {
        assert!(typed(text, Dialect::Postgres, Clause::Check).changing.is_some(), "{text}");
    }
    for text in [
        "at > '2020-01-01'",
        "at - at > '1 day'",
        "date_trunc('day', at, 'UTC') = at",
        "date_trunc('day', local) = local",
        "extract(hour from at at time zone 'UTC') = 1",
        "cast('2020-01-01' as date) = day",
        "cast(n as text) = 'x'",
        "cast(local as date) = day",
    ] {
        assert_eq!(typed(text, Dialect::Postgres, Clause::Check).changing, None, "{text}");
    }
}

#[test]
fn clickhouse_refuses_these() {
    for text in [
        "f > symbol",
        "symbol - u64",
        "toYYYYMM(symbol)",
        "lower(u64)",
        "length(u64)",
        "at = id",
        "day = u8",
        "id + 1",
        "fixed + 1",
        "not symbol",
        "symbol and u8",
        "if(symbol, 1, 2)",
        "startsWith(u64, 'a')",
        "has(u64, 1)",
        "arraySum(u64)",
        "mapKeys(tags)",
        "addDays(u64, 1)",
        "dateDiff('day', u64, at)",
        "formatDateTime(symbol, '%Y')",
        "u64 like 'a'",
        "sqrt(symbol)",
        "cast(m as Date32) = cast(pair as FixedString(3))",
        "cast(tags as UUID) = cast(u64 as Array(String))",
        "toUUID('x')",
        "toIPv4('x')",
        "toDateTime('x')",
        "toDate('9999')",
        "intDiv(-9223372036854775808, -1)",
        "toFixedString('xxxx', 1)",
        "base64Decode('!')",
        "tupleElement((1, 2), 3)",
        "cast('x' as UInt64)",
        "toUInt64('-1')",
    ] {
        let found = typed(text, Dialect::ClickHouse, Clause::Default);
        assert!(!found.faults.is_empty(), "{text}");
    }
}

#[test]
fn clickhouse_takes_these() {
    for text in [
        "f > u64",
        "u64 + i32 * f / d",
        "at + 1",
        "at - at",
        "day + toIntervalDay(1)",
        "toYYYYMM(at)",
        "symbol = 'a'",
        "at > '2020-01-01'",
        "kind = 'a'",
        "id = 'x'",
        "at in ('x')",
        "lower(symbol) || u64",
        "toString(tags)",
        "if(u8, 1, 2)",
        "if(f > 1, symbol, 'x')",
        "multiIf(u64 = 1, 'a', u64 = 2, 'b', 'c')",
        "has(tags, 'a')",
        "tags[1] = 'a'",
        "m['a'] + 1",
        "length(tags) + length(m) + length(fixed)",
        "arrayMax([u64, i32])",
        "coalesce(maybe, 0) + 1",
        "cityHash64(u64, symbol, tags, pair)",
        "toDate('2020-01-01')",
        "cast('x' as Nullable(UInt64))",
        "toDecimal64(d, 2)",
        "ip = toIPv4('1.2.3.4')",
        "bitAnd(u64, 255)",
        "finalizeAggregation(state)",
        "JSONExtractString(symbol, 'a')",
        "if(1, 2, toUInt8('x'))",
    ] {
        let found = typed(text, Dialect::ClickHouse, Clause::Default);
        assert!(found.faults.is_empty(), "{text}: {:?}", found.faults);
    }
}

#[test]
fn every_function_of_a_list_has_its_signature() {
    for dialect in [Dialect::Postgres, Dialect::ClickHouse] {
        for (name, _) in crate::expr::listed_functions(dialect) {
            let stored = crate::expr::functions::alias(dialect, name);
            assert!(call::is_typed(dialect, stored), "{dialect:?}: {name}");
        }
    }
}
