"""Runs the Milvus server as a child, in a network of its own where the kernel allows it.

This build of Milvus listens on every interface: its proxy, which asks for the password, and seven inner services and a
metrics port, which ask for nothing. So this process takes the public port on loopback, moves into a network namespace
that has only a loopback, starts Milvus there and carries bytes between the two. Nothing of Milvus can be reached but
the proxy, from this machine, and no port of it can collide with another Milvus or etcd.

Where namespaces are refused, Milvus gets the public port itself and its inner ports go to a free range after it.

Invariants: this process and its child end together, whichever ends first and however; `network` in the folder says
which of the two ways was taken.

Usage: front_milvus.py PORT PACKAGE, in the data folder.
"""

import asyncio
import ctypes
import fcntl
import hashlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

HOST = "127.0.0.1"
INNER = ("etcd_port", "etcd_peer", "root_coord_port", "proxy_internal_port", "query_coord_port", "query_node_port",
         "index_coord_port", "index_node_port", "data_coord_port", "data_node_port", "metrics")
PATIENCE = 6.0
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_BIND, MS_PRIVATE = 0x1000, 0x40000 | 0x4000
PR_SET_PDEATHSIG = 1
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41

libc = ctypes.CDLL(None, use_errno=True)


def leave_network():
    """Moves this process into an empty network. Says whether it could."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        # The same ids inside as outside: files go on belonging to who started this.
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    elif libc.unshare(CLONE_NEWNET) != 0:
        return False
    with socket.socket() as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", IFF_UP_RUNNING, b""))
    return True


def keep_pid_file_here():
    """Milvus writes its pid file to one of two fixed folders, which may belong to another user: lays ours over them."""
    if libc.unshare(CLONE_NEWNS) or libc.mount(None, b"/", None, MS_PRIVATE, None):
        return
    for folder in (b"/run/milvus", b"/tmp/milvus"):
        if os.path.isdir(folder):
            libc.mount(os.fsencode(Path.cwd() / "run"), folder, None, MS_BIND, None)


def namespaces_work():
    """Tries it in a child first: half of it done cannot be undone."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if leave_network() else 1)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def free_range(first):
    """The start of a range after `first` in which every inner port is free."""
    for base in range(first, min(first + 2000, 65535 - len(INNER)), len(INNER)):
        taken = []
        try:
            for port in range(base, base + len(INNER)):
                taken.append(socket.socket())
                taken[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taken[-1].bind(("", port))
            return base
        except OSError:
            continue
        finally:
            for one in taken:
                one.close()
    sys.exit(f"no {len(INNER)} free ports after {first}")


def configure(template, proxy, inner):
    """Writes milvus.yaml, from the package's template, and the file that moves etcd's peer port."""
    here = Path.cwd()
    for name in ("configs", "data", "run"):
        Path(name).mkdir(exist_ok=True)
    values = inner | {
        "proxy_port": proxy, "etcd_data_dir": here / "data/etcd.data", "etcd_log_path": "stdout",
        "etcd_log_level": "warn", "local_storage_dir": here / "data", "rocksmq_data_dir": here / "data/rocksmq",
        "system_log_path": '""', "authorization_enabled": "true",
    }

    def fill(match):
        name, _, default = match.group(1).partition(":")
        return str(values.get(name.split("(")[0].strip(), default.strip()))

    text = re.sub(r"\{\{(.*?)\}\}", fill, template.read_text(encoding="utf-8"))
    for pattern, value in (
        # A second interface, of which the half on the metrics port asks for no password.
        (r"(?m)^( +enabled: )true( # Whether to enable the http server)$", "false"),
        (r"(?m)^(  level: )info( # Only supports)", "warn"),
        (r"(?m)^(  gracefulStopTimeout: )\d+( #)", "5"),
    ):
        text, times = re.subn(pattern, rf"\g<1>{value}\g<2>", text)
        if times != 1:
            sys.exit(f"the configuration template is not the expected one: {pattern}")
    Path("configs/milvus.yaml").write_text(text, encoding="utf-8")
    client, peer = f"http://{HOST}:{inner['etcd_port']}", f"http://{HOST}:{inner['etcd_peer']}"
    Path("configs/etcd.yaml").write_text(
        f"name: default\ndata-dir: {here}/data/etcd.data\nlog-level: warn\nlog-outputs: [stderr]\n"
        f"enable-grpc-gateway: true\n"
        f"listen-client-urls: {client}\nadvertise-client-urls: {client}\n"
        f"listen-peer-urls: {peer}\ninitial-advertise-peer-urls: {peer}\ninitial-cluster: default={peer}\n",
        encoding="utf-8",
    )


def start(binaries, metrics):
    environment = os.environ | {
        "DEPLOY_MODE": "STANDALONE", "METRICS_PORT": str(metrics),
        "ETCD_CONFIG_PATH": str(Path.cwd() / "configs/etcd.yaml"), "LD_LIBRARY_PATH": str(binaries),
    }
    parent = os.getpid()

    def die_with_parent():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    # The alias keeps its pid file apart from another Milvus's.
    alias = hashlib.sha256(os.fsencode(Path.cwd())).hexdigest()[:12]
    return subprocess.Popen([binaries / "milvus", "run", "standalone", f"-alias={alias}"], env=environment,
                            stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)


def etcd(port, path, request):
    """One call of etcd's own interface, which only this machine reaches."""
    data = json.dumps(request).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(f"http://{HOST}:{port}{path}", data=data), timeout=5) as answer:
        return json.load(answer)


