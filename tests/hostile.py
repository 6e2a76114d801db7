"""A raw server on loopback for hostile answers: each page is the bytes it sends, whatever HTTP says of them. Stops by itself."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

MOST = 20_000  # requests that one server answers
LONGEST = 8.0  # seconds that one answer may take
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST

Page = Callable[[str], Iterator[bytes]]  # of the target, query and all


class Reset(Exception):
    """Raised by a page: hang up rudely."""


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode("latin-1")


def answer(body: bytes, *lines: str, status: str = "200 OK", kind: str = "text/html; charset=utf-8") -> Page:
    """A page whose head is true but for what `lines` add."""

    def page(_: str) -> Iterator[bytes]:
        yield head(f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines, status=status)
        yield body

    return page


def redirect(location: str) -> Page:
    return answer(b"", f"Location: {location}", status="302 Found")


def raw(*pieces: bytes | float, reset: bool = False) -> Page:
    """Exactly these bytes, then the connection's end; a number is a pause in seconds."""

    def page(_: str) -> Iterator[bytes]:
        for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                time.sleep(piece)
        if reset:
            raise Reset
        raise EOFError

    return page


MISSING = answer(b"not here", status="404 Not Found")


@dataclass
class Hostile:
    """`pages` by path; what is not there is answered by `other`."""

    pages: dict[str, Page] = field(default_factory=dict)
    other: Page = MISSING
    tls: ssl.SSLContext | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # target, headers

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.netloc = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.origin = f"{'https' if self.tls else 'http'}://{self.netloc}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        for thread in (self._accepting, *self._threads):
            thread.join(LONGEST)
        self._socket.close()

    @property
    def targets(self) -> list[str]:
        return [target for target, _ in self.asked]

    def _accept(self) -> None:
        while not self._over.is_set() and len(self.asked) < MOST:
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        """One connection, kept alive like a browser's."""
        connection.settimeout(LONGEST)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            connection.settimeout(0.2)
            buffer = b""
            while not self._over.is_set():
                try:
                    got = connection.recv(65536)
                except TimeoutError:
                    continue
                if not got:
                    break
                buffer += got
                if b"\r\n\r\n" in buffer:
                    request, _, buffer = buffer.partition(b"\r\n\r\n")
                    self._answer(connection, request.decode("latin-1"))
        except Reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        except (OSError, EOFError):
            pass  # a client that hangs up, or a page that does
        finally:
            connection.close()

    def _answer(self, connection: socket.socket, request: str) -> None:
        first, *lines = request.split("\r\n")
        target = first.split(" ")[1]
        self.asked.append((target, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}))
        page = self.pages.get(target.partition("?")[0], self.other)
        end = time.monotonic() + LONGEST
        connection.settimeout(LONGEST)
        for piece in page(target):
            connection.sendall(piece)
            if self._over.is_set() or time.monotonic() > end:
                raise EOFError
        connection.settimeout(0.2)
