//! What the server would say of definitions, against what it says once they stand.

use super::*;
use whale_storage::catalog::{PartKey, PartKind, put_text};
use whale_storage::word::{Refusal, Word, Words};

/// Columns that expressions read.
pub const COLUMNS: [&str; 25] = [
    "id bigint not null",
    "n integer",
    "small smallint",
    "price numeric(10,2)",
    "qty integer",
    "dist double precision",
    "volume bigint",
    "first varchar(20)",
    "last varchar(20)",
    "t text",
    "owner_id uuid",
    "born date",
    "deleted_at timestamptz",
    "at timestamp",
    "meta jsonb",
    "tags text[]",
    "iv interval",
    "mac macaddr",
    "clock time",
    "ip inet",
    "ok boolean",
    "raw bytea",
    "code char(3)",
    "nums integer[]",
    "ratio real",
];

/// Conditions, each a check and the filter of an index.
const CONDITIONS: &[&str] = &[
    "n > 0.5",
    "price > qty",
    "n in (1, 2, 3)",
    "first in ('a', 'b')",
    "t not in ('a', 'b')",
    "n between 1 and 5",
    "dist between 0 and 1",
    "t like 'a%' and first not like '%b'",
    "t ilike 'a%'",
    "owner_id <> '00000000-0000-0000-0000-000000000000'",
    "owner_id in ('00000000-0000-0000-0000-000000000000', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')",
    "born between '1900-01-01' and '2100-01-01'",
    "coalesce(deleted_at, 'infinity') > '2020-1-1'",
    "meta @> '{\"a\":1}'",
    "tags <> '{}'",
    "iv > '1 hour'",
    "iv > interval '90 minutes'",
    "mac <> '08:00:2b:01:02:03'",
    "clock > '08:30'",
    "ip <> '10.0.0.1/32'",
    "ok is true",
    "ok is not false",
    "not ok",
    "n is null or small is not null",
    "char_length(first) between 1 and 5",
    "coalesce(n, 0) + coalesce(small, 0) > 1",
    "greatest(n, small) > 0",
    "case when n > 1 then small else qty end > 0",
    "n % 2 = 0",
    "- n < 5",
    "code <> 'abc'",
    "ratio < 0.5",
    "volume > 5000000000",
    "t || first <> ''",
    "n::text <> '1'",
];

/// Generated columns, each with its type, and keys of indexes.
const GENERATED: &[(&str, &str)] = &[
    ("price * qty", "numeric"),
    ("dist / n", "double precision"),
    ("greatest(n, small)", "integer"),
    ("coalesce(n, 0) + coalesce(small, 0)", "integer"),
    ("md5(first || coalesce(last, ''))", "text"),
    ("lower(t)", "text"),
    ("upper(first)", "text"),
    ("n + 1", "integer"),
    ("n * 1.5", "numeric"),
    ("round(price, 1)", "numeric"),
    ("cast(n as bigint)", "bigint"),
    ("case when n > 1 then 'a' else 'b' end", "text"),
    ("coalesce(owner_id, '00000000-0000-0000-0000-000000000000')", "uuid"),
];

/// Defaults, each with its type.
const DEFAULTS: &[(&str, &str)] = &[
    ("'1'", "integer"),
    ("1", "numeric(10,2)"),
    ("'t'", "boolean"),
    ("'1.50'", "numeric(10,2)"),
    ("'90 minutes'", "interval"),
    ("interval '90 minutes'", "interval"),
    ("'08:30'", "time"),
    ("'2020-1-1'", "date"),
    ("'epoch'", "timestamptz"),
    ("'infinity'", "timestamptz"),
    ("now()", "timestamptz"),
    ("current_timestamp", "timestamptz"),
    ("current_date", "date"),
    ("'10.0.0.1/32'", "inet"),
    ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "uuid"),
    ("gen_random_uuid()", "uuid"),
    ("'{a, b}'", "text[]"),
    ("'{}'", "integer[]"),
    ("''", "bytea"),
    ("'{\"b\":1,\"a\":2}'", "jsonb"),
    ("'{}'", "jsonb"),
    ("'x'", "varchar(10)"),
    ("'x'", "text"),
    ("'it''s \\'", "text"),
    ("-1", "integer"),
    ("-1.5", "double precision"),
    ("1e10", "double precision"),
    ("0.1", "real"),
    ("true", "boolean"),
    ("now() + interval '1 day'", "timestamptz"),
    ("'abc'", "char(3)"),
    ("9000000000", "bigint"),
    ("'08:00:2B:01:02:03'", "macaddr"),
    ("lower('A')", "text"),
];

