"""A proxy on loopback between a night and its object store, that misbehaves as stores do."""

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOST = "127.0.0.1"
METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
OF_ONE_HOP = ("connection", "transfer-encoding", "content-length", "keep-alive", "date", "server")
ANSWERS = {"503": (503, "SlowDown"), "500": (500, "InternalError"), "409": (409, "ConditionalRequestConflict")}


@dataclass(frozen=True)
class Fault:
    """What happens to every nth request whose method and address fit, so many times.

    Attributes:
        kind: 503, 500 or 409 answered at once; reset, or stall and reset, before the store hears of it; lost: the
            store does it, its answer never comes; cut: half of its answer comes.
        method: of the request.
        part: of its address.
        every: nth of those that fit.
        times: at most.
    """

    kind: str
    method: str = "PUT"
    part: str = ""
    every: int = 1
    times: int = 1


@dataclass
class Proxy:
    """A running proxy: where it listens, and how often each fault struck."""

    store: str
    faults: tuple[Fault, ...]
    stall_seconds: float
    endpoint: str = ""
    seen: Counter[Fault] = field(default_factory=Counter)
    struck: Counter[Fault] = field(default_factory=Counter)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def fault_of(self, method: str, address: str) -> str | None:
        """The kind of fault that strikes this request, if one does."""
        with self.turn:
            for fault in self.faults:
                if fault.method == method and fault.part in address:
                    self.seen[fault] += 1
                    if self.seen[fault] % fault.every == 0 and self.struck[fault] < fault.times:
                        self.struck[fault] += 1
                        return fault.kind
        return None


@contextmanager
def misbehaving(store: str, *faults: Fault, stall_seconds: float = 2.0) -> Iterator[Proxy]:
    """A proxy before the store at that address, until the block ends."""
    proxy = Proxy(store, faults, stall_seconds)
    server = ThreadingHTTPServer(
        (HOST, 0), type("Handler", (Relay,), {f"do_{method}": Relay.relay for method in METHODS} | {"proxy": proxy})
    )
    server.daemon_threads = True
    proxy.endpoint = f"http://{HOST}:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()


class Relay(BaseHTTPRequestHandler):
    """One connection of a client, relayed request by request."""

    proxy: Proxy
    cut = False
    protocol_version = "HTTP/1.1"

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.proxy.fault_of(self.command, self.path)
        if kind in ANSWERS:
            status, code = ANSWERS[kind]
            self.answer(status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code></Error>".encode())
            return
        if kind == "stall":
            time.sleep(self.proxy.stall_seconds)
        if kind in ("reset", "stall"):
            self.reset()
            return
        upstream = HTTPConnection(urlsplit(self.proxy.store).netloc, timeout=60)
        try:  # with the client's own Host, which its signature covers
            upstream.request(self.command, self.path, body or None, dict(self.headers))
            found = upstream.getresponse()
            content = found.read()
        finally:
            upstream.close()
        if kind == "lost":
            self.reset()
            return
        self.cut = kind == "cut"
        headers = {key: value for key, value in found.getheaders() if key.lower() not in OF_ONE_HOP}
        self.answer(found.status, headers, content, found.getheader("Content-Length"))

    def answer(self, status: int, headers: dict[str, str], content: bytes, length: str | None = None) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(content)))
        self.end_headers()
        if self.cut:
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.reset()
        elif self.command != "HEAD":
            self.wfile.write(content)

    def reset(self) -> None:
        """End the connection as a broken one ends, not as a finished one."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
