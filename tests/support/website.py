"""A real web site on loopback whose pages a test scripts."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gonets.kernel.http import Guard

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
Page = Callable[["Visit"], None]


class Visit(BaseHTTPRequestHandler):
    """One request; a page answers it with ``answer`` or writes what it likes."""

    site: WebSite
    body = b""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self) -> None:
        self.site.asked.append((self.command, self.path))
        self.site.visits.append((self.path, dict(self.headers.items())))
        page = self.site.pages.get(self.path)
        if page is None:
            self.answer(b"Not here", status=404)
        else:
            page(self)

    def answer(self, content: bytes, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@dataclass
class WebSite:
    port: int
    host: str = "127.0.0.1"
    pages: dict[str, Page] = field(default_factory=dict)
    visits: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)  # method, path

    @property
    def guard(self) -> Guard:
        """Lets this site be visited although it is on loopback."""
        return Guard(ports=frozenset({self.port}), trusted=(LOOPBACK,))

    def address(self, path: str = "/") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def serve(self, path: str, content: bytes, **headers: str) -> str:
        """Publish ``content`` and return its address."""
        self.pages[path] = lambda visit: visit.answer(content, **headers)
        return self.address(path)


@contextmanager
def website(*, host: str = "127.0.0.1") -> Iterator[WebSite]:
    visit = type("SiteVisit", (Visit,), {})
    server = ThreadingHTTPServer((host, 0), visit)
    site = WebSite(port=server.server_address[1], host=host)
    visit.site = site
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Canary:
    """A listener that nobody may ever reach."""

    port: int
    touched: int = 0


@contextmanager
def canary() -> Iterator[Canary]:
    """Listen on every address of this machine, IPv4 and IPv6."""
    with socket.create_server(
        ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True
    ) as listener:
        bird = Canary(port=listener.getsockname()[1])
        listener.settimeout(0.02)
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                try:
                    visitor = listener.accept()[0]
                except TimeoutError:
                    continue
                bird.touched += 1  # Before the visitor sees the end, and asks.
                visitor.close()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield bird
        finally:
            over.set()
            thread.join()
