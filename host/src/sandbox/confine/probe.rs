//! Whether a worker's confinement holds, found out by trying: a worker that confines itself as every other does, and
//! then tries what a plugin would that had taken it over.
//!
//! `doctor` asks it. Each layer can be tried alone as well, so that one cannot hide that another is missing.

use super::super::WORKER_VERB;
use super::super::group::join;
use super::super::limits::Limits;
use super::super::wire::Setup;
use super::super::worker::parent;
use super::apart::{Namespaces, Side, has_no_capability, leave};
use super::{Layers, calls, confine_by};
use nix::sys::signal::kill;
use nix::unistd::{Pid, chroot};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use serde::{Deserialize, Serialize};
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::thread;

/// More threads than any worker has.
const MANY: usize = 64;

/// What a confined worker could do. Each text is why something could not be done; none: it could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The version of landlock that is in force.
    pub landlock: Option<i32>,
    /// Whether a filter on system calls is in force.
    pub seccomp: bool,
    /// Namespaces of its own.
    pub namespaces: Namespaces,
    /// Whether a control group bounds the memory and the number of all workers together.
    pub grouped: bool,
    /// Whether it has no capability.
    pub powerless: bool,
    /// Opening a file.
    pub file: Option<String>,
    /// Opening a port.
    pub socket: Option<String>,
    /// Speaking to whoever listens on this machine.
    pub network: Option<String>,
    /// Starting a program.
    pub process: Option<String>,
    /// Reaching the host's process.
    pub host: Option<String>,
    /// What needs a capability.
    pub privilege: Option<String>,
    /// Having very many threads.
    pub threads: Option<String>,
    /// A page that is made writable and executable at once.
    pub writable_code: Option<String>,
    /// A page that becomes both.
    pub code_made_writable: Option<String>,
    /// An executable page, once the compiler is done.
    pub late_code: Option<String>,
}

impl Probe {
    /// What could be done all the same to reach something outside, in words.
    pub fn possible(&self) -> Vec<&'static str> {
        let all = [
            (&self.file, "open a file"),
            (&self.socket, "open a port"),
            (&self.network, "reach a server"),
            (&self.process, "start a program"),
        ];
        all.into_iter().filter(|(refused, _)| refused.is_none()).map(|(_, what)| what).collect()
    }

    /// What could be done within the process, or to others beside it.
    pub fn possible_within(&self) -> Vec<&'static str> {
        let code = "write machine code where it is run";
        let all = [
            (&self.host, "signal other processes"),
            (&self.privilege, "use a capability"),
            (&self.threads, "start threads without a bound"),
            (&self.writable_code, code),
            (&self.code_made_writable, code),
            (&self.late_code, "run machine code that was not compiled"),
        ];
        let mut possible: Vec<_> =
            all.into_iter().filter(|(refused, _)| refused.is_none()).map(|(_, what)| what).collect();
        possible.dedup();
        possible
    }
}

/// Has a worker of this program try it, with these layers alone; none named: all of them, as a worker does.
pub(crate) fn ask(program: &Path, verb: &str, group: Option<&Path>, layers: &[&str]) -> io::Result<Probe> {
    let tried = Command::new(program)
        .arg(verb)
        .arg(std::process::id().to_string())
        .arg(group.unwrap_or(Path::new("")))
        .args(layers)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    serde_json::from_slice(&tried.stdout).map_err(|_| io::Error::other(format!("it ended with {}", tried.status)))
}

