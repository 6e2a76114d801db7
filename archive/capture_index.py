"""`captures.db`: where each capture of one site stands in its WARC files. Derived from them, never ahead of them.

A row is inserted when its record is written and committed only after the record was fsynced. `synchronous=NORMAL` is enough for that: a
power cut may take the last commits, and the next opening finds those records in the WARCs again.
"""

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

    def last_in(self, file: str) -> Entry | None:
        return next(self._select("WHERE file = ? ORDER BY offset DESC LIMIT 1", file), None)

    def by_payload(self, digest: str) -> Entry | None:
        """The first record with this very body."""
        return next(self._select("WHERE payload_digest = ? AND revisit = 0 ORDER BY sequence LIMIT 1", digest), None)

    def by_url_and_date(self, url: str, fetched_at: datetime) -> Entry | None:
        return next(self._select("WHERE url = ? AND fetched_at = ? AND revisit = 0 ORDER BY sequence LIMIT 1", url, fetched_at.isoformat()), None)

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
