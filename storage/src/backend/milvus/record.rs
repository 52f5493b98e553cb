//! The version table: one row an object, for people.
//!
//! Rows are compared with what a query gives, and only those that are missing or differ are written, in one upsert. A
//! query needs the collection loaded. One that was made over this connection is empty, and is not asked; one that is
//! still on its way (Milvus was just restarted) is waited for a little. Where nothing can be read, nothing is written:
//! a row written blindly would forget when its object was made, and the next run writes what is missing.
//!
//! A strong read waits until the server has caught up with this moment, some 200 ms, and most runs change nothing. So the
//! first read takes what is there: rows that stand as they should were written. Only where one seems to be missing
//! or to differ is it read again, strongly, before anything is written.

use super::run::load_state;
use super::{Link, MilvusTarget};
use crate::backend::EngineError;
use crate::definition::ObjectName;
use crate::desire::HOST_MODEL;
use crate::plan::VersionRow;
use milvus::v2::error::Error;
use milvus::v2::request::dml::{InsertRequest, UpsertRequest};
use milvus::v2::request::dql::QueryRequest;
use milvus::v2::{ClientV2, ConsistencyLevel, FieldData, LoadState};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::{Instant, sleep};

/// How long a version table that is being loaded is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most rows one query may give.
const WINDOW: i64 = 16_384;
/// Bounds of the fields, in bytes.
const MOST_NAME: usize = 255;
const MOST_VERSION: usize = 50;
const MOST_DESCRIPTION: usize = 4_096;

/// A row as it stands: version, description, and when it was made.
type Stored = (String, String, i64);

impl MilvusTarget {
    pub(super) async fn write_versions(&self, rows: &[VersionRow]) -> Result<(), EngineError> {
        let table = &self.version_table;
        let fresh = self.made.contains(&(table.namespace.clone(), table.name.clone()));
        let stored = if fresh {
            BTreeMap::new()
        } else {
            if !is_readable(&self.link, table).await? {
                return Ok(());
            }
            let seen = read(&self.link, table, ConsistencyLevel::Eventually).await?;
            if differing(rows, &seen, now()).is_empty() {
                return Ok(());
            }
            read(&self.link, table, ConsistencyLevel::Strong).await?
        };
        let rows = differing(rows, &stored, now());
        if rows.is_empty() {
            return Ok(());
        }
        let client = self.link.writer(HOST_MODEL, &table.namespace).await?;
        let written = write(&self.link, &client, table, rows).await;
        written.map_err(|error| self.link.failure(format!("writing {table}"), &error))
    }
}

/// Whether the table is there and loaded.
async fn is_readable(link: &Link, table: &ObjectName) -> Result<bool, EngineError> {
    let until = Instant::now() + PATIENCE;
    loop {
        match load_state(link, &table.namespace, &table.name).await {
            Ok(LoadState::Loaded) => return Ok(true),
            Ok(LoadState::Loading) if Instant::now() < until => sleep(Duration::from_millis(250)).await,
            // A table that is not there is an error to some versions, and a state to others.
            Ok(_) | Err(Error::Server(_)) => return Ok(false),
            Err(error) => return Err(link.failure(format!("reading {table}"), &error)),
        }
    }
}

/// What the table holds.
async fn read(
    link: &Link,
    table: &ObjectName,
    consistency: ConsistencyLevel,
) -> Result<BTreeMap<String, Stored>, EngineError> {
    let request = QueryRequest::builder()
        .database_name(table.namespace.as_str())
        .collection_name(table.name.as_str())
        .filter("table_name != \"\"")
        .output_fields(["table_name", "version", "description", "created_at"])
        .consistency_level(consistency)
        .limit(WINDOW)
        .build();
    let answer = match request {
        Ok(request) => link.ask(link.client.query(request)).await,
        Err(error) => Err(error),
    };
    let answer = answer.map_err(|error| link.failure(format!("reading {table}"), &error))?;
    let column = |name: &str| texts(answer.results().get_output_field(name));
    let created = match answer.results().get_output_field("created_at") {
        Some(FieldData::Int64 { values, .. }) => values.clone(),
        _ => Vec::new(),
    };
    let stored = column("table_name").into_iter().zip(column("version")).zip(column("description")).zip(created);
    Ok(stored.map(|(((name, version), description), created)| (name, (version, description, created))).collect())
}

fn texts(field: Option<&FieldData>) -> Vec<String> {
    match field {
        Some(FieldData::VarChar { values, .. }) => values.clone(),
        _ => Vec::new(),
    }
}

/// Rows that are missing or differ, as they are to be written.
fn differing(rows: &[VersionRow], stored: &BTreeMap<String, Stored>, now: i64) -> Vec<Value> {
    let mut differing = Vec::new();
    for row in rows {
        let name = cut(&row.table_name, MOST_NAME);
        let (version, description) = (cut(&row.version, MOST_VERSION), cut(&row.description, MOST_DESCRIPTION));
        let there = stored.get(name);
        if there.is_some_and(|(v, d, _)| v == version && d == description) {
            continue;
        }
        let created = there.map_or(now, |(_, _, created)| *created);
        differing.push(json!({
            "table_name": name, "version": version, "description": description,
            "created_at": created, "updated_at": now, "vector": [0.0, 0.0],
        }));
    }
    differing
}

async fn write(link: &Link, client: &ClientV2, table: &ObjectName, rows: Vec<Value>) -> Result<(), Error> {
    let (database, collection) = (table.namespace.as_str(), table.name.as_str());
    let insert = InsertRequest::builder().database_name(database).collection_name(collection).rows(rows).build()?;
    let request = UpsertRequest::builder().insert(insert).build()?;
    link.ask(client.upsert(request)).await.map(|_| ())
}

/// At most so many bytes, whole characters.
fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, version: &str) -> VersionRow {
        VersionRow { table_name: name.to_owned(), version: version.to_owned(), description: String::new() }
    }

    #[test]
    fn only_rows_that_differ_are_written_and_keep_when_they_were_made() {
        let stored = BTreeMap::from([
            ("m.a".to_owned(), ("1.0.0".to_owned(), String::new(), 5)),
            ("m.b".to_owned(), ("1.0.0".to_owned(), String::new(), 6)),
        ]);
        let rows = differing(&[row("m.a", "1.0.0"), row("m.b", "2.0.0"), row("m.c", "1.0.0")], &stored, 9);
        let told: Vec<(&str, i64, i64)> = rows
            .iter()
            .map(|row| {
                let number = |name: &str| row.get(name).and_then(Value::as_i64).unwrap_or_default();
                (
                    row.get("table_name").and_then(Value::as_str).unwrap_or_default(),
                    number("created_at"),
                    number("updated_at"),
                )
            })
            .collect();
        assert_eq!(told, [("m.b", 6, 9), ("m.c", 9, 9)]);
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("aя", 2), "a");
        assert_eq!(cut("aя", 3), "aя");
    }
}
