"""Undoes the Content-Encoding of a body, within a bound. Knows nothing of charsets."""

import hashlib
import importlib
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from archive.errors import BrokenEncoding, TooLargeUnpacked
from archive.records import Capture

LIMIT = 32 * 1024 * 1024  # bytes unpacked; a file past this is an attack or a mistake
PAGE_LIMIT = 10 * 1024 * 1024  # of a page
MOST_LAYERS = 5  # encodings one upon the other
RAW_DEFLATE = -zlib.MAX_WBITS
GZIP = zlib.MAX_WBITS + 16


def content(capture: Capture, limit: int = LIMIT) -> bytes:
    """The body with its Content-Encoding undone; BrokenEncoding where it is not what the header says, TooLargeUnpacked past `limit` bytes."""
    return decode(capture.body, capture.header("content-encoding"), limit)


def content_digest(body: bytes, encodings: str | None) -> str:
    """Of the body with its encodings undone; of the body as it is where they cannot be."""
    with suppress(BrokenEncoding):
        body = decode(body, encodings)
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def decode(body: bytes, encodings: str | None, limit: int = LIMIT) -> bytes:
    """Undo `encodings`, a Content-Encoding header as received. Like browsers do, a name nobody knows is taken as no encoding."""
    names = [known for name in (encodings or "").split(",") if (known := name.strip().lower()) in DECODERS]
    if len(names) > MOST_LAYERS:
        msg = f"the body is packed {len(names)} times over"
        raise BrokenEncoding(msg)
    for name in reversed(names):
        if body:
            try:
                body = DECODERS[name](body, limit)
            except BrokenEncoding:
                raise
            except Exception as error:  # each library has its own exceptions
                msg = f"the body cannot be unpacked as {name!r}: {error}"
                raise BrokenEncoding(msg) from error
    return body


def _gzip(body: bytes, limit: int) -> bytes:
    """Every member of it; what follows the last one, such as padding, is dropped as browsers drop it."""
    parts: list[bytes] = []
    room = limit
    while body[:2] == b"\x1f\x8b" or not parts:
        inflater = zlib.decompressobj(GZIP)
        parts.append(_whole("gzip", inflater, body, room, limit))
        room -= len(parts[-1])
        body = inflater.unused_data
    return b"".join(parts)


def _deflate(body: bytes, limit: int) -> bytes:
    """With the zlib wrapper of the standard, or bare as some servers send it."""
    try:
        return _whole("deflate", zlib.decompressobj(), body, limit)
    except zlib.error:
        return _whole("deflate", zlib.decompressobj(RAW_DEFLATE), body, limit)


def _whole(name: str, inflater: Any, body: bytes, room: int, limit: int | None = None) -> bytes:
    out: bytes = inflater.decompress(body, room + 1)
    if len(out) > room:
        raise _too_large(name, limit or room)
    if not inflater.eof:
        raise _cut_off(name)
    return out


def _brotli(body: bytes, limit: int) -> bytes:
    decompressor = _library("br", "brotli").Decompressor()
    out: bytes = decompressor.process(body, output_buffer_limit=limit + 1)
    if len(out) > limit:
        raise _too_large("br", limit)
    if not decompressor.is_finished():
        raise _cut_off("br")
    return out


def _zstd(body: bytes, limit: int) -> bytes:
    return _whole("zstd", _library("zstd", "compression.zstd", "backports.zstd").ZstdDecompressor(), body, limit)


def _library(name: str, *modules: str) -> Any:
    for module in modules:
        try:
            return importlib.import_module(module)
        except ImportError:
            continue
    msg = f"the body is packed as {name!r}, which needs the Python package {modules[-1]!r}: install it and read the capture again"
    raise BrokenEncoding(msg)


def _cut_off(name: str) -> BrokenEncoding:
    return BrokenEncoding(f"the body is packed as {name!r} and cut off")


def _too_large(name: str, limit: int) -> BrokenEncoding:
    return TooLargeUnpacked(f"the body is packed as {name!r} and unpacks to more than {limit} bytes")


DECODERS: dict[str, Callable[[bytes, int], bytes]] = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
