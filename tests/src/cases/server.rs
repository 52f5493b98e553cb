//! What ordinary clients do for a case: clear its namespace, set things up, count and read rows.

use super::file::{Case, Check, Setup};
use super::milvus;
use crate::clients;
use std::collections::BTreeMap;
use std::time::Duration;
use whale_storage::backend::Address;
use whale_storage::definition::Backend;

/// Where the engine is.
pub(super) fn address(engine: Backend) -> Address {
    let variable = match engine {
        Backend::Timescaledb => "TIMESCALEDB_URL",
        Backend::Clickhouse => "CLICKHOUSE_URL",
        Backend::Milvus => "MILVUS_URL",
    };
    let url = clients::address(variable).to_string();
    let minute = Duration::from_mins(1);
    Address {
        url,
        authority: None,
        connect_timeout: minute,
        statement_timeout: minute,
        prefix: String::new(),
        model_users: false,
        session: whale_storage::scaling::own::Said::default(),
        cluster: None,
    }
}

/// Removes everything that a case may have made.
pub(super) async fn clear(case: &Case) {
    match case.engine {
        Backend::Timescaledb => clients::forget_timescaledb(&case.name).await,
        Backend::Clickhouse => clients::forget_clickhouse(&case.name).await,
        Backend::Milvus => clients::forget_milvus(&case.name).await,
    }
}

/// Does what the case asks for before the tool looks.
pub(super) async fn set_up(case: &Case) {
    for setup in &case.setup {
        match (setup, case.engine) {
            (Setup::Act(act), _) => milvus::act(&case.name, act).await,
            (Setup::Sql(sql), engine) => drop(query(engine, sql).await),
        }
    }
}

async fn query(engine: Backend, sql: &str) -> Vec<String> {
    match engine {
        Backend::Timescaledb => clients::timescaledb(sql).await,
        Backend::Clickhouse => clients::clickhouse(sql).await.iter().map(|line| line.replace('\t', "|")).collect(),
        Backend::Milvus => panic!("Milvus has no SQL"),
    }
}

/// Rows of each table in the case's namespace. In Milvus rows can be counted in loaded collections only; a case says of
/// which.
pub(super) async fn rows(case: &Case) -> BTreeMap<String, String> {
    let name = &case.name;
    let sql = match case.engine {
        Backend::Timescaledb => format!(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = '{name}')"
        ),
        Backend::Clickhouse => {
            format!("SELECT name FROM system.tables WHERE database = '{name}' AND engine LIKE '%MergeTree'")
        }
        Backend::Milvus => return BTreeMap::new(),
    };
    let tables = query(case.engine, &sql).await;
    let counts = tables.iter().map(|table| format!("SELECT '{table}', count(*) FROM {name}.{table}"));
    let counts = counts.collect::<Vec<_>>().join(" UNION ALL ");
    if counts.is_empty() {
        return BTreeMap::new();
    }
    let lines = query(case.engine, &counts).await;
    lines.iter().map(|line| line.split_once('|').unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// What ordinary clients find otherwise than the case says.
pub(super) async fn check(case: &Case) -> Vec<String> {
    let mut faults = Vec::new();
    for check in &case.check {
        match check {
            Check::Sql(check) => {
                let found = query(case.engine, &check.query).await;
                if found != check.lines {
                    faults.push(format!("check: {}\n  expected {:?}\n  got      {found:?}", check.query, check.lines));
                }
            }
            Check::Rows(check) => {
                let found = milvus::count(&case.name, &check.collection).await;
                if found != check.rows {
                    faults.push(format!("check: {} has {found} rows, expected {}", check.collection, check.rows));
                }
            }
        }
    }
    faults
}
