"""ClickHouse's HTTP interface in front of chDB, the engine in this process.

Invariants:
  - every request has a session of its own, so a database, a setting or a temporary table of one never meets another;
  - the answer is the engine's bytes, unchanged, and its errors are the engine's text with the server's status codes;
  - nothing runs before the password was checked; it listens on loopback only.

Usage: front_clickhouse.py PORT CREDENTIALS PACKAGE, in the data folder, which holds config.xml.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import sys
import threading
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, sys.argv[3])
from chdb.session import Session  # noqa: E402 - from the folder it was installed into

HOST = "127.0.0.1"
DATABASE = "data?config-file=config.xml"
MAX_BODY = 1 << 30

# What the interface takes for itself; every other parameter of the URL is a setting.
RESERVED = {
    "query", "database", "default_format", "query_id", "user", "password", "session_id", "session_timeout",
    "session_check", "compress", "decompress", "quota_key", "role", "buffer_size", "wait_end_of_query",
}
REFUSED = {"session_id", "compress", "decompress"}

# As the server maps its error codes; everything else is 500.
STATUS = {194: 401, 192: 403, 193: 403, 516: 403, 159: 408, 48: 501}
STATUS |= dict.fromkeys((6, 26, 27, 36, 38, 41, 42, 43, 53, 62, 69, 72, 85, 117, 130, 131, 386, 395, 427), 400)
STATUS |= dict.fromkeys((46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336), 404)

INSERT = re.compile(r"(?is)^\s*insert\b(?:.*\S)?\s+format\s+(\w+)\s*;?\s*$")
FORMAT = re.compile(r"(?is)\bformat\s+(\w+)\s*(?:settings\b[^']*)?;?\s*$")
# Literals, quoted names, heredocs and comments: what may hold a semicolon that ends nothing.
QUOTED = re.compile(
    r"(?s)--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|'(?:\\.|''|[^'\\])*'|`(?:\\.|``|[^`\\])*`|\"(?:\\.|\"\"|[^\"\\])*\""
)


class Refused(Exception):
    """An error of the front itself, in the engine's form."""

    def __init__(self, code, text, name):
        super().__init__(f"Code: {code}. DB::Exception: {text} ({name})")


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def identifier(name):
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def one_statement(sql):
    """A server takes one statement a request; the engine here would run all of them."""
    bare = QUOTED.sub(" ", sql)
    if re.match(r"(?is)^\s*insert\b[^;]*\b(?:values|format)\b", bare):
        return  # What follows is data.
    if re.search(r";\s*\S", bare):
        raise Refused(62, "Syntax error (Multi-statements are not allowed)", "SYNTAX_ERROR")


