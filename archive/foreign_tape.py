"""Streams that can be looked ahead in and put back: how files of others are read when nothing in them can be relied on. Knows no WARC."""

import zlib
from collections.abc import Callable

from archive.warc import GZIP, MAGIC

__all__ = ["MAGIC", "Inflating", "Tape"]

CHUNK = 1 << 16
RATIO = 500  # a gzip member that unpacks to more times its size, and to more than `ENOUGH` bytes, is a bomb: HTML makes 5 to 20
ENOUGH = 256 * 1024 * 1024


class Tape:
    """What `pieces` gives bit by bit, b"" at the end, as one stream. Remembers only what was looked at and not yet passed."""

    def __init__(self, pieces: Callable[[], bytes], size: int | None = None) -> None:
        self._pieces, self._size, self._ended = pieces, size, False
        self._ahead = bytearray()
        self.offset = 0

    @property
    def left(self) -> int | None:
        """The number of bytes that follow, where it is known."""
        if self._ended:
            return len(self._ahead)
        return None if self._size is None else self._size - self.offset

    def has(self, size: int) -> bool:
        """Do so many bytes follow? They are in memory then."""
        while len(self._ahead) < size and not self._ended:
            piece = self._pieces()
            self._ended = not piece
            self._ahead += piece
        return len(self._ahead) >= size

    def peek(self, size: int) -> bytes:
        self.has(size)
        return bytes(self._ahead[:size])

    def skip(self, size: int) -> None:
        while size and self.has(1):
            gone = min(size, len(self._ahead))
            del self._ahead[:gone]
            self.offset += gone
            size -= gone

    def take(self) -> bytes:
        """The next bytes, as many as come easily; b"" at the end."""
        found = self.peek(CHUNK)
        self.skip(len(found))
        return found

    def unread(self, data: bytes) -> None:
        self._ahead[:0] = data
        self.offset -= len(data)

    def find(self, *wanted: bytes) -> bool:
        """Go to where one of these stands next, or to the end."""
        while ahead := self.peek(CHUNK):
            places = [at for one in wanted if (at := ahead.find(one)) >= 0]
            if places:
                self.skip(min(places))
                return True
            beyond = self.has(len(ahead) + 1)
            self.skip(max(len(ahead) - max(map(len, wanted)) + 1, 1) if beyond else len(ahead))
        return False


class Inflating:
    """The gzip member that begins where a tape is, unpacked bit by bit. `damage` says why it could not be to its end."""

    def __init__(self, tape: Tape) -> None:
        self._tape, self._inflater = tape, zlib.decompressobj(GZIP)
        self._kept: bytearray | None = bytearray()
        self._read = self._made = 0
        self.damage = ""

    @property
    def packed(self) -> bytes:
        """The bytes of the member as they stand in the file, so far as it was read."""
        return bytes(self._kept or b"")

    def forget(self) -> None:
        """Remember no longer what the member consists of."""
        self._kept = None

    def piece(self) -> bytes:
        """The next of its content; b"" at its end, and where it is damaged."""
        while not self.damage and not self._inflater.eof:
            chunk = self._tape.take()
            try:
                out = self._inflater.decompress(chunk) if chunk else b""
            except zlib.error as error:
                self._keep(chunk)
                self.damage = f"the gzip member is damaged: {error}"
                break
            unused = self._inflater.unused_data
            if unused:
                self._tape.unread(unused)
            self._keep(chunk[: len(chunk) - len(unused)])
            self._made += len(out)
            if self._made > max(ENOUGH, RATIO * self._read):
                self.damage = f"the gzip member unpacks to more than {RATIO} times its size"
            elif not chunk:
                self.damage = "the gzip member is cut off"
            if out:
                return out
        return b""

    def _keep(self, chunk: bytes) -> None:
        self._read += len(chunk)
        if self._kept is not None:
            self._kept += chunk
