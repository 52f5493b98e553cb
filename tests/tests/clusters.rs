//! ClickHouse over several servers. The local engine has no Keeper, so that statements are written for a declared cluster
//! and parsed by the real engine (`EXPLAIN AST`), and a target that is declared one and is none is refused; tables over
//! shards are really made, since they need none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;
use whale_storage::backend::clickhouse::{ClickhouseLower, ClickhouseTarget};
use whale_storage::backend::{Address, Scope, Target as _};
use whale_storage::catalog::{Catalog, PartKey, PartKind};
use whale_storage::change::Change;
use whale_storage::cluster::{Cluster, Databases};
use whale_storage::definition::Backend;
use whale_storage::desire::{Desire, Wanted};
use whale_storage::mark::{Mark, MarkRole};
use whale_storage::plan::{Lower as _, Plan};
use whale_storage::raw::{self, Operation};
use whale_storage::server::Server;
use whale_storage::target::Layout;
use whale_storage::validate::{Against, Granted, validate};
use whale_tests::clients::{address, clickhouse, forget_clickhouse};
use whale_tests::{program, root, text};

fn header(name: &str) -> raw::Header {
    let (id, name) = (name.to_owned(), name.to_owned());
    raw::Header { id, namespace: None, name, comment: "it's `one`".to_owned(), origin: None }
}

fn column(name: &str, data_type: &str) -> raw::ChColumn {
    let header = raw::ColumnHeader { name: name.to_owned(), was: Vec::new(), comment: String::new() };
    raw::ChColumn { header, data_type: data_type.to_owned(), value: raw::ChColumnValue::Empty, codec: None }
}

fn table(name: &str, engine: &str, order_by: &[&str], sharding_key: Option<&str>) -> raw::ChTable {
    raw::ChTable {
        header: header(name),
        columns: vec![
            column("user_id", "UInt64"),
            column("kind", "LowCardinality(String)"),
            column("number", "UInt64"),
        ],
        engine: engine.to_owned(),
        partition_by: None,
        order_by: order_by.iter().map(|key| (*key).to_owned()).collect(),
        primary_key: None,
        skip_indexes: Vec::new(),
        settings: Vec::new(),
        sharding_key: sharding_key.map(str::to_owned),
    }
}

fn definition() -> raw::ModelDefinition {
    let selected = |name: &str, value: &str| raw::Selected { name: name.to_owned(), value: value.to_owned() };
    let mut events = table("events", "MergeTree", &["user_id"], Some("cityHash64(user_id)"));
    events.columns[2].value = raw::ChColumnValue::DefaultTo("7".to_owned());
    events.columns[2].codec = Some("T64, ZSTD(1)".to_owned());
    let feed = raw::ChMaterializedView {
        header: header("feed"),
        source: "events".to_owned(),
        target: "totals".to_owned(),
        select: vec![selected("user_id", "user_id"), selected("kind", "kind"), selected("number", "sum(number)")],
        only_where: None,
        group_by: vec!["user_id".to_owned(), "kind".to_owned()],
    };
    let totals = table("totals", "SummingMergeTree", &["user_id", "kind"], Some("user_id"));
    let kinds = table("kinds", "ReplacingMergeTree(number)", &["kind"], None);
    let clickhouse = raw::ClickhouseObjects { tables: vec![events, totals, kinds], materialized_views: vec![feed] };
    raw::ModelDefinition { clickhouse, ..raw::ModelDefinition::default() }
}

fn judge(definition: &raw::ModelDefinition) -> Result<Desire, Vec<String>> {
    let info = raw::PluginInfo {
        name: "clustered".to_owned(),
        version: "0.1.0".to_owned(),
        model: "clustered".to_owned(),
        summary: String::new(),
        parameters: Vec::new(),
        requests: raw::CapabilityRequest {
            databases: vec![Backend::Clickhouse],
            namespaces: Vec::new(),
            operations: vec![Operation::Create, Operation::Alter],
        },
    };
    let operations = BTreeSet::from([Operation::Create, Operation::Alter]);
    let granted = Granted { operations, ..Granted::default() };
    let (definition, found) = validate(&info, definition, "", &granted, &Against::oldest());
    let faults =
        || found.errors_only().map(|fault| format!("{} {}: {}", fault.code.id, fault.path, fault.message)).collect();
    definition.map(|definition| Desire::merge(&[definition], &Layout::default()).0).ok_or_else(faults)
}

