//! A run that is watched: what it writes, what it leaves in its folders, and the arguments and environments of its
//! processes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use whale_tests::{text, whale_at};

/// The word that passwords hold. It has nothing that URLs, JSON or a shell would write otherwise.
pub(crate) const CANARY: &str = "canary-";

/// Folders of a run of its own, its cache of compiled plugins among them.
pub(crate) struct World {
    folder: TempDir,
    processes: AtomicUsize,
    workers: AtomicUsize,
}

/// How a command ended.
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) said: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), processes: AtomicUsize::new(0), workers: AtomicUsize::new(0) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many processes of workers were looked at.
    pub(crate) fn workers(&self) -> usize {
        self.workers.load(Ordering::Relaxed)
    }

    /// Runs a command, and looks for secrets everywhere.
    pub(crate) fn run(&self, targets: &[(&'static str, String)], arguments: &[&str]) -> Run {
        let borrowed: Vec<(&str, &str)> = targets.iter().map(|(variable, url)| (*variable, url.as_str())).collect();
        let mut command = whale_at(&borrowed, arguments);
        command.env("WHALE_STATE", self.path("state")).env("WHALE_CACHE", self.path("cache")).env("RUST_LOG", "trace");
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = self.watch(child);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        let shown = arguments.join(" ");
        println!("$ whale-host {shown}\n{said}");
        for secret in secrets(targets) {
            assert!(!said.contains(&secret), "{shown} says a secret");
            for kept in self.kept() {
                let content = fs::read(&kept).unwrap();
                assert!(!holds(&content, &secret), "{shown} leaves a secret in {kept}");
            }
        }
        Run { exit: output.status.code().expect("it ends by itself"), said }
    }

    /// Files in the folders of state and cache.
    pub(crate) fn kept(&self) -> Vec<String> {
        let mut found = Vec::new();
        for folder in ["state", "cache"] {
            walk(&self.path(folder), &mut found);
        }
        found
    }

    fn watch(&self, child: std::process::Child) -> Output {
        let (pid, over) = (child.id(), AtomicBool::new(false));
        let mut seen = BTreeSet::new();
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    self.look(pid, &mut seen);
                    thread::sleep(Duration::from_millis(2));
                }
            });
            let output = child.wait_with_output().unwrap();
            over.store(true, Ordering::Relaxed);
            watcher.join().expect("no process shows a secret");
            output
        })
    }

    /// Arguments of the process and its children, and the environments of those that are workers.
    fn look(&self, pid: u32, seen: &mut BTreeSet<u32>) {
        for process in std::iter::once(pid).chain(children(pid)) {
            self.look_at(process, seen);
        }
    }

    fn look_at(&self, process: u32, seen: &mut BTreeSet<u32>) {
        // One that has just ended shows nothing.
        let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        assert!(!holds(&arguments, CANARY), "a secret among arguments: {}", text(&arguments));
        let is_worker = text(&arguments).split('\0').nth(1) == Some(WORKER_VERB);
        if is_worker {
            let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            assert!(environment.is_empty(), "the worker's environment: {}", text(&environment));
        }
        if !arguments.is_empty() && seen.insert(process) {
            self.processes.fetch_add(1, Ordering::Relaxed);
            self.workers.fetch_add(usize::from(is_worker), Ordering::Relaxed);
        }
    }
}

impl Drop for World {
    /// A run that is refused at once may be over before it is looked at, but not every one.
    fn drop(&mut self) {
        let seen = self.processes.load(Ordering::Relaxed);
        assert!(seen > 0 || thread::panicking(), "no process was seen");
    }
}

/// What the program starts itself as, to run a plugin.
const WORKER_VERB: &str = "__worker";

/// Processes that a process has started.
fn children(pid: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|process| parent(*process) == Some(pid)).collect()
}

/// The second field behind the name, which stands in parentheses and may hold anything.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            walk(&entry.path(), found);
        } else {
            found.push(entry.path().display().to_string());
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(text)
}

/// The word, each password as it is and as the URL has it, and what the engines' protocols make of it.
fn secrets(targets: &[(&'static str, String)]) -> Vec<String> {
    let mut secrets = vec![CANARY.to_owned()];
    for url in targets.iter().filter_map(|(_, url)| url::Url::parse(url).ok()) {
        let Some(encoded) = url.password().filter(|password| password.contains(CANARY)) else { continue };
        let plain = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy().into_owned();
        secrets.extend([base64(&format!("{}:{plain}", url.username())), base64(&plain), plain, encoded.to_owned()]);
    }
    secrets
}

/// Without what is behind the last whole group, which depends on nothing but the end.
fn base64(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = text.as_bytes().chunks_exact(3);
    let signs = groups.flat_map(|group| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(SIGNS[bits >> shift & 63]))
    });
    signs.collect()
}
