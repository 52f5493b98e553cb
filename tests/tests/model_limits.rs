//! What a model may use, from whale.toml to the engines and back, as a person does it: whole commands on the live engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

use milvus::v2::request::collection::{DescribeReplicasRequest, ReleaseCollectionRequest};
use milvus::v2::request::resource_group::{
    CreateResourceGroupRequest, DescribeResourceGroupRequest, DropResourceGroupRequest, TransferNodeRequest,
};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use whale_tests::clients::{forget_versions, milvus, timescaledb};
use whale_tests::{program, root, text};

/// A folder with a `whale.toml` of its own, and the journal.
struct Deployment(tempfile::TempDir);

impl Deployment {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn says(&self, limits: &str) {
        let plugins = root().join("plugins/*.wasm").display().to_string();
        let config = format!(
            "[plugins]\nfiles = [{plugins:?}]\n[plugins.shared]\nnamespaces = [\"public\", \"default\"]\n{limits}"
        );
        std::fs::write(self.0.path().join("whale.toml"), config).unwrap();
    }

    /// Whether the run was killed at that boundary; else it had ended before.
    fn killed(&self, arguments: &[&str], boundary: u32) -> bool {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.0.path()).env("WHALE_STATE", self.0.path().join("state"));
        command.env("WHALE_CHAOS", format!("kill:{boundary}")).output().unwrap().status.signal().is_some()
    }

    /// The exit code, and all that was said.
    fn whale(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(program())
            .args(arguments)
            .current_dir(self.0.path())
            .env("WHALE_STATE", self.0.path().join("state"))
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        println!("$ whale-host {}\n{said}", arguments.join(" "));
        (output.status.code().unwrap(), said)
    }
}

const SHARED: [&str; 5] = ["--all", "--model", "shared", "--engine", "timescaledb"];
const LEGAL: [&str; 5] = ["--all", "--model", "legal", "--engine", "milvus"];

