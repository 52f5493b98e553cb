//! Sends statements, each with a time limit, and says what a failure means.
//!
//! A statement that the server refused had no effect; one that got no answer may have had it, and nothing is sent again
//! here: the next run looks. Repeating a step is safe: what is added is added if it is not there, and an object that is
//! there already is accepted only if it carries the very comment, mark included, that the step gives it.

use super::lower::ClickhouseLower;
use super::wall::Wall;
use super::{inspect, limits, lower};
use crate::backend::tls::Peer;
use crate::backend::{EngineError, FailureKind, Renewal, Seal};
use crate::boundary::{self, Boundary};
use crate::change::Change;
use crate::definition::{Backend, ObjectName};
use crate::desire::HOST_MODEL;
use crate::mark::MarkState;
use crate::name::Name;
use crate::plan::{Statement, Step, VersionRow};
use crate::quote::clickhouse::literal;
use clickhouse::Client;
use clickhouse::error::Error;
use futures::stream::{StreamExt as _, TryStreamExt as _};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(super) const PORT_HINT: &str = "check that the server runs and that this is its HTTP port (8123, with TLS 8443); 9000 is the port of clickhouse-client";

/// The most seals under way at once: they are small, and each waits for the disk.
const SEALS_AT_ONCE: usize = 4;

/// Requests to one server.
pub(super) struct Session {
    client: Client,
    place: String,
    peer: Peer,
    statement_timeout: Duration,
    round_trips: AtomicU64,
}

impl Session {
    pub(super) fn new(client: Client, place: String, peer: Peer, statement_timeout: Duration) -> Self {
        Self { client, place, peer, statement_timeout, round_trips: AtomicU64::new(0) }
    }

    /// Sends every request from now on with another client.
    pub(super) fn change(&mut self, change: impl FnOnce(Client) -> Client) {
        self.client = change(self.client.clone());
    }

