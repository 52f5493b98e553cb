//! What a model may use of ClickHouse, on engines that have roles and profiles and keep them in files: chDB with a
//! `users.xml` of its own. Nothing can be made there in SQL, so statements are parsed, and taken up to the point of being
//! stored; what such limits do, and what is read of them, is tried on those of the file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use whale_storage::backend::clickhouse::{ClickhouseLower, ClickhouseTarget};
use whale_storage::backend::{Address, Scope, Target as _};
use whale_storage::catalog::Catalog;
use whale_storage::change::Change;
use whale_storage::definition::Backend;
use whale_storage::diff::role_of;
use whale_storage::mark::{Mark, MarkState};
use whale_storage::name::Name;
use whale_storage::plan::Lower as _;
use whale_storage::scaling::{Value, Values};
use whale_storage::server::Server;
use whale_tests::chdb::Engine;
use whale_tests::clients;

/// The user of the file has the name of a role, as far as files can say to whom something is given.
const USERS: &str = "<clickhouse>
  <profiles>
    <default><max_threads>2</max_threads></default>
    <whale_legal>
      <max_memory_usage>1073741824</max_memory_usage>
      <max_execution_time>60</max_execution_time>
      <constraints>
        <max_memory_usage><min>1</min><max>1073741824</max></max_memory_usage>
        <max_execution_time><min>1</min><max>60</max></max_execution_time>
      </constraints>
    </whale_legal>
  </profiles>
  <roles><whale_legal><grants><query>GRANT SELECT ON system.*</query></grants></whale_legal></roles>
  <users>
    <default><password></password><networks><ip>::/0</ip></networks><profile>whale_legal</profile>
      <quota>default</quota><access_management>1</access_management></default>
    <whale_legal><password></password><networks><ip>::1</ip></networks><profile>default</profile>
      <quota>whale_legal</quota></whale_legal>
  </users>
  <quotas>
    <default></default>
    <whale_legal><interval><duration>3600</duration><queries>30</queries><read_rows>1000000</read_rows>
      <execution_time>100</execution_time></interval></whale_legal>
  </quotas>
</clickhouse>";

async fn inspect(engine: &Engine, limited: bool) -> Catalog {
    let seconds = Duration::from_secs(10);
    let address = Address {
        url: engine.url.clone(),
        authority: None,
        connect_timeout: seconds,
        statement_timeout: seconds,
        prefix: String::new(),
        model_users: false,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    };
    let mut target = ClickhouseTarget::connect(&address).await.unwrap();
    let models = ["legal", "nobody"].map(Name::from_server);
    let roles = models.iter().map(role_of).collect();
    let limited = if limited { models.into() } else { BTreeSet::new() };
    target.inspect(&Scope { roles, limited, ..Scope::default() }).await.unwrap()
}

fn statements(model: &str) -> Vec<String> {
    let model = Name::from_server(model);
    let (backend, role) = (Backend::Clickhouse, role_of(&model));
    let mark = Mark::live("main", role.as_str(), model.as_str(), "it's");
    let all: Values = whale_storage::scaling::all(backend).map(|setting| (setting.name, Value::Count(30))).collect();
    let alter =
        |wanted| Change::AlterRole { backend, role: role.clone(), model: model.clone(), settings: Vec::new(), wanted };
    let create = Change::CreateRole { backend, role: role.clone(), model: model.clone() };
    let lower = ClickhouseLower::new(&Server::unknown(backend));
    [create, alter(all), alter(BTreeMap::new())]
        .iter()
        .flat_map(|change| lower.lower(change, None, &mark).unwrap().statements)
        .map(|statement| statement.to_string())
        .collect()
}

#[tokio::test]
async fn every_statement_is_one_of_the_engines_and_is_taken_until_it_is_to_be_stored() {
    let engine = Engine::start(USERS).await;
    for sql in statements("m`; DROP TABLE x; --\\'") {
        let tree = clients::clickhouse(&format!("EXPLAIN AST {sql}")).await;
        assert_eq!(tree.len(), 1, "{sql}: one statement, and no more: {tree:?}");
    }
    let statements = statements("legal");
    assert_eq!(statements.len(), 5);
    for sql in &statements {
        let said = engine.said(sql).await;
        // The role is there, and what stands in a file cannot be written over or dropped.
        let fine =
            said.as_ref().map_or_else(|fault| fault.contains("Code: 495."), |_| sql.starts_with("CREATE ROLE IF"));
        assert!(fine, "{sql}: {said:?}");
    }
    let unknown = statements[1].replace("max_threads", "max_thread");
    assert!(engine.said(&unknown).await.unwrap_err().contains("Code: 115."), "a setting that there is not is told");
}

#[tokio::test]
async fn roles_profiles_and_quotas_are_read_and_files_alone_are_no_place_for_limits() {
    let engine = Engine::start(USERS).await;
    let catalog = inspect(&engine, true).await;
    let reason = catalog.unlimited.as_deref().unwrap();
    assert!(reason.contains("files alone"), "{reason}");
    let names: Vec<&str> = catalog.roles.keys().map(Name::as_str).collect();
    assert_eq!(names, ["whale_legal"]);
    let role = &catalog.roles[&Name::from_server("whale_legal")];
    assert_eq!(role.mark, MarkState::Absent, "it is not ours");
    let limits: Vec<String> =
        role.limits.parts.iter().map(|(key, facts)| format!("{} {}", key.name, facts["value"].text())).collect();
    // The quota counts apart by user, as those of files do; the profile is given to no role.
    assert_eq!(limits, ["quota.interval 3600 s, by user_name"]);
    assert!(inspect(&engine, false).await.unlimited.is_none(), "nobody asked");
}

#[tokio::test]
async fn a_limit_of_that_form_can_be_lowered_and_neither_raised_nor_lifted() {
    let engine = Engine::start(USERS).await;
    let with = async |setting: &str| engine.said(&format!("SELECT 1 SETTINGS {setting}")).await;
    for refused in
        ["max_memory_usage = 2147483648", "max_memory_usage = 0", "max_execution_time = 61", "max_execution_time = 0"]
    {
        let fault = with(refused).await.unwrap_err();
        assert!(fault.contains("Code: 452."), "{refused}: {fault}");
    }
    assert_eq!(with("max_memory_usage = 536870912").await.unwrap(), "1");
    let much = "SELECT length(groupArray(number)) FROM numbers(200000000)";
    let fault = engine.said(&format!("{much} SETTINGS max_memory_usage = 10000000")).await.unwrap_err();
    assert!(fault.contains("Code: 241."), "{fault}");
}
