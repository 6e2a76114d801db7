"""`captures.db`: where each capture of one site stands in its WARC files. Derived from them, never ahead of them.

A row is inserted when its record is written and committed only after the record was fsynced. `synchronous=NORMAL` is enough for that: a
power cut may take the last commits, and the next opening finds those records in the WARCs again.

The sequence numbers are the order in which captures are read: what a crawl keeps comes last, what was imported comes where its date puts it.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlite_utils import Migrations

from archive.data import querying
from archive.errors import StorageError
from archive.records import Place
from archive.warc_file import is_imported, number

migrations = Migrations("captures")
PAGE = 500  # rows read at a time, so that no reader holds a snapshot for long

TABLES = (
    """CREATE TABLE captures (
      sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record_id TEXT NOT NULL,
      url TEXT NOT NULL, fetched_at TEXT NOT NULL, method TEXT NOT NULL, status INTEGER NOT NULL, kind TEXT NOT NULL, run TEXT NOT NULL,
      file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, payload_digest TEXT NOT NULL, content_digest TEXT NOT NULL,
      refers_to TEXT, original_file TEXT, original_offset INTEGER, original_length INTEGER, revisit INTEGER NOT NULL, part_of TEXT)""",
    "CREATE INDEX captures_by_payload ON captures (payload_digest) WHERE revisit = 0",
    "CREATE INDEX captures_by_url ON captures (url, sequence)",
    "CREATE INDEX captures_by_first_page ON captures (part_of) WHERE part_of IS NOT NULL",
    "CREATE INDEX captures_by_place ON captures (file, offset)",
    "CREATE TABLE files (name TEXT PRIMARY KEY, seen INTEGER NOT NULL)",
)


# What was captured here keeps the order of writing whatever the clock said: it counts as no earlier than all that came before it.
ORDER = """
WITH timed AS (
  SELECT id, sequence,
    iif(file IN (SELECT value FROM json_each(?)), fetched_at, max(fetched_at) OVER (ORDER BY sequence)) AS moment FROM captures),
ordered AS (SELECT id, row_number() OVER (ORDER BY moment, sequence) AS place FROM timed)
UPDATE captures SET sequence = -ordered.place FROM ordered WHERE ordered.id = captures.id AND ordered.place <> captures.sequence"""


@migrations()
def first_form(db: sqlite_utils.Database) -> None:
    for statement in TABLES:
        db.execute(statement)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row. `original` is the place of the record with the body, for a revisit; None where that is not known."""

    sequence: int
    id: str
    record_id: str  # the WARC-Record-ID
    url: str
    fetched_at: datetime
    method: str
    status: int
    kind: str
    run: str
    place: Place
    payload_digest: str
    content_digest: str
    revisit: bool = False
    refers_to: str | None = None
    original: Place | None = None
    part_of: str | None = None


