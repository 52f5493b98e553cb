//! What is in the three engines of the model `evolving`, as ordinary clients see it: emptied, filled, read.

use super::program::{Run, Scenario};
use crate::clients::{
    clickhouse, forget_clickhouse, forget_milvus, forget_timescaledb, forget_versions, milvus, timescaledb,
};
use milvus::v2::prelude::*;

/// Rows of each table before the additions.
const ROWS: usize = 500;

/// What there is, one line a thing.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    catalog: Vec<String>,
    /// Table, how many rows, and a sum over their values.
    rows: Vec<(String, usize, String)>,
}

impl State {
    /// How many rows of this state are missing in another.
    pub fn rows_missing_in(&self, other: &State) -> usize {
        let of = |table: &str| other.rows.iter().find(|(name, ..)| name == table).map_or(0, |(_, count, _)| *count);
        self.rows.iter().map(|(table, count, _)| count.saturating_sub(of(table))).sum()
    }

    /// What differs, to be read.
    pub fn difference(&self, other: &State) -> String {
        let lines = |state: &State| -> Vec<String> {
            let rows = state.rows.iter().map(|(table, count, sum)| format!("rows {table} {count} {sum}"));
            state.catalog.iter().cloned().chain(rows).collect()
        };
        let (wanted, found) = (lines(self), lines(other));
        let missing = wanted.iter().filter(|line| !found.contains(line)).map(|line| format!("  - {line}"));
        let strange = found.iter().filter(|line| !wanted.contains(line)).map(|line| format!("  + {line}"));
        let all: Vec<String> = missing.chain(strange).collect();
        format!("what is there is not what an undisturbed run leaves\n{}", all.join("\n"))
    }
}

/// Empties the engines, and makes what the scenario begins with.
pub async fn begin(scenario: Scenario) {
    empty().await;
    if scenario.stage == 1 {
        return;
    }
    let first = Run::of(Scenario { stage: 1, ..scenario }).go();
    assert_eq!(first.code, Some(0), "{}", first.said);
    timescaledb(&format!(
        "INSERT INTO evolving.accounts (name) SELECT 'a' || n FROM generate_series(1, {ROWS}) n;
         INSERT INTO evolving.readings SELECT '2026-01-01'::timestamptz + n * interval '1 minute', n % 3 + 1, n FROM generate_series(1, {ROWS}) n"
    ))
    .await;
    clickhouse(&format!(
        "INSERT INTO evolving.events (at, kind, amount) SELECT toDateTime('2026-01-01 00:00:00') + number, 'a', number FROM numbers({ROWS})"
    ))
    .await;
    if scenario.loaded {
        let rows = (0..ROWS)
            .map(|n| serde_json::json!({"id": n, "text": format!("t{n}"), "embedding": [n, 1, 2, 3, 4, 5, 6, 7]}));
        let insert =
            InsertRequest::builder().database_name("evolving").collection_name("notes").rows(rows.collect::<Vec<_>>());
        milvus().await.insert(insert.build().unwrap()).await.unwrap();
    }
}

/// Leaves nothing of the model, nor of the version tables.
pub async fn empty() {
    forget_timescaledb("evolving").await;
    forget_clickhouse("evolving").await;
    forget_milvus("evolving").await;
    forget_versions().await;
}

/// Reads everything.
pub async fn read(scenario: Scenario) -> State {
    let mut catalog = Vec::new();
    for line in timescaledb(CATALOG).await {
        catalog.push(format!("timescaledb {}", without_run(&line)));
    }
    for line in clickhouse(TABLES).await {
        catalog.push(format!("clickhouse {}", without_run(&line)));
    }
    let mut rows: Vec<(String, usize, String)> = Vec::new();
    let mut add = |line: &str, by: char| {
        let parts: Vec<&str> = line.split(by).collect();
        if let [table, count, sum] = parts[..] {
            rows.push((table.to_owned(), count.parse().unwrap(), sum.to_owned()));
        }
    };
    if catalog.iter().any(|line| line.contains("evolving.readings time")) {
        timescaledb(TIMESCALEDB_ROWS).await.iter().for_each(|line| add(line, '|'));
    }
    if catalog.iter().any(|line| line.contains("CREATE TABLE evolving.totals")) {
        clickhouse(CLICKHOUSE_ROWS).await.iter().for_each(|line| add(line, '\t'));
    }
    let client = milvus().await;
    for name in ["notes", "pictures"] {
        if let Some(count) = collection(&client, name, scenario, &mut catalog).await {
            rows.push((format!("milvus {name}"), count, String::new()));
        }
    }
    // Runs have names of their own, by which the servers have sorted.
    catalog.sort();
    rows.sort();
    State { catalog, rows }
}

/// Marks name the run that wrote them.
fn without_run(line: &str) -> String {
    let Some((before, rest)) = line.split_once("\"run\":\"") else { return line.to_owned() };
    let after = rest.split_once('"').map_or("", |(_, after)| after);
    format!("{before}\"run\":\"{}", without_run(after))
}

