//! Where workers are started, and seen to their end with the host.
//!
//! A worker asks the kernel to end it with its parent, and for the kernel that is the thread that started it. So one thread,
//! which lives as long as the program does, starts all of them, whichever thread wants one.
//!
//! A host that is told to end ends its workers first and waits for them. One that is killed cannot: then the kernel ends them.
//! Signals that whoever started the host had it ignore stay ignored. While somebody heeds them ([`heed`]) it is for them to end.

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What is wanted, and whoever waits for it.
type Wish = (Command, SyncSender<io::Result<Child>>);

/// A running process. It is ended and waited for under its lock, so that no other process of its number is ever meant.
type Running = Arc<Mutex<Child>>;

/// All that run, by a number of our own; it is held for good once the host ends.
static RUNNING: Mutex<(u64, BTreeMap<u64, Running>)> = Mutex::new((0, BTreeMap::new()));

/// The way to the thread that starts them.
static WISHES: OnceLock<Mutex<Option<Sender<Wish>>>> = OnceLock::new();

/// Processes that were ended and have still to be waited for, at most.
const LEAVING: usize = 8;

/// The way to the thread that waits for them: a kernel takes its time to clear a process's namespaces away, and whoever wants
/// the next worker need not wait for that.
static LEAVERS: OnceLock<Mutex<Option<SyncSender<u64>>>> = OnceLock::new();

/// A process that is ended with this value.
#[derive(Debug)]
pub(super) struct Ward {
    number: u64,
    child: Running,
}

/// Starts a process, and hands over its ends of the pipes.
pub(super) fn start(command: Command) -> io::Result<(Ward, Child3)> {
    let (answer, answered) = sync_channel(1);
    wishes()?.send((command, answer)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
    let mut child = answered.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))??;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let child = Arc::new(Mutex::new(child));
    let mut running = lock(&RUNNING);
    running.0 += 1;
    let number = running.0;
    running.1.insert(number, child.clone());
    drop(running);
    Ok((Ward { number, child }, pipes))
}

/// The host's ends of a process's pipes.
pub(super) type Child3 =
    (Option<std::process::ChildStdin>, Option<std::process::ChildStdout>, Option<std::process::ChildStderr>);

impl Ward {
    /// How it ended, if it has.
    pub(super) fn ended(&self) -> io::Result<Option<ExitStatus>> {
        lock(&self.child).try_wait()
    }

    /// Ends it and waits until it has.
    pub(super) fn end(&self) {
        let mut child = lock(&self.child);
        // It may be gone already, which is what is wanted.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Ward {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = lock(&self.child).kill();
        let handed_over = leavers().is_some_and(|way| way.send(self.number).is_ok());
        if !handed_over {
            wait_for(self.number);
        }
    }
}

/// Waits until a process that was ended is gone.
fn wait_for(number: u64) {
    let child = lock(&RUNNING).1.get(&number).cloned();
    if let Some(child) = child {
        let _ = lock(&child).wait();
        lock(&RUNNING).1.remove(&number);
    }
}

/// The way to the thread that waits, where one can be had.
fn leavers() -> Option<SyncSender<u64>> {
    let mut way = lock(LEAVERS.get_or_init(Mutex::default));
    if way.is_none() {
        let (send, receive) = sync_channel(LEAVING);
        let wait = move || receive.into_iter().for_each(wait_for);
        std::thread::Builder::new().name("leavers".to_owned()).stack_size(64 * 1024).spawn(wait).ok()?;
        *way = Some(send);
    }
    way.clone()
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The way to the thread, which is started for the first that wants one.
fn wishes() -> io::Result<Sender<Wish>> {
    let mut way = lock(WISHES.get_or_init(Mutex::default));
    if let Some(way) = way.as_ref() {
        return Ok(way.clone());
    }
    watch()?;
    let (send, receive) = channel();
    std::thread::Builder::new().name("nursery".to_owned()).spawn(move || work(&receive))?;
    *way = Some(send.clone());
    Ok(send)
}

fn work(wishes: &Receiver<Wish>) {
    for (mut command, answer) in wishes {
        // Whoever waits no longer lets go of the process, which is then ended.
        if let Err(unheard) = answer.send(command.spawn())
            && let Ok(mut child) = unheard.0
        {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What is done in place of ending the host; false: it is to end.
type Heed = Box<dyn Fn() -> bool + Send>;

static HEED: Mutex<Option<Heed>> = Mutex::new(None);

/// Has this called at each signal that would end the host, until it says that the host is to end; none: nothing any more.
pub(crate) fn heed(by: Option<Heed>) {
    *lock(&HEED) = by;
}

/// Has a thread wait for the signals that end the host.
fn watch() -> io::Result<()> {
    let ignored = ignored().unwrap_or_default();
    let meant = [SIGTERM, SIGINT, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let mut signals = Signals::new(meant)?;
    std::thread::Builder::new().name("signals".to_owned()).stack_size(64 * 1024).spawn(move || {
        let heeded = || lock(&HEED).as_ref().is_some_and(|heed| heed());
        if let Some(signal) = signals.forever().find(|_| !heeded()) {
            end_all();
            // As it would have ended without us, so that whoever started it sees the same.
            let _ = emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

/// Ends all of them and waits. None is started or let go after that: the lock is never given back.
fn end_all() {
    let running = std::mem::ManuallyDrop::new(lock(&RUNNING));
    for child in running.1.values() {
        let _ = lock(child).kill();
    }
    for child in running.1.values() {
        let _ = lock(child).wait();
    }
}

/// Signals that are ignored, a bit each.
fn ignored() -> Option<u64> {
    #[allow(clippy::disallowed_methods, reason = "what the system says of this process lies outside of every folder")]
    let everything = ambient_authority();
    let mut status = String::new();
    #[allow(clippy::disallowed_methods, reason = "the kernel's own file, which nobody can put another in the place of")]
    let file = Dir::open_ambient_dir("/proc/self", everything).ok()?.open("status").ok()?;
    file.take(64 * 1024).read_to_string(&mut status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    #[test]
    fn a_process_outlives_the_thread_that_wanted_it_and_not_the_value() {
        let mut command = Command::new("sleep");
        command.arg("60").stdin(Stdio::null());
        let (ward, _) = std::thread::spawn(move || start(command).unwrap()).join().unwrap();
        assert!(ward.ended().unwrap().is_none());
        let begun = Instant::now();
        ward.end();
        assert!(ward.ended().unwrap().is_some() && begun.elapsed() < Duration::from_secs(5));
        assert!(lock(&RUNNING).1.contains_key(&ward.number));
        let number = ward.number;
        drop(ward);
        while lock(&RUNNING).1.contains_key(&number) {
            assert!(begun.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn what_cannot_be_started_is_told() {
        assert!(start(Command::new("/nowhere/at/all")).is_err());
    }
}
