//! The local engines under fire: killed and started again.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// The name of an engine, as everywhere in the suite.
pub type Engine = &'static str;

pub const ALL: [Engine; 3] = ["timescaledb", "clickhouse", "milvus"];

fn local() -> PathBuf {
    PathBuf::from(std::env::var("WHALE_LOCAL").expect("WHALE_LOCAL is the folder of the suite's own engines"))
}

/// Kills an engine with all its processes.
pub fn kill(engine: Engine) {
    let file = std::fs::read_to_string(local().join("engines.json")).unwrap();
    let file: Value = serde_json::from_str(&file).unwrap();
    let front = file.pointer(&format!("/targets/{engine}/pid")).and_then(Value::as_u64).unwrap();
    let doomed = with_children(front);
    for process in &doomed {
        signal(*process, "KILL");
    }
    let until = Instant::now() + Duration::from_secs(10);
    while doomed.iter().any(|process| state(*process).is_some_and(|state| state != 'Z')) {
        assert!(Instant::now() < until, "{engine} outlives SIGKILL");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Starts what is not running.
pub fn start() {
    let script = crate::root().join("storage/local/local.py");
    let up = Command::new("python3").arg(script).arg("up").output().unwrap();
    assert!(up.status.success(), "{}{}", crate::text(&up.stdout), crate::text(&up.stderr));
}

pub fn signal(process: u64, name: &str) {
    // One that is gone already needs no signal.
    let _ = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).output();
}

/// The state of a process, as `/proc` has it: `R`, `S`, `T` ..
pub fn state(process: u64) -> Option<char> {
    stat(process).map(|(state, _)| state)
}

/// State and parent.
fn stat(process: u64) -> Option<(char, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn with_children(leader: u64) -> Vec<u64> {
    let mut children: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some((_, parent)) = stat(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut all = vec![leader];
    let mut next = 0;
    while let Some(process) = all.get(next).copied() {
        all.extend(children.remove(&process).unwrap_or_default());
        next += 1;
    }
    all
}

/// Waits until a process has stopped itself.
pub fn wait_until_stopped(process: u64) {
    let until = Instant::now() + Duration::from_mins(1);
    while state(process) != Some('T') {
        assert!(state(process).is_some_and(|state| state != 'Z'), "it ended before the point at which it should stop");
        assert!(Instant::now() < until, "it does not come to the point at which it should stop");
        std::thread::sleep(Duration::from_millis(5));
    }
}