fn cluster(name: &str, databases: Databases, shards: bool) -> Cluster {
    Cluster {
        name: name.to_owned(),
        databases,
        path: Cluster::PATH.to_owned(),
        replica: Cluster::REPLICA.to_owned(),
        shards,
    }
}

fn lower(cluster: &Cluster) -> ClickhouseLower {
    let storage_policies = BTreeSet::from(["whale".to_owned()]);
    let cluster = Some(cluster.clone());
    ClickhouseLower::new(&Server { storage_policies, cluster, ..Server::unknown(Backend::Clickhouse) })
}

fn wanted(cluster: &Cluster) -> Wanted {
    let mut desire = judge(&definition()).unwrap();
    let clashes = desire.distribute(&Backend::Clickhouse.into(), cluster);
    assert_eq!(clashes.errors(), 0);
    let lower = lower(cluster);
    desire.for_target(&Backend::Clickhouse.into(), |object| lower.shape(object))
}

/// All statements that make the definition, and those that add to it.
fn statements(cluster: &Cluster) -> Vec<String> {
    let (wanted, lower) = (wanted(cluster), lower(cluster));
    let mut plan = Plan::default();
    plan.add(&wanted, &Catalog::empty(Backend::Clickhouse), &lower, "run");
    assert_eq!(plan.found.errors(), 0);
    let mut all: Vec<String> = plan.steps().flat_map(|step| &step.recipe.statements).map(ToString::to_string).collect();
    let mark = Mark {
        id: "clustered/x".to_owned(),
        model: "clustered".to_owned(),
        role: MarkRole::Live,
        run: "run".to_owned(),
        wanted: String::new(),
        seen: String::new(),
        settings: BTreeSet::new(),
    };
    for (name, object) in &wanted.objects {
        let added = vec![PartKey::new(PartKind::Column, "number")];
        let (changed, removed) = (Vec::new(), vec![PartKey::new(PartKind::ColumnComment, "kind")]);
        let kind = object.desired.object.kind();
        let change = Change::AlterObject { object: name.clone(), kind, added, changed, removed };
        let recipe = lower.lower(&change, Some(&object.desired.object), &mark).unwrap();
        all.extend(recipe.statements.iter().map(ToString::to_string));
    }
    all
}

#[tokio::test]
async fn statements_for_a_cluster_are_what_the_real_engine_parses() {
    for (name, databases, shards) in [
        ("replicas", Databases::OnCluster, false),
        ("shards", Databases::OnCluster, true),
        ("replicated_databases", Databases::Replicated, false),
    ] {
        let statements = statements(&cluster("ma`in", databases, shards));
        for statement in &statements {
            let parsed = clickhouse(&format!("EXPLAIN AST {statement}")).await;
            assert!(parsed[0].contains("Query"), "{statement}\n{parsed:?}");
            let named = statement.contains("ON CLUSTER `ma\\`in`");
            assert_eq!(
                named,
                databases == Databases::OnCluster || statement.starts_with("CREATE DATABASE"),
                "{statement}"
            );
        }
        insta::with_settings!({ filters => vec![("[0-9a-f]{32}", "[digest]")] }, {
            insta::assert_snapshot!(name, statements.join(";\n\n") + ";\n");
        });
    }
}

