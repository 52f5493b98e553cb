//! Definitions, a raw client, and the stages of a run, for the live tests of ClickHouse.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod words;

use clickhouse::{Client, Compression};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use whale_storage::approve::ApprovedPlan;
use whale_storage::backend::clickhouse::ClickhouseTarget;
use whale_storage::backend::{Address, Scope, Seal, Target};
use whale_storage::catalog::Catalog;
use whale_storage::definition::clickhouse::{Column, ColumnValue, Selected, SkipIndex, Spread, Table, View};
use whale_storage::definition::{Backend, Header, Object, ObjectName};
use whale_storage::desire::{Desired, Wanted, WantedObject};
use whale_storage::diff::{Diff, diff};
use whale_storage::expr::{Clause, Dialect, Expr, parse};
use whale_storage::mark::{MarkState, Parts};
use whale_storage::name::Name;
use whale_storage::plan::{Lower, Plan};
use whale_storage::raw::Operation;
use whale_storage::target::Deployment;
use whale_storage::types::clickhouse::{Codecs, SkipIndexKind, TableEngine, Type};
use whale_storage::word::Spoken;

pub fn address() -> Address {
    let url = std::env::var("CLICKHOUSE_URL").expect("CLICKHOUSE_URL names the server that the live tests use");
    Address {
        url,
        authority: None,
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_mins(1),
        prefix: String::new(),
        model_users: false,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    }
}

pub async fn connect() -> ClickhouseTarget {
    ClickhouseTarget::connect(&address()).await.expect("the server answers")
}

/// A client beside the one that is tested.
pub struct Raw(Client);

