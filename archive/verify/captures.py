"""Verifies one site's WARC files against their index, by taking the records in once more and comparing. Takes no lock, changes nothing.

What a crawl adds meanwhile lies past what the index had seen when the verification began, and is not looked at.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

from archive.capture_index import PAGE, Entry, Index
from archive.capture_recovery import Taking
from archive.captures import CAPTURES, INDEX
from archive.errors import BrokenRecord, StorageError
from archive.records import Place
from archive.verify.findings import INDEX_AGAIN, PUT_BACK, Findings
from archive.verify.sample import Sample
from archive.warc import Record
from archive.warc_file import Member, walk, warc_files

WHY = frozenset({"method", "kind", "run", "part_of"})  # said by the records before a response
BODY = frozenset({"refers_to", "original", "payload_digest", "content_digest"})  # of a revisit: checked against the record it refers to
NAMED = 5  # captures named in a message


class Compared(Index):
    """The index, opened for reading: what would be added to it is only kept to be compared."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, write=False)
        self._taken: Entry | None = None

    def add(self, entry: Entry) -> bool:
        self._taken = entry
        return True

    def taken(self) -> Entry | None:
        """What would have been added since this was asked last."""
        taken, self._taken = self._taken, None
        return taken

    def _select(self, where: str, *values: object) -> Iterator[Entry]:
        try:
            yield from super()._select(where, *values)
        except ValueError as error:
            msg = f"{self._path}: a row of it cannot be read: {error}"
            raise StorageError(msg) from error

    def rows(self, file: str, start: int, end: int) -> Iterator[Entry]:
        """The rows of a file that lie between two offsets, in order; a page at a time, so that no reader's snapshot stays for long."""
        while page := list(self._select("WHERE file = ? AND offset >= ? AND offset + length <= ? ORDER BY offset LIMIT ?", file, start, end, PAGE)):
            yield from page
            start = page[-1].place.offset + 1

    def count(self, until: int) -> int:
        """How many captures there are up to a sequence number."""
        return int(self._connection.execute("SELECT count(*) FROM captures WHERE sequence <= ?", (until,)).fetchone()[0])

    def unseen(self) -> list[str]:
        """Files of which there are captures, but not how much of them was seen."""
        return [name for (name,) in self._connection.execute("SELECT DISTINCT file FROM captures EXCEPT SELECT name FROM files")]

    def past(self, file: str, end: int) -> tuple[int, list[str]]:
        """How many captures of a file end past an offset, and the first of them."""
        [count] = self._connection.execute("SELECT count(*) FROM captures WHERE file = ? AND offset + length > ?", (file, end)).fetchone()
        return count, [one.id for one in self._select("WHERE file = ? AND offset + length > ? ORDER BY offset LIMIT ?", file, end, NAMED)]

    def at(self, sequence: int) -> Entry | None:
        """The row of that number, or the next one."""
        return next(self._select("WHERE sequence >= ? ORDER BY sequence LIMIT 1", sequence), None)

    def end_before(self, place: Place) -> int:
        """Where the capture before this one in its file ends."""
        sql = "SELECT offset + length FROM captures WHERE file = ? AND offset < ? ORDER BY offset DESC LIMIT 1"
        found = self._connection.execute(sql, (place.file, place.offset)).fetchone()
        return int(found[0]) if found else 0


