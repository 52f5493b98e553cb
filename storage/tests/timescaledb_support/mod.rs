//! Definitions, a raw client, and the stages of a run, for the live tests of TimescaleDB.
#![allow(clippy::disallowed_methods, reason = "tests find their server in the environment")]
#![allow(
    dead_code,
    clippy::unnecessary_wraps,
    reason = "each file of tests uses a part; what makes an optional part returns it as one"
)]

pub mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration as Time;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use whale_storage::approve::ApprovedPlan;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{Address, Scope, Seal, Target};
use whale_storage::catalog::Catalog;
use whale_storage::definition::timescaledb::{
    Aggregate, Check, Column, ColumnValue, Columnstore, ForeignKey, Hypertable, Index, IndexMethod, Key, Selected,
    SortKey, SpacePartition, Table,
};
use whale_storage::definition::{Backend, Header, Object, ObjectName};
use whale_storage::desire::{Desired, Wanted, WantedObject};
use whale_storage::diff::{Diff, diff, role_of};
use whale_storage::expr::{Clause, Dialect, Expr, parse};
use whale_storage::hazard::Hazard;
use whale_storage::mark::{MarkState, Parts};
use whale_storage::name::Name;
use whale_storage::plan::{Lower, Plan};
use whale_storage::raw::{
    ChunkWidth, Direction, Duration, DurationUnit, Identity, Nulls, Operation, ReferenceAction, Refresh,
};
use whale_storage::target::Deployment;
use whale_storage::types::postgres::Type;
use whale_storage::word::Spoken;

/// Each file of tests has a server of its own.
pub fn address() -> Address {
    let url = std::env::var(crate::SERVER)
        .unwrap_or_else(|_| panic!("{} names the server that these tests use", crate::SERVER));
    Address {
        url,
        authority: None,
        connect_timeout: Time::from_mins(1),
        statement_timeout: Time::from_mins(1),
        prefix: String::new(),
        model_users: false,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    }
}

pub async fn connect() -> TimescaleTarget {
    TimescaleTarget::connect(&address()).await.expect("the server answers")
}

/// A client of its own, for what no plan would do. The local engine serves one connection at a time: close it, or close
/// the target, before the other is opened.
pub struct Raw(Client, tokio::task::JoinHandle<()>);

impl Raw {
    pub async fn open() -> Self {
        Self::at(&address().url).await
    }

    pub async fn at(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server answers");
        Self(client, tokio::spawn(async move { drop(connection.await) }))
    }

    pub async fn rows(&self, sql: &str) -> Vec<String> {
        let messages = self.0.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let cell = |message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
            _ => None,
        };
        messages.into_iter().filter_map(cell).collect()
    }

    pub async fn text(&self, sql: &str) -> String {
        self.rows(sql).await.join("|")
    }

    pub async fn close(self) {
        drop(self.0);
        self.1.await.unwrap();
    }
}

/// Runs statements in a connection of their own.
pub async fn aside(sql: &str) -> String {
    let raw = Raw::open().await;
    let text = raw.text(sql).await;
    raw.close().await;
    text
}

/// Drops everything of these models.
pub async fn clear(models: &[&str]) {
    let raw = Raw::open().await;
    for model in models {
        raw.rows(&format!("DROP SCHEMA IF EXISTS {model} CASCADE")).await;
        let role = format!("whale_{model}");
        if !raw.rows(&format!("SELECT 1 FROM pg_roles WHERE rolname = '{role}'")).await.is_empty() {
            raw.rows(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}")).await;
        }
    }
    raw.close().await;
}

pub fn name(text: &str) -> Name {
    Name::checked(text).expect(text)
}

pub fn place(namespace: &str, object: &str) -> ObjectName {
    ObjectName { backend: Backend::Timescaledb, namespace: name(namespace), name: name(object) }
}

pub fn header(namespace: &str, object: &str) -> Header {
    let id = format!("test/{object}");
    Header {
        id,
        model: name(namespace),
        name: place(namespace, object),
        comment: String::new(),
        origin: None,
        asked: <_>::default(),
    }
}