impl Raw {
    pub fn open() -> Self {
        let url = url::Url::parse(&address().url).expect("a URL");
        let decoded = |text: &str| {
            let pair = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
            url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        let base = format!("{}://{}:{}/", url.scheme(), url.host_str().unwrap(), url.port().unwrap_or(8123));
        let client = Client::default().with_url(base).with_compression(Compression::None);
        Self(client.with_user(decoded(url.username())).with_password(decoded(url.password().unwrap_or_default())))
    }

    pub async fn run(&self, sql: &str) {
        self.0.query_raw(sql).execute().await.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    }

    pub async fn text(&self, sql: &str) -> String {
        self.try_text(sql).await.unwrap_or_else(|fault| panic!("{sql}: {fault}"))
    }

    /// What the server answers, or why it does not.
    pub async fn try_text(&self, sql: &str) -> Result<String, String> {
        let mut rows = self.0.query_raw(sql).fetch_bytes("TSVRaw").map_err(|fault| fault.to_string())?;
        let bytes = rows.collect().await.map_err(|fault| fault.to_string())?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
    }

    /// Drops a test's databases, before and after it.
    pub async fn clear(&self, databases: &[&str]) {
        for database in databases {
            self.run(&format!("DROP DATABASE IF EXISTS `{database}` SYNC")).await;
        }
    }
}

pub fn name(text: &str) -> Name {
    Name::checked(text).expect(text)
}

pub fn place(database: &str, object: &str) -> ObjectName {
    ObjectName { backend: Backend::Clickhouse, namespace: name(database), name: name(object) }
}

fn header(database: &str, object: &str) -> Header {
    let id = format!("test/{object}");
    Header {
        id,
        model: name(database),
        name: place(database, object),
        comment: String::new(),
        origin: None,
        asked: <_>::default(),
    }
}

pub fn expr(text: &str, clause: Clause) -> Expr {
    parse(text, Dialect::ClickHouse, clause).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

/// `name type [DEFAULT|MATERIALIZED|ALIAS expression] [CODEC(..)]`, split at those words.
pub fn column(text: &str) -> Column {
    let (text, codec) =
        text.split_once(" CODEC").map_or((text, None), |(head, codec)| (head, Some(format!("CODEC{codec}"))));
    let mut value = ColumnValue::Empty;
    let mut head = text;
    for (word, make) in [
        (" DEFAULT ", ColumnValue::Default as fn(Expr) -> ColumnValue),
        (" MATERIALIZED ", ColumnValue::Materialized),
        (" ALIAS ", ColumnValue::Alias),
    ] {
        if let Some((before, after)) = text.split_once(word) {
            head = before;
            let clause = if word == " DEFAULT " { Clause::Default } else { Clause::Generated };
            value = make(expr(after, clause));
        }
    }
    let (column, data_type) = head.split_once(' ').expect(text);
    Column {
        name: name(column),
        comment: String::new(),
        data_type: Type::parse(data_type).unwrap_or_else(|fault| panic!("{text}: {fault}")),
        value,
        codec: codec.map(|codec| Codecs::parse(&codec).unwrap_or_else(|fault| panic!("{text}: {fault}"))),
    }
}

pub fn table(database: &str, object: &str, columns: &[&str], engine: &str, order_by: &[&str]) -> Table {
    Table {
        header: header(database, object),
        columns: columns.iter().map(|text| column(text)).collect(),
        engine: TableEngine::parse(engine).unwrap_or_else(|fault| panic!("{engine}: {fault}")),
        partition_by: None,
        order_by: order_by.iter().map(|text| expr(text, Clause::SortKey)).collect(),
        primary_key: None,
        skip_indexes: Vec::new(),
        settings: BTreeMap::new(),
        sharding_key: None,
        spread: Spread::Whole,
    }
}

pub fn partitioned(mut table: Table, by: &str) -> Table {
    table.partition_by = Some(expr(by, Clause::PartitionKey));
    table
}

pub fn skip_index(object: &str, on: &str, kind: &str, granularity: u32) -> SkipIndex {
    let kind = SkipIndexKind::parse(kind).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
    SkipIndex { name: name(object), on: expr(on, Clause::IndexKey), kind, granularity }
}

pub fn view(
    source: &Table,
    target: &Table,
    object: &str,
    select: &[(&str, &str)],
    filter: Option<&str>,
    group: &[&str],
) -> View {
    View {
        header: header(source.header.name.namespace.as_str(), object),
        source: source.header.name.clone(),
        target: target.header.name.clone(),
        select: select
            .iter()
            .map(|(as_name, value)| Selected { name: name(as_name), value: expr(value, Clause::Select) })
            .collect(),
        only_where: filter.map(|text| expr(text, Clause::Filter)),
        group_by: group.iter().map(|text| expr(text, Clause::GroupKey)).collect(),
    }
}

pub fn wanted(objects: &[Object], lower: &impl Lower) -> Wanted {
    let desired = |object: &Object| Desired {
        object: object.clone(),
        plugin: name("test"),
        version: "1.2.3".parse().unwrap(),
        operations: BTreeSet::from([Operation::Create, Operation::Alter]),
        named: true,
        pinned: true,
    };
    let objects = objects
        .iter()
        .map(|object| (object.name().clone(), WantedObject { desired: desired(object), drawn: lower.drawn(object) }))
        .collect();
    lower.laid_out(Wanted {
        target: Backend::Clickhouse.into(),
        deployment: Deployment::default(),
        objects,
        limits: BTreeMap::new(),
    })
}

pub async fn inspect(target: &mut ClickhouseTarget, wanted: &Wanted) -> Catalog {
    let scope = Scope { namespaces: wanted.namespaces(), ..Scope::default() };
    target.inspect(&scope).await.expect("the catalogue is read")
}

pub async fn plan(target: &mut ClickhouseTarget, objects: &[Object]) -> Plan {
    let lower = target.lower();
    let wanted = wanted(objects, &lower);
    let actual = inspect(target, &wanted).await;
    let mut plan = Plan::default();
    plan.add(&wanted, &actual, diff(&wanted, &actual, &Spoken::new()), &lower, "run-1");
    plan
}

/// Everything that a run does: plan, carry out, look again, write marks. Returns how many steps there were, and how many
/// marks had to be written anew.
pub async fn apply(target: &mut ClickhouseTarget, objects: &[Object]) -> (usize, usize) {
    let planned = plan(target, objects).await;
    let approved =
        ApprovedPlan::approve(planned, &BTreeSet::new()).unwrap_or_else(|faults| panic!("refused: {faults:#?}"));
    for step in approved.plan().steps() {
        target.run(step).await.unwrap_or_else(|fault| panic!("{fault}\n{:#?}", step.recipe));
    }
    target.settle().await.unwrap();
    let sealed = seal(target, objects).await;
    (approved.plan().steps().count(), sealed)
}

async fn seal(target: &mut ClickhouseTarget, objects: &[Object]) -> usize {
    let wanted = wanted(objects, &target.lower());
    let actual = inspect(target, &wanted).await;
    let Diff { changes, unsealed, .. } = diff(&wanted, &actual, &Spoken::new());
    assert!(changes.is_empty(), "differs after its own run: {changes:#?}");
    let seals: BTreeMap<ObjectName, Seal> = unsealed
        .iter()
        .map(|(name, parts)| {
            (name.clone(), Seal::of(&wanted.objects[name].desired.object, parts.clone(), "main", "run-1"))
        })
        .collect();
    target.seal(&seals).await.expect("marks are written");
    seals.len()
}

/// A second look finds nothing: neither by the hashes in the marks, nor by comparing every value.
pub async fn assert_same(target: &mut ClickhouseTarget, objects: &[Object]) {
    let wanted = wanted(objects, &target.lower());
    let mut actual = inspect(target, &wanted).await;
    let by_mark = diff(&wanted, &actual, &Spoken::new());
    assert!(by_mark.changes.is_empty() && by_mark.unsealed.is_empty() && by_mark.found.is_empty(), "{by_mark:#?}");
    for found in actual.objects.values_mut() {
        if let MarkState::Ours(mark) = &mut found.mark {
            mark.parts = Parts::default();
        }
    }
    let by_value = diff(&wanted, &actual, &Spoken::new());
    assert!(by_value.changes.is_empty() && by_value.found.is_empty(), "{by_value:#?}");
}

/// The messages that forbid a plan.
pub fn refusals(plan: &Plan) -> Vec<String> {
    plan.found.iter().map(|found| format!("{} {}: {}", found.code.id, found.path, found.message)).collect()
}

pub fn tables(tables: &[Table]) -> Vec<Object> {
    tables.iter().cloned().map(Object::ClickhouseTable).collect()
}

pub fn dialects(database: &str) -> Table {
    let columns = [
        "dialect_id String",
        "dialect_name String",
        "dialect_code String",
        "region String",
        "description String",
        "parent_dialect String DEFAULT ''",
        "popularity Float32 DEFAULT 0",
        "source String",
        "discovery_time DateTime DEFAULT now()",
    ];
    let mut table = table(database, "dialects", &columns, "MergeTree()", &["dialect_id", "discovery_time"]);
    "Dialects of a language".clone_into(&mut table.header.comment);
    "stable id".clone_into(&mut table.columns[0].comment);
    table
}
