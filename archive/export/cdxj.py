"""CDXJ, the index by which replay tools find a URL in WARC files: sorted with flat memory, packed in blocks with an index of the blocks.

What is asked for by POST the tools look up each in its own way, and where the nearest answer is a 304 they show an empty page: neither belongs in it.
"""

import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from archive.capture_index import Entry
from archive.export.url_key import url_key
from archive.http_message import Message
from archive.warc import sha256

BLOCK = 1024  # lines unpacked for one look-up; what the tools that read it write themselves
REVISIT = "warc/revisit"
SORTER = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE lines (id TEXT, line TEXT); CREATE INDEX by_id ON lines (id); BEGIN"""


@dataclass(frozen=True, slots=True)
class Sorter:
    """Lines sorted by their bytes, as the index must be, in a database of its own on disk; and which captures they are of."""

    connection: sqlite3.Connection

    @classmethod
    def at(cls, path: Path) -> "Sorter":
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript(SORTER)
        return cls(connection)

    def add(self, capture_id: str, line: str) -> None:
        self.connection.execute("INSERT INTO lines VALUES (?, ?)", (capture_id, line))

    def __contains__(self, capture_id: str) -> bool:
        return self.connection.execute("SELECT 1 FROM lines WHERE id = ?", (capture_id,)).fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        for (line,) in self.connection.execute("SELECT line FROM lines ORDER BY line"):
            yield line

    def close(self) -> None:
        self.connection.close()


def cdxj_line(entry: Entry, message: Message, file: str, offset: int) -> str:
    """The line of a capture whose record stands in `file` at `offset`; `message` is the head of its answer."""
    mime = REVISIT if entry.revisit else (message.header("content-type") or "").partition(";")[0].strip()
    said = {
        "url": entry.url,
        "mime": mime or None,
        "status": str(entry.status),
        "digest": entry.payload_digest,
        "length": str(entry.place.length),
        "offset": str(offset),
        "filename": file,
    }
    return f"{url_key(entry.url)} {entry.fetched_at:%Y%m%d%H%M%S} " + json.dumps({name: value for name, value in said.items() if value is not None})


@dataclass(slots=True)
class CdxjIndex:
    """The packed index `name`, and where its blocks are: `places` is complete when `packed` was read to its end."""

    name: str
    places: str = ""

    def packed(self, lines: Iterable[str]) -> Iterator[bytes]:
        rest, end = iter(lines), 0
        found = ["!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": self.name})]
        while block := list(islice(rest, BLOCK)):
            packed = gzip.compress("".join(f"{line}\n" for line in block).encode("utf-8"), mtime=0)
            place = {"offset": end, "length": len(packed), "digest": sha256(packed)}
            found.append(f"{block[0].partition(' {')[0]} {json.dumps(place)}")
            end += len(packed)
            yield packed
        self.places = "".join(f"{line}\n" for line in found)
