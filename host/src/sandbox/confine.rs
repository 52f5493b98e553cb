//! What the worker takes away from itself before it sees a byte of a plugin.
//!
//! The worker is given an empty environment, the root directory to stand in, and three pipes. First it leaves what it shares
//! with other processes (`apart`). Here it closes whatever else it inherited and lowers its limits for good: with no file descriptor left to be had it can open neither a file
//! nor a socket. Then, where the kernel has them, come two filters that say the same again, each on its own: landlock
//! (`paths`) and seccomp (`calls`). A kernel without them is no reason to stop; `probe` is how `doctor` finds out.
//!
//! Filters hold for the thread that asks for them and for those it makes later, so this is called before there is any
//! other thread.

mod apart;
mod calls;
mod paths;
mod probe;

pub use apart::Namespaces;
pub(super) use apart::{Side, leave};
pub(super) use calls::seal;
pub use probe::Probe;
pub(super) use probe::{ask, probe_main};

use super::wire::Setup;
use apart::has_no_capability;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::utsname::uname;
use signal_hook::consts::SIGXCPU;
use signal_hook::flag::register_conditional_shutdown;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Descriptors of standard input, output and error.
const PIPES: u64 = 3;

/// Threads of a worker: the first, the one that compiles and runs, its clock. One more is its keeper's, and one to spare.
const THREADS: u64 = 5;

/// How a worker ends whose processor time is used up.
pub(super) const SPENT: u8 = 124;

/// What is to be used beside the limits on memory and time. A worker uses all of it.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each layer is used or not, whatever the others are")]
struct Layers {
    descriptors: bool,
    paths: bool,
    calls: bool,
    apart: bool,
}

impl Layers {
    const ALL: Self = Self { descriptors: true, paths: true, calls: true, apart: true };
}

/// What the kernel has put in force.
#[derive(Debug, Clone, Copy)]
struct Enforced {
    /// The version of landlock.
    landlock: Option<i32>,
    seccomp: bool,
}

/// Called first, in the process that left.
pub(super) fn confine(setup: &Setup, own: Namespaces) -> io::Result<()> {
    confine_by(setup, Layers::ALL, own).map(|_| ())
}

fn confine_by(setup: &Setup, layers: Layers, own: Namespaces) -> io::Result<Enforced> {
    close_inherited()?;
    lower(Resource::RLIMIT_CORE, 0)?;
    lower(Resource::RLIMIT_FSIZE, 0)?;
    // Needs a descriptor for as long as it takes.
    let landlock = if layers.paths { paths::forbid() } else { None };
    if layers.descriptors {
        lower(Resource::RLIMIT_NOFILE, PIPES)?;
    }
    lower(Resource::RLIMIT_AS, setup.address_space)?;
    if layers.apart && own.user {
        bound_threads()?;
    }
    // The soft limit is reached first, and its signal says why the process ended. The first process of a namespace would not
    // hear it, so it is caught.
    register_conditional_shutdown(SIGXCPU, SPENT.into(), Arc::new(AtomicBool::new(true)))?;
    let (_, hard) = getrlimit(Resource::RLIMIT_CPU)?;
    let seconds = setup.processor_seconds.min(hard);
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds.saturating_add(2).min(hard))?;
    // Last, since it forbids to lower a limit, too.
    let seccomp = layers.calls && calls::forbid().is_ok();
    Ok(Enforced { landlock, seccomp })
}

/// Bounds how many threads and processes there may be. Only in a user namespace, and only since Linux 5.14, are those counted
/// that are in it; otherwise all that the user has on the machine would be.
fn bound_threads() -> io::Result<()> {
    let counted_within = uname().is_ok_and(|system| since(&system.release().to_string_lossy(), (5, 14)));
    // Who may do everything is not counted.
    if counted_within && has_no_capability() { lower(Resource::RLIMIT_NPROC, THREADS) } else { Ok(()) }
}

fn since(release: &str, wanted: (u32, u32)) -> bool {
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= wanted
}

fn lower(resource: Resource, most: u64) -> io::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    let most = most.min(hard);
    Ok(setrlimit(resource, most, most)?)
}

/// The host's own files are closed by the system when the worker starts. Those that the host itself inherited from a
/// shell are not.
fn close_inherited() -> io::Result<()> {
    let mut open = Vec::new();
    #[allow(
        clippy::disallowed_methods,
        reason = "the worker has no `main` that hands anything down, and is about to lose all of it"
    )]
    let everything = ambient_authority();
    for entry in Dir::open_ambient_dir("/proc/self/fd", everything)?.entries()? {
        let name = entry?.file_name();
        open.extend(name.to_str().and_then(|name| name.parse::<i32>().ok()).filter(|number| *number > 2));
    }
    for number in open {
        // The directory that was just read is among them, and closed already.
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn versions_of_the_kernel_are_compared_as_numbers() {
        for release in ["5.14.0", "6.18.44-fc-v857", "5.100-rc1", "10.0"] {
            assert!(since(release, (5, 14)), "{release}");
        }
        for release in ["5.4.0-150-generic", "4.18.0-553.el8", "5.13", "", "x"] {
            assert!(!since(release, (5, 14)), "{release}");
        }
    }
}
