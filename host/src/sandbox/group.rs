//! A control group for the workers of a run: how much memory all of them take, the kernel's for them included, and how many
//! processes and threads they are.
//!
//! Only where version 2 of control groups is there and ours to write, as in a service with `Delegate=yes`: a group is made below
//! the host's own, workers join it before they see anything, and it goes with the run. No process but the host is ever moved.
//! Anything that is refused means that there is no group, and is no reason to stop.

use super::limits::Limits;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use whale_storage::file::{self, Links};

/// What names of our groups begin with; the number of the host's process follows.
const OURS: &str = "whale-host-";

/// Where the host goes if it stands where its workers' group has to be made: a group has processes or groups, not both.
const HOST: &str = "whale-host";

/// Processes and threads of one worker: those of the limit on it, and those that are just ending.
const TASKS: u64 = 16;

/// Longest file of the kernel's that is read here.
const MOST: u64 = 1 << 20;

/// A group that is gone when this value is.
#[derive(Debug)]
pub(super) struct Group {
    above: Dir,
    name: String,
    path: PathBuf,
}

impl Group {
    /// A group for as many workers at once as there are processors, each within these limits.
    pub(super) fn make(limits: &Limits) -> io::Result<Group> {
        Self::below(&own()?, std::process::id(), limits)
    }

    fn below(own: &Path, host: u32, limits: &Limits) -> io::Result<Group> {
        let above = folder(own)?;
        let all = words(&above, "cgroup.controllers")?;
        let wanted: Vec<&str> =
            ["memory", "pids"].into_iter().filter(|name| all.iter().any(|has| has == name)).collect();
        if wanted.is_empty() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let has = words(&above, "cgroup.subtree_control")?;
        if !wanted.iter().all(|name| has.iter().any(|has| has == name)) {
            hand_down(&above, &wanted, host)?;
        }
        forget_old(&above);
        let name = format!("{OURS}{host}");
        make(&above, &name)?;
        let group = Group { path: own.join(&name), above, name };
        let inside = folder(&group.path)?;
        let workers = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        let memory = limits.address_space(limits.file).saturating_mul(workers);
        for (controller, key, most) in
            [("memory", "memory.max", memory), ("pids", "pids.max", TASKS.saturating_mul(workers))]
        {
            if wanted.contains(&controller) {
                write(&inside, key, &most.to_string())?;
            }
        }
        Ok(group)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // While a worker is ending it cannot go. The next run takes it away then.
        let _ = self.above.remove_dir(&self.name);
    }
}

/// Has this process join a group; done by a worker, first of all.
pub(super) fn join(group: &Path) -> io::Result<()> {
    write(&folder(group)?, "cgroup.procs", "0")
}

/// Has groups below this one count what is wanted.
fn hand_down(above: &Dir, wanted: &[&str], host: u32) -> io::Result<()> {
    let line = wanted.iter().map(|name| format!("+{name}")).collect::<Vec<_>>().join(" ");
    let Err(error) = write(above, "cgroup.subtree_control", &line) else { return Ok(()) };
    // It has processes. Where that is the host alone, the host makes room.
    if words(above, "cgroup.procs")? != [host.to_string()] {
        return Err(error);
    }
    make(above, HOST)?;
    write(&above.open_dir(HOST)?, "cgroup.procs", &host.to_string())?;
    write(above, "cgroup.subtree_control", &line)
}

