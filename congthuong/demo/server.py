"""Serves the sample departments on loopback, one address, a port each. What was asked for is kept, so that tests can count it."""

import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from congthuong.demo.cms import Department, Response


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    at: float  # time.monotonic()
    target: str
    headers: dict[str, str]
    status: int


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    department: Department
    asked: list[Asked]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out in two writes; the second would wait 40 ms

    def do_GET(self) -> None:
        self._answer(self.server.department.ask(self.path, dict(self.headers)), time.monotonic())

    def do_POST(self) -> None:
        at = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(self.server.department.post(self.path, body), at)

    def _answer(self, answer: Response, at: float) -> None:
        self.server.asked.append(Asked(at, self.path, dict(self.headers), answer.status))
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Silent: `asked` has it."""


@dataclass
class Served:
    """A department while it is served: `with Served(department) as site: …`. Port 0 takes any free one."""

    department: Department
    port: int = 0
    host: str = "127.0.0.1"
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = _Server((self.host, self.port), _Handler)
        self._server.department, self._server.asked = self.department, self.asked
        self.port = self._server.server_address[1]
        self.department.origin = f"http://{self.host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