#[tokio::test]
async fn a_table_over_shards_is_made_read_back_and_added_to() {
    forget_clickhouse("clustered").await;
    let cluster = cluster("local", Databases::OnCluster, true);
    let wanted = wanted(&cluster);
    // Without Keeper neither replicas nor statements for all servers are to be had; a table over shards is.
    let here = |statement: &str| statement.replace(" ON CLUSTER `local`", "");
    clickhouse("CREATE DATABASE clustered").await;
    for statement in statements(&cluster).iter().filter(|one| one.contains("ENGINE = Distributed")) {
        clickhouse(&here(statement)).await;
    }
    let second = Duration::from_mins(1);
    let url = address("CLICKHOUSE_URL").to_string();
    let address = Address {
        url,
        authority: None,
        connect_timeout: second,
        statement_timeout: second,
        prefix: String::new(),
        cluster: None,
    };
    let mut target = ClickhouseTarget::connect(&address).await.unwrap();
    let scope = Scope { namespaces: wanted.namespaces(), ..Scope::default() };
    let over = |catalog: &Catalog| -> BTreeMap<String, bool> {
        let all = wanted.objects.iter().filter(|(name, _)| name.name.as_str().ends_with("_all"));
        all.map(|(name, one)| {
            (name.to_string(), catalog.objects.get(name).is_some_and(|found| found.shape == one.shape))
        })
        .collect()
    };
    let found = target.inspect(&scope).await.unwrap();
    let expected = BTreeMap::from(["clustered.events_all", "clustered.totals_all"].map(|name| (name.to_owned(), true)));
    assert_eq!(over(&found), expected, "read back equal by value");
    clickhouse("ALTER TABLE clustered.events_all DROP COLUMN number").await;
    assert!(!over(&target.inspect(&scope).await.unwrap())["clustered.events_all"]);
    for statement in statements(&cluster).iter().filter(|one| one.starts_with("ALTER TABLE `clustered`.`events_all`")) {
        clickhouse(&here(statement)).await;
    }
    assert_eq!(over(&target.inspect(&scope).await.unwrap()), expected, "and whole again");
    target.close().await.unwrap();
    forget_clickhouse("clustered").await;
}

#[test]
fn a_sharding_key_is_a_whole_number_that_keeps_rows_of_one_key_together() {
    let judged = |engine: &str, key: &str| {
        let tables = vec![table("t", engine, &["kind"], Some(key))];
        let clickhouse = raw::ClickhouseObjects { tables, materialized_views: Vec::new() };
        judge(&raw::ModelDefinition { clickhouse, ..raw::ModelDefinition::default() }).map(drop)
    };
    assert_eq!(judged("MergeTree", "user_id"), Ok(()));
    assert_eq!(judged("ReplacingMergeTree", "cityHash64(kind)"), Ok(()));
    for (engine, key, code) in [
        ("MergeTree", "kind", "WH0507"),
        ("MergeTree", "lower(kind)", "WH0507"),
        ("ReplacingMergeTree", "cityHash64(user_id)", "WH0507"),
        ("MergeTree", "cityHash64(nobody)", "WH0224"),
        ("MergeTree", "rand()", "WH0325"),
    ] {
        let found = judged(engine, key).unwrap_err();
        assert!(found[0].starts_with(code) && found[0].contains("clickhouse/t/sharding_key"), "{found:?}");
    }
}

#[tokio::test]
async fn a_target_that_is_declared_a_cluster_and_is_none_is_refused() {
    forget_clickhouse("evolving").await;
    let folder = tempfile::tempdir().unwrap();
    let guest = root().join("tests/guests/evolving.wasm");
    let settings = format!(
        "[plugins]\nfiles = [{:?}]\n[targets.clickhouse.cluster]\nname = \"main\"\n",
        guest.display().to_string()
    );
    std::fs::write(folder.path().join("whale.toml"), settings).unwrap();
    for verb in [&["plan"][..], &["apply", "--yes"]] {
        let mut command = Command::new(program());
        let output =
            command.args(verb).args(["--all", "--engine", "clickhouse"]).current_dir(folder.path()).output().unwrap();
        let said = text(&output.stderr);
        println!("{said}");
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("error[WH0804]: the server does not know the cluster main; it knows local"), "{said}");
        assert!(
            said.contains("the server has no macro {shard}") && said.contains("the server has no Keeper"),
            "{said}"
        );
        assert!(said.contains("hint: name one that it knows in [targets.clickhouse.cluster]"), "{said}");
    }
    assert_eq!(clickhouse("SELECT count() FROM system.databases WHERE name = 'evolving'").await, ["0"]);
}