fn make(above: &Dir, name: &str) -> io::Result<()> {
    match above.create_dir(name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Takes away what killed hosts left. A group that has processes cannot be taken away.
fn forget_old(above: &Dir) {
    let Ok(entries) = above.entries() else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let host = name.strip_prefix(OURS).filter(|host| host.bytes().all(|byte| byte.is_ascii_digit()));
        if host.is_some_and(|host| folder(&Path::new("/proc").join(host)).is_err()) {
            let _ = above.remove_dir(&name);
        }
    }
}

/// The host's own group.
fn own() -> io::Result<PathBuf> {
    let kernel = folder(Path::new("/proc/self"))?;
    let [groups, mounts] = ["cgroup", "mountinfo"].map(|name| text(&kernel, name));
    place(&groups?, &mounts?).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Where the group of a process is, by what the kernel says of its groups and of what is mounted.
fn place(groups: &str, mounts: &str) -> Option<PathBuf> {
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    mounts.lines().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        if system.split(' ').next() != Some("cgroup2") {
            return None;
        }
        let mut fields = mount.split(' ').skip(3);
        let (root, at) = (fields.next()?, fields.next()?);
        let below = Path::new(group).strip_prefix(root).ok()?;
        // A group above the root of what is mounted is none of ours.
        (!group.contains("..")).then(|| Path::new(at).join(below))
    })
}

fn folder(path: &Path) -> io::Result<Dir> {
    #[allow(
        clippy::disallowed_methods,
        reason = "what the kernel shows lies outside of every folder that is handed down"
    )]
    let everything = ambient_authority();
    Dir::open_ambient_dir(path, everything)
}

fn text(dir: &Dir, name: &str) -> io::Result<String> {
    String::from_utf8(file::read(dir, name, MOST)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn words(dir: &Dir, name: &str) -> io::Result<Vec<String>> {
    Ok(text(dir, name)?.split_whitespace().map(str::to_owned).collect())
}

fn write(dir: &Dir, name: &str, text: &str) -> io::Result<()> {
    file::open_with(dir, name, Links::Refused, OpenOptions::new().write(true))?.write_all(text.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_group_is_found_below_what_is_mounted() {
        let mounts = |root: &str| {
            format!(
                "24 30 0:22 / /proc rw - proc proc rw\n35 24 0:30 {root} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
            )
        };
        let at = |groups: &str, root: &str| place(groups, &mounts(root)).map(|path| path.display().to_string());
        let group = "1:name=systemd:/x\n0::/system.slice/whale.service\n";
        assert_eq!(at(group, "/").unwrap(), "/sys/fs/cgroup/system.slice/whale.service");
        assert_eq!(at(group, "/system.slice").unwrap(), "/sys/fs/cgroup/whale.service");
        assert_eq!(at("0::/\n", "/").unwrap(), "/sys/fs/cgroup/");
        for (group, root) in [(group, "/other"), ("0::/../../a\n", "/"), ("4:memory:/a\n", "/")] {
            assert_eq!(at(group, root), None);
        }
        assert_eq!(
            place(group, "24 30 0:22 / /sys/fs/cgroup rw - cgroup cgroup rw,pids\n"),
            None,
            "version 1 is another"
        );
    }

    /// The kernel's files as they are in a group of a service's own; only a kernel has them act.
    fn service(controllers: &str, handed_down: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in
            [("cgroup.controllers", controllers), ("cgroup.subtree_control", handed_down), ("cgroup.procs", "7\n")]
        {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_group_that_counts_neither_memory_nor_processes_is_none() {
        for controllers in ["", "hugetlb\n", "memoryx cpu\n"] {
            let service = service(controllers, "");
            assert!(Group::below(service.path(), 7, &Limits::default()).is_err(), "{controllers}");
            assert_eq!(fs::read_dir(service.path()).unwrap().count(), 3, "nothing is made");
        }
    }

    #[test]
    fn where_it_cannot_be_bounded_nobody_joins_and_nothing_stays() {
        // A folder that only looks like a group has no file to say a bound in.
        let service = service("cpu memory pids\n", "memory pids\n");
        fs::create_dir(service.path().join("whale-host-99999999")).unwrap();
        assert!(Group::below(service.path(), 7, &Limits::default()).is_err());
        assert_eq!(fs::read_dir(service.path()).unwrap().count(), 3, "what an earlier run left is gone as well");
    }
}
