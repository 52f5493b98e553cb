//! Sends what `lower` made: a step, marks, or rows of the version table, each in one transaction and one round trip.
//!
//! A step that fails because its object is there already is done, if the object's comment is the one that the step writes.

use super::fault;
use super::lower;
use super::session::Session;
use crate::backend::{EngineError, FailureKind, Renewal, Seal};
use crate::change::Change;
use crate::definition::ObjectName;
use crate::plan::{Step, VersionRow};
use std::collections::BTreeMap;
use tokio_postgres::error::SqlState;

/// What the server says when something of that name is there.
const EXISTS: [&SqlState; 3] = [&SqlState::DUPLICATE_TABLE, &SqlState::DUPLICATE_SCHEMA, &SqlState::DUPLICATE_OBJECT];

/// Carries out a step.
pub(super) async fn step(
    session: &mut Session,
    step: &Step,
    version_table: Option<&ObjectName>,
) -> Result<(), EngineError> {
    // The version table's own row comes with the record at the end.
    let batch = lower::transaction(step, version_table);
    let attempted = attempted(&step.change);
    match session.transaction(&attempted, &batch).await {
        Err(error) if fault::is(&error, &EXISTS) && is_done(session, step).await? => Ok(()),
        done => done.map(drop),
    }
}

/// Writes marks.
pub(super) async fn seal(session: &mut Session, marks: &BTreeMap<ObjectName, Seal>) -> Result<(), EngineError> {
    if marks.is_empty() {
        return Ok(());
    }
    session.transaction("writing the marks", &lower::seal(marks)).await.map(drop)
}

/// Writes marks of namespaces and roles anew. One that may not be written stays as it is.
pub(super) async fn renew(session: &mut Session, marks: &Renewal) -> Result<(), EngineError> {
    for batch in lower::renewals(marks) {
        match session.transaction("writing the marks of namespaces and roles anew", &batch).await {
            Err(error) if error.kind != FailureKind::Denied => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Brings the version table up to date, in one round trip. Where it is not, there is nothing to do.
pub(super) async fn record(session: &mut Session, table: &ObjectName, rows: &[VersionRow]) -> Result<(), EngineError> {
    if rows.is_empty() {
        return Ok(());
    }
    match session.transaction(&format!("writing {table}"), &lower::upsert(table, rows)).await {
        Err(error) if fault::is(&error, &[&SqlState::UNDEFINED_TABLE]) => Ok(()),
        done => done.map(drop),
    }
}

/// Whether a step makes this object.
pub(super) fn makes(step: &Step, name: &ObjectName) -> bool {
    matches!(&step.change, Change::CreateObject { object, .. } if object == name)
}

async fn is_done(session: &mut Session, step: &Step) -> Result<bool, EngineError> {
    let Some(query) = lower::comment_query(&step.change) else { return Ok(false) };
    let answer = session.rows("looking whether the step is done", &query).await?;
    Ok(answer.into_iter().any(|comment| lower::writes_comment(step, &comment)))
}

fn attempted(change: &Change) -> String {
    match change {
        Change::CreateRole { role, .. } => format!("creating the role {role}"),
        Change::AlterRole { role, .. } => format!("limiting the role {role}"),
        Change::CreateNamespace { namespace, .. } => format!("creating the schema {namespace}"),
        Change::OpenNamespace { namespace, role, .. } => {
            format!("letting {role} make objects in the schema {namespace}")
        }
        Change::CreateObject { object, kind } => format!("creating the {kind} {object}"),
        Change::AlterObject { object, kind, .. } => format!("adding to the {kind} {object}"),
    }
}
