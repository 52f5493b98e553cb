//! ClickHouse as a cluster: every statement as text, and each of them read by the real engine; what a real server with
//! Keeper answers, as values; and, carried out for real, a cluster of one host with Distributed tables, and the refusals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the suite hands the servers down in the environment")]

mod clickhouse_support;

use clickhouse_support::*;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::backend::clickhouse::{ClickhouseLower, ClickhouseTarget};
use whale_storage::backend::host_user::HostUser;
use whale_storage::backend::{Address, Target as _};
use whale_storage::catalog::{PartKey, PartKind};
use whale_storage::change::{Change, ChangedPart};
use whale_storage::check::Needs;
use whale_storage::cluster::{Cluster, Databases, KnownCluster, PATH, REPLICA};
use whale_storage::definition::clickhouse::Table;
use whale_storage::definition::{Backend, Object};
use whale_storage::expr::Clause;
use whale_storage::mark::{Mark, Parts};
use whale_storage::name::Name;
use whale_storage::plan::{Lower as _, mark_of};
use whale_storage::scaling::Value;
use whale_storage::server::Server;

/// The cluster of one host that the local engine knows.
const LOCAL: &str = "local";

fn cluster(name: &str, databases: Databases, shards: bool) -> Cluster {
    Cluster { name: name.to_owned(), databases, path: PATH.to_owned(), replica: REPLICA.to_owned(), shards }
}

fn lower(cluster: Cluster) -> ClickhouseLower {
    let known = KnownCluster {
        cluster,
        shards: 2,
        hosts: 4,
        others: Vec::new(),
        macros: BTreeMap::from([("shard", "01"), ("replica", "r1")].map(|(a, b)| (a.to_owned(), b.to_owned()))),
        no_keeper: None,
        databases: BTreeMap::from([("default".to_owned(), false)]),
    };
    ClickhouseLower::new(&Server { cluster: Some(known), ..Server::unknown(Backend::Clickhouse) })
}

fn keyed(mut table: Table, key: &str) -> Table {
    table.sharding_key = Some(expr(key, Clause::SortKey));
    table
}

/// A spread table, one that every shard has as a whole, and a view from the one into the other.
fn objects(database: &str) -> Vec<Object> {
    let columns = ["user_id UInt64", "at DateTime DEFAULT now() CODEC(Delta, ZSTD(1))", "kind String"];
    let mut events =
        keyed(table(database, "events", &columns, "MergeTree()", &["user_id", "at"]), "cityHash64(user_id)");
    events.skip_indexes.push(skip_index("by_kind", "kind", "bloom_filter(0.01)", 4));
    events.settings.insert("min_bytes_for_wide_part".to_owned(), "1024".to_owned());
    "What users did; it's all here".clone_into(&mut events.header.comment);
    let columns = ["day Date", "many UInt64"];
    let totals = table(database, "totals", &columns, "SummingMergeTree(many)", &["day"]);
    let columns = ["user_id UInt64", "many UInt64"];
    let per_user = table(database, "per_user", &columns, "SummingMergeTree", &["user_id"]);
    let per_user = keyed(per_user, "cityHash64(user_id)");
    let select = [("day", "toDate(at)"), ("many", "count()")];
    let feed = view(&events, &totals, "feed", &select, None, &["toDate(at)"]);
    let select = [("user_id", "user_id"), ("many", "count()")];
    let users = view(&events, &per_user, "users", &select, None, &["user_id"]);
    let latest = table(database, "latest", &["id String", "at DateTime"], "ReplacingMergeTree(at)", &["id"]);
    let mut all = tables(&[events, totals, per_user, latest]);
    all.extend([Object::View(feed), Object::View(users)]);
    all
}