pub fn expr(text: &str, clause: Clause) -> Expr {
    parse(text, Dialect::Postgres, clause).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

/// `name type [not null] [default ..|identity|generated ..]`.
pub fn column(text: &str) -> Column {
    let (column, mut rest) = text.split_once(' ').expect(text);
    let mut value = ColumnValue::Empty;
    if let Some((head, after)) = rest.split_once(" default ") {
        (rest, value) = (head, ColumnValue::Default(expr(after, Clause::Default)));
    } else if let Some((head, after)) = rest.split_once(" generated ") {
        (rest, value) = (head, ColumnValue::Generated(expr(after, Clause::Generated)));
    } else if let Some(head) = rest.strip_suffix(" identity") {
        (rest, value) = (head, ColumnValue::Identity(Identity::ByDefault));
    }
    let (data_type, nullable) = rest.strip_suffix(" not null").map_or((rest, true), |head| (head, false));
    let nullable = nullable && !matches!(value, ColumnValue::Identity(_));
    Column {
        name: name(column),
        comment: String::new(),
        data_type: Type::parse(data_type).expect(text),
        nullable,
        value,
    }
}

pub fn names(text: &[&str]) -> Vec<Name> {
    text.iter().map(|text| name(text)).collect()
}

pub fn key(constraint: &str, columns: &[&str]) -> Key {
    Key { name: name(constraint), columns: names(columns) }
}

pub fn check(constraint: &str, condition: &str) -> Check {
    Check { name: name(constraint), condition: expr(condition, Clause::Check) }
}

pub fn foreign_key(constraint: &str, column: &str, target: &Table) -> ForeignKey {
    ForeignKey {
        name: name(constraint),
        columns: names(&[column]),
        target: target.header.name.clone(),
        target_columns: names(&["id"]),
        on_update: ReferenceAction::NoAction,
        on_delete: ReferenceAction::Cascade,
    }
}

/// `expression [desc]`.
pub fn sort_key(text: &str) -> SortKey {
    match text.strip_suffix(" desc") {
        Some(by) => SortKey { by: expr(by, Clause::IndexKey), direction: Direction::Descending, nulls: Nulls::First },
        None => SortKey { by: expr(text, Clause::IndexKey), direction: Direction::Ascending, nulls: Nulls::Last },
    }
}

pub fn index(index: &str, method: IndexMethod, keys: &[&str]) -> Index {
    let keys = keys.iter().map(|key| sort_key(key)).collect();
    Index { name: name(index), former: None, method, keys, covering: Vec::new(), only_where: None, unique: false }
}

pub fn table(namespace: &str, object: &str, columns: &[&str]) -> Table {
    Table {
        header: header(namespace, object),
        columns: columns.iter().map(|text| column(text)).collect(),
        primary_key: None,
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        hypertable: None,
        columnstore: None,
    }
}

pub fn length(count: u32, unit: DurationUnit) -> Duration {
    Duration { count, unit }
}

pub fn hypertable(time_column: &str, width: Duration, space: &[(&str, u32)]) -> Option<Hypertable> {
    let space =
        space.iter().map(|(column, partitions)| SpacePartition { column: name(column), partitions: *partitions });
    Some(Hypertable { time_column: name(time_column), chunk: ChunkWidth::Time(width), space: space.collect() })
}

pub fn columnstore(segment_by: &[&str], order_by: &[&str]) -> Option<Columnstore> {
    Some(Columnstore { segment_by: names(segment_by), order_by: order_by.iter().map(|key| sort_key(key)).collect() })
}

pub fn selected(text: &[(&str, &str)], clause: Clause) -> Vec<Selected> {
    text.iter().map(|(output, value)| Selected { name: name(output), value: expr(value, clause) }).collect()
}

pub fn aggregate(
    object: &str,
    source: &ObjectName,
    time: &str,
    bucket: Duration,
    groups: &[&str],
    values: &[(&str, &str)],
) -> Aggregate {
    let groups: Vec<(&str, &str)> = groups.iter().map(|group| (*group, *group)).collect();
    Aggregate {
        header: header(source.namespace.as_str(), object),
        source: source.clone(),
        time_column: name(time),
        bucket,
        bucket_name: name("bucket"),
        time_zone: None,
        group_by: selected(&groups, Clause::GroupKey),
        aggregates: selected(values, Clause::Select),
        only_where: None,
        real_time: false,
        refresh: None,
        indexes: Vec::new(),
    }
}

pub fn refresh(start: Option<Duration>, end: Option<Duration>, every: Duration) -> Option<Refresh> {
    Some(Refresh { start_offset: start, end_offset: end, every })
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
    Wanted { target: Backend::Timescaledb.into(), deployment: Deployment::default(), objects, limits: BTreeMap::new() }
}

pub async fn inspect(target: &mut TimescaleTarget, wanted: &Wanted) -> Catalog {
    let roles = wanted.model_namespaces().into_iter().map(|(model, _)| role_of(&model)).collect();
    target
        .inspect(&Scope { namespaces: wanted.namespaces(), roles, ..Scope::default() })
        .await
        .expect("the catalog is read")
}

pub async fn plan(target: &mut TimescaleTarget, objects: &[Object]) -> Plan {
    let lower = target.lower();
    let wanted = wanted(objects, &lower);
    let actual = inspect(target, &wanted).await;
    let mut plan = Plan::default();
    plan.add(&wanted, &actual, diff(&wanted, &actual, &Spoken::new()), &lower, "run-1");
    plan
}

/// Everything that a run does: plan, carry out, look again, write marks and the record. Returns how many steps there were.
pub async fn apply(target: &mut TimescaleTarget, objects: &[Object]) -> usize {
    let planned = plan(target, objects).await;
    let approved = ApprovedPlan::approve(planned, &BTreeSet::from(Hazard::ALL))
        .unwrap_or_else(|faults| panic!("refused: {faults:#?}"));
    for step in approved.plan().steps() {
        target.run(step).await.unwrap_or_else(|fault| panic!("{fault}\n{:#?}", step.recipe));
    }
    target.settle().await.unwrap();
    seal(target, objects).await;
    for plan in &approved.plan().targets {
        target.record(&plan.versions).await.unwrap();
    }
    approved.plan().steps().count()
}

async fn seal(target: &mut TimescaleTarget, objects: &[Object]) {
    let wanted = wanted(objects, &target.lower());
    let actual = inspect(target, &wanted).await;
    let Diff { changes, unsealed, .. } = diff(&wanted, &actual, &Spoken::new());
    assert!(changes.is_empty(), "differs after its own run: {changes:#?}");
    let seals: BTreeMap<ObjectName, Seal> = unsealed
        .into_iter()
        .map(|(name, parts)| {
            let seal = Seal::of(&wanted.objects[&name].desired.object, parts, "main", "run-1");
            (name, seal)
        })
        .collect();
    target.seal(&seals).await.expect("marks are written");
}

/// A second look finds nothing: neither by the hashes in the marks, nor by comparing every value.
pub async fn assert_same(target: &mut TimescaleTarget, objects: &[Object]) {
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
