//! Seccomp: the system calls that a worker makes, and no others.
//!
//! A list of what is allowed, so that what a kernel adds later is forbidden. What is not on it fails with `EPERM`
//! instead of ending the process: a library that asks for something it can do without goes on without. Memory, threads
//! of this process, clocks, and the three pipes that are open: nothing here makes a descriptor or a process.
//!
//! No page is writable and executable at once. Machine code is written and then made executable, which only the compiler's
//! work needs; once it is done, [`seal`] takes that away as well.

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter, apply_filter_all_threads,
};
use std::collections::BTreeMap;

/// Why there is no filter: the kernel has none, or the processor is not one of those that are known.
pub(super) type Missing = Box<dyn std::error::Error>;

/// What is allowed whatever its arguments are.
const FREE: &[libc::c_long] = &[
    // The pipes.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    // Memory.
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_brk,
    // Threads.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_exit,
    // Signals to itself: traps of a guest are some.
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    // Clocks, and what a hash map begins with.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_exit_group,
];

/// Everything that makes something other than a thread: a process, or a namespace.
const NOT_A_THREAD: libc::c_int = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_VFORK;

/// Puts it in force, for good.
pub(super) fn forbid() -> Result<(), Missing> {
    let target = TargetArch::try_from(std::env::consts::ARCH)?;
    let denied = |error: libc::c_int| u32::try_from(error).map(SeccompAction::Errno);
    // Its flags stand in memory, where no filter can look. Told that it does not exist, the C library takes `clone`.
    let unseen = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let no_clone3 = SeccompFilter::new(unseen, SeccompAction::Allow, denied(libc::ENOSYS)?, target)?;

    let mut allowed: BTreeMap<i64, Vec<SeccompRule>> = FREE.iter().map(|call| (*call, Vec::new())).collect();
    allowed.insert(libc::SYS_clone3, Vec::new());
    let thread = u64::try_from(libc::CLONE_THREAD)?;
    let mask = u64::from(u32::from_ne_bytes((NOT_A_THREAD | libc::CLONE_THREAD).to_ne_bytes()));
    allowed.insert(libc::SYS_clone, vec![rule(0, Length::Qword, Is::MaskedEq(mask), thread)?]);
    allowed.insert(libc::SYS_tgkill, vec![rule(0, Length::Dword, Is::Eq, std::process::id().into())?]);
    let writable_code = libc::PROT_WRITE | libc::PROT_EXEC;
    allowed.extend(pages(writable_code, &[0, libc::PROT_WRITE, libc::PROT_EXEC])?);
    // Further filters forbid more.
    let set_filter = u64::from(libc::SECCOMP_SET_MODE_FILTER);
    allowed.insert(libc::SYS_seccomp, vec![rule(0, Length::Dword, Is::Eq, set_filter)?]);
    let names = [libc::PR_SET_NAME, libc::PR_SET_VMA, libc::PR_SET_NO_NEW_PRIVS];
    let names = names.into_iter().map(|option| rule(0, Length::Dword, Is::Eq, u64::try_from(option)?));
    allowed.insert(libc::SYS_prctl, names.collect::<Result<_, Missing>>()?);
    let only_these = SeccompFilter::new(allowed, denied(libc::EPERM)?, SeccompAction::Allow, target)?;

    for filter in [no_clone3, only_these] {
        apply_filter(&BpfProgram::try_from(filter)?)?;
    }
    Ok(())
}

/// Forbids to make any page executable from here on, in all threads. Code that is there stays.
pub(in crate::sandbox) fn seal() -> Result<(), Missing> {
    let target = TargetArch::try_from(std::env::consts::ARCH)?;
    let forbidden = pages(libc::PROT_EXEC, &[libc::PROT_EXEC])?;
    let denied = SeccompAction::Errno(u32::try_from(libc::EPERM)?);
    let no_code = SeccompFilter::new(forbidden, SeccompAction::Allow, denied, target)?;
    Ok(apply_filter_all_threads(&BpfProgram::try_from(no_code)?)?)
}

/// The calls that say what may be done with pages, where these protections have one of the values.
fn pages(these: libc::c_int, values: &[libc::c_int]) -> Result<BTreeMap<i64, Vec<SeccompRule>>, Missing> {
    let mask = u64::try_from(these)?;
    let mut calls = BTreeMap::new();
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let rules = values.iter().map(|value| rule(2, Length::Qword, Is::MaskedEq(mask), u64::try_from(*value)?));
        calls.insert(call, rules.collect::<Result<_, Missing>>()?);
    }
    Ok(calls)
}

fn rule(argument: u8, length: Length, is: Is, value: u64) -> Result<SeccompRule, Missing> {
    Ok(SeccompRule::new(vec![SeccompCondition::new(argument, length, is, value)?])?)
}
