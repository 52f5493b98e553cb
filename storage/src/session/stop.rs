//! Somebody's wish that a run end before its plan does.
//!
//! Asked once, no further step is sent, and the one that is under way is waited for. Asked again, that one is not waited for
//! either, and is in doubt. Whoever asks stands outside: a signal, mostly.

use crate::backend::{EngineError, FailureKind};
use crate::definition::Backend;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often it is looked at while a step is under way.
const LOOK: Duration = Duration::from_millis(50);

/// What the fault of a run that was stopped says of the rest.
const NOT_SENT: &str = "it was interrupted; nothing more was sent";

/// How often it was asked; the same for all clones.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// Asks, and tells how often that was done now.
    pub fn ask(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Whether somebody has asked.
    pub fn asked(&self) -> bool {
        self.times() > 0
    }

    /// Whether not even what is under way is to be waited for.
    pub fn at_once(&self) -> bool {
        self.times() > 1
    }

    fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Fails once somebody has asked.
    pub(super) fn check(&self, backend: Backend) -> Result<(), EngineError> {
        if self.asked() {
            Err(fault(backend, FailureKind::Interrupted, "carrying out the plan", NOT_SENT))
        } else {
            Ok(())
        }
    }

    /// Waits for what has no effect of its own until somebody asks.
    pub(super) async fn or_asked<T>(
        &self,
        backend: Backend,
        what: &str,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let interrupted = || fault(backend, FailureKind::Interrupted, what, NOT_SENT);
        self.until(1, work, || ()).await.unwrap_or_else(|| Err(interrupted()))
    }

    /// Waits for a step, and tells the first time that somebody asks. If they ask again, it is left in doubt.
    pub(super) async fn or_at_once<T>(
        &self,
        backend: Backend,
        what: &str,
        work: impl Future<Output = Result<T, EngineError>>,
        told: impl FnMut(),
    ) -> Result<T, EngineError> {
        let left = || {
            let detail = "it was interrupted a second time, before an answer came";
            fault(backend, FailureKind::InDoubt, what, detail)
        };
        self.until(2, work, told).await.unwrap_or_else(|| Err(left()))
    }

    /// What comes of some work; none: it was asked so often before that came.
    async fn until<T>(&self, times: usize, work: impl Future<Output = T>, mut told: impl FnMut()) -> Option<T> {
        let mut work = pin!(work);
        let mut silent = !self.asked();
        loop {
            if let Ok(done) = tokio::time::timeout(LOOK, work.as_mut()).await {
                return Some(done);
            }
            if self.times() >= times {
                return None;
            }
            if silent && self.asked() {
                silent = false;
                told();
            }
        }
    }
}

fn fault(backend: Backend, kind: FailureKind, attempted: &str, detail: &str) -> EngineError {
    EngineError { backend, kind, attempted: attempted.to_owned(), detail: detail.to_owned(), hint: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    async fn soon() -> Result<u8, EngineError> {
        tokio::time::sleep(LOOK * 3).await;
        Ok(7)
    }

    #[test]
    fn once_lets_a_step_end_and_twice_leaves_it_in_doubt() {
        let stop = Stop::default();
        assert!(stop.check(Backend::Milvus).is_ok());
        assert_eq!(stop.ask(), 1);
        assert_eq!(stop.check(Backend::Milvus).unwrap_err().kind, FailureKind::Interrupted);
        assert_eq!(run(stop.or_at_once(Backend::Milvus, "a step", soon(), || ())).unwrap(), 7);
        assert_eq!(run(stop.or_asked(Backend::Milvus, "a load", soon())).unwrap_err().kind, FailureKind::Interrupted);
        assert_eq!(stop.ask(), 2);
        let left = run(stop.or_at_once(Backend::Milvus, "a step", soon(), || ())).unwrap_err();
        assert_eq!((left.kind, left.attempted.as_str()), (FailureKind::InDoubt, "a step"));
    }

    #[test]
    fn the_first_wish_is_told_once_while_a_step_is_under_way() {
        let stop = Stop::default();
        let mut told = 0;
        let asking = async {
            tokio::time::sleep(LOOK).await;
            stop.ask();
        };
        let work = stop.or_at_once(Backend::Clickhouse, "a step", soon(), || told += 1);
        let (done, ()) = run(async { tokio::join!(work, asking) });
        assert_eq!((done.unwrap(), told), (7, 1));
    }
}