async fn collection(client: &ClientV2, name: &str, scenario: Scenario, catalog: &mut Vec<String>) -> Option<usize> {
    let describe =
        DescribeCollectionRequest::builder().database_name("evolving").collection_name(name).build().unwrap();
    let said = client.describe_collection(describe).await.ok()?;
    let said = said.description();
    for field in said.get_schema().get_fields() {
        catalog.push(format!("milvus {name} field {} {:?}", field.get_name(), field.get_data_type()));
    }
    let mut properties: Vec<_> = said.get_properties().iter().collect();
    properties.sort();
    for (key, value) in properties {
        catalog.push(format!("milvus {name} property {key} {}", without_run(value)));
    }
    let partitions = ListPartitionsRequest::builder().database_name("evolving").collection_name(name).build().unwrap();
    let mut partitions = client.list_partitions(partitions).await.unwrap().partition_names().to_vec();
    partitions.sort();
    catalog.push(format!("milvus {name} partitions {partitions:?}"));
    let indexes = ListIndexesRequest::builder().database_name("evolving").collection_name(name).build().unwrap();
    let mut indexes = client.list_indexes(indexes).await.unwrap().index_names().to_vec();
    indexes.sort();
    catalog.push(format!("milvus {name} indexes {indexes:?}"));
    let load = GetLoadStateRequest::builder().database_name("evolving").collection_name(name).build().unwrap();
    let load = client.get_load_state(load).await.unwrap().state();
    catalog.push(format!("milvus {name} {load:?}"));
    if !scenario.loaded {
        return None;
    }
    let count = QueryRequest::builder().database_name("evolving").collection_name(name).filter("");
    let count = count.output_fields(["count(*)"]).consistency_level(ConsistencyLevel::Strong).build().unwrap();
    let counted = client.query(count).await.unwrap();
    Some(usize::try_from(counted.results().get_row_count()).unwrap())
}

/// Everything of the schema that a person could see, with comments, and the version table.
const CATALOG: &str = "SET search_path = pg_catalog;
    SELECT line FROM (
        SELECT format('%s.%s %s %s %s default %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            pg_get_expr(d.adbin, d.adrelid)) AS line
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE n.nspname = 'evolving' AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT format('%s owner %s comment %s', c.relname, pg_get_userbyid(c.relowner), obj_description(c.oid, 'pg_class'))
        FROM pg_class c WHERE c.relnamespace = to_regnamespace('evolving') AND c.relkind IN ('r', 'v')
        UNION ALL SELECT format('%s column comment %s', c.relname, col_description(c.oid, a.attnum))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = to_regnamespace('evolving') AND a.attnum > 0 AND col_description(c.oid, a.attnum) IS NOT NULL
        UNION ALL SELECT format('%s %s', k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.connamespace = to_regnamespace('evolving')
        UNION ALL SELECT i.indexdef FROM pg_indexes i WHERE i.schemaname = 'evolving'
        UNION ALL SELECT format('%s hypertable by %s %s', d.hypertable_name, d.column_name, d.time_interval)
        FROM timescaledb_information.dimensions d WHERE d.hypertable_schema = 'evolving'
        UNION ALL SELECT format('%s query %s', a.view_name, a.view_definition)
        FROM timescaledb_information.continuous_aggregates a WHERE a.view_schema = 'evolving'
        UNION ALL SELECT format('job %s every %s', j.proc_name, j.schedule_interval)
        FROM timescaledb_information.jobs j WHERE j.owner::text = 'whale_evolving'
        UNION ALL SELECT format('role %s %s', r.rolname, shobj_description(r.oid, 'pg_authid')) FROM pg_roles r WHERE r.rolname = 'whale_evolving'
        UNION ALL SELECT format('schema %s', obj_description(n.oid, 'pg_namespace')) FROM pg_namespace n WHERE n.nspname = 'evolving'
        UNION ALL SELECT format('version %s %s %s', v.table_name, v.version, v.description) FROM public.schema_version v
    ) AS lines ORDER BY line";

const TABLES: &str = "SELECT line FROM (
    SELECT create_table_query AS line FROM system.tables WHERE database = 'evolving'
    UNION ALL SELECT concat('database ', comment) FROM system.databases WHERE name = 'evolving'
    UNION ALL SELECT concat('version ', table_name, ' ', version, ' ', description) FROM default.schema_version FINAL) ORDER BY line";

const TIMESCALEDB_ROWS: &str = "SELECT 'accounts', count(*), md5(string_agg(id || name || status, ',' ORDER BY id)) FROM evolving.accounts
    UNION ALL SELECT 'readings', count(*), md5(string_agg(time::text || account || value, ',' ORDER BY time)) FROM evolving.readings";

const CLICKHOUSE_ROWS: &str =
    "SELECT 'events', count(), toString(sum(cityHash64(at, kind, amount))) FROM evolving.events
    UNION ALL SELECT 'totals', sum(amount), '' FROM evolving.totals";
