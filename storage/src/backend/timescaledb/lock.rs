//! One applier at a time: a session advisory lock on this target, which ends with the session that holds it.
//!
//! It excludes only on a server whose sessions are its own: behind a transaction pooler every statement may run in another
//! one, and another client's in ours, so such a target is refused. The local engine serves one connection at a time and its
//! locks exclude nobody.

use super::session::Session;
use super::{TimescaleTarget, fault};
use crate::backend::{EngineError, FailureKind};
use serde::Deserialize;
use std::fmt;
use std::time::{Duration, Instant};

/// The key of the lock: `whale_ho` in ASCII, the same in every database and every version of this tool.
pub const LOCK_KEY: i64 = 0x7768_616c_655f_686f;

/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// The process of the local engine, which has no other, takes one connection and therefore stands behind no pooler.
const ONE_PROCESS: i32 = 0;

const LOCKING: &str = "taking the lock on the target";

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Holder {
    /// Its process on the server.
    pub pid: i32,
    /// What it calls itself.
    pub application: String,
    /// Its user.
    pub user: String,
    /// Where it comes from, where that is known.
    pub client: String,
    /// Since when it is connected.
    pub since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of user {}", self.application, self.user)?;
        if !self.client.is_empty() {
            write!(f, " from {}", self.client)?;
        }
        write!(f, ", process {}, connected since {}", self.pid, self.since)
    }
}

#[derive(Deserialize)]
struct Attempt {
    taken: bool,
    pid: i32,
}

#[derive(Deserialize)]
struct Seen {
    pid: i32,
    ours: bool,
}

impl TimescaleTarget {
    /// Tries to take the lock. None: it is ours now.
    pub async fn try_lock(&mut self) -> Result<Option<Holder>, EngineError> {
        let tried: Attempt = self
            .answer(&format!(
                "SELECT json_build_object('taken', pg_try_advisory_lock({LOCK_KEY}), 'pid', pg_backend_pid())"
            ))
            .await?;
        if tried.taken && tried.pid != ONE_PROCESS && self.is_pooled(tried.pid).await? {
            // Let go where it can be; the session that may have it else ends with its pooler's connection.
            let _ = self.session.rows(LOCKING, &format!("SELECT pg_advisory_unlock({LOCK_KEY})")).await;
            let hint = "give the URL of the server itself, or of a pooler in session mode: a lock and a role do not survive between transactions";
            let detail = "statements of one connection run in different sessions, as behind a transaction pooler";
            return Err(fault::failure(FailureKind::Address, LOCKING, detail, hint));
        }
        if tried.taken {
            return Ok(None);
        }
        let holders: Vec<Holder> = self.answer(&holders()).await?;
        Ok(Some(holders.into_iter().next().unwrap_or_else(nobody)))
    }

    /// Whether the next statement runs in another session, or another connection is given the very session that this one
    /// uses, which a transaction pooler does as soon as ours is between two transactions. Asked only by who was just given
    /// the lock: who waits for it asks often, and would open a connection each time.
    async fn is_pooled(&mut self, pid: i32) -> Result<bool, EngineError> {
        let seen: Seen = self.answer(&own()).await?;
        if seen.pid != pid || !seen.ours {
            return Ok(true);
        }
        let mut other = Session::open(&self.address).await?;
        let theirs = other.rows(LOCKING, "SELECT pg_backend_pid()").await;
        other.close().await;
        Ok(theirs?.first().is_some_and(|theirs| *theirs == pid.to_string()))
    }

    /// Takes the lock, or says after this time who holds it.
    pub async fn lock(&mut self, wait: Duration) -> Result<(), EngineError> {
        let began = Instant::now();
        loop {
            let Some(holder) = self.try_lock().await? else { return Ok(()) };
            if began.elapsed() + PAUSE > wait {
                let detail = format!("another run holds it: {holder}");
                return Err(fault::failure(
                    FailureKind::Locked,
                    LOCKING,
                    detail,
                    "wait for that run to end, or give --wait a longer time",
                ));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn answer<T: serde::de::DeserializeOwned>(&mut self, query: &str) -> Result<T, EngineError> {
        let answer = self.session.rows(LOCKING, query).await?;
        let text = answer.into_iter().next().ok_or_else(|| fault::answer(LOCKING, "an answer is missing"))?;
        serde_json::from_str(&text).map_err(|error| fault::answer(LOCKING, &error.to_string()))
    }
}

/// It was let go between the two looks.
fn nobody() -> Holder {
    let unknown = || "unknown".to_owned();
    Holder { pid: 0, application: unknown(), user: unknown(), client: String::new(), since: unknown() }
}

/// `pg_locks` shows a key of 64 bits in two halves. The local engine, which has one process, names none.
fn held() -> String {
    let (high, low) = (LOCK_KEY >> 32, LOCK_KEY & 0xffff_ffff);
    format!(
        "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = {high} AND l.objid::bigint = {low}
        AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())"
    )
}

/// Whether this session holds it.
fn own() -> String {
    format!(
        "SELECT json_build_object('pid', pg_backend_pid(), 'ours', EXISTS (SELECT FROM pg_locks AS l
            WHERE {} AND coalesce(l.pid, pg_backend_pid()) = pg_backend_pid()))",
        held()
    )
}

/// Who holds it.
fn holders() -> String {
    format!(
        "SELECT coalesce(json_agg(json_build_object(
            'pid', coalesce(l.pid, pg_backend_pid()), 'application', coalesce(a.application_name, ''), 'user', coalesce(a.usename, ''),
            'client', coalesce(host(a.client_addr), ''), 'since', coalesce(to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS'), ''))), '[]')
            FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid WHERE {}",
        held()
    )
}
