"""TimescaleDB: how its front is started, and the query that says it answers."""

import socket
import struct

from config import HERE, credentials_file

PACKAGES = ("pglite",)
LIMIT = 90
QUERY = "select extversion from pg_catalog.pg_extension where extname = 'timescaledb'"


def words(local, port, found):
    return ["node", str(HERE / "front_timescaledb.mjs"), str(port), str(local / "timescaledb" / "data"),
            str(credentials_file(local)), str(found["pglite"])]


def prepare(local, folder):
    pass


def note(local):
    return ""


def probe(local, port, password, found):
    """Logs in and asks for the extension's version."""
    with socket.create_connection(("127.0.0.1", port), timeout=35) as connection:
        start = b"user\0postgres\0database\0template1\0application_name\0whale-host up\0\0"
        connection.sendall(struct.pack("!II", len(start) + 8, 3 << 16) + start)
        file = connection.makefile("rb")
        message(file, b"R")
        secret = password.encode() + b"\0"
        connection.sendall(b"p" + struct.pack("!I", len(secret) + 4) + secret)
        message(file, b"Z")
        query = QUERY.encode() + b"\0"
        connection.sendall(b"Q" + struct.pack("!I", len(query) + 4) + query)
        row = message(file, b"D")
        message(file, b"Z")
        connection.sendall(b"X" + struct.pack("!I", 4))
        return row[6:].decode()


def message(file, wanted):
    """The next message of this type."""
    while True:
        head = file.read(5)
        if len(head) < 5:
            raise ConnectionError("the connection was closed")
        body = file.read(struct.unpack("!I", head[1:])[0] - 4)
        if head[:1] == b"E":
            raise ConnectionError(body.replace(b"\0", b" ").decode(errors="replace"))
        if head[:1] == wanted:
            return body


def alive(port):
    """Whether a running front answers, without asking for the one connection, which somebody may be using."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack("!II", 8, 80877103))
        try:
            return connection.recv(1) == b"N"
        except TimeoutError:
            return True  # A statement is running: the engine has one thread.
