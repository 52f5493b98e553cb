//! Apart: the worker in user, process, network and IPC namespaces of its own, as nobody, without any capability, and gone
//! with the host.
//!
//! The kernel may refuse any of it, and the rest still holds. A namespace of processes holds for children only, so where it is
//! to be had the process divides: the one that the host started becomes a keeper, which holds nothing, waits and ends as the
//! other ended; the other is the first process of its namespace, and sees no process but itself. The kernel ends each of them
//! with its parent, a stopped one as well.
//!
//! Called before there is a second thread: with one, no user namespace is to be had, and a fork is none.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::{set_dumpable, set_no_new_privs, set_pdeathsig};
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Gid, Pid, Uid, geteuid, getppid, pipe, setgroups, setresgid, setresuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities,
};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitCode;

/// The user and the group that own nothing.
const NOBODY: u32 = 65_534;

/// Of which kinds a process has namespaces of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "four things of which each is there or not")]
pub struct Namespaces {
    /// Users: what it may do there it may do nowhere else.
    pub user: bool,
    /// Processes: it sees none but itself.
    pub process: bool,
    /// Network: there is no device.
    pub network: bool,
    /// IPC: no shared memory, queue or semaphore of others.
    pub ipc: bool,
}

impl Namespaces {
    /// Those that it does not have.
    pub fn missing(self) -> Vec<&'static str> {
        let all = [(self.user, "user"), (self.process, "process"), (self.network, "network"), (self.ipc, "IPC")];
        all.into_iter().filter_map(|(has, name)| (!has).then_some(name)).collect()
    }
}

/// Which process this is after [`leave`].
pub(in crate::sandbox) enum Side {
    /// The one that does the work.
    Apart(Namespaces),
    /// The one that only waited for it, and is to end like this.
    Keeper(ExitCode),
}

/// Has this process end with the one that started it, and leaves what it shares with it. `parent` is the number of the process
/// that it was started by; without `namespaces` it only does the first.
pub(in crate::sandbox) fn leave(parent: Pid, namespaces: bool) -> io::Result<Side> {
    set_dumpable(false)?;
    let own = if namespaces { separate() } else { Namespaces::default() };
    let side =
        if own.process { divide(parent, own)? } else { bound(|| getppid() == parent).map(|()| Side::Apart(own))? };
    if matches!(side, Side::Apart(_)) && namespaces {
        give_up_capabilities()?;
    }
    Ok(side)
}

/// Ends with its parent from here on, if that is still there.
fn bound(is_there: impl FnOnce() -> bool) -> io::Result<()> {
    // Changing users has reset both.
    set_dumpable(false)?;
    set_pdeathsig(Signal::SIGKILL)?;
    // It may have ended before that was said.
    if is_there() { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
}

/// Takes namespaces, as far as the kernel gives them.
fn separate() -> Namespaces {
    let mut own = Namespaces::default();
    // Who may do everything needs no user namespace for the others, which are then not even its own.
    if geteuid().is_root() {
        take_others(&mut own);
        become_nobody();
    }
    own.user = unshare(CloneFlags::CLONE_NEWUSER).is_ok();
    take_others(&mut own);
    own
}

fn take_others(own: &mut Namespaces) {
    let take = |has: &mut bool, kind| *has = *has || unshare(kind).is_ok();
    take(&mut own.network, CloneFlags::CLONE_NEWNET);
    take(&mut own.ipc, CloneFlags::CLONE_NEWIPC);
    take(&mut own.process, CloneFlags::CLONE_NEWPID);
}

/// Where there is no such user, as in some containers, it stays who it is.
fn become_nobody() {
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    let _ = setgroups(&[]);
    let _ = setresgid(group, group, group);
    let _ = setresuid(user, user, user);
}

/// Divides into the keeper and the one that works.
fn divide(parent: Pid, own: Namespaces) -> io::Result<Side> {
    let (keeper_lives, held) = pipe()?;
    match fork()? {
        ForkResult::Parent { child } => {
            drop(keeper_lives);
            Ok(Side::Keeper(keep(parent, child, held)))
        }
        ForkResult::Child => {
            drop(held);
            // From in here the parent has no number. While it lives, nobody writes to the pipe, and it does not end.
            bound(|| {
                let mut pipes = [PollFd::new(keeper_lives.as_fd(), PollFlags::POLLIN)];
                poll(&mut pipes, PollTimeout::ZERO) == Ok(0)
            })?;
            Ok(Side::Apart(own))
        }
    }
}

#[allow(unsafe_code, reason = "the one place where a process divides")]
fn fork() -> nix::Result<ForkResult> {
    // SAFETY: what a process inherits of locks that other threads held would stay locked for ever. There is no other thread:
    // this is the program's first act as a worker, `main` has called nothing that starts one, and the kernel itself gives a
    // user namespace to no process that has two.
    unsafe { nix::unistd::fork() }
}

/// Waits for the other one, and tells how it ended.
fn keep(parent: Pid, child: Pid, held: OwnedFd) -> ExitCode {
    // The host listens to the other one alone: when that closes its pipes, they are closed.
    for pipe in 0..3 {
        let _ = nix::unistd::close(pipe);
    }
    if bound(|| getppid() == parent).is_err() {
        // The other one goes with this one.
        return ExitCode::FAILURE;
    }
    let ended = loop {
        match waitpid(child, None) {
            Err(Errno::EINTR) => {}
            ended => break ended,
        }
    };
    drop(held);
    match ended {
        Ok(WaitStatus::Exited(_, code)) => ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)),
        Ok(WaitStatus::Signaled(_, signal, _)) => {
            // The standard library catches some once, and lets them pass the second time.
            let _ = raise(signal);
            let _ = raise(signal);
            ExitCode::FAILURE
        }
        _ => ExitCode::FAILURE,
    }
}

/// Whatever it may do, it may do no longer, and no program that it could start.
fn give_up_capabilities() -> io::Result<()> {
    set_no_new_privs()?;
    for capability in CapabilitySet::all().iter() {
        // Without the right to take one away from itself, which a user namespace gives, there are none to be had.
        let _ = remove_capability_from_bounding_set(capability);
    }
    let _ = clear_ambient_capability_set();
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}

/// Whether it may do nothing that not everybody may.
pub(super) fn has_no_capability() -> bool {
    capabilities(None).is_ok_and(|has| has.effective.is_empty() && has.permitted.is_empty())
}