def run(parameters, body, readonly):
    """Executes one request. Returns the bytes, the format's name and the counts."""
    for name in REFUSED & parameters.keys():
        if parameters[name] not in ("", "0"):
            raise Refused(48, f"{name} is not to be had in the local engine", "NOT_IMPLEMENTED")
    query, output = parameters.get("query", ""), parameters.get("default_format", "TabSeparated")
    session = Session(DATABASE)
    try:
        if parameters.get("database"):
            session.query("USE " + identifier(parameters["database"]))
        settings = {k: v for k, v in parameters.items() if k not in RESERVED and not k.startswith("param_")}
        if parameters.get("role"):
            session.query("SET ROLE " + ", ".join(identifier(role) for role in parameters["role"]))
        if parameters.get("query_id"):
            # The engine makes its own query ids; this is where one of the client's can be found.
            settings.setdefault("log_comment", parameters["query_id"])
        if readonly:
            settings.setdefault("readonly", "2")
        for name, value in settings.items():
            if not re.fullmatch(r"\w+", name):
                raise Refused(115, f"Unknown setting {literal(name)}", "UNKNOWN_SETTING")
            if name != "readonly":
                session.query(f"SET {name} = {literal(value)}")
        if "readonly" in settings:
            session.query(f"SET readonly = {literal(settings['readonly'])}")

        insert = INSERT.match(query) if body else None
        if insert:
            stream = session.send_insert(query[: insert.start(1)].rstrip()[: -len("format")], insert.group(1))
            with stream:
                stream.append(body)
                done = stream.finish()
            return b"", insert.group(1), {"written_rows": done.rows_written, "written_bytes": done.bytes_written}
        text = query + ("\n" if query and body else "") + body.decode("utf-8")
        if not text.strip():
            raise Refused(62, "Syntax error: failed at position 1 (end of query): Empty query", "SYNTAX_ERROR")
        one_statement(text)
        values = {k[len("param_"):]: v for k, v in parameters.items() if k.startswith("param_")}
        result = session.query(text, output, params=values or None)
        named = FORMAT.search(QUOTED.sub(" ", text))
        counts = {"read_rows": result.rows_read(), "read_bytes": result.bytes_read()}
        return result.bytes(), named.group(1) if named else output, counts
    except UnicodeDecodeError:
        raise Refused(62, "Syntax error: the statement is not UTF-8", "SYNTAX_ERROR") from None
    finally:
        session.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "whale-host-local"
    sys_version = ""
    timeout = 3600
    disable_nagle_algorithm = True
    password = b""

    def do_HEAD(self):
        self.answer(200, b"")

    def do_GET(self):
        path, parameters = self.split()
        if path == "/ping" or (path == "/" and "query" not in parameters):
            return self.answer(200, b"Ok.\n")
        return self.execute(readonly=True)

    def do_POST(self):
        self.execute(readonly=False)

    def execute(self, readonly):
        path, parameters = self.split()
        query_id = parameters.get("query_id") or str(uuid.uuid4())
        headers = {"X-ClickHouse-Query-Id": query_id, "X-ClickHouse-Timezone": "UTC",
                   "X-ClickHouse-Server-Display-Name": "local"}
        try:
            body = self.body()
            if path != "/":
                return self.answer(404, f"There is no handle {path}\n".encode())
            self.authenticate(parameters)
            database = self.headers.get("X-ClickHouse-Database")
            if database:
                parameters.setdefault("database", database)
            output = self.headers.get("X-ClickHouse-Format")
            if output:
                parameters.setdefault("default_format", output)
            answer, named, counts = run(parameters, body, readonly)
        except Exception as error:  # noqa: BLE001 - whatever the engine raises is the client's answer
            text = str(error)
            found = re.search(r"Code: (\d+)\.", text)
            code = int(found.group(1)) if found else 1002
            text = text[found.start():] if found else f"Code: {code}. DB::Exception: {text or repr(error)}"
            headers["X-ClickHouse-Exception-Code"] = str(code)
            return self.answer(STATUS.get(code, 500), text.encode() + b"\n", headers)
        headers["X-ClickHouse-Format"] = named
        headers["X-ClickHouse-Summary"] = json.dumps({k: str(v) for k, v in counts.items()})
        return self.answer(200, answer, headers)

    def split(self):
        url = urllib.parse.urlsplit(self.path)
        pairs = urllib.parse.parse_qsl(url.query, keep_blank_values=True)
        # The one parameter that may stand there more than once.
        roles = [value for name, value in pairs if name == "role"]
        return url.path, dict(pairs) | ({"role": roles} if roles else {})

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts, total = [], 0
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                total += size
                if total > MAX_BODY:
                    self.close_connection = True
                    raise Refused(577, "the request is too large for the local engine", "QUERY_IS_TOO_LARGE")
                parts.append(self.rfile.read(size))
                self.rfile.readline(8)
            while self.rfile.readline(65536).strip():
                pass
            return b"".join(parts)
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            raise Refused(577, "the request is too large for the local engine", "QUERY_IS_TOO_LARGE")
        return self.rfile.read(length)

    def authenticate(self, parameters):
        user = self.headers.get("X-ClickHouse-User")
        key = self.headers.get("X-ClickHouse-Key", "")
        basic = self.headers.get("Authorization", "")
        if user is None and basic.startswith("Basic "):
            user, _, key = base64.b64decode(basic[6:]).decode("utf-8", "replace").partition(":")
        elif user is None:
            user, key = parameters.get("user", "default"), parameters.get("password", "")
        given = hashlib.sha256(key.encode()).digest()
        if not hmac.compare_digest(given, self.password) or user != "default":
            raise Refused(516, f"{user}: Authentication failed: password is incorrect, or there is no user with such "
                               "name.", "AUTHENTICATION_FAILED")

    def answer(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, re.sub(r"[^\x20-\x7e]", "?", value))
        self.send_header("Content-Type", "text/plain; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        """Statements may hold what nobody wants in a log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    port, credentials = int(sys.argv[1]), sys.argv[2]
    with open(credentials, encoding="utf-8") as file:
        Handler.password = hashlib.sha256(json.load(file)["clickhouse"].encode()).digest()
    server = Server((HOST, port), Handler)
    try:
        keep = Session(DATABASE)  # The engine lives as long as one session does.
    except Exception as error:  # noqa: BLE001 - whatever it is, its first lines say it, and a stack trace hides them
        said = re.split(r"(?i)[,.]? *stack trace", str(error))[0]
        sys.exit(f"the engine does not open its data: {said[:1000]}")
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print(f"listening on {HOST}:{port}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.socket.close()
    keep.close()
    os._exit(0)  # Threads of requests that still run would hold the process.


if __name__ == "__main__":
    main()