    pub(super) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }

    /// Host and port.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Sends a statement that answers nothing.
    pub(super) async fn execute(&self, attempted: &str, sql: &str) -> Result<(), EngineError> {
        self.execute_as(None, attempted, sql).await
    }

    /// The same under a role, and under no other.
    pub(super) async fn execute_as(&self, role: Option<&Name>, attempted: &str, sql: &str) -> Result<(), EngineError> {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        boundary::at(Boundary::Request(Backend::Clickhouse));
        let answer = tokio::time::timeout(self.statement_timeout, self.query(role, sql).execute()).await;
        boundary::at(Boundary::Answer(Backend::Clickhouse));
        answer.map_err(|_| self.unanswered(attempted))?.map_err(|fault| self.failure(attempted, &fault))
    }

    /// Sends a query and reads its rows. A query has no effect that could be in doubt.
    pub(super) async fn read<T: DeserializeOwned>(&self, attempted: &str, sql: &str) -> Result<Vec<T>, EngineError> {
        self.read_as(None, attempted, sql).await
    }

    /// The same under a role, and under no other.
    pub(super) async fn read_as<T: DeserializeOwned>(
        &self,
        role: Option<&Name>,
        attempted: &str,
        sql: &str,
    ) -> Result<Vec<T>, EngineError> {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let rows = async { self.query(role, sql).fetch_bytes("JSONEachRow")?.collect().await };
        boundary::at(Boundary::Request(Backend::Clickhouse));
        let answer = tokio::time::timeout(self.statement_timeout, rows).await;
        boundary::at(Boundary::Answer(Backend::Clickhouse));
        let answer = match answer {
            Ok(answer) => answer.map_err(|fault| self.failure(attempted, &fault)),
            Err(_) => Err(self.unanswered(attempted)),
        };
        let bytes = answer.map_err(|fault| match fault.kind {
            FailureKind::InDoubt => {
                EngineError { kind: FailureKind::Unreachable, hint: Some(PORT_HINT.to_owned()), ..fault }
            }
            _ => fault,
        })?;
        // A comment may hold bytes that are not UTF-8; it is no comment of ours then.
        String::from_utf8_lossy(&bytes)
            .lines()
            .map(|row| serde_json::from_str(row).map_err(|fault| self.strange(attempted, &fault.to_string())))
            .collect()
    }

    fn query(&self, role: Option<&Name>, sql: &str) -> clickhouse::query::Query {
        // The server's own limit on the text of a statement is 256 KiB.
        const LONG: usize = 200 * 1024;
        let query = self.client.query_raw(sql);
        let query = match role {
            Some(role) => query.with_roles([role.as_str()]),
            None => query,
        };
        if sql.len() > LONG { query.with_setting("max_query_size", (sql.len() + LONG).to_string()) } else { query }
    }

    fn unanswered(&self, attempted: &str) -> EngineError {
        let detail = format!("no answer within {} s", self.statement_timeout.as_secs_f32());
        let hint = "the server may still be at it; look at system.processes, then run the same command again";
        self.error(FailureKind::InDoubt, attempted, detail, Some(hint))
    }

    fn strange(&self, attempted: &str, detail: &str) -> EngineError {
        let detail = format!("the answer is not ClickHouse's: {}", shown(detail));
        self.error(FailureKind::Unreachable, attempted, detail, Some(PORT_HINT))
    }

    fn failure(&self, attempted: &str, fault: &Error) -> EngineError {
        match fault {
            Error::BadResponse(text) => match code(text) {
                Some(code) => self.answered(code, attempted, text),
                None => self.strange(attempted, text),
            },
            fault if never_sent(fault) => {
                let attempted = format!("connecting to {}", self.place);
                match self.peer.explain(fault) {
                    Some(why) => self.error(FailureKind::Unreachable, &attempted, why.detail, Some(&why.hint)),
                    None => self.error(FailureKind::Unreachable, &attempted, causes(fault), Some(PORT_HINT)),
                }
            }
            Error::Unsupported(text) => self.error(FailureKind::Address, attempted, shown(text), None),
            fault => {
                let hint = format!(
                    "look whether ClickHouse at {} still runs; then apply again, which goes on from what is there",
                    self.place
                );
                self.error(FailureKind::InDoubt, attempted, causes(fault), Some(&hint))
            }
        }
    }

    fn answered(&self, code: u32, attempted: &str, text: &str) -> EngineError {
        const LOOKS: &str = "run the same command again: it looks at what is there first";
        let (kind, hint) = match code {
            // The hosts of a cluster answer each for itself: others may have done it.
            _ if text.contains("There was an error on [") => (FailureKind::InDoubt, Some(LOOKS)),
            192..=194 | 516 => (FailureKind::Denied, Some("check the user and the password in the URL of the target")),
            497 => (FailureKind::Denied, Some("grant the right that the message names to the user of the URL")),
            // Timeouts, memory, Keeper, another ALTER at the same time: begun, and stopped somewhere.
            159 | 160 | 209 | 210 | 241 | 242 | 341 | 394 | 517 | 999 => {
                (FailureKind::InDoubt, limits::exceeded(code, text).or(Some(LOOKS)))
            }
            164 => {
                (FailureKind::Denied, Some("the user of the URL may only read; give it a profile with readonly = 0"))
            }
            _ => (FailureKind::Refused, None),
        };
        self.error(kind, attempted, shown(text), hint)
    }

    pub(super) fn error(
        &self,
        kind: FailureKind,
        attempted: &str,
        detail: impl Into<String>,
        hint: Option<&str>,
    ) -> EngineError {
        let attempted = match kind {
            FailureKind::Denied if !attempted.contains(&self.place) => format!("{attempted} on {}", self.place),
            _ => attempted.to_owned(),
        };
        EngineError {
            backend: Backend::Clickhouse,
            kind,
            attempted,
            detail: detail.into(),
            hint: hint.map(str::to_owned),
        }
    }
}

/// Carries out one step.
pub(super) async fn step(session: &Session, wall: &Wall<'_>, step: &Step) -> Result<(), EngineError> {
    let attempted = attempted(&step.change);
    let role = wall.role(step.model.as_str()).map_err(|fault| fault.attempting(session, &attempted))?;
    for statement in &step.recipe.statements {
        let Statement::Sql(sql) = statement else {
            return Err(session.error(FailureKind::Refused, &attempted, "the step is not for ClickHouse", None));
        };
        match session.execute_as(role.as_ref(), &attempted, sql).await {
            Err(fault) if code(&fault.detail) == Some(57) => made_before(session, &step.change, sql, fault).await?,
            done => done?,
        }
    }
    Ok(())
}

