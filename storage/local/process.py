"""Starting, finding and ending the engines' processes.

Invariants:
  - every process started here carries, in its environment, a mark with the engine's name, its port and the folder;
    a process is ours if and only if it has our mark, so a stale or lost pid file can neither hide nor hit anything;
  - a signal goes through a pidfd that was opened before the mark was read: never to another process with the same id.
"""

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from config import Failure

MARK = "WHALE_LOCAL_ENGINE"
# An engine gets what it needs and nothing of the caller's settings.
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")


@dataclass(frozen=True)
class Running:
    """A process with our mark."""

    pid: int
    name: str
    port: int
    leader: bool


def mark(name, port, local):
    return f"{name} {port} {local}"


def read_mark(pid):
    try:
        for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if entry.startswith(MARK.encode() + b"="):
                name, port, folder = os.fsdecode(entry[len(MARK) + 1:]).split(" ", 2)
                return name, int(port), folder
    except (OSError, ValueError):
        pass
    return None


def running(local):
    """Our processes, as /proc knows them."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdecimal():
            continue
        seen = read_mark(int(entry))
        if seen and seen[2] == str(local):
            try:
                leader = os.getsid(int(entry)) == int(entry)
            except ProcessLookupError:
                continue
            found.append(Running(int(entry), seen[0], seen[1], leader))
    return found


def start(name, port, words, local, folder, extra=None):
    """Starts an engine's front, detached from the terminal. The last start's log is kept as .1."""
    logs = local / "logs"
    logs.mkdir(exist_ok=True)
    folder.mkdir(exist_ok=True)
    path = log_file(local, name)
    if path.exists():
        path.replace(path.with_suffix(".log.1"))
    environment = {key: os.environ[key] for key in KEPT if key in os.environ}
    environment |= {"TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1", MARK: mark(name, port, local)} | (extra or {})
    with open(path, "wb") as log:
        return subprocess.Popen(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                start_new_session=True)


def log_file(local, name):
    return local / "logs" / f"{name}.log"


def failed(local, name, what):
    """The failure of an engine, with what it said last."""
    path = log_file(local, name)
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    except OSError:
        lines = []
    said = "".join(f"\n  {line[:300]}" for line in lines)
    return Failure(f"{name} {what}; its last lines:{said}\n  (all of it: {path})")


def wait_ready(name, child, probe, local, limit):
    """Waits until the probe, a real query, returns. The probe raises OSError while it is too early."""
    until = time.monotonic() + limit
    last = None
    while time.monotonic() < until:
        status = child.poll()
        if status is not None:
            how = f"was ended by signal {-status}" if status < 0 else f"ended with {status}"
            raise failed(local, name, f"{how} while starting")
        try:
            return probe()
        except OSError as error:
            last = error
        time.sleep(0.1)
    raise failed(local, name, f"did not answer within {limit} s ({last})")


def stop(local, names=None, patience=10.0):
    """Ends our processes: asks, waits, then kills. Returns the names of what was ended."""
    wanted = [p for p in running(local) if names is None or p.name in names]
    # A front ends its engine itself; an engine whose front is gone is asked directly.
    fronts = {p.name for p in wanted if p.leader}
    handles = {}
    for process in wanted:
        try:
            handle = os.pidfd_open(process.pid)
        except ProcessLookupError:
            continue
        if read_mark(process.pid) != (process.name, process.port, str(local)):
            os.close(handle)
            continue
        handles[handle] = process
        if process.leader or process.name not in fronts:
            send(handle, signal.SIGTERM)
    waiting = await_end(set(handles), patience)
    for handle in waiting:
        send(handle, signal.SIGKILL)
    left = await_end(waiting, 10.0)
    for handle in handles:
        os.close(handle)
    if left:
        raise Failure(f"still running after SIGKILL: {', '.join(str(handles[h].pid) for h in left)}")
    rest = [p for p in running(local) if names is None or p.name in names]
    if rest:  # Started by one of them while it was ending.
        return sorted({p.name for p in wanted} | set(stop(local, names, 1.0)))
    return sorted({p.name for p in wanted})


def send(handle, number):
    try:
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        pass


def await_end(handles, limit):
    """Waits for pidfds to become readable, which they are when their process has ended."""
    waiting, until = set(handles), time.monotonic() + limit
    while waiting and (left := until - time.monotonic()) > 0:
        ended, _, _ = select.select(list(waiting), [], [], left)
        waiting -= set(ended)
    return waiting
