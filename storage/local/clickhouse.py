"""ClickHouse: its configuration, how its front is started, and the query that says it answers."""

import base64
import sys
import urllib.request
from xml.sax.saxutils import escape

from config import HERE, ROOT, credentials_file

PACKAGES = ("chdb",)
LIMIT = 90

CONFIG = """<clickhouse>
  <timezone>UTC</timezone>
  <query_log><database>system</database><table>query_log</table>
    <flush_interval_milliseconds>1000</flush_interval_milliseconds>
    <ttl>event_date + INTERVAL 7 DAY DELETE</ttl></query_log>
  <part_log><database>system</database><table>part_log</table>
    <flush_interval_milliseconds>1000</flush_interval_milliseconds>
    <ttl>event_date + INTERVAL 7 DAY DELETE</ttl></part_log>
  <!-- The cluster `local` is this host alone. Nobody listens on its TCP port: statements for it stay in the process. -->
  <tcp_port>9000</tcp_port>
  <remote_servers>
    <local><shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard></local>
  </remote_servers>
</clickhouse>
"""
# The storage policy is that of `whale-host setup`: the same file, with the folders of this engine.
STORAGE = ROOT / "host" / "src" / "tree" / "files" / "clickhouse" / "storage.xml"
DATA = "/var/lib/clickhouse/"


def words(local, port, found):
    # -P: the modules of this folder are not the engine's.
    return [sys.executable, "-P", str(HERE / "front_clickhouse.py"), str(port), str(credentials_file(local)),
            str(found["chdb"])]


def prepare(local, folder):
    (folder / "config.xml").write_text(CONFIG, encoding="utf-8")
    (folder / "config.d").mkdir(exist_ok=True)
    storage = STORAGE.read_text(encoding="utf-8").replace(DATA, escape(f"{folder}/"))
    (folder / "config.d" / "storage.xml").write_text(storage, encoding="utf-8")


def note(local):
    return ""


def probe(local, port, password, found):
    """Asks for the version, with the password."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", data=b"select version()")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"default:{password}".encode()).decode())
    with direct().open(request, timeout=10) as answer:
        return answer.read().decode().strip()


def alive(port):
    with direct().open(f"http://127.0.0.1:{port}/ping", timeout=5) as answer:
        return answer.status == 200


def direct():
    """Never through a proxy of the environment: this is loopback."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
