"""HTTP messages as bytes: the head made from and read into pairs, so that every byte of a header survives. Headers are latin-1 text."""

import re
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote, urlsplit

from warcio.bufferedreaders import ChunkedDataException, ChunkedDataReader

from archive.records import Headers

BREAKS = re.compile(r"[\r\n]+[ \t]*")
UNSAFE = re.compile(r"[\s<>\x00-\x20\x7f-\xa0\ud800-\udfff]")  # what would break a line of a record's head, or be stripped from its end
BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Message:
    """A request or response: its first line split at blanks, its headers, its body without Transfer-Encoding."""

    first: tuple[str, ...]
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, given in small letters."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def safe_url(url: str) -> str:
    """The URL with everything percent-encoded that cannot stand in a line."""
    return UNSAFE.sub(lambda found: quote(found.group().encode("utf-8", "surrogatepass")), url)


def request_bytes(method: str, url: str, headers: Headers, body: bytes) -> bytes:
    """A request as it was sent; the Host header that the network layer adds is put back."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not any(name.lower() == "host" for name, _ in headers):
        headers = (("Host", parts.netloc.rpartition("@")[2]), *headers)
    return _head(f"{method} {target} HTTP/1.1", headers) + body


def response_head(method: str, status: int, reason: str, headers: Headers, length: int) -> bytes:
    """The head of a response whose body, of `length` bytes, is kept without Transfer-Encoding: so that goes, and Content-Length is what it is."""
    kept = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
    if method != "HEAD" and status not in BODILESS:
        place = next((i for i, (name, _) in enumerate(kept) if name.lower() == "content-length"), len(kept))
        kept = [(name, value) for name, value in kept if name.lower() != "content-length"]
        kept.insert(place, ("Content-Length", str(length)))
    return _head(f"HTTP/1.1 {status} {reason}", tuple(kept))


def _head(first: str, headers: Headers) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return b"".join(_bytes(BREAKS.sub(" ", line)) + b"\r\n" for line in lines) + b"\r\n"


def _bytes(line: str) -> bytes:
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogatepass")


def parse_message(block: bytes) -> Message:
    """The message a block holds; ValueError where it is none."""
    head, separator, body = block.partition(b"\r\n\r\n")
    if not separator:
        head, separator, body = block.partition(b"\n\n")
    first, *lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    if not first.strip():
        msg = "a message without a first line"
        raise ValueError(msg)
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and headers:
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip(BLANK)}")
            continue
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.rstrip(BLANK), value.strip(BLANK)))
    return Message(tuple(first.split(" ", 2)), *_unchunked(tuple(headers), body))


BLANK = " \t"


def _unchunked(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Records of other makers may keep the chunks: undone, where they are whole."""
    if not any(name.lower() == "transfer-encoding" and value.lower() == "chunked" for name, value in headers):
        return headers, body
    try:
        body = ChunkedDataReader(BytesIO(body), raise_exceptions=True).read()
    except ChunkedDataException:
        return headers, body
    return tuple((name, value) for name, value in headers if name.lower() != "transfer-encoding"), body
