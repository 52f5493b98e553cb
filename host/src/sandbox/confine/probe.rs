//! Whether a worker's confinement holds, found out by trying: a worker that confines itself as every other does, and
//! then tries to open a file, to open a port, and to start a program.
//!
//! `doctor` asks it. Each layer can be tried alone as well, so that one cannot hide that another is missing.

use super::super::limits::Limits;
use super::super::wire::Setup;
use super::{Layers, confine_by};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// What a confined worker could do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The version of landlock that is in force.
    pub landlock: Option<i32>,
    /// Whether a filter on system calls is in force.
    pub seccomp: bool,
    /// Why no file could be opened; none: one could.
    pub file: Option<String>,
    /// Why no port could be opened.
    pub socket: Option<String>,
    /// Why no program could be started.
    pub process: Option<String>,
}

impl Probe {
    /// What could be done all the same, in words.
    pub fn possible(&self) -> Vec<&'static str> {
        let all = [(&self.file, "open a file"), (&self.socket, "open a port"), (&self.process, "start a program")];
        all.into_iter().filter(|(refused, _)| refused.is_none()).map(|(_, what)| what).collect()
    }
}

/// Has a worker of this program try it, with these layers alone; none named: all of them, as a worker does.
pub(crate) fn ask(program: &Path, verb: &str, layers: &[&str]) -> io::Result<Probe> {
    let tried = Command::new(program)
        .arg(verb)
        .args(layers)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    serde_json::from_slice(&tried.stdout).map_err(|_| io::Error::other(format!("it ended with {}", tried.status)))
}

/// Entry of the hidden verb.
pub(crate) fn probe_main<T: AsRef<OsStr>>(layers: &[T]) -> ExitCode {
    let on = |name: &str| layers.is_empty() || layers.iter().any(|layer| layer.as_ref() == name);
    let layers = Layers { descriptors: on("limits"), paths: on("landlock"), calls: on("seccomp") };
    let limits = Limits::default();
    let setup =
        Setup { address_space: limits.address_space(0), processor_seconds: limits.processor_seconds(0), limits };
    let Ok(enforced) = confine_by(&setup, layers) else { return ExitCode::FAILURE };
    let probe = Probe {
        landlock: enforced.landlock,
        seccomp: enforced.seccomp,
        file: refused(open()),
        socket: refused(TcpListener::bind("127.0.0.1:0")),
        process: refused(start()),
    };
    match serde_json::to_vec(&probe).map(|probe| io::stdout().write_all(&probe)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn refused<T>(tried: io::Result<T>) -> Option<String> {
    tried.err().map(|error| error.to_string())
}

#[allow(clippy::disallowed_methods, reason = "what is tried must fail, whichever way it is tried")]
fn open() -> io::Result<std::fs::File> {
    std::fs::File::open("/proc/self/status")
}

/// With the pipes it has, so that nothing but the program itself has to be opened.
fn start() -> io::Result<()> {
    let mut child = Command::new("/proc/self/exe").arg("--version").stdout(Stdio::inherit()).spawn()?;
    child.wait().map(|_| ())
}
