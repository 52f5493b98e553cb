"""The local engines: `up`, `down` and `env`, as the justfile calls them.

Invariants:
  - `up` returns 0 only when all three have answered a query; if one cannot, what this call started is ended again;
  - `engines.json`, which whale-host reads, is there only while they are up;
  - one `up` or `down` at a time for a folder.
"""

import sys

sys.dont_write_bytecode = True

import errno
import fcntl
import shlex
import signal
import socket
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager

import clickhouse
import config
import install
import milvus
import process
import timescaledb
from config import NAMES, Failure, complain, say

ENGINES = {"timescaledb": timescaledb, "clickhouse": clickhouse, "milvus": milvus}


@contextmanager
def alone(local):
    local.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(local / "lock", "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another `just up` or `just down` in {local} ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def check_present(present):
    """Those that run: on the wished port, and answering."""
    for name, front in present.items():
        if front.port != config.port(name):
            raise Failure(f"{name} is up on port {front.port}, and {config.port_variable(name)} asks for "
                          f"{config.port(name)}: run `just down` first")
        try:
            answers = ENGINES[name].alive(front.port)
        except OSError:
            answers = False
        if not answers:
            raise Failure(f"{name} runs (process {front.pid}) and does not answer: run `just down`, then `just up`")
        say(f"{name} is up on 127.0.0.1:{front.port}")


def check_ports(names):
    """Those to start: whether somebody else has their port. All of them in one message."""
    wanted, lines = {}, []
    for name in names:
        number = config.port(name)
        if number in wanted:
            lines.append(f"{name} and {wanted[number]} have both port {number}: set {config.port_variable(name)} to a "
                         "free port")
        wanted[number] = name
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
                probe.listen()
            except OSError as error:
                why = "is in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be had ({error})"
                lines.append(f"port {number} for {name} {why}: set {config.port_variable(name)} to a free port")
    if lines:
        raise Failure("\n".join(lines))


def bring_up(name, local, passwords, found):
    engine, number, folder = ENGINES[name], config.port(name), local / name
    folder.mkdir(exist_ok=True)
    began = time.monotonic()
    say(f"starting {name} ...")
    engine.prepare(local, folder)
    child = process.start(name, number, engine.words(local, number, found), local, folder)
    version = process.wait_ready(
        name, child, lambda: engine.probe(local, number, passwords[name], found), local, engine.LIMIT)
    say(f"{name} ready on 127.0.0.1:{number} ({time.monotonic() - began:.1f} s, version {version})")


def up():
    local = config.local_dir()
    with alone(local):
        present = {p.name: p for p in process.running(local) if p.leader}
        check_present(present)
        missing = [name for name in NAMES if name not in present]
        if missing:
            process.stop(local, missing)  # What is left of one whose front was killed.
            check_ports(missing)
            found = install.install([package for name in missing for package in ENGINES[name].PACKAGES])
            passwords = config.credentials(local)
            try:
                start_all(missing, local, passwords, found)
            except BaseException:
                process.stop(local, missing)
                raise
        publish(local)
        for name in NAMES:
            if text := ENGINES[name].note(local):
                say(f"note: {text}")
        if not missing:
            say("the local engines are up already")
    return 0


def start_all(names, local, passwords, found):
    pool = ThreadPoolExecutor(len(names))
    try:
        tasks = [pool.submit(bring_up, name, local, passwords, found) for name in names]
        done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
        for task in done:
            task.result()
    except BaseException:
        process.stop(local, names)  # So that the others stop waiting.
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def publish(local):
    """Writes what whale-host reads when no URL is configured."""
    passwords = config.credentials(local)
    fronts = {p.name: p for p in process.running(local) if p.leader}
    config.write_private(config.engines_file(local), {
        "version": 1,
        "targets": {name: {"url": config.url(name, fronts[name].port, passwords[name]), "pid": fronts[name].pid}
                    for name in NAMES},
    })


def down():
    local = config.local_dir()
    if not local.is_dir():
        say("the local engines are not up")
        return 0
    with alone(local):
        config.engines_file(local).unlink(missing_ok=True)
        began = time.monotonic()
        ended = process.stop(local)
        took = f" ({time.monotonic() - began:.1f} s)"
        say(f"ended {', '.join(ended)}{took}" if ended else "the local engines are not up")
    return 0


def env():
    local = config.local_dir()
    fronts = {p.name: p.port for p in process.running(local) if p.leader} if local.is_dir() else {}
    absent = [name for name in NAMES if name not in fronts]
    if absent or not config.engines_file(local).exists():
        raise Failure("the local engines are not up: run `just up` first")
    passwords = config.credentials(local)
    for name in NAMES:
        say(f"export {name.upper()}_URL={shlex.quote(config.url(name, fronts[name], passwords[name]))}")
    return 0


def interrupted(*_):
    raise KeyboardInterrupt


def main():
    if sys.version_info < (3, 11):
        complain("error: the local engines need Python 3.11 or newer")
        return 1
    verbs = {"up": up, "down": down, "env": env}
    if len(sys.argv) != 2 or sys.argv[1] not in verbs:
        complain("usage: local.py up|down|env")
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        return verbs[sys.argv[1]]()
    except Failure as failure:
        complain(f"error: {failure}")
        return 1
    except OSError as error:
        complain(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        complain("interrupted; what was started is ended")
        return 130


if __name__ == "__main__":
    sys.exit(main())