/// An object is there already. If it has the comment that the statement gives it, an earlier try made it; the look at
/// the end of the run compares the rest. Anything else is a stranger that came in between.
async fn made_before(session: &Session, change: &Change, sql: &str, fault: EngineError) -> Result<(), EngineError> {
    let Change::CreateObject { object, .. } = change else { return Err(fault) };
    match inspect::comment(session, object).await? {
        Some(comment) if MarkState::split(&comment).1.mark().is_some() && sql.ends_with(&literal(&comment)) => Ok(()),
        _ => Err(EngineError {
            hint: Some("it was made since the plan was; rename that one, or plan again".to_owned()),
            ..fault
        }),
    }
}

/// Writes marks that say what the server said back.
pub(super) async fn seal(
    session: &Session,
    wall: &Wall<'_>,
    lower: &ClickhouseLower,
    marks: &BTreeMap<ObjectName, Seal>,
) -> Result<(), EngineError> {
    let seals = marks.iter().map(|(name, seal)| async move {
        let attempted = format!("writing the mark of {name}");
        let role = wall.role(&seal.mark.model).map_err(|fault| fault.attempting(session, &attempted))?;
        let comment = seal.mark.comment(&seal.comment);
        session.execute_as(role.as_ref(), &attempted, &lower.seal(name, &comment)).await
    });
    futures::stream::iter(seals).buffer_unordered(SEALS_AT_ONCE).try_collect().await
}

/// Writes marks of databases and roles anew. One that may not be written stays as it is.
pub(super) async fn renew(
    session: &Session,
    wall: &Wall<'_>,
    lower: &ClickhouseLower,
    marks: &Renewal,
) -> Result<(), EngineError> {
    let databases = marks
        .namespaces
        .iter()
        .filter_map(|(name, mark)| Some((wall.role(&mark.model).ok()?, lower.comment_database(name, mark)?)));
    let roles = marks.roles.iter().map(|(name, mark)| (None, lower::mark_role(name, &lower.on_all(), mark)));
    for (role, statement) in databases.chain(roles) {
        match session.execute_as(role.as_ref(), "writing the marks of databases and roles anew", &statement).await {
            Err(error) if error.kind != FailureKind::Denied => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Brings the version table up to date.
pub(super) async fn record(
    session: &Session,
    wall: &Wall<'_>,
    table: &ObjectName,
    rows: &[VersionRow],
) -> Result<(), EngineError> {
    let there = match inspect::versions(session, table).await {
        // No such table, or no such database.
        Err(fault) if matches!(code(&fault.detail), Some(60 | 81)) => return Ok(()),
        there => there?,
    };
    let stale: Vec<_> = rows
        .iter()
        .map(|row| (row, there.iter().find(|found| found.table_name == row.table_name)))
        .filter(|(row, found)| {
            found.is_none_or(|found| found.version != row.version || found.description != row.description)
        })
        .map(|(row, found)| (row, found.and_then(|found| found.created.parse().ok())))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    let attempted = "writing the version table";
    let role = wall.role(HOST_MODEL).map_err(|fault| fault.attempting(session, attempted))?;
    session.execute_as(role.as_ref(), attempted, &lower::record(table, &stale)).await
}

fn attempted(change: &Change) -> String {
    match change {
        Change::CreateRole { role, .. } => format!("making the role {role}"),
        Change::AlterRole { role, .. } => format!("limiting the role {role}"),
        Change::CreateNamespace { namespace, .. } => format!("making the database {namespace}"),
        Change::OpenNamespace { namespace, role, .. } => format!("opening {namespace} to {role}"),
        Change::CreateObject { object, kind } => format!("making the {kind} {object}"),
        Change::AlterObject { object, kind, .. } => format!("changing the {kind} {object}"),
    }
}

/// The number in `Code: 57. DB::Exception: ..`.
pub(super) fn code(text: &str) -> Option<u32> {
    let digits = text.trim_start().strip_prefix("Code: ")?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whether a request failed before anything of it was sent.
fn never_sent(fault: &Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(fault);
    while let Some(cause) = next {
        if cause
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect)
        {
            return true;
        }
        next = cause.source();
    }
    false
}

fn causes(fault: &Error) -> String {
    let mut text = fault.to_string();
    let mut next = std::error::Error::source(fault);
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = cause.source();
    }
    shown(&text)
}

/// At most so much of a message that a terminal can show it; a strange server can answer with anything.
fn shown(text: &str) -> String {
    const MOST: usize = 2_000;
    text.trim().chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read() {
        assert_eq!(code("Code: 57. DB::Exception: Table x"), Some(57));
        assert_eq!(code("<html>Code: 57"), None);
    }
}