/// Every kind of statement, in the order of a plan.
fn statements(lower: &ClickhouseLower, database: &str) -> Vec<String> {
    let (model, backend) = (name(database), Backend::Clickhouse);
    let mark = Mark { run: "run-1".to_owned(), ..mark_of(&objects(database)[0], Parts::default(), "main", "run-1") };
    let limits = BTreeMap::from([
        ("max_threads", Value::Count(4)),
        ("quota.interval", Value::Time(3_600_000)),
        ("quota.queries", Value::Count(30)),
    ]);
    let limited = |wanted| Change::AlterRole {
        backend,
        role: name("whale_legal"),
        model: model.clone(),
        settings: Vec::new(),
        wanted,
    };
    let mut changes = vec![
        Change::CreateRole { backend, role: name("whale_legal"), model: model.clone() },
        limited(limits),
        limited(BTreeMap::new()),
        Change::CreateNamespace { backend, namespace: model.clone(), model: model.clone() },
    ];
    let wanted = wanted(&objects(database), lower);
    for (object, one) in &wanted.objects {
        let kind = one.desired.object.kind();
        changes.push(Change::CreateObject { object: object.clone(), kind });
        let part = |kind, name: &str| PartKey::new(kind, name);
        let (added, altered) = match &one.desired.object {
            Object::ClickhouseTable(_) if object.name.as_str().starts_with("events") => (
                vec![
                    part(PartKind::Column, "kind"),
                    part(PartKind::Index, "by_kind"),
                    part(PartKind::ColumnComment, "at"),
                    part(PartKind::Property, "min_bytes_for_wide_part"),
                ],
                Vec::new(),
            ),
            _ => (Vec::new(), vec![ChangedPart { key: PartKey::only(PartKind::Comment), facts: Vec::new() }]),
        };
        changes.push(Change::AlterObject {
            object: object.clone(),
            kind,
            added,
            changed: altered,
            removed: Vec::new(),
            causes: BTreeMap::new(),
            kept: Parts::default(),
        });
    }
    let of = |change: &Change| {
        let object = match change {
            Change::CreateObject { object, .. } | Change::AlterObject { object, .. } => wanted.objects.get(object),
            _ => None,
        };
        let recipe = lower.lower(change, object.map(|one| &one.desired.object), &mark).unwrap();
        recipe.statements.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    changes.iter().flat_map(of).collect()
}

/// Marks are long, and every statement ends in one.
fn shown(statements: &[String]) -> String {
    let cut = |text: &String| match text.split_once("whale:2:") {
        Some((head, _)) => format!("{head}whale:2:..'"),
        None => text.clone(),
    };
    statements.iter().map(cut).collect::<Vec<_>>().join(";\n\n")
}

#[test]
fn statements_of_a_sharded_cluster() {
    let lower = lower(cluster("main", Databases::OnCluster, true));
    insta::assert_snapshot!(shown(&statements(&lower, "legal")));
}

#[test]
fn statements_of_a_replicated_cluster() {
    let lower = lower(cluster("main", Databases::OnCluster, false));
    insta::assert_snapshot!(shown(&statements(&lower, "legal")));
}

#[test]
fn statements_of_replicated_databases() {
    let lower = lower(cluster("main", Databases::Replicated, false));
    insta::assert_snapshot!(shown(&statements(&lower, "legal")));
    // The host's own table is in a database that is there and is not replicated.
    let versions = Object::ClickhouseTable(table("default", "schema_version", &["a String"], "MergeTree", &["a"]));
    let change = Change::CreateObject { object: versions.name().clone(), kind: versions.kind() };
    let mark = mark_of(&versions, Parts::default(), "main", "run-1");
    let made = lower.lower(&change, Some(&versions), &mark).unwrap().statements[0].to_string();
    assert!(made.starts_with("CREATE TABLE `default`.`schema_version` ON CLUSTER 'main'\n"), "{made}");
    assert!(
        made.contains("\nENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')\n"),
        "{made}"
    );
}

#[tokio::test]
async fn every_statement_is_one_of_the_engines() {
    let raw = Raw::open();
    let odd = "ma'in`\\ \"; DROP TABLE x -- ";
    for name in ["main", odd] {
        for (databases, shards) in [
            (Databases::OnCluster, true),
            (Databases::OnCluster, false),
            (Databases::Replicated, false),
            (Databases::OneHost, true),
        ] {
            for sql in statements(&lower(cluster(name, databases, shards)), "legal") {
                let tree = raw.text(&format!("EXPLAIN AST {sql}")).await;
                let roots = tree.lines().filter(|line| !line.starts_with(' ')).count();
                assert_eq!(roots, 1, "one statement, and no more: {sql}\n{tree}");
            }
        }
    }
}

fn clustered(cluster: Cluster) -> Address {
    Address { cluster: Some(cluster), ..address() }
}

#[tokio::test]
async fn the_hosts_own_user_and_its_roles_are_made_on_every_host() {
    let raw = Raw::open();
    let odd = "ma'in`\\ \"; DROP TABLE x -- ";
    let names = |names: &[&str]| names.iter().map(|name| Name::from_server(*name)).collect::<BTreeSet<_>>();
    let models = ["legal", "medical"].map(|model| (Name::from_server(model), names(&[model, odd]))).into();
    let needs = Needs { namespaces: names(&["legal", "medical", odd]), models, limited: true, ..Needs::default() };
    let user = HostUser::new(Name::from_server(odd), String::new());
    for (databases, everywhere) in [(Databases::OnCluster, true), (Databases::OneHost, false)] {
        let address = clustered(cluster(odd, databases, false));
        let mut target = ClickhouseTarget::connect(&address).await.unwrap();
        let statements = target.make_user(&user, &needs, true).await.unwrap();
        assert!(statements.len() > 30, "{statements:#?}");
        for sql in statements {
            assert_eq!(sql.contains("ON CLUSTER 'ma\\'in`"), everywhere, "{sql}");
            let tree = raw.text(&format!("EXPLAIN AST {sql}")).await;
            let roots = tree.lines().filter(|line| !line.starts_with(' ')).count();
            assert_eq!(roots, 1, "one statement, and no more: {sql}\n{tree}");
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_carry_the_cluster_is_told_before_anything_is_sent() {
    const DB: &str = "whale_test_refused";
    let raw = Raw::open();
    raw.clear(&[DB]).await;
    let cases = [
        (
            cluster("elsewhere", Databases::OnCluster, false),
            "WH0810",
            "the server does not know the cluster \"elsewhere\"; it knows local",
        ),
        (cluster(LOCAL, Databases::OnCluster, false), "WH0812", "the server cannot use Keeper"),
        (cluster(LOCAL, Databases::Replicated, false), "WH0812", "the server cannot use Keeper"),
    ];
    for (declared, code, message) in cases {
        let target = ClickhouseTarget::connect(&clustered(declared)).await.unwrap();
        let found = target.server().findings();
        let of = found.iter().find(|found| found.code.id == code).unwrap_or_else(|| panic!("{found:#?}"));
        assert!(of.message.starts_with(message) && of.help.is_some(), "{of:#?}");
    }
    let missing = Cluster { path: "/t/{uuid}/{shard}/{tier}".to_owned(), ..cluster(LOCAL, Databases::OnCluster, true) };
    let target = ClickhouseTarget::connect(&clustered(missing)).await.unwrap();
    let found = target.server().findings();
    let of = found.iter().find(|found| found.code.id == "WH0813").unwrap();
    assert_eq!(of.message, "the server has no macro replica, shard, tier");
    assert_eq!(raw.text(&format!("SELECT count() FROM system.databases WHERE name = '{DB}'")).await, "0");
}

#[tokio::test]
async fn a_spread_table_is_made_filled_read_and_widened_on_one_host() {
    const DB: &str = "whale_test_spread";
    let raw = Raw::open();
    raw.clear(&[DB]).await;
    let declared = cluster(LOCAL, Databases::OneHost, true);
    let mut target = ClickhouseTarget::connect(&clustered(declared)).await.unwrap();
    assert!(
        target.server().findings().iter().all(|found| found.code.id == "WH0803"),
        "{:?}",
        target.server().findings()
    );
    let mut all = objects(DB);
    let (steps, sealed) = apply(&mut target, &all).await;
    // A namespace, four tables of which two are two, two views; each mark is completed once.
    assert_eq!((steps, sealed), (9, 8));
    assert_same(&mut target, &all).await;
    raw.run(&format!(
        "INSERT INTO {DB}.events (user_id, kind) SETTINGS distributed_foreground_insert = 1 VALUES (1, 'a'), (1, 'b'), (2, 'c')"
    ))
    .await;
    for (sql, expected) in [
        ("SELECT count() FROM {DB}.events_local", "3"),
        ("SELECT uniqExact(user_id) FROM {DB}.events", "2"),
        ("SELECT sum(many) FROM {DB}.totals", "3"),
        ("SELECT sum(many) FROM {DB}.per_user WHERE user_id = 1", "2"),
        ("SELECT sum(many) FROM {DB}.per_user_local", "3"),
    ] {
        assert_eq!(raw.text(&sql.replace("{DB}", DB)).await, expected, "{sql}");
    }

    let Object::ClickhouseTable(events) = &mut all[0] else { panic!("events are first") };
    events.columns.insert(1, column("place String DEFAULT 'here'"));
    "where it was".clone_into(&mut events.columns[1].comment);
    "another comment".clone_into(&mut events.header.comment);
    let planned = plan(&mut target, &all).await;
    let titles: Vec<String> = planned.steps().map(whale_storage::plan::Step::title).collect();
    assert_eq!(titles, [format!("alter table {DB}.events_local"), format!("alter table {DB}.events")], "shards first");
    apply(&mut target, &all).await;
    assert_same(&mut target, &all).await;
    assert_eq!(raw.text(&format!("SELECT DISTINCT place FROM {DB}.events")).await, "here");

    // The same tables on a target without shards, and the reverse, are differences by name.
    let mut plain = connect().await;
    let refused = refusals(&plan(&mut plain, &all).await);
    let is = |text: &str| refused.iter().any(|found| found.contains(text));
    assert!(is("WH0710") && is("engine is \"Distributed\", defined as \"MergeTree\""), "{refused:#?}");
    let another = keyed(events_of(&all), "intHash64(user_id)");
    let refused = refusals(&plan(&mut target, &tables(&[another])).await).join("\n");
    assert!(refused.contains("sharding key is \"cityHash64(`user_id`)\""), "{refused}");
    raw.clear(&[DB]).await;
}

fn events_of(all: &[Object]) -> Table {
    match &all[0] {
        Object::ClickhouseTable(table) => table.clone(),
        _ => panic!("events are first"),
    }
}
