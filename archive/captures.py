"""The captures of one site: written into its WARC files, indexed, read back in order. Whoever writes holds the folder's lock."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.capture_index import Entry, Index
from archive.capture_recovery import bring_in_line, make_entry, why
from archive.data import lock, storing
from archive.encoding import content
from archive.errors import BrokenRecord, StorageError, UnknownCapture
from archive.exchange import Exchange, records_of
from archive.http_message import Message, safe_url
from archive.records import Capture, Place, Reason
from archive.warc import read_head, read_record, sha256
from archive.warc_file import warc_files
from archive.warc_writer import GIGABYTE, WarcWriter

__all__ = ["Exchange", "SiteFolder", "content", "is_indexed", "reindex"]

INDEX, CAPTURES = "captures.db", "captures"
NOT_MODIFIED_STATUS = 304
NOTHING = Message((), (), b"")
log = logging.getLogger(__name__)


class SiteFolder:
    """One site's folder, opened by `open`; a context manager."""

    def __init__(self, folder: Path, site: str, index: Index, writer: WarcWriter | None) -> None:
        self._folder, self._site, self._index, self._writer = folder, site, index, writer
        self._held = ExitStack()
        self._unsynced: dict[str, int] = {}  # file -> its end
        self._failed: str | None = None

    @classmethod
    def open(
        cls, folder: Path, site: str, *, write: bool, info: Mapping[str, str] | None = None, max_size: int = GIGABYTE, wait: float | None = None
    ) -> Self:
        """To write: takes the folder's lock (Locked where another has it for longer than `wait` seconds), cuts what a crash left torn, and brings
        the index in line with the WARCs. `info` goes into the warcinfo record of new files, `max_size` is where one file ends. To read: no lock,
        nothing is changed; what a writer syncs meanwhile can be seen.
        """
        captures = folder / CAPTURES
        with ExitStack() as held:
            if write:
                with storing(folder):
                    captures.mkdir(parents=True, exist_ok=True)
                held.enter_context(lock(folder / "lock", wait=wait))
            elif not is_indexed(folder):
                kept = captures.is_dir() and warc_files(captures)
                msg = f"{folder / INDEX}: missing; the next crawl of {site} makes it again from the WARC files" if kept else f"{folder}: no captures"
                raise StorageError(msg)
            index = Index(folder / INDEX, write=write)
            held.callback(index.close)
            writer = WarcWriter(captures, site, info=info, max_size=max_size) if write else None
            if writer:
                held.callback(writer.close)
                bring_in_line(captures, index)
            opened = cls(folder, site, index, writer)
            opened._held = held.pop_all()
        return opened

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Syncs what was written, then lets go of files and lock."""
        with self._held:
            if self._unsynced and not self._failed:
                self.sync()

    # -- writing

    def write(self, exchange: Exchange) -> Capture:
        """Append an exchange: a revisit record where its body is held already. Durable, and seen by readers, after the next `sync`."""
        writer = self._usable()
        original = self._held_body(exchange)
        record, metadata, members = records_of(exchange, original)
        file, start = writer.append(members, exchange.fetched_at)
        place = Place(file, start + sum(map(len, members[:-1])), len(members[-1]))
        with self._failing():
            entry = make_entry(record, place, self._index, method=exchange.method, reason=why(metadata))
            self._index.add(entry)
        self._unsynced[file] = place.offset + place.length
        return self._whole(entry, record.http) if entry.revisit else self._capture(entry, record.http)

    def sync(self) -> None:
        """Make everything written so far durable: the files first, then the index, in one transaction."""
        writer = self._usable()
        if not self._unsynced:
            return
        with self._failing():
            writer.sync()
            for file, end in self._unsynced.items():
                self._index.set_seen(file, end)
            self._index.commit()
        self._unsynced.clear()

    def _usable(self) -> WarcWriter:
        if self._writer is None:
            msg = f"{self._folder}: opened for reading only"
            raise StorageError(msg)
        if self._failed:
            raise StorageError(self._failed)
        return self._writer

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """After an error in here files and index may differ: nothing more is written, the next opening brings them in line."""
        try:
            yield
        except BaseException as error:
            self._failed = f"{self._folder}: not written to any more after: {error}"
            raise

    def _held_body(self, exchange: Exchange) -> Entry | None:
        """The record whose body this answer has again. Nothing is gained by referring to an empty one."""
        if exchange.body:
            return self._index.by_payload(sha256(exchange.body))
        if exchange.status != NOT_MODIFIED_STATUS or exchange.method != "GET":
            return None
        found = self._index.newest(safe_url(exchange.url), status=200)
        return self._index.by_id(found.refers_to) if found and found.refers_to else found

    # -- reading

    def captures(self, *, after: int = 0, bodies: bool = True) -> Iterator[tuple[int, Capture]]:
        """The synced captures past sequence number `after`, in order of writing. One that cannot be read comes too, with `broken` saying why.
        Without bodies it is quicker: headers are there, digests are not checked, and only what is missing is found broken.
        """
        for entry in self._index.after(after):
            yield entry.sequence, self._load(entry, bodies=bodies)

    def capture(self, capture_id: str) -> Capture:
        """The capture of this id; UnknownCapture where there is none, BrokenRecord where it cannot be read."""
        entry = self._index.by_id(capture_id)
        if entry is None:
            msg = f"{self._folder}: holds no capture {capture_id!r}"
            raise UnknownCapture(msg)
        capture = self._load(entry)
        if capture.broken:
            msg = f"{capture.broken[0]}: {capture.broken[1]}"
            raise BrokenRecord(msg)
        return capture

    def pages(self, capture_id: str, *, until: int | None = None) -> list[Capture]:
        """The capture of an article's first page and those of its further pages, up to sequence number `until`, in order of writing."""
        first = self._index.by_id(capture_id)
        entries = ([first] if first else []) + list(self._index.parts(capture_id))
        return [self._load(entry) for entry in entries if until is None or entry.sequence <= until]

    def latest(self, url: str) -> Capture | None:
        """The newest answer to a GET of this URL but for 304s, whatever its status, with its body: what a conditional request can go by."""
        entry = self._index.newest(safe_url(url))
        capture = self._load(entry) if entry else None
        if capture and capture.broken:
            log.warning("%s: the newest capture of %s cannot be used: %s", self._folder, url, capture.broken[1])
            return None
        return capture

    def entry(self, capture_id: str) -> Entry | None:
        """The index row of a capture; None where there is none of this id."""
        return self._index.by_id(capture_id)

    def record(self, place: Place) -> bytes:
        """The gzip member that stands there, as it is: a WARC file of one record. StorageError where it cannot be read."""
        path = self._folder / CAPTURES / place.file
        with storing(path), path.open("rb") as file:
            file.seek(place.offset)
            return file.read(place.length)

    def last_sequence(self) -> int:
        """Of the newest synced capture; 0 where there is none."""
        return self._index.last_committed()

    def _load(self, entry: Entry, *, bodies: bool = True) -> Capture:
        try:
            message = self._message(entry.place, bodies=bodies)
        except BrokenRecord as error:
            return self._capture(entry, NOTHING, broken=(Reason.BROKEN_RECORD, str(error)))
        return self._whole(entry, message, bodies=bodies) if entry.revisit else self._capture(entry, message)

    def _whole(self, entry: Entry, own: Message, *, bodies: bool = True) -> Capture:
        """A revisit with the body of the record it stands for. What a 304 leaves unsaid of that body (type, encoding) comes from there too."""
        if entry.original is None:
            return self._capture(entry, own, broken=(Reason.ORPHAN_REVISIT, f"{entry.place}: the record it refers to is not held"))
        try:
            original = self._message(entry.original, bodies=bodies)
        except BrokenRecord as error:
            return self._capture(entry, own, broken=(Reason.ORPHAN_REVISIT, f"the record it refers to cannot be read: {error}"))
        headers = own.headers
        if entry.status == NOT_MODIFIED_STATUS:
            said = {name.lower() for name, _ in headers}
            headers += tuple((name, value) for name, value in original.headers if name.lower().startswith("content-") and name.lower() not in said)
        return self._capture(entry, Message(own.first, headers, original.body))

    def _message(self, place: Place, *, bodies: bool) -> Message:
        path = self._folder / CAPTURES / place.file
        return read_record(path, place.offset, place.length).http if bodies else read_head(path, place.offset, place.length)

    def _capture(self, entry: Entry, message: Message, *, broken: tuple[Reason, str] | None = None) -> Capture:
        return Capture(
            id=entry.id,
            site=self._site,
            url=entry.url,
            fetched_at=entry.fetched_at,
            method=entry.method,
            status=entry.status,
            headers=message.headers,
            body=b"" if broken else message.body,
            kind=entry.kind,
            place=entry.place,
            payload_digest=entry.payload_digest,
            content_digest=entry.content_digest,
            refers_to=entry.refers_to,
            part_of=entry.part_of,
            broken=broken,
            size=0 if broken else len(message.body),
        )


def is_indexed(folder: Path) -> bool:
    """Does the site folder have its `captures.db`? Where only the WARC files were kept or brought, `reindex` makes it."""
    return (folder / INDEX).exists()


def reindex(folder: Path, site: str) -> int:
    """Make `captures.db` anew from the WARC files alone, in one transaction that open readers do not feel; the number of captures. Takes the lock."""
    captures = folder / CAPTURES
    with lock(folder / "lock"):
        try:
            index = Index(folder / INDEX, write=True)
        except StorageError as error:
            log.warning("%s: moved aside and made anew for site %s: %s", folder / INDEX, site, error)
            for path in (folder / INDEX, folder / f"{INDEX}-wal", folder / f"{INDEX}-shm"):
                if path.exists():
                    path.replace(path.with_name(f"{path.name}.broken"))
            index = Index(folder / INDEX, write=True)
        with closing(index):
            index.clear()
            bring_in_line(captures, index)
            return index.last()
