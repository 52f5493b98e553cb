//! What is left of a host that ends in the middle of a compile: nothing, however it ends.

use super::World;
use std::fs;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../sandbox/guests.rs"]
#[allow(dead_code, clippy::indexing_slicing, reason = "the guests of the other tests")]
mod guests;

/// A host that is compiling what takes minutes, and its processes: the keeper and the one that compiles.
struct Compiling {
    _world: World,
    host: Child,
    workers: Vec<u32>,
}

impl Compiling {
    fn start() -> Self {
        Self::start_by(|command| command)
    }

    fn start_by(by: impl FnOnce(Command) -> Command) -> Self {
        let loops = "loop end ".repeat(300_000);
        let slow = guests::Guest { more: &format!("(func {loops})"), ..guests::GOOD }.component();
        let limits = "[limits]\ncompile_base_ms = 24_000\ncompile_mib_ms = 32_000\nblocks = 16_000\n";
        let world = World::with_settings(limits).with_file("slow.wasm", slow);
        let mut command = by(world.command(&["validate", "-p", "slow.wasm"]));
        let mut host = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            assert!(host.try_wait().unwrap().is_none(), "it ended before it compiled");
            assert!(Instant::now() < until, "nothing compiles");
            let workers = below(host.id());
            // What compiles uses processor time, and starting does not.
            if workers.iter().any(|worker| ticks(*worker) > 30) {
                return Self { _world: world, host, workers };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How long they are there after the host is gone.
    fn outlived(&mut self) -> Duration {
        self.host.wait().unwrap();
        let begun = Instant::now();
        while self.workers.iter().any(|worker| lives(*worker)) && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(2));
        }
        begun.elapsed()
    }
}

impl Drop for Compiling {
    fn drop(&mut self) {
        let _ = self.host.kill();
        let _ = self.host.wait();
        // Should the test have failed, they are still ours to end.
        for worker in self.workers.iter().filter(|worker| lives(**worker)) {
            let _ = Command::new("kill").arg("-KILL").arg(worker.to_string()).status();
        }
    }
}

fn signal(signal: &str, processes: &[u32]) {
    let numbers = processes.iter().map(ToString::to_string);
    assert!(Command::new("kill").arg(format!("-{signal}")).args(numbers).status().unwrap().success());
}

/// Processes below this one.
fn below(process: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return found };
    for thread in threads.flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            found.push(child);
            found.extend(below(child));
        }
    }
    found
}

/// Fields of a process's status after its name: the state first.
fn status(process: u32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

fn ticks(process: u32) -> u64 {
    status(process).and_then(|fields| fields.get(11)?.parse().ok()).unwrap_or(0)
}

/// One that nobody waits for yet has nothing any more.
fn lives(process: u32) -> bool {
    status(process).is_some_and(|fields| fields.first().is_some_and(|state| state != "Z" && state != "X"))
}

#[test]
fn a_killed_host_leaves_no_worker() {
    let mut compiling = Compiling::start();
    signal("KILL", &[compiling.host.id()]);
    let outlived = compiling.outlived();
    assert!(outlived < Duration::from_secs(2), "{outlived:?}");
}

#[test]
fn a_killed_host_leaves_no_worker_that_was_stopped() {
    let mut compiling = Compiling::start();
    signal("STOP", &compiling.workers);
    signal("KILL", &[compiling.host.id()]);
    let outlived = compiling.outlived();
    assert!(outlived < Duration::from_secs(2), "{outlived:?}");
}

#[test]
fn a_host_that_is_told_to_end_ends_its_workers_first() {
    for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        let mut compiling = Compiling::start();
        signal("STOP", &compiling.workers);
        signal(name, &[compiling.host.id()]);
        let ended = compiling.host.wait().unwrap();
        assert_eq!(ended.signal(), Some(number), "as it would have ended without workers");
        let outlived = compiling.outlived();
        assert!(outlived < Duration::from_millis(500), "{name}: {outlived:?}");
    }
}

#[test]
fn a_signal_that_is_to_be_ignored_is_ignored() {
    // As `nohup` and a shell's `&` start a program.
    let mut compiling = Compiling::start_by(|command| {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' INT HUP; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
        shell.current_dir(command.get_current_dir().unwrap()).env_clear().stdin(Stdio::null());
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell
    });
    for name in ["INT", "HUP"] {
        signal(name, &[compiling.host.id()]);
    }
    std::thread::sleep(Duration::from_millis(400));
    assert!(compiling.host.try_wait().unwrap().is_none() && compiling.workers.iter().all(|worker| lives(*worker)));
    signal("TERM", &[compiling.host.id()]);
    assert!(compiling.outlived() < Duration::from_secs(2));
}

#[test]
fn nobody_looks_into_a_host_and_no_crash_writes_it_down() {
    let compiling = Compiling::start();
    let limits = fs::read_to_string(format!("/proc/{}/limits", compiling.host.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    // What cannot be looked into belongs to root, whoever runs it; the workers are no different.
    for process in compiling.workers.iter().chain([&compiling.host.id()]) {
        let looked = Command::new("cat")
            .arg(format!("/proc/{process}/environ"))
            .uid(if is_root() { 65_534 } else { own() })
            .output()
            .unwrap();
        assert!(!looked.status.success(), "{process} can be looked into");
    }
}

fn own() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    Path::new("/proc/self").metadata().unwrap().uid()
}

fn is_root() -> bool {
    own() == 0
}
