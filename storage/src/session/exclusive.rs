//! One applier at a time, and only when nothing of an earlier one is at work any more.

use super::connections::Connection;
use super::{Progress, Session};
use crate::backend::{EngineError, FailureKind};
use crate::definition::Backend;
use std::time::{Duration, Instant};

/// How often what an earlier run left at work is looked at.
const POLL: Duration = Duration::from_millis(200);

/// How long it is waited for in any case: a killed run's statements are short.
const LEAST: Duration = Duration::from_secs(30);

impl Session {
    /// Takes the lock that lets one applier work at a time, and waits until nothing is at work that an earlier run has
    /// begun. The lock stands on every TimescaleDB target that this run has a connection to, taken in their order; the
    /// shared one is always among them.
    pub async fn lock(&mut self, wait: Duration, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), EngineError> {
        if !self.connections.contains_key(&Backend::Timescaledb.into()) {
            return Err(no_target());
        }
        for connection in self.connections.values_mut() {
            if let Connection::Timescaledb(target) = connection {
                target.lock(wait).await?;
            }
        }
        let until = Instant::now() + wait.max(LEAST);
        for (target, connection) in &mut self.connections {
            let mut said = String::new();
            loop {
                let left = connection.leftovers().await?;
                let Some(what) = left.first() else { break };
                if Instant::now() >= until {
                    return Err(still_at_work(target.backend, &left));
                }
                if said != *what {
                    progress(Progress::Waiting { what });
                    said.clone_from(what);
                }
                tokio::time::sleep(POLL).await;
            }
        }
        Ok(())
    }
}

fn no_target() -> EngineError {
    EngineError {
        backend: Backend::Timescaledb,
        kind: FailureKind::Locked,
        attempted: "taking the lock of appliers".to_owned(),
        detail: "there is no TimescaleDB target, and the lock stands there".to_owned(),
        hint: Some("set TIMESCALEDB_URL, or name the target in whale.toml; every apply needs it".to_owned()),
    }
}

fn still_at_work(backend: Backend, left: &[String]) -> EngineError {
    EngineError {
        backend,
        kind: FailureKind::Locked,
        attempted: "waiting for what an earlier run left at work".to_owned(),
        detail: left.join("; "),
        hint: Some("nothing was sent; give --wait a longer time, or end it in the engine, and apply again".to_owned()),
    }
}
