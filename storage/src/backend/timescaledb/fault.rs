//! What a PostgreSQL server or its client library says, as an [`EngineError`]: kept with its SQLSTATE, sorted by what is
//! known to have happened, and with what to do.

use crate::backend::tls::{Explained, Peer};
use crate::backend::{EngineError, FailureKind};
use crate::definition::Backend;
use std::error::Error as _;
use std::time::Duration;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// A failure whose kind and texts are known.
pub(super) fn failure(
    kind: FailureKind,
    attempted: impl Into<String>,
    detail: impl Into<String>,
    hint: &str,
) -> EngineError {
    EngineError {
        backend: Backend::Timescaledb,
        kind,
        attempted: attempted.into(),
        detail: detail.into(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
    }
}

/// The URL cannot be used.
pub(super) fn address(detail: &str) -> EngineError {
    let hint = "it is read from TIMESCALEDB_URL or whale.toml: postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full";
    failure(FailureKind::Address, "reading the URL", detail, hint)
}

/// Nobody answered in time.
pub(super) fn silent(place: &str, waited: Duration) -> EngineError {
    let hint = "start the server, or correct the host and port in TIMESCALEDB_URL; the local engine serves one connection at a time";
    failure(FailureKind::Unreachable, connecting_to(place), format!("no answer within {}", seconds(waited)), hint)
}

/// No session came to be.
pub(super) fn connecting(place: &str, peer: &Peer, error: &Error) -> EngineError {
    if let Some(Explained { detail, hint }) = peer.explain(error) {
        return failure(FailureKind::Unreachable, connecting_to(place), detail, &hint);
    }
    let detail = said(error);
    if error.as_db_error().is_none() {
        let hint = "start the server, or correct the host and port in TIMESCALEDB_URL";
        return match error.source().map(ToString::to_string) {
            Some(text) if text.contains("does not support TLS") => failure(
                FailureKind::Unreachable,
                connecting_to(place),
                "the server has no TLS, and the URL requires it",
                "turn TLS on at the server, or allow plain text with sslmode=disable in the URL",
            ),
            Some(text) if text.contains("password missing") => failure(
                FailureKind::Denied,
                connecting_to(place),
                "the server asks for a password, and the URL has none",
                "write the password into TIMESCALEDB_URL, as in postgres://USER:PASSWORD@HOST:5432/DATABASE",
            ),
            _ => failure(FailureKind::Unreachable, connecting_to(place), detail, hint),
        };
    }
    let (kind, hint) = match error.code() {
        // What the server says of a connection that it would take with TLS, new and old.
        Some(code)
            if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
                && ["no encryption", "SSL off"].iter().any(|words| detail.contains(words)) =>
        {
            (
                FailureKind::Denied,
                "the connection is plain text: write sslmode=verify-full in the URL; if that is refused too, let the user in through pg_hba.conf",
            )
        }
        Some(code) if *code == SqlState::INVALID_PASSWORD || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            (
                FailureKind::Denied,
                "correct the user and password in TIMESCALEDB_URL, or let the user in through pg_hba.conf",
            )
        }
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => {
            (FailureKind::Denied, "create the database, or correct its name in TIMESCALEDB_URL")
        }
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            (FailureKind::Denied, "GRANT CONNECT ON DATABASE to the user")
        }
        _ => (FailureKind::Unreachable, "look into the server's log, and try again"),
    };
    failure(kind, connecting_to(place), detail, hint)
}

/// A statement failed. Without an answer of the server it may or may not have had its effect.
pub(super) fn statement(attempted: &str, place: &str, error: &Error) -> EngineError {
    let Some(code) = error.code() else {
        let hint = "the server may or may not have carried it out; the next run looks";
        return failure(FailureKind::InDoubt, format!("{attempted} on {place}"), said(error), hint);
    };
    let (kind, hint) = match code {
        // The session was ended from outside; whatever was under way was rolled back, unless it was the COMMIT itself.
        code if [&SqlState::ADMIN_SHUTDOWN, &SqlState::CRASH_SHUTDOWN].contains(&code) => {
            (FailureKind::InDoubt, "the server ended the session; the next run looks what was done")
        }
        code if *code == SqlState::INSUFFICIENT_PRIVILEGE => (
            FailureKind::Denied,
            "the user of TIMESCALEDB_URL needs CREATEROLE, CREATE on the database, and membership in the roles of the models",
        ),
        code if *code == SqlState::LOCK_NOT_AVAILABLE => {
            (FailureKind::Refused, "another session holds a lock on the object; try again when it is done")
        }
        // The server's own words may be of any language.
        code if *code == SqlState::QUERY_CANCELED => (
            FailureKind::Refused,
            "it took longer than statement_timeout of [targets.timescaledb] allows, or somebody ended it on the server; nothing was changed. An index over a large table may need more: raise it there",
        ),
        code if *code == SqlState::CONFIGURATION_LIMIT_EXCEEDED && said(error).contains("temp_file_limit") => (
            FailureKind::Refused,
            "the step needs more room for temporary files than temp_file_limit allows, and nothing of it was done: raise temp_file_limit in [targets.timescaledb.session], or on the server where that is lower",
        ),
        _ => (FailureKind::Refused, ""),
    };
    failure(kind, attempted, said(error), hint)
}

/// No answer came in time.
pub(super) fn no_answer(attempted: &str, place: &str, waited: Duration) -> EngineError {
    let hint = "the server may or may not have carried it out; the next run looks";
    failure(
        FailureKind::InDoubt,
        format!("{attempted} on {place}"),
        format!("no answer within {}", seconds(waited)),
        hint,
    )
}

/// The session is over, and nothing was sent.
pub(super) fn closed(attempted: &str, place: &str) -> EngineError {
    failure(FailureKind::Unreachable, format!("{attempted} on {place}"), "the connection is closed", "run it again")
}

/// The server's answer was not what was asked for.
pub(super) fn answer(attempted: &str, detail: &str) -> EngineError {
    failure(FailureKind::Refused, attempted, format!("the server's answer cannot be read: {detail}"), "")
}

/// Whether the failure is the server saying one of these SQLSTATEs.
pub(super) fn is(error: &EngineError, states: &[&SqlState]) -> bool {
    states.iter().any(|state| error.detail.starts_with(&format!("{}: ", state.code())))
}

fn connecting_to(place: &str) -> String {
    format!("connecting to {place}")
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// The SQLSTATE and what the server said with it, or the chain of causes of the client library.
fn said(error: &Error) -> String {
    if let Some(answer) = error.as_db_error() {
        let mut text = format!("{}: {}", answer.code().code(), answer.message());
        for more in [answer.detail(), answer.hint()].into_iter().flatten() {
            text.push_str("; ");
            text.push_str(more);
        }
        return text;
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}
