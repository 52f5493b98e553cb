"""Milvus: how its front is started, its password, and the call that says it answers.

Three calls do not need the whole client library (355 MB with what it draws in): they are written here by hand.
"""

import base64
import socket
import sys

from config import HERE, Failure

PACKAGES = ("milvus", "grpc")
LIMIT = 180
FIRST_PASSWORD = "Milvus"  # What the server starts with; never kept.


def words(local, port, found):
    return [sys.executable, "-P", str(HERE / "front_milvus.py"), str(port), str(found["milvus"])]


def prepare(local, folder):
    pass


def note(local):
    if (local / "milvus" / "network").read_text(encoding="ascii") == "private":
        return ""
    return ("milvus listens on every interface of this machine (this kernel refuses it a network of its own): "
            "authorization is on, its inner ports ask for nothing; use it where you trust the network")


def field(number, value):
    """A length-delimited protobuf field; shorter than 128 bytes, as names and passwords here are."""
    return bytes([number << 3 | 2, len(value)]) + value


def encoded(text):
    return base64.b64encode(text.encode())


def probe(local, port, password, found):
    """Lists the collections of the default database as root, after putting our password in place of the first one."""
    if str(found["grpc"]) not in sys.path:
        sys.path.insert(0, str(found["grpc"]))
    import grpc  # noqa: PLC0415 - installed by us, not there before

    def call(method, request, secret):
        token = encoded(f"root:{secret}").decode()
        return channel.unary_unary(f"/milvus.proto.milvus.MilvusService/{method}")(
            request, metadata=(("authorization", token),), timeout=10)

    with grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            answer = call("ShowCollections", b"", password)
            healthy = call("CheckHealth", b"", password)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAUTHENTICATED:
                raise ConnectionError(f"{error.code().name}: {error.details()}") from None
            change = field(2, b"root") + field(3, encoded(FIRST_PASSWORD)) + field(4, encoded(password))
            try:
                call("UpdateCredential", change, FIRST_PASSWORD)
            except grpc.RpcError as second:
                if second.code() == grpc.StatusCode.UNAUTHENTICATED:
                    raise Failure(f"milvus knows neither the password of {local}/credentials.json nor its first one; "
                                  f"its data in {local}/milvus was made with another") from None
                raise ConnectionError(second.details()) from None
            raise ConnectionError("the password was just set") from None
    # Both begin with an empty status; health is the second field of the other.
    if not answer.startswith(b"\n\x00") or b"\x10\x01" not in healthy:
        raise ConnectionError("not healthy yet")
    return "2.3.5"


def alive(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
