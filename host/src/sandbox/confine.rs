//! What the worker takes away from itself before it sees a byte of a plugin.
//!
//! The worker is given an empty environment, the root directory to stand in, and three pipes. Here it closes whatever
//! else it inherited and lowers its limits for good: with no file descriptor left to be had it can open neither a file
//! nor a socket. Then, where the kernel has them, come two filters that say the same again, each on its own: landlock
//! (`paths`) and seccomp (`calls`). A kernel without them is no reason to stop; `probe` is how `doctor` finds out.
//!
//! Filters hold for the thread that asks for them and for those it makes later, so this is called before there is any
//! other thread.

mod calls;
mod paths;
mod probe;

pub use probe::Probe;
pub(super) use probe::{ask, probe_main};

use super::wire::Setup;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io;

/// Descriptors of standard input, output and error.
const PIPES: u64 = 3;

/// What is to be used beside the limits on memory and time. A worker uses all of it.
#[derive(Debug, Clone, Copy)]
struct Layers {
    descriptors: bool,
    paths: bool,
    calls: bool,
}

/// What the kernel has put in force.
#[derive(Debug, Clone, Copy)]
struct Enforced {
    /// The version of landlock.
    landlock: Option<i32>,
    seccomp: bool,
}

/// Called first.
pub(super) fn confine(setup: &Setup) -> io::Result<()> {
    confine_by(setup, Layers { descriptors: true, paths: true, calls: true }).map(|_| ())
}

fn confine_by(setup: &Setup, layers: Layers) -> io::Result<Enforced> {
    close_inherited()?;
    lower(Resource::RLIMIT_CORE, 0)?;
    lower(Resource::RLIMIT_FSIZE, 0)?;
    // Needs a descriptor for as long as it takes.
    let landlock = if layers.paths { paths::forbid() } else { None };
    if layers.descriptors {
        lower(Resource::RLIMIT_NOFILE, PIPES)?;
    }
    lower(Resource::RLIMIT_AS, setup.address_space)?;
    // The soft limit is reached first, and its signal says why the process ended.
    let (_, hard) = getrlimit(Resource::RLIMIT_CPU)?;
    let seconds = setup.processor_seconds.min(hard);
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds.saturating_add(2).min(hard))?;
    // Last, since it forbids to lower a limit, too.
    let seccomp = layers.calls && calls::forbid().is_ok();
    Ok(Enforced { landlock, seccomp })
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