@dataclass(slots=True)
class Captures:
    """One site's captures while they are verified."""

    site: str
    folder: Path
    index: Compared
    findings: Findings
    ends: dict[str, int] = field(default_factory=dict)  # file -> how much of it the index has seen and is there

    def check(self, sample: Sample | None) -> None:
        """Every record, or those of a sample with the ones before them that belong to them."""
        for name, seen in sorted(self.index.files().items()):
            self._measure(name, seen)
        for name in self.index.unseen():
            self.findings.broken("index", self._file(name), "its captures are in the index, but not how much of it was indexed", INDEX_AGAIN)
        self._say_waiting()
        if sample is None:
            for name, end in self.ends.items():
                self._stretch(name, 0, end)
            return
        for number in sample.of(self.index.last(), f"{self.site} captures"):
            entry = self.index.at(number)
            for place in (entry.place, entry.original) if entry else ():
                if place and not self._is_lost(place):
                    self._stretch(place.file, self.index.end_before(place), place.offset + place.length)

    def name(self, place: Place) -> str:
        return f"{self._file(place.file)} at {place.offset}"

    def damaged(self, place: Place, trouble: str) -> None:
        """Name a record that cannot be read, but not where its file is known to be cut."""
        if not self._is_lost(place):
            self.findings.broken("record", self.name(place), trouble, PUT_BACK)

    def _file(self, name: str) -> str:
        return f"sites/{self.site}/{CAPTURES}/{name}"

    def _is_lost(self, place: Place) -> bool:
        return place.offset + place.length > self.ends.get(place.file, 0)

    # -- files

    def _measure(self, name: str, seen: int) -> None:
        path = self.folder / CAPTURES / name
        self.findings.count("WARC files")
        size = path.stat().st_size if path.exists() else 0
        self.ends[name] = min(size, seen)
        if size < seen:
            count, some = self.index.past(name, size)
            trouble = f"{seen - size} bytes are missing at its end" if path.exists() else "is missing"
            with_it = f", and with {'them' if path.exists() else 'it'} {count} captures: {', '.join(some)}{' …' if count > len(some) else ''}"
            self.findings.broken("file", self._file(name), trouble + (with_it if count else ""), PUT_BACK)
            self.ends[name] = max((entry.place.offset + entry.place.length for entry in self.index.rows(name, 0, size)), default=0)

    def _say_waiting(self) -> None:
        """What is written but not indexed: a crawl is at work, or was killed."""
        seen = self.index.files()
        for path in warc_files(self.folder / CAPTURES) if (self.folder / CAPTURES).is_dir() else []:
            if left := max(path.stat().st_size - seen.get(path.name, 0), 0):
                said = f"{self._file(path.name)}: {left} bytes"
                self.findings.note("not indexed yet", said, f"The next crawl of {self.site} takes them in")

    # -- records

    def _stretch(self, file: str, start: int, end: int) -> None:
        """Everything in a file between two ends of records, against the rows that lie there."""
        if start < end:
            self._walk(file, start, end)

    def _walk(self, file: str, start: int, end: int) -> None:
        rows = self.index.rows(file, start, end)
        waiting = next(rows, None)
        taking, certain = Taking(file, self.index), start == 0
        for member in walk(self.folder / CAPTURES / file, start):
            if member.offset >= end:
                break
            until = member.offset + max(member.length, 1)
            while waiting and waiting.place.offset < member.offset:
                self._no_record(waiting)
                waiting = next(rows, None)
            hit = waiting if waiting and waiting.place.offset == member.offset else None
            if member.record is None:
                certain = False
                self.damaged(Place(file, member.offset, min(member.length, end - member.offset)), member.trouble or "damaged")
                while waiting and waiting.place.offset < until:
                    waiting = next(rows, None)
                continue
            self._record(member, member.record, hit, taking, certain=certain)
            if hit:
                waiting = next(rows, None)
        while waiting:
            self._no_record(waiting)
            waiting = next(rows, None)

    def _no_record(self, entry: Entry) -> None:
        self.findings.broken("index", self.name(entry.place), f"the capture {entry.id} should stand there, but no record begins there", INDEX_AGAIN)

    def _record(self, member: Member, record: Record, row: Entry | None, taking: Taking, *, certain: bool) -> None:
        place = Place(taking.file, member.offset, member.length)
        self.findings.count("records")
        known = certain or record.id in taking.reasons
        with suppress(BrokenRecord, KeyError, ValueError):  # no capture can be made of it, so none may stand in the index
            taking.take(record, place)
        taken = self.index.taken()
        if row:
            self.findings.count("captures")
            self._compare(row, taken, frozenset() if known else WHY)
        elif taken:
            stands = self.index.by_id(taken.id)
            if stands is None:
                self.findings.broken("index", self.name(place), f"the capture {taken.id} stands there, but not in the index", INDEX_AGAIN)
            elif (stands.place.file, stands.place.offset) == (place.file, place.offset):
                self.findings.broken("index", self.name(place), "the index says otherwise of the record: place", INDEX_AGAIN)

    def _compare(self, row: Entry, taken: Entry | None, unknown: frozenset[str]) -> None:
        if taken is None:
            self._no_record(row)
            return
        leave = {"sequence"} | unknown | (BODY if row.revisit else frozenset())
        odd = [one.name for one in fields(Entry) if one.name not in leave and getattr(row, one.name) != getattr(taken, one.name)]
        if row.revisit and row.original is None:
            self.findings.note("revisits of captures that are not held", f"{self.site}: {row.id}", "An import may bring them")
        elif row.revisit:
            odd += self._against_original(row, taken)
        if odd:
            self.findings.broken("index", self.name(row.place), f"the index says otherwise of the record: {', '.join(odd)}", INDEX_AGAIN)

    def _against_original(self, row: Entry, taken: Entry) -> list[str]:
        """What a revisit's row says of the body that it stands for."""
        original = self.index.by_id(row.refers_to or "")
        if original is None:
            place = row.original or row.place
            self.findings.broken("index", self.name(place), f"the capture {row.refers_to} stands there, but not in the index", INDEX_AGAIN)
            return []
        said = (row.original, row.payload_digest, row.content_digest, taken.refers_to or row.refers_to)
        true = (original.place, original.payload_digest, original.content_digest, row.refers_to)
        return [
            name for name, one, other in zip(("original", "payload_digest", "content_digest", "refers_to"), said, true, strict=True) if one != other
        ]


def is_at_work(folder: Path) -> bool:
    """Does anybody hold the lock of this site folder? The kernel is asked, for trying to take it could stop a crawl; False where it does not tell."""
    lock, locks = folder / "lock", Path("/proc/locks")
    if not (lock.exists() and locks.exists()):
        return False
    held = f":{lock.stat().st_ino}"
    return any("FLOCK" in line and line.split()[-3].endswith(held) for line in locks.read_text(encoding="ascii").splitlines())


def opened(folder: Path) -> Compared:
    """The site folder's index; StorageError where it is of another form or cannot be read. The caller closes it."""
    return Compared(folder / INDEX)