/// Tables of all of them; two schemas have tables, constraints and indexes of the same names.
pub fn tables(model: &str) -> Vec<Table> {
    let mut all = Vec::new();
    for (place, condition) in CONDITIONS.iter().enumerate() {
        let mut made = table(model, &format!("c{place}"), &COLUMNS);
        made.checks = vec![check("holds", condition)];
        let mut filtered = index(&format!("c{place}_by_n"), IndexMethod::Btree, &["n", "lower(t) desc"]);
        filtered.only_where = Some(expr(condition, Clause::Filter));
        made.indexes = vec![filtered];
        made.primary_key = Some(key(&format!("c{place}_pkey"), &["id"]));
        all.push(made);
    }
    for (place, (value, data_type)) in GENERATED.iter().enumerate() {
        let mut made = table(model, &format!("g{place}"), &COLUMNS);
        made.columns.push(column(&format!("made {data_type} generated {value}")));
        made.indexes = vec![index(&format!("g{place}_by_value"), IndexMethod::Btree, &[value, "id"])];
        all.push(made);
    }
    let columns: Vec<String> = DEFAULTS
        .iter()
        .enumerate()
        .map(|(place, (value, data_type))| format!("d{place} {data_type} default {value}"))
        .collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut defaults = table(model, "defaults", &columns);
    defaults.columns.push(column("serial bigint identity"));
    defaults.indexes = vec![index("defaults_by_tags", IndexMethod::Gin, &["d16"])];
    all.push(defaults);
    all
}

pub fn objects(tables: &[Table]) -> Vec<Object> {
    tables.iter().cloned().map(Object::Table).collect()
}

pub async fn ask(target: &mut TimescaleTarget, objects: &[Object]) -> BTreeMap<ObjectName, Word> {
    let wanted = wanted(objects, &target.lower());
    let names = wanted.objects.keys().cloned().collect();
    target.words(&names, &wanted).await.expect("the server answers")
}

/// Makes objects as a plan does, whatever is compared afterwards.
pub async fn make(target: &mut TimescaleTarget, objects: &[Object]) {
    let planned = plan(target, objects).await;
    let approved =
        ApprovedPlan::approve(planned, &BTreeSet::from(Hazard::ALL)).unwrap_or_else(|faults| panic!("{faults:#?}"));
    for step in approved.plan().steps() {
        target.run(step).await.unwrap_or_else(|fault| panic!("{fault}\n{:#?}", step.recipe));
    }
}

/// What the catalogue says of the tables of a schema, in the form of words.
pub async fn catalogue(raw: &Raw, schema: &str) -> BTreeMap<String, Words> {
    let rows = |sql: String| async move {
        let text = raw.text(&format!("SELECT coalesce(json_agg(q), '[]') FROM ({sql}) AS q")).await;
        serde_json::from_str::<Vec<BTreeMap<String, Option<String>>>>(&text).expect(&text)
    };
    raw.rows("SET search_path = pg_catalog; SET \"IntervalStyle\" = postgres; SET \"DateStyle\" = 'ISO, YMD'; SET \"TimeZone\" = 'UTC'")
        .await;
    let mut all: BTreeMap<String, Words> = BTreeMap::new();
    let from = format!(
        "FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace AND s.nspname = '{schema}' AND c.relkind = 'r'"
    );
    let columns = format!(
        "SELECT c.relname AS t, a.attname AS n, a.attgenerated AS k, pg_get_expr(d.adbin, d.adrelid) AS x {from}
        JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    );
    for row in rows(columns).await {
        let fact = if row["k"].as_deref() == Some("s") { "generated" } else { "default" };
        let part = PartKey::new(PartKind::Column, row["n"].clone().unwrap());
        put_text(all.entry(row["t"].clone().unwrap()).or_default(), part, fact, row["x"].clone().unwrap());
    }
    let checks = format!(
        "SELECT c.relname AS t, k.conname AS n, pg_get_expr(k.conbin, k.conrelid) AS x {from}
        JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'c'"
    );
    for row in rows(checks).await {
        let part = PartKey::new(PartKind::Check, row["n"].clone().unwrap());
        put_text(all.entry(row["t"].clone().unwrap()).or_default(), part, "condition", row["x"].clone().unwrap());
    }
    let indexes = format!(
        "SELECT c.relname AS t, x.relname AS n, pg_get_expr(i.indpred, i.indrelid) AS w,
        (SELECT string_agg(pg_get_indexdef(i.indexrelid, k.n, true)
            || CASE WHEN i.indoption[k.n - 1] = 3 THEN ' descending' ELSE '' END, ', ' ORDER BY k.n)
            FROM generate_series(1, i.indnkeyatts) AS k(n)) AS x {from}
        JOIN pg_index AS i ON i.indrelid = c.oid AND NOT i.indisprimary JOIN pg_class AS x ON x.oid = i.indexrelid"
    );
    for row in rows(indexes).await {
        let part = || PartKey::new(PartKind::Index, row["n"].clone().unwrap());
        let words = all.entry(row["t"].clone().unwrap()).or_default();
        put_text(words, part(), "keys", row["x"].clone().unwrap());
        put_text(words, part(), "where", row["w"].clone().unwrap_or_default());
    }
    all
}

