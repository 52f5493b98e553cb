"""Where the local engines live and what they are called: folders, ports, passwords, the file that tells of them.

Invariants: passwords are made once, in a file only its owner can read, and are never printed but by `env`; a file is
replaced whole or not at all.
"""

import json
import os
import secrets
import sys
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
NAMES = ("timescaledb", "clickhouse", "milvus")
PORTS = {"timescaledb": 55432, "clickhouse": 58123, "milvus": 59530}


class Failure(Exception):
    """What a person is told before exit 1: no traceback."""


def local_dir():
    return Path(os.environ.get("WHALE_LOCAL") or ROOT / ".local").expanduser().absolute()


def cache_dir():
    if os.environ.get("WHALE_CACHE"):
        return Path(os.environ["WHALE_CACHE"]).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "whale-host"


def port_variable(name):
    return f"WHALE_{name.upper()}_PORT"


def port(name):
    text = os.environ.get(port_variable(name)) or str(PORTS[name])
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise Failure(f"{port_variable(name)} is {text!r}: a port is a number from 1024 to 65535")
    return int(text)


def write_private(path, value):
    """Writes JSON that only the owner can read, through a temporary file."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def credentials_file(local):
    return local / "credentials.json"


def credentials(local):
    """The passwords of the three, made at the first call."""
    path = credentials_file(local)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        made = {name: secrets.token_hex(16) for name in NAMES}
        write_private(path, made)
        return made
    except ValueError:
        raise Failure(f"{path} cannot be read; the engines' data was made with the passwords in it") from None


def url(name, number, password):
    password = urllib.parse.quote(password, safe="")
    return {
        "timescaledb": f"postgres://postgres:{password}@127.0.0.1:{number}/template1?sslmode=disable",
        "clickhouse": f"http://default:{password}@127.0.0.1:{number}/",
        "milvus": f"http://root:{password}@127.0.0.1:{number}",
    }[name]


def engines_file(local):
    return local / "engines.json"


def say(text):
    print(text, flush=True)


def complain(text):
    print(text, file=sys.stderr, flush=True)
