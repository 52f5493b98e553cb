//! What a model may use of PostgreSQL, live and through to its effect: `POSTGRES_URL` names a server that a model's role can
//! log in to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]
#![allow(missing_docs, unreachable_pub, clippy::assigning_clones, reason = "tests")]

mod timescaledb_support;

use timescaledb_support::*;
use tokio_postgres::NoTls;
use whale_storage::backend::timescaledb::TimescaleTarget;
use whale_storage::backend::{Address, Target};
use whale_storage::change::Change;
use whale_storage::definition::{Backend, Object};
use whale_storage::desire::Wanted;
use whale_storage::diagnostic::Origin;
use whale_storage::diff::diff;
use whale_storage::plan::Plan;
use whale_storage::scaling::{self, Amount, Limit, Limits};
use whale_storage::word::Spoken;

/// Names the server.
const SERVER: &str = "POSTGRES_URL";

fn limits(settings: &[(&'static str, &str)]) -> Limits {
    let limit = |(name, text): &(&'static str, &str)| {
        let amount = scaling::find(Backend::Timescaledb, name).expect(name).amount;
        let value = match amount {
            Amount::Count { .. } => amount.check(text.parse().unwrap(), text),
            _ => amount.read(text),
        };
        (*name, Limit { value: value.expect(text), origin: Some(Origin { file: "whale.toml".to_owned(), line: 7 }) })
    };
    Limits {
        by: settings.iter().map(limit).collect(),
        table: "models.limited.scaling.timescaledb".to_owned(),
        origin: None,
    }
}

fn objects(model: &str) -> Vec<Object> {
    vec![Object::Table(table(model, "notes", &["id integer not null"]))]
}

fn limited(target: &TimescaleTarget, model: &str, settings: &[(&'static str, &str)]) -> Wanted {
    let mut wanted = wanted(&objects(model), &target.lower());
    if !settings.is_empty() {
        wanted.limits.insert(name(model), limits(settings));
    }
    wanted
}

async fn planned(target: &mut TimescaleTarget, model: &str, settings: &[(&'static str, &str)]) -> Plan {
    let wanted = limited(target, model, settings);
    let actual = inspect(target, &wanted).await;
    let mut plan = Plan::default();
    plan.add(&wanted, &actual, diff(&wanted, &actual, &Spoken::new()), &target.lower(), "run-1");
    plan
}

/// Plans and carries out. Returns each setting that was changed, with what it was and what it is to be.
async fn brought(target: &mut TimescaleTarget, model: &str, settings: &[(&'static str, &str)]) -> Vec<String> {
    let plan = planned(target, model, settings).await;
    assert_eq!(plan.found.errors(), 0, "{:#?}", refusals(&plan));
    for step in plan.steps() {
        target.run(step).await.unwrap_or_else(|fault| panic!("{fault}\n{:#?}", step.recipe));
    }
    let again = planned(target, model, settings).await;
    assert!(again.is_empty(), "a second plan is not empty: {:#?}", again.steps().collect::<Vec<_>>());
    changes(&plan)
}

fn changes(plan: &Plan) -> Vec<String> {
    let settings = plan.steps().filter_map(|step| match &step.change {
        Change::AlterRole { settings, .. } => Some(settings),
        _ => None,
    });
    let side = |fact: &Option<whale_storage::catalog::Fact>| {
        fact.as_ref().map_or_else(|| "-".to_owned(), |fact| fact.text().to_owned())
    };
    settings
        .flatten()
        .map(|part| {
            let facts: Vec<String> =
                part.facts.iter().map(|fact| format!("{} -> {}", side(&fact.from), side(&fact.to))).collect();
            format!("{} {}", part.key.name, facts.join("; "))
        })
        .collect()
}

/// What PostgreSQL keeps for a role.
async fn kept(model: &str) -> String {
    let role = format!("whale_{model}");
    aside(&format!(
        "SELECT coalesce(rolconfig::text, '') || ' ' || rolconnlimit FROM pg_roles WHERE rolname = '{role}'"
    ))
    .await
}

/// The address of the model's own role, which gets a password.
async fn login(model: &str) -> String {
    aside(&format!("ALTER ROLE whale_{model} LOGIN PASSWORD 'p_limits'")).await;
    let mut url = url::Url::parse(&address().url).unwrap();
    url.set_username(&format!("whale_{model}")).unwrap();
    url.set_password(Some("p_limits")).unwrap();
    url.to_string()
}

#[tokio::test]
async fn limits_hold_for_whoever_logs_in_as_the_models_role() {
    const MODEL: &str = "p_limits";
    clear(&[MODEL]).await;
    let mut target = connect().await;
    let settings = [
        ("connections", "2"),
        ("work_mem", "1MB"),
        ("statement_timeout", "400ms"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("max_parallel_workers_per_gather", "0"),
        ("temp_file_limit", "1MB"),
    ];
    assert_eq!(brought(&mut target, MODEL, &settings).await.len(), 6);
    let url = login(MODEL).await;
    let session = Raw::at(&url).await;
    for (name, value) in [
        ("work_mem", "1MB"),
        ("statement_timeout", "400ms"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("max_parallel_workers_per_gather", "0"),
        ("temp_file_limit", "1MB"),
    ] {
        assert_eq!(session.text(&format!("SHOW {name}")).await, value, "{name}");
    }
    let second = Raw::at(&url).await;
    let refused = tokio_postgres::connect(&url, NoTls).await.err().expect("the third connection is refused");
    assert!(format!("{refused:?}").contains("too many connections for role"), "{refused:?}");
    second.close().await;
    session.close().await;

    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    let fault = async |sql: &str| format!("{:?}", client.simple_query(sql).await.expect_err(sql));
    assert!(fault("SELECT pg_sleep(5)").await.contains("statement timeout"));
    client.simple_query("SET statement_timeout = 0").await.expect("what PostgreSQL lets a session raise, it may raise");
    let much = "SELECT g FROM generate_series(1, 500000) AS g ORDER BY -g OFFSET 499999";
    assert!(fault(much).await.contains("temporary file size exceeds"), "not above 1 MB on disk");
    assert!(fault("SET temp_file_limit = '10GB'").await.contains("permission denied"), "and it may not raise that");
    drop(client);
    served.await.unwrap().unwrap();

    // The host becomes the role and is not limited by it.
    let host = Raw::open().await;
    assert_eq!(host.text(&format!("SET ROLE whale_{MODEL}; SHOW statement_timeout")).await, "0");
    host.close().await;
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn what_somebody_changed_is_found_and_what_is_not_ours_is_left_alone() {
    const MODEL: &str = "p_drift";
    clear(&[MODEL]).await;
    let mut target = connect().await;
    let settings = [("work_mem", "64MB"), ("lock_timeout", "5s"), ("connections", "9")];
    brought(&mut target, MODEL, &settings).await;
    assert_eq!(kept(MODEL).await, "{lock_timeout=5s,work_mem=64MB} 9");

    // The same in other words is the same.
    aside(&format!(
        "ALTER ROLE whale_{MODEL} SET work_mem = 65536; ALTER ROLE whale_{MODEL} SET lock_timeout = '5000ms'"
    ))
    .await;
    assert_eq!(brought(&mut target, MODEL, &settings).await, [""; 0]);

    aside(&format!("ALTER ROLE whale_{MODEL} SET work_mem = '1.5GB'; ALTER ROLE whale_{MODEL} CONNECTION LIMIT -1"))
        .await;
    aside(&format!("ALTER ROLE whale_{MODEL} SET statement_timeout = '1h'; ALTER ROLE whale_{MODEL} SET jit = off"))
        .await;
    assert_eq!(brought(&mut target, MODEL, &settings).await, ["connections - -> 9", "work_mem 1.5GB -> 64MB"]);

    // What holds in this database alone goes before ours, and is in the way.
    let database = aside("SELECT quote_ident(current_database())").await;
    aside(&format!("ALTER ROLE whale_{MODEL} IN DATABASE {database} SET work_mem = '1GB'")).await;
    assert_eq!(brought(&mut target, MODEL, &settings).await, ["work_mem 1GB -> -; 64MB -> 64MB"]);
    let url = login(MODEL).await;
    let session = Raw::at(&url).await;
    assert_eq!(session.text("SHOW work_mem").await, "64MB");
    session.close().await;

    // A setting that left whale.toml is reset; what others set stays, also where we would know it.
    aside(&format!("ALTER ROLE whale_{MODEL} RESET lock_timeout")).await;
    let expected = ["connections 9 -> -", "lock_timeout ", "work_mem 64MB -> -"];
    assert_eq!(brought(&mut target, MODEL, &[]).await, expected);
    assert_eq!(kept(MODEL).await, "{statement_timeout=1h,jit=off} -1");
    aside(&format!("ALTER ROLE whale_{MODEL} SET lock_timeout = '7s'")).await;
    assert_eq!(brought(&mut target, MODEL, &[]).await, [""; 0], "it is not ours any more");

    // What somebody set and is then wanted is ours from then on.
    assert_eq!(brought(&mut target, MODEL, &[("lock_timeout", "7s")]).await, ["lock_timeout 7s -> 7s"]);
    assert_eq!(brought(&mut target, MODEL, &[]).await, ["lock_timeout 7s -> -"]);
    target.close().await.unwrap();
    clear(&[MODEL]).await;
}

#[tokio::test]
async fn a_user_without_the_right_is_told_before_anything_is_sent() {
    const MODEL: &str = "p_modest_limits";
    clear(&[MODEL]).await;
    if !aside("SELECT 1 FROM pg_roles WHERE rolname = 'p_limiter'").await.is_empty() {
        aside("DROP OWNED BY p_limiter; DROP ROLE p_limiter").await;
    }
    aside("CREATE ROLE p_limiter LOGIN CREATEROLE PASSWORD 'modest'").await;
    let mut url = url::Url::parse(&address().url).unwrap();
    aside(&format!("GRANT CREATE ON DATABASE {} TO p_limiter", url.path().trim_start_matches('/'))).await;
    url.set_username("p_limiter").unwrap();
    url.set_password(Some("modest")).unwrap();
    let address = Address { url: url.to_string(), ..address() };
    let mut target = TimescaleTarget::connect(&address).await.unwrap();
    let settings = [("connections", "3"), ("work_mem", "8MB"), ("temp_file_limit", "1GB")];
    let plan = planned(&mut target, MODEL, &settings).await;
    let found: Vec<_> = plan.found.errors_only().collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].path, "models.limited.scaling.timescaledb.temp_file_limit");
    assert_eq!((found[0].code.id, found[0].origin.as_ref().unwrap().line), ("WH0901", 7));
    assert!(found[0].message.contains("GRANT SET ON PARAMETER temp_file_limit"), "{}", found[0].message);

    assert_eq!(brought(&mut target, MODEL, &settings[..2]).await.len(), 2);
    target.close().await.unwrap();
    aside("GRANT SET ON PARAMETER temp_file_limit TO p_limiter").await;
    let mut target = TimescaleTarget::connect(&address).await.unwrap();
    assert_eq!(brought(&mut target, MODEL, &settings).await, ["temp_file_limit - -> 1GB"]);
    assert_eq!(kept(MODEL).await, "{work_mem=8MB,temp_file_limit=1GB} 3");
    target.close().await.unwrap();
    clear(&[MODEL]).await;
    aside("DROP OWNED BY p_limiter; DROP ROLE p_limiter").await;
}