/// Everything that is said is what the catalogue says.
pub async fn assert_said(words: &BTreeMap<ObjectName, Word>, schema: &str) {
    let raw = Raw::open().await;
    let mut found = catalogue(&raw, schema).await;
    raw.close().await;
    for (name, word) in words.iter().filter(|(name, _)| name.namespace.as_str() == schema) {
        let Word::Said(said) = word else { panic!("{name}: {word:#?}") };
        assert_eq!(said, &found.remove(name.name.as_str()).unwrap_or_default(), "{name}");
    }
}

/// What is refused of an object, by part.
pub fn refused(words: &BTreeMap<ObjectName, Word>, name: &ObjectName) -> Vec<String> {
    let Some(Word::Refused(all)) = words.get(name) else { panic!("{name}: {:#?}", words.get(name)) };
    let text = |Refusal { part, message }: &Refusal| {
        format!("{}: {message}", part.as_ref().map_or_else(|| "whole".to_owned(), ToString::to_string))
    };
    all.iter().map(text).collect()
}

/// Nothing that was tried out is there any more.
pub async fn assert_nothing_left() {
    let left = "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname LIKE 'pg\\_temp%' OR n.nspname LIKE 'pg\\_toast\\_temp%'";
    assert_eq!(aside(left).await, "0");
}

/// Some of everything that is refused, beside what is not.
pub async fn refusals_by_part(target: &mut TimescaleTarget, model: &str) {
    let mut bad = table(
        model,
        "bad",
        &[
            "id bigint default gen_random_uuid()",
            "at timestamptz default 'yesterday-ish'",
            "n integer default 1",
            "t text",
            "j json",
            "g integer generated lower(t)",
        ],
    );
    bad.checks = vec![check("holds", "n > t"), check("fine", "n > 0")];
    bad.uniques = vec![key("bad_by_j", &["j"])];
    bad.indexes = vec![
        index("bad_by_t", IndexMethod::Gin, &["t"]),
        index("bad_by_n", IndexMethod::Btree, &["n"]),
        index("bad_by_now", IndexMethod::Btree, &["abs(t)"]),
    ];
    let mut worse = table(model, "worse", &["n integer", "t text"]);
    worse.indexes = vec![index("worse_by_t", IndexMethod::Gin, &["t"])];
    let mut good = table(model, "good", &["n integer default '1'"]);
    good.checks = vec![check("holds", "n > 0.5")];
    let words = ask(target, &objects(&[bad, worse, good])).await;
    let bad = refused(&words, &place(model, "bad"));
    for (part, says) in [
        ("column id: ", "bigint but default expression is of type uuid"),
        ("column at: ", "yesterday-ish"),
        ("column g: ", "\"g\" is of type integer but default expression is of type text"),
        ("check constraint holds: ", "operator does not exist: integer > text"),
        ("unique constraint bad_by_j: ", "no default operator class"),
        ("index bad_by_t: ", "no default operator class"),
        ("index bad_by_now: ", "function abs(text) does not exist"),
    ] {
        assert!(bad.iter().any(|text| text.starts_with(part) && text.contains(says)), "{part}{says}: {bad:#?}");
    }
    assert_eq!(bad.len(), 7, "{bad:#?}");
    assert_eq!(refused(&words, &place(model, "worse")).len(), 1);
    let Word::Said(good) = &words[&place(model, "good")] else { panic!("{words:#?}") };
    assert_eq!(good[&PartKey::new(PartKind::Check, "holds")]["condition"], "((n)::numeric > 0.5)");
}
