//! What the worker takes away from itself before it sees a byte of a plugin.
//!
//! The worker is given an empty environment, the root directory to stand in, and three pipes. Here it closes whatever
//! else it inherited and lowers its limits for good. With no file descriptor left to be had it can open neither a file
//! nor a socket.

use super::wire::Setup;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io;

/// Descriptors of standard input, output and error.
const PIPES: u64 = 3;

/// Called first. Filters of the kernel on files and system calls belong at its end.
pub(super) fn confine(setup: &Setup) -> io::Result<()> {
    close_inherited()?;
    lower(Resource::RLIMIT_CORE, 0)?;
    lower(Resource::RLIMIT_FSIZE, 0)?;
    lower(Resource::RLIMIT_NOFILE, PIPES)?;
    lower(Resource::RLIMIT_AS, setup.address_space)?;
    // The soft limit is reached first, and its signal says why the process ended.
    let (_, hard) = getrlimit(Resource::RLIMIT_CPU)?;
    let seconds = setup.processor_seconds.min(hard);
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds.saturating_add(2).min(hard))?;
    Ok(())
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