def tend_leases(port):
    """Spares the next start the wait for this one's registrations to expire, 30 s and more.

    Milvus registers its services in etcd under leases, and ends without giving them back. So the leases of the running
    server are written down, and exactly those, of a process that is gone, are given back when the next one starts.
    """
    kept = Path("leases")
    old = kept.read_text(encoding="ascii").split() if kept.exists() else []
    while True:
        try:
            while old:
                try:
                    etcd(port, "/v3/lease/revoke", {"ID": old[-1]})
                except urllib.error.HTTPError:
                    pass  # Expired already.
                old.pop()
            found = " ".join(lease["ID"] for lease in etcd(port, "/v3/lease/leases", {}).get("leases", []))
            if not kept.exists() or kept.read_text(encoding="ascii") != found:
                Path("leases.tmp").write_text(found, encoding="ascii")
                Path("leases.tmp").replace(kept)
        except (OSError, ValueError, KeyError):
            time.sleep(0.05)  # Not up yet.
            continue
        time.sleep(0.5)


async def pump(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def carry(reader, writer, proxy):
    try:
        inner_reader, inner_writer = await asyncio.open_connection(HOST, proxy)
    except OSError:
        writer.transport.abort()
        return
    await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))
    inner_writer.close()
    writer.close()


async def supervise(child, listener, proxy):
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if listener:
        await asyncio.start_server(lambda r, w: carry(r, w, proxy), sock=listener)
    while child.poll() is None and not stopped.is_set():
        try:
            await asyncio.wait_for(stopped.wait(), 0.2)
        except asyncio.TimeoutError:
            pass
    if child.poll() is not None:
        print(f"milvus ended with {child.returncode}", file=sys.stderr, flush=True)
        return 1
    child.terminate()
    try:
        await asyncio.to_thread(child.wait, PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()  # It loses nothing: its log and its metadata are on disk before it answers.
        child.wait()
    return 0


def main():
    port, binaries = int(sys.argv[1]), Path(sys.argv[2]) / "milvus/data/bin"
    listener, proxy, base = None, port, None
    if namespaces_work():
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
        leave_network()
        Path("run").mkdir(exist_ok=True)
        keep_pid_file_here()
        proxy, base = 19530, 19531
    base = base or free_range(port + 1)
    inner = {name: base + offset for offset, name in enumerate(INNER)}
    configure(binaries.parent / "config.yaml.template", proxy, inner)
    Path("configs/glog.conf").write_bytes((binaries.parent / "glog.conf").read_bytes())
    Path("network").write_text("private" if listener else "open", encoding="ascii")
    child = start(binaries, inner["metrics"])
    threading.Thread(target=tend_leases, args=(inner["etcd_port"],), daemon=True).start()
    os._exit(asyncio.run(supervise(child, listener, proxy)))


if __name__ == "__main__":
    main()
