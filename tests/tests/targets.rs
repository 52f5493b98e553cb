//! Targets of a model's own, and two deployments on the same servers, live: everything is in its place and nowhere else, in
//! one plan, and a second plan is empty.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use whale_tests::clients::{
    self, address, clickhouse, forget_clickhouse, forget_milvus, forget_postgres, forget_timescaledb, forget_versions,
    milvus_collections, plain_postgres, timescaledb,
};
use whale_tests::{program, root, text};

/// A deployment: its settings, in a folder of their own.
struct Deployment {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Deployment {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let guest = root().join("tests/guests/evolving.wasm");
        let all = format!("[plugins]\nfiles = [{:?}]\n{settings}", guest.display().to_string());
        std::fs::write(folder.path().join("whale.toml"), all).unwrap();
        Self { folder, variables: Vec::new() }
    }

    fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    fn whale(&self, arguments: &[&str]) -> Output {
        let config = self.folder.path().join("whale.toml");
        let mut command = Command::new(program());
        command.args(arguments).args(["--set", "loaded=false", "--config"]).arg(Path::new(&config));
        let output = command.current_dir(self.folder.path()).envs(self.variables.clone()).output().unwrap();
        println!("$ whale-host {}\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr));
        output
    }

    /// What a command prints that has to succeed.
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.whale(arguments);
        assert_eq!(output.status.code(), Some(0));
        text(&output.stdout)
    }
}

async fn schemas_of(model: &str) -> Vec<String> {
    let sql = format!("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%{model}' ORDER BY 1");
    timescaledb(&sql).await
}

async fn empty() {
    for prefix in ["", "staging_", "apart_"] {
        let model = format!("{prefix}evolving");
        forget_timescaledb(&model).await;
        forget_clickhouse(&model).await;
        forget_milvus(&model).await;
        if !prefix.is_empty() {
            timescaledb(&format!("DROP SCHEMA IF EXISTS {prefix}public CASCADE")).await;
            forget_clickhouse(&format!("{prefix}default")).await;
            forget_milvus(&format!("{prefix}default")).await;
        }
    }
    forget_postgres(address("POSTGRES_URL").as_str(), "evolving").await;
    plain_postgres("DROP TABLE IF EXISTS public.schema_version").await;
    forget_versions().await;
}

#[tokio::test]
async fn staging_and_production_share_servers_and_nothing_else() {
    empty().await;
    let prefixed = |prefix: &str| {
        let table = |engine: &str| format!("[targets.{engine}]\nprefix = \"{prefix}\"\n");
        Deployment::new(&["timescaledb", "clickhouse", "milvus"].map(table).concat())
    };
    let (staging, production) = (prefixed("staging_"), prefixed(""));
    let plan = staging.good(&["plan", "--all"]);
    assert!(plan.contains("+ timescaledb role whale_staging_evolving\n"), "{plan}");
    assert!(plan.contains("+ milvus      namespace staging_evolving\n"), "{plan}");
    staging.good(&["apply", "--all", "--yes"]);
    assert_eq!(schemas_of("evolving").await, ["staging_evolving"]);
    let records = "SELECT count(*) FROM staging_public.schema_version WHERE table_name LIKE 'staging_evolving.%'";
    assert_ne!(timescaledb(records).await, ["0"]);
    assert!(
        timescaledb("SELECT 1 FROM pg_tables WHERE (schemaname, tablename) = ('public', 'schema_version')")
            .await
            .is_empty()
    );
    assert_eq!(clickhouse("SELECT count() > 0 FROM staging_default.schema_version").await, ["1"]);
    assert_eq!(milvus_collections("staging_default").await, ["schema_version"]);

    production.good(&["apply", "--all", "--yes"]);
    assert_eq!(schemas_of("evolving").await, ["evolving", "staging_evolving"]);
    assert_eq!(milvus_collections("evolving").await, milvus_collections("staging_evolving").await);

    // A change of one is none of the other.
    staging.good(&["apply", "--all", "--yes", "--set", "stage=2", "--allow", "ExclusiveLock"]);
    for (deployment, stage) in [(&staging, "stage=2"), (&production, "stage=1")] {
        assert!(deployment.good(&["plan", "--all", "--set", stage]).starts_with("plan: nothing to do"));
        assert!(deployment.good(&["apply", "--all", "--yes", "--set", stage]).starts_with("plan: nothing to do"));
    }
    let status = staging.good(&["status"]);
    assert!(status.contains("staging_evolving"), "{status}");
    empty().await;
}

#[tokio::test]
async fn a_model_has_its_objects_in_its_own_targets_and_the_plan_is_one() {
    empty().await;
    // The same Milvus under another name stands for a second server: with a prefix nothing of the two is shared.
    let apart = address("MILVUS_URL").to_string().replace("127.0.0.1", "localhost");
    let deployment = Deployment::new(
        "[models.evolving.targets.timescaledb]\nurl_env = \"EVOLVING_TIMESCALEDB\"\n\
         [models.evolving.targets.milvus]\nurl_env = \"EVOLVING_MILVUS\"\nprefix = \"apart_\"\n",
    )
    .variable("EVOLVING_TIMESCALEDB", address("POSTGRES_URL"))
    .variable("EVOLVING_MILVUS", apart);
    let all = ["--all", "--set", "plain=true"];
    let plan = deployment.good(&[&["plan"][..], &all].concat());
    assert!(plan.contains("+ timescaledb@evolving role whale_evolving\n"), "{plan}");
    assert!(plan.contains("+ clickhouse  namespace evolving\n"), "{plan}");
    assert!(plan.contains("+ milvus@evolving namespace apart_evolving\n"), "{plan}");
    let document = deployment.good(&[&["apply", "--yes", "--format", "json"][..], &all].concat());
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let engines = document["result"]["report"]["engines"].as_array().unwrap();
    let targets: Vec<_> = engines.iter().map(|one| one["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["timescaledb@evolving", "clickhouse", "milvus@evolving"]);

    assert!(schemas_of("evolving").await.is_empty(), "nothing of it is on the shared server");
    assert_eq!(plain_postgres("SELECT nspname FROM pg_namespace WHERE nspname = 'evolving'").await, ["evolving"]);
    assert_eq!(milvus_collections("evolving").await, [""; 0]);
    assert_eq!(milvus_collections("apart_default").await, ["schema_version"]);
    assert!(clients::milvus_collections("apart_evolving").await.contains(&"notes".to_owned()));
    assert!(deployment.good(&[&["apply", "--yes"][..], &all].concat()).starts_with("plan: nothing to do"));
    let status = deployment.good(&["status"]);
    assert!(status.contains("TimescaleDB of evolving ") && status.contains("Milvus of evolving "), "{status}");
    let doctor = deployment.whale(&[&["doctor"][..], &all].concat());
    assert!(text(&doctor.stdout).contains("Milvus of evolving at localhost:"));

    // Who applies to either server waits for who applies to the other: the lock stands on both.
    let (client, connection) =
        tokio_postgres::connect(address("POSTGRES_URL").as_str(), tokio_postgres::NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    let key = whale_storage::backend::timescaledb::LOCK_KEY;
    client.batch_execute(&format!("SELECT pg_advisory_lock({key})")).await.unwrap();
    let held = deployment.whale(&[&["apply", "--yes", "--wait", "300ms"][..], &all].concat());
    assert_eq!(held.status.code(), Some(4));
    drop(client);
    served.await.unwrap().unwrap();
    empty().await;
}