class Index:
    """The open index of one site folder. Written by the holder of the folder's lock only."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self._path = path
        with querying(path):
            source = path.absolute().as_uri() + ("" if write else "?mode=ro")
            self._connection = sqlite3.connect(source, uri=True, timeout=30, isolation_level=None)
            try:
                self._prepare(write=write)
                self._committed = self.last()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, *, write: bool) -> None:
        db = sqlite_utils.Database(self._connection)
        if write:
            db.enable_wal()
            self._connection.execute("PRAGMA synchronous=NORMAL")
            migrations.apply(db)
        elif migrations.pending(db):
            msg = f"{self._path}: made by another version of this program. The next run that writes to this site brings it up to date"
            raise StorageError(msg)

    def close(self) -> None:
        """Drops what was not committed."""
        self._connection.close()

    # -- writing

    def add(self, entry: Entry) -> bool:
        """Insert a row, not yet to be seen by others; False where this capture is there already."""
        self._begin()
        row: tuple[object, ...] = (entry.sequence, entry.id, entry.record_id, entry.url, entry.fetched_at.isoformat())
        row += (entry.method, entry.status, entry.kind, entry.run)
        row += (*_columns(entry.place), entry.payload_digest, entry.content_digest, entry.refers_to)
        row += (*_columns(entry.original), entry.revisit, entry.part_of)
        with querying(self._path):
            marks = ", ".join("?" * len(row))
            done = self._connection.execute(f"INSERT INTO captures VALUES ({marks}) ON CONFLICT (id) DO NOTHING", row)  # noqa: S608 - only marks
        return done.rowcount == 1

    def put_in_order(self) -> bool:
        """Number the rows anew by their time where some were imported; the same again for the same files. Were there any?"""
        with querying(self._path):
            files = [file for (file,) in self._connection.execute("SELECT DISTINCT file FROM captures")]
            imported = [file for file in files if is_imported(file)]
            if imported:
                self._begin()
                self._connection.execute(ORDER, (json.dumps(imported),))
                self._connection.execute("UPDATE captures SET sequence = -sequence WHERE sequence < 0")
        return bool(imported)

    def resolve(self, orphan: str, original: Entry) -> None:
        """The record that has the body of this revisit was found."""
        self._begin()
        place = "original_file = ?, original_offset = ?, original_length = ?"
        sql = f"UPDATE captures SET payload_digest = ?, content_digest = ?, refers_to = ?, {place} WHERE id = ?"  # noqa: S608 - our own words
        found = (original.payload_digest, original.content_digest, original.id, *_columns(original.place))
        with querying(self._path):
            self._connection.execute(sql, (*found, orphan))

    def set_seen(self, file: str, end: int) -> None:
        """Everything in `file` up to `end` bytes is in the index."""
        self._begin()
        with querying(self._path):
            self._connection.execute("INSERT INTO files VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seen = excluded.seen", (file, end))

    def drop_past(self, file: str, size: int) -> list[Entry]:
        """Remove the rows whose records reach past `size` bytes of a file, and return them."""
        self._begin()
        gone = list(self._select("WHERE file = ? AND offset + length > ?", file, size))
        with querying(self._path):
            self._connection.execute("DELETE FROM captures WHERE file = ? AND offset + length > ?", (file, size))
        return gone

    def clear(self) -> None:
        self._begin()
        with querying(self._path):
            self._connection.execute("DELETE FROM captures")
            self._connection.execute("DELETE FROM files")

    def commit(self) -> None:
        if self._connection.in_transaction:
            with querying(self._path):
                self._connection.execute("COMMIT")
        self._committed = self.last()

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            with querying(self._path):
                self._connection.execute("BEGIN IMMEDIATE")

    # -- reading; a writer sees its own rows before they are committed

    def files(self) -> dict[str, int]:
        """How many bytes of each file are in the index."""
        return dict(self._connection.execute("SELECT name, seen FROM files"))

    def last(self) -> int:
        return int(self._connection.execute("SELECT coalesce(max(sequence), 0) FROM captures").fetchone()[0])

    def after(self, sequence: int) -> Iterator[Entry]:
        """The committed rows past `sequence`, in order."""
        while page := list(self._select("WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?", sequence, self.last_committed(), PAGE)):
            yield from page
            sequence = page[-1].sequence

    def parts(self, capture_id: str) -> Iterator[Entry]:
        """The further pages of the article whose first page this capture is."""
        return self._select("WHERE part_of = ? ORDER BY sequence", capture_id)

    def by_id(self, capture_id: str) -> Entry | None:
        return next(self._select("WHERE id = ?", capture_id), None)

    def orphans(self) -> list[Entry]:
        """The revisits whose original is not held, in the order of their numbers."""
        return list(self._select("WHERE revisit = 1 AND original_file IS NULL ORDER BY sequence"))

    def same(self, entry: Entry) -> Entry | None:
        """The capture that this one is another record of: of the same address and moment, with the same body."""
        where = "WHERE url = ? AND fetched_at = ? AND method = ? AND payload_digest = ? AND payload_digest <> '' LIMIT 1"
        return next(self._select(where, entry.url, entry.fetched_at.isoformat(), entry.method, entry.payload_digest), None)

    def bodies(self, url: str, until: datetime) -> list[Entry]:
        """The records of this address up to a moment that have a body of their own, in the order in which they came into the folder."""
        found = self._select("WHERE url = ? AND fetched_at <= ? AND revisit = 0", url, until.isoformat())
        return sorted(found, key=lambda one: (number(one.place.file), one.place.file, one.place.offset))

    def in_file(self, file: str, end: int) -> Iterator[Entry]:
        """The captures in a file up to `end` bytes, in order of place."""
        return self._select("WHERE file = ? AND offset + length <= ? ORDER BY offset", file, end)

    def last_in(self, file: str) -> Entry | None:
        return next(self._select("WHERE file = ? ORDER BY offset DESC LIMIT 1", file), None)

    def by_payload(self, digest: str) -> Entry | None:
        """The first record with this very body."""
        return next(self._select("WHERE payload_digest = ? AND revisit = 0 ORDER BY sequence LIMIT 1", digest), None)

    def by_url_and_date(self, url: str, fetched_at: datetime) -> Entry | None:
        return next((one for one in self.bodies(url, fetched_at) if one.fetched_at == fetched_at), None)

    def newest(self, url: str, *, status: int | None = None) -> Entry | None:
        """The newest answer to a GET of this URL that was not 304; with `status`, the newest of that status."""
        where = "WHERE url = ? AND method = 'GET' AND status <> 304 AND (? IS NULL OR status = ?) ORDER BY sequence DESC LIMIT 1"
        return next(self._select(where, url, status, status), None)

    def last_committed(self) -> int:
        return self._committed if self._connection.in_transaction else self.last()

    def _select(self, where: str, *values: object) -> Iterator[Entry]:
        for row in self._connection.execute(f"SELECT * FROM captures {where}", values):  # noqa: S608 - our own words
            yield _entry(row)


def _columns(place: Place | None) -> tuple[str | int | None, ...]:
    return (place.file, place.offset, place.length) if place else (None, None, None)


def _entry(row: tuple[Any, ...]) -> Entry:
    sequence, capture_id, record_id, url, fetched_at, method, status, kind, run, *found = row
    file, offset, length, payload, content, refers_to, *original, revisit, part_of = found
    return Entry(
        sequence=sequence,
        id=capture_id,
        record_id=record_id,
        url=url,
        fetched_at=datetime.fromisoformat(fetched_at).astimezone(UTC),
        method=method,
        status=status,
        kind=kind,
        run=run,
        place=Place(file, offset, length),
        payload_digest=payload,
        content_digest=content,
        revisit=bool(revisit),
        refers_to=refers_to,
        original=Place(*original) if original[0] is not None else None,
        part_of=part_of,
    )