fn with<'a>(verb: &[&'a str], selection: &[&'a str]) -> Vec<&'a str> {
    [verb, selection].concat()
}

async fn role() -> Vec<String> {
    timescaledb("SELECT coalesce(rolconfig::text, ''), rolconnlimit FROM pg_roles WHERE rolname = 'whale_shared'").await
}

#[tokio::test]
async fn limits_of_a_role_are_planned_applied_journaled_found_again_and_taken_back() {
    forget_versions().await;
    let deployment = Deployment::new();
    deployment.says("");
    assert_eq!(deployment.whale(&with(&["apply", "--yes"], &SHARED)).0, 0);
    assert_eq!(role().await, ["|-1"]);

    deployment.says(
        "[models.shared.scaling.timescaledb]\nwork_mem = \"64MB\"\nstatement_timeout = \"30s\"\nconnections = 20\n",
    );
    let (exit, plan) = deployment.whale(&with(&["plan", "--check"], &SHARED));
    assert_eq!(exit, 3);
    let shown = "~ timescaledb role whale_shared  (3 settings)\n    + connections 20\n    + statement_timeout 30s\n    + work_mem 64MB\n\nplan: 0 to create, 1 to alter, 0 refused\n";
    assert!(plan.starts_with(shown), "{plan}");
    let (_, json) = deployment.whale(&with(&["plan", "--format", "json"], &SHARED));
    assert!(json.contains(r#""action":"alter-role","title":"limit role whale_shared""#), "{json}");
    let changed = r#"{"kind":"setting","name":"work_mem","facts":[{"name":"value","from":null,"to":"64MB"}]}"#;
    assert!(json.contains(changed), "{json}");
    assert_eq!(role().await, ["|-1"], "a plan only reads");

    let (exit, said) = deployment.whale(&with(&["apply", "--yes"], &SHARED));
    assert_eq!(exit, 0);
    assert!(said.contains("a second plan is empty"), "{said}");
    assert_eq!(role().await, ["{statement_timeout=30s,work_mem=64MB}|20"]);
    assert_eq!(deployment.whale(&with(&["plan", "--check"], &SHARED)).0, 0);
    let journal = std::fs::read_to_string(deployment.0.path().join("state/journal.jsonl")).unwrap();
    assert!(journal.contains("limit role whale_shared"), "{journal}");

    // Somebody changes one, and sets another that nobody asked for.
    timescaledb("ALTER ROLE whale_shared SET work_mem = '1MB'").await;
    timescaledb("ALTER ROLE whale_shared SET lock_timeout = '7s'").await;
    let (exit, plan) = deployment.whale(&with(&["plan", "--check"], &SHARED));
    assert_eq!(exit, 3);
    assert!(plan.contains("(1 setting)\n    ~ work_mem 1MB -> 64MB\n\n"), "{plan}");
    assert_eq!(deployment.whale(&with(&["apply", "--yes"], &SHARED)).0, 0);

    deployment.says("[models.shared.scaling.timescaledb]\nwork_mem = \"65536kB\"\n");
    let (_, plan) = deployment.whale(&with(&["plan"], &SHARED));
    assert!(plan.contains("(2 settings)\n    - connections 20\n    - statement_timeout 30s\n\n"), "{plan}");
    deployment.says("");
    assert_eq!(deployment.whale(&with(&["apply", "--yes"], &SHARED)).0, 0);
    assert_eq!(role().await, ["{lock_timeout=7s}|-1"], "what is not ours stays");
    assert_eq!(deployment.whale(&with(&["plan", "--check"], &SHARED)).0, 0);
    timescaledb("ALTER ROLE whale_shared RESET lock_timeout").await;
    forget_versions().await;
}

#[tokio::test]
async fn a_limit_that_cannot_hold_is_refused_with_its_line_and_nothing_is_changed() {
    let deployment = Deployment::new();
    let language = ["--all", "--model", "language", "--engine", "clickhouse"];
    deployment.says("[models.language.scaling.clickhouse]\nmax_memory_usage = \"10GB\"\n");
    for verb in [&["plan"][..], &["apply", "--yes"]] {
        let (exit, said) = deployment.whale(&with(verb, &language));
        assert_eq!(exit, 1);
        assert!(said.contains("error[WH0901]: language: the model's limits are not to be had here"), "{said}");
        assert!(said.contains("--> models.language.scaling.clickhouse (whale.toml:5)"), "{said}");
        assert!(said.contains("hint: use a server whose user may manage access in SQL, or take out"), "{said}");
    }
    // With a prefix the server has another name for the model; whale.toml has not.
    deployment.says("[targets.clickhouse]\nprefix = \"w_\"\n[models.language.scaling.clickhouse]\nmax_threads = 2\n");
    let (_, said) = deployment.whale(&["plan", "--all", "--engine", "clickhouse"]);
    assert!(said.contains("--> models.language.scaling.clickhouse (whale.toml:7)"), "{said}");
    for (limits, expected) in [
        (
            "[models.leagl.scaling.milvus]\nreplicas = 1\n",
            "error[WH0016]: no plugin of whale.toml belongs to the model leagl\n  --> models.leagl (whale.toml:5)\n  hint: did you mean `legal`?",
        ),
        (
            "[models.legal.scaling.timescaledb]\nwork_mem = \"64MB\"\n",
            "error[WH0902]: whale.toml sets limits for the model legal in TimescaleDB, where its plugin defines nothing\n  --> models.legal.scaling.timescaledb (whale.toml:5)",
        ),
        (
            "[models.legal.scaling.milvus]\nreplicas = 1\n[models.shared.scaling.timescaledb]\nwork_mem = \"64mb\"\n",
            "error[WH0005]: \"64mb\" has the unit \"mb\"\n  --> models.shared.scaling.timescaledb.work_mem (whale.toml:8)\n  hint: units are case-sensitive: did you mean `MB`?",
        ),
    ] {
        deployment.says(limits);
        for verb in ["plan", "apply", "validate"] {
            let (exit, said) = deployment.whale(&[verb, "--all"]);
            assert_eq!(exit, 1, "{said}");
            assert!(said.contains(expected), "{said}");
        }
    }
    // Of a model that is not asked for nothing is known.
    deployment.says("[models.leagl.scaling.milvus]\nreplicas = 1\n");
    assert_eq!(deployment.whale(&["validate", "--all", "--model", "legal"]).0, 0);
    let journal = std::fs::read_to_string(deployment.0.path().join("state/journal.jsonl")).unwrap_or_default();
    assert_eq!(journal, "", "no run was begun");
}

const GROUP: &str = "whale_test_group";
const DEFAULT: &str = "__default_resource_group";

async fn nodes_to(from: &str, to: &str) {
    let request = TransferNodeRequest::builder().source_group(from).target_group(to).node_count(1).build().unwrap();
    milvus().await.transfer_node(request).await.unwrap();
}

/// The nodes back where they were, and no group.
async fn clear() {
    let client = milvus().await;
    let request = DescribeResourceGroupRequest::builder().group_name(GROUP).build().unwrap();
    let Ok(found) = client.describe_resource_group(request).await else { return };
    if found.description().get_available_nodes() > 0 {
        nodes_to(GROUP, DEFAULT).await;
    }
    let request = DropResourceGroupRequest::builder().group_name(GROUP).build().unwrap();
    client.drop_resource_group(request).await.expect("nothing is loaded there");
}

async fn replicas() -> Vec<String> {
    let request =
        DescribeReplicasRequest::builder().database_name("legal").collection_name("legal_knowledge").build().unwrap();
    let answer = milvus().await.describe_replicas(request).await.unwrap();
    answer.replicas().iter().map(|replica| replica.get_resource_group().to_owned()).collect()
}

/// Sends the collection from one group to the other and back, killed at every thirteenth boundary of the run.
async fn killed_on_the_way(deployment: &Deployment, group: &str) {
    let apply = with(&["apply", "--yes", "-q", "--allow", "Interruption"], &LEGAL);
    let mut places = [(DEFAULT, ""), (GROUP, group)].into_iter().cycle();
    let mut from = GROUP;
    for boundary in (1..).step_by(13) {
        let (to, limits) = places.next().unwrap();
        nodes_to(from, to).await;
        from = to;
        deployment.says(limits);
        let killed = deployment.killed(&apply, boundary);
        let (exit, _) = deployment.whale(&apply);
        assert_eq!(exit, 0, "after a kill at boundary {boundary}");
        assert_eq!(replicas().await, [to], "after a kill at boundary {boundary}");
        assert_eq!(deployment.whale(&with(&["plan", "--check"], &LEGAL)).0, 0);
        if !killed {
            assert!(boundary > 40, "the run has more boundaries than {boundary}");
            break;
        }
    }
    if from == DEFAULT {
        nodes_to(DEFAULT, GROUP).await;
    }
    deployment.says(group);
    assert_eq!(deployment.whale(&apply).0, 0);
}

#[tokio::test]
async fn a_collection_is_loaded_where_and_as_often_as_its_deployment_says() {
    clear().await;
    forget_versions().await;
    let deployment = Deployment::new();
    deployment.says("");
    assert_eq!(deployment.whale(&with(&["apply", "--yes"], &LEGAL)).0, 0);
    assert_eq!(replicas().await, [DEFAULT]);

    let group = format!("[models.legal.scaling.milvus]\nresource_groups = [\"{GROUP}\"]\n");
    let refused = |limits: &str, expected: &str| {
        deployment.says(limits);
        let (exit, said) = deployment.whale(&with(&["apply", "--yes", "--allow", "Interruption"], &LEGAL));
        assert_eq!(exit, 1);
        assert!(said.contains("error[WH0901]") && said.contains("(whale.toml:6)") && said.contains(expected), "{said}");
    };
    let two = "[models.legal.scaling.milvus]\nreplicas = 2\n";
    refused(two, &format!("the resource group {DEFAULT} has 1 query node, and 2 are needed"));
    refused(&group, &format!("there is no resource group {GROUP}"));
    let request = CreateResourceGroupRequest::builder().name(GROUP).build().unwrap();
    milvus().await.create_resource_group(request).await.unwrap();
    refused(&group, &format!("the resource group {GROUP} has 0 query nodes, and 1 are needed"));
    assert_eq!(replicas().await, [DEFAULT], "nothing was changed");

    nodes_to(DEFAULT, GROUP).await;
    deployment.says(&group);
    let (exit, said) = deployment.whale(&with(&["apply", "--yes"], &LEGAL));
    assert_eq!(exit, 1);
    assert!(said.contains(&format!("~ load state: resource groups none -> {GROUP}")), "{said}");
    assert!(said.contains("allow it with --allow Interruption"), "{said}");
    let (exit, said) = deployment.whale(&with(&["apply", "--yes", "--allow", "Interruption"], &LEGAL));
    assert_eq!(exit, 0);
    assert!(said.contains("a second plan is empty"), "{said}");
    assert_eq!(replicas().await, [GROUP]);
    assert_eq!(deployment.whale(&with(&["plan", "--check"], &LEGAL)).0, 0);

    // Killed anywhere on the way to another place and back, the next apply arrives.
    killed_on_the_way(&deployment, &group).await;

    // Somebody takes it out of memory; it is loaded again where it was, which interrupts nobody.
    let release =
        ReleaseCollectionRequest::builder().database_name("legal").collection_name("legal_knowledge").build().unwrap();
    milvus().await.release_collection(release).await.unwrap();
    assert_eq!(deployment.whale(&with(&["plan", "--check"], &LEGAL)).0, 3);
    assert_eq!(deployment.whale(&with(&["apply", "--yes"], &LEGAL)).0, 0);
    assert_eq!(replicas().await, [GROUP]);

    // Without the table it goes back to where Milvus loads by itself.
    nodes_to(GROUP, DEFAULT).await;
    deployment.says("");
    let (_, plan) = deployment.whale(&with(&["plan"], &LEGAL));
    assert!(plan.contains(&format!("~ load state: resource groups {GROUP} -> none")), "{plan}");
    assert_eq!(deployment.whale(&with(&["apply", "--yes", "--allow", "Interruption"], &LEGAL)).0, 0);
    assert_eq!(replicas().await, [DEFAULT]);
    assert_eq!(deployment.whale(&with(&["plan", "--check"], &LEGAL)).0, 0);
    clear().await;
    forget_versions().await;
}