/// Entry of the hidden verb: the number of the process that started this one, its control group, and the layers.
pub(crate) fn probe_main(arguments: &[OsString]) -> ExitCode {
    let [host, group, layers @ ..] = arguments else { return ExitCode::FAILURE };
    let grouped = !group.is_empty() && join(Path::new(group)).is_ok();
    let on = |name: &str| layers.is_empty() || layers.iter().any(|layer| layer == OsStr::new(name));
    let layers =
        Layers { descriptors: on("limits"), paths: on("landlock"), calls: on("seccomp"), apart: on("namespaces") };
    let left = parent(Some(host)).and_then(|host| Ok((host, leave(host, layers.apart)?)));
    let (host, namespaces) = match left {
        Ok((host, Side::Apart(namespaces))) => (host, namespaces),
        Ok((_, Side::Keeper(ended))) => return ended,
        Err(_) => return ExitCode::FAILURE,
    };
    match attempt(host, layers, namespaces)
        .map(|probe| Probe { grouped, ..probe })
        .and_then(|probe| Ok(serde_json::to_vec(&probe)?))
    {
        Ok(probe) if io::stdout().write_all(&probe).is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn attempt(host: Pid, layers: Layers, namespaces: Namespaces) -> io::Result<Probe> {
    let limits = Limits::default();
    let setup =
        Setup { address_space: limits.address_space(0), processor_seconds: limits.processor_seconds(0), limits };
    // The filter does not even let it ask.
    let powerless = has_no_capability();
    let enforced = confine_by(&setup, layers, namespaces)?;
    let process = refused(start());
    // Only a user namespace bounds them. Where there is none, the room for their stacks would end first, and this process.
    let threads = if namespaces.user { refused(many_threads()) } else { None };
    let writable_code = refused(code(true, None));
    let code_made_writable = refused(code(false, Some(true)));
    if layers.calls {
        // Where there is no filter, the next attempt says so.
        let _ = calls::seal();
    }
    Ok(Probe {
        landlock: enforced.landlock,
        seccomp: enforced.seccomp,
        namespaces,
        grouped: false,
        powerless,
        file: refused(open()),
        socket: refused(TcpListener::bind("127.0.0.1:0")),
        network: refused(speak()),
        process,
        host: refused(kill(host, None).map_err(io::Error::from)),
        privilege: refused(chroot("/").map_err(io::Error::from)),
        threads,
        writable_code,
        code_made_writable,
        late_code: refused(code(false, None)).and_then(|_| refused(code(false, Some(false)))),
    })
}

fn refused<T>(tried: io::Result<T>) -> Option<String> {
    tried.err().map(|error| error.to_string())
}

#[allow(clippy::disallowed_methods, reason = "what is tried must fail, whichever way it is tried")]
fn open() -> io::Result<std::fs::File> {
    std::fs::File::open("/proc/self/status")
}

/// Nothing is sent: there has to be a way, that is all.
fn speak() -> io::Result<()> {
    UdpSocket::bind("0.0.0.0:0")?.connect("127.0.0.1:9")
}

/// With the pipes it has, so that nothing but the program itself has to be opened. It ends at once, since it is not told whose it
/// is.
fn start() -> io::Result<()> {
    let mut child =
        Command::new("/proc/self/exe").arg(WORKER_VERB).stdin(Stdio::inherit()).stdout(Stdio::inherit()).spawn()?;
    child.wait().map(|_| ())
}

fn many_threads() -> io::Result<()> {
    let mut waiting = Vec::new();
    for _ in 0..MANY {
        let (go, wait) = channel::<()>();
        // It ends when the other end of its channel goes.
        let thread = thread::Builder::new().stack_size(64 * 1024).spawn(move || {
            let _ = wait.recv();
        })?;
        waiting.push((go, thread));
    }
    Ok(())
}

/// A page of machine code: made executable and `writable`; or made writable first, and then executable and `later` writable.
#[allow(unsafe_code, reason = "no safe call makes such a page, which is why it is tried here")]
fn code(writable: bool, later: Option<bool>) -> io::Result<()> {
    const PAGE: usize = 4096;
    let write = |on: bool| if on { ProtFlags::WRITE } else { ProtFlags::empty() };
    let first = if later.is_some() { ProtFlags::WRITE } else { ProtFlags::EXEC | write(writable) };
    // SAFETY: a mapping of our own at a place that the kernel chooses, which nothing points into, nothing reads, writes or
    // runs, and which is taken away again before this returns.
    unsafe {
        let page = mmap_anonymous(std::ptr::null_mut(), PAGE, ProtFlags::READ | first, MapFlags::PRIVATE)?;
        let changed = later.map_or(Ok(()), |writable| {
            let flags = MprotectFlags::READ | MprotectFlags::EXEC;
            mprotect(page, PAGE, if writable { flags | MprotectFlags::WRITE } else { flags })
        });
        munmap(page, PAGE)?;
        Ok(changed?)
    }
}
