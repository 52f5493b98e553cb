"""ClickHouse: its configuration, how its front is started, and the query that says it answers."""

import base64
import sys
import urllib.request
from xml.sax.saxutils import escape

from config import HERE, credentials_file

PACKAGES = ("chdb",)
LIMIT = 90

# Hot is the volume `default` on the disk `default`, so that a table made on the default policy can be widened to this
# one. The cluster `local` is this host alone, whose TCP port nobody listens on: statements for it stay in the process. There
# is no Keeper, so that nothing can be replicated. Without move_factor = 0 a full disk would move rows to colder volumes that no policy sent there.
CONFIG = """<clickhouse>
  <timezone>UTC</timezone>
  <query_log><database>system</database><table>query_log</table>
    <flush_interval_milliseconds>1000</flush_interval_milliseconds>
    <ttl>event_date + INTERVAL 7 DAY DELETE</ttl></query_log>
  <part_log><database>system</database><table>part_log</table>
    <flush_interval_milliseconds>1000</flush_interval_milliseconds>
    <ttl>event_date + INTERVAL 7 DAY DELETE</ttl></part_log>
  <tcp_port>9000</tcp_port>
  <remote_servers>
    <local><shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard></local>
  </remote_servers>
  <storage_configuration>
    <disks>
      <cold><path>{folder}/cold/</path></cold>
      <frozen><path>{folder}/frozen/</path></frozen>
    </disks>
    <policies>
      <whale>
        <volumes>
          <default><disk>default</disk></default>
          <cold><disk>cold</disk></cold>
          <frozen><disk>frozen</disk></frozen>
        </volumes>
        <move_factor>0</move_factor>
      </whale>
    </policies>
  </storage_configuration>
</clickhouse>
"""


def words(local, port, found):
    # -P: the modules of this folder are not the engine's.
    return [sys.executable, "-P", str(HERE / "front_clickhouse.py"), str(port), str(credentials_file(local)),
            str(found["chdb"])]


def prepare(local, folder):
    (folder / "config.xml").write_text(CONFIG.format(folder=escape(str(folder))), encoding="utf-8")


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
