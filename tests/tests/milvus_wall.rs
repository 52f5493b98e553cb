//! The wall between models in Milvus, with a user for each model: the server refuses what is aimed at another's database.
//!
//! The users are made by `setup roles`; a real apply goes through under them. Then calls of one model are tampered with on
//! their way, as a fault of the host would be.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;
use whale_storage::backend::milvus::MilvusTarget;
use whale_storage::backend::{Address, FailureKind, Target as _};
use whale_storage::definition::Backend;
use whale_storage::name::Name;
use whale_storage::plan::{Call, Statement, Step};
use whale_storage::scaling::Placement;
use whale_tests::deployment::Deployment;
use whale_tests::own_milvus::OwnMilvus;
use whale_tests::tampered::{self, object, seal};
use whale_tests::text;

const USER: &str = "wallhost";
const SECRET: &str = "secrets/milvus.url";

/// Tables of targets, the URL of Milvus from there.
fn targets(url: &str) -> String {
    format!("[targets.timescaledb]\nurl_env = \"TIMESCALEDB_URL\"\n[targets.milvus]\nmodel_users = true\n{url}\n")
}

fn as_root() -> String {
    targets("url_env = \"MILVUS_URL\"")
}

fn as_user() -> String {
    targets(&format!("url_file = \"{SECRET}\""))
}

fn step(model: &str, call: Call) -> Step {
    tampered::step(Backend::Milvus, model, Statement::Call(call))
}

/// What nobody may do for another model.
fn aimed(database: &str, collection: &str) -> Vec<Call> {
    let [database, collection, partition] = [database, collection, "mine"].map(Name::from_server);
    let properties = BTreeMap::from([("collection.ttl.seconds".to_owned(), "1".to_owned())]);
    let (of, named) = (|| database.clone(), || collection.clone());
    vec![
        Call::CreatePartition { database: of(), collection: named(), partition },
        Call::AlterProperties { database: of(), collection: named(), properties },
        Call::Release { database: of(), collection: named() },
        Call::Load { database: of(), collection: named(), placement: Placement::default() },
    ]
}

async fn the_wall_stands(deployment: &Deployment) {
    let url = fs::read_to_string(deployment.path(SECRET)).unwrap().trim().to_owned();
    let seconds = Duration::from_secs(10);
    let address = Address {
        url,
        authority: None,
        connect_timeout: seconds,
        statement_timeout: seconds,
        prefix: String::new(),
        model_users: true,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    };
    let mut target = MilvusTarget::connect(&address).await.unwrap();
    for call in aimed("medical", "medical_knowledge") {
        let said = call.to_string();
        let fault = target.run(&step("legal", call)).await.expect_err(&said);
        assert_eq!(fault.kind, FailureKind::Denied, "{said}: {fault}");
    }
    let theirs = object(Backend::Milvus, "medical", "medical_knowledge");
    let fault = target.seal(&BTreeMap::from([(theirs, seal("legal"))])).await.unwrap_err();
    assert_eq!(fault.kind, FailureKind::Denied, "a mark on another's collection: {fault}");
    // For the model that it is of, the same is done.
    let properties = aimed("medical", "medical_knowledge").remove(1);
    target.run(&step("medical", properties)).await.unwrap();
    let fault = target.run(&step("programming", aimed("legal", "legal_knowledge").remove(0))).await.unwrap_err();
    assert_eq!(fault.kind, FailureKind::Denied, "{fault}");
    assert!(fault.attempted.contains("as wallhost_programming"), "{fault}");
}

#[tokio::test]
async fn a_user_for_each_model_reaches_no_other_model() {
    let server = OwnMilvus::start();
    let (two, as_named) = (["legal", "medical"], ["--name", USER]);
    let deployment = Deployment::of(&two, &as_root()).with_variable("MILVUS_URL", server.url.as_str());
    deployment.setup_roles("milvus", &as_named);
    deployment.set(&two, &as_user());
    deployment.apply_once_granted().await;
    let doctor = deployment.whale(&["doctor", "--all", "--engine", "milvus"]);
    assert!(text(&doctor.stdout).contains("what is done for a model is done as its user"));
    the_wall_stands(&deployment).await;

    // A model that came later has no user yet.
    deployment.set(&["legal", "medical", "programming"], &as_user());
    let refused = deployment.whale(&["apply", "--all", "--yes"]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(text(&refused.stderr).contains("as wallhost_programming, for programming"));
    assert!(text(&refused.stderr).contains("setup roles` again"));
    let doctor = deployment.whale(&["doctor", "--all", "--engine", "milvus"]);
    assert!(text(&doctor.stdout).contains("as wallhost_programming, for programming"));

    // With the secret lost, all users get new passwords.
    fs::remove_file(deployment.path(SECRET)).unwrap();
    deployment.set(&two, &as_root());
    let told = deployment.setup_roles("milvus", &as_named);
    let replaced = told.iter().filter(|line| line.starts_with("drop user ")).count();
    assert_eq!(replaced, 3, "{told:?}");
    deployment.set(&two, &as_user());
    deployment.apply_once_granted().await;
}
