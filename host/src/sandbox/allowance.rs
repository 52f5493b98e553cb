//! So much processor time and no more: what compiling a plugin may take.
//!
//! On a busy machine a worker gets only a part of the clock's time, and the same plugin must not be refused on one day and
//! taken on another. So the worker counts for itself; the host's clock, many times as long, is for one that does not.

use super::confine::SPENT;
use super::run::processor_time;
use signal_hook::low_level::exit;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Ends the process once it has used up its time, until this value goes.
#[derive(Debug)]
pub(super) struct Allowance {
    over: Arc<AtomicBool>,
    counting: Option<JoinHandle<()>>,
}

impl Allowance {
    /// Counts from now on.
    pub(super) fn begin(time: Duration) -> io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let (until, ended) = (processor_time() + time, over.clone());
        let count = move || {
            while !ended.load(Ordering::Acquire) {
                if processor_time() > until {
                    exit(SPENT.into());
                }
                std::thread::park_timeout(LOOK);
            }
        };
        let counting = std::thread::Builder::new().name("allowance".to_owned()).stack_size(64 * 1024).spawn(count)?;
        Ok(Self { over, counting: Some(counting) })
    }
}

impl Drop for Allowance {
    /// No other thread is left that a filter would have to be laid upon.
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        if let Some(counting) = self.counting.take() {
            counting.thread().unpark();
            let _ = counting.join();
        }
    }
}
