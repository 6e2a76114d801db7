"""Takes records that others made into a site folder: byte for byte, with their own dates. Says what became of every one of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from archive.capture_index import Entry
from archive.capture_recovery import UNKNOWN, Why, make_entry, settle, why
from archive.captures import CAPTURES, SiteFolder
from archive.errors import BrokenRecord
from archive.foreign import Found, read_file, refusal
from archive.http_message import safe_url
from archive.records import Capture, Place
from archive.warc import Record, make_record, named_lines, warc_date

SHOWN = 1000  # broken records and foreign hosts that a report names; the others are counted
SLACK = timedelta(days=1)  # that another clock may be ahead
NEAR, LARGEST_REQUEST = 100, 1 << 20  # requests and notes that are remembered until their response comes, and the bytes of one
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LOST = frozenset({"resource", "continuation"})  # types of records that may hold what nothing else does
NOWHERE = Place("", 0, 0)

Value = TypeVar("Value")


class Sorter(Protocol):
    """What is known of the site: which addresses are its own, and what a capture was made for."""

    def belongs(self, url: str) -> bool: ...

    def sort(self, capture: Capture) -> tuple[str, str | None]:
        """The kind of a capture, and of a further page of an article the id of the capture of its first."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place in a file where no record could be taken from; `part` is the file in a WACZ."""

    part: str
    offset: int
    reason: str


@dataclass(slots=True)
class Report:
    """What became of one file: its records are those taken, held, requests, foreign, others and, where one could be read at all, broken."""

    file: str
    records: int = 0
    taken: int = 0  # captures: responses and revisits of the site
    kinds: dict[str, int] = field(default_factory=dict)  # of these: what they were taken for
    held: int = 0  # already: the same record, or another one of the same address, moment and body
    requests: int = 0  # of the site; kept with their responses
    foreign: dict[str, int] = field(default_factory=dict)  # host -> records; those of further hosts under ""
    others: dict[str, int] = field(default_factory=dict)  # type -> records that are no exchange with a web server
    lost: int = 0  # of these, those of the site that may hold what nothing else does
    broken: int = 0
    breaks: list[Break] = field(default_factory=list)  # the first of them
    refused: str | None = None  # why nothing of the file could be read

    @property
    def is_whole(self) -> bool:
        """Did the file have something to give, and is all of it in the folder?"""
        return not (self.broken or self.lost or self.refused) and bool(self.taken + self.held)

    def see_break(self, found: Found, reason: str) -> None:
        self.broken += 1
        if len(self.breaks) < SHOWN:
            self.breaks.append(Break(found.part, found.offset, reason))

    def see_foreign(self, url: str) -> None:
        try:
            host = urlsplit(url).netloc.rpartition("@")[2].lower()
        except ValueError:
            host = ""
        host = host if host in self.foreign or len(self.foreign) < SHOWN else ""
        self.foreign[host] = self.foreign.get(host, 0) + 1


class ImportFolder(SiteFolder):
    """A site folder, opened to write, that takes records of others. They are in the index, and in their place there, after the next `sync`."""

    def take_file(self, path: Path, sorter: Sorter, *, run: str, moment: datetime, progress: Callable[[Report], None] = lambda _: None) -> Report:
        """Take what belongs to the site from a WARC or WACZ. `moment` is now: no record can be from later."""
        report = Report(str(path), refused=refusal(path))
        if not report.refused:
            taking = _Taking(self, sorter, report, run, moment, label_of(path))
            for found in read_file(path):
                report.records += found.record is not None
                taking.take(found)
                progress(report)
            taking.flush()
        return report

    def orphans(self) -> list[Entry]:
        """The revisits that stand for records that are not held."""
        return self._index.orphans()

    def sync(self) -> None:
        if self._unsynced:
            with self._failing():
                settle(self._folder / CAPTURES, self._index)
        super().sync()

    def entry_of(self, record: Record, method: str) -> Entry:
        """The row of a response or revisit, but for its place and why it was made."""
        return make_entry(record, NOWHERE, self._index, method=method, reason=Why())

    def holds(self, entry: Entry) -> bool:
        return bool(self._index.by_id(entry.id) or self._index.same(entry))

    def adopt(self, entry: Entry, members: list[bytes], moment: datetime, label: str) -> None:
        """Write the members of one exchange, the response last, and its row."""
        file, start = self._usable().append(members, moment, label=label)
        place = Place(file, start + sum(map(len, members[:-1])), len(members[-1]))
        with self._failing():
            self._index.add(replace(entry, place=place))
        self._unsynced[file] = place.offset + place.length

    def shown(self, entry: Entry, record: Record) -> Capture:
        """The capture that an entry is to be the row of."""
        return self._capture(entry, record.http)


def label_of(path: Path) -> str:
    """The name of a file as it stands in the names of those that are made from it."""
    name = re.sub(r"\.(?:warc\.gz|warc|wacz|gz|zip)$", "", path.name)
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:60].lower() or "import"


@dataclass(slots=True)
class _Taking:
    """One file while its records go by. A response is written when the record after it is seen: that may be its request."""

    folder: ImportFolder
    sorter: Sorter
    report: Report
    run: str
    moment: datetime
    label: str
    info: bytes = b""  # the warcinfo record under which those after it were made, until it is kept
    requests: dict[str, Found] = field(default_factory=dict)  # by the id of the response, or their own where they do not name one
    notes: dict[str, Why] = field(default_factory=dict)  # by the id of the response: why it was made, where another archive of ours made it
    response: Found | None = None

    def take(self, found: Found) -> None:
        record = found.record
        if record is not None and record.is_http and record.type == "request" and self.sorter.belongs(record.url):
            self._see_request(found, record)
            return
        self.flush()
        if record is None:
            self.report.see_break(found, found.trouble)
        elif not record.is_http:
            self._see_other(found, record)
        elif not self.sorter.belongs(record.url):
            self.report.see_foreign(record.url)
        elif trouble := _trouble(record, self.moment):
            self.report.see_break(found, trouble)
        else:
            self.response = found

    def _see_request(self, found: Found, record: Record) -> None:
        try:
            _ = record.http
        except BrokenRecord as error:
            self.report.see_break(found, str(error))
            return
        self.report.requests += 1
        if len(found.data) <= LARGEST_REQUEST:
            _remember(self.requests, record.fields.get("warc-concurrent-to") or record.id, found)

    def flush(self) -> None:
        """Write the response that waits, unless it is held."""
        found, self.response = self.response, None
        if found is None or found.record is None:
            return
        try:
            self._write(found, found.record)
        except (BrokenRecord, ValueError, IndexError) as error:
            self.report.see_break(found, f"the record {found.record.id} holds no answer that can be read: {error}")

    def _write(self, found: Found, record: Record) -> None:
        request = self.requests.pop(record.id, None) or self.requests.pop(record.fields.get("warc-concurrent-to", ""), None)
        entry = self.folder.entry_of(record, request.record.http.first[0] if request and request.record else "GET")
        said = self.notes.pop(record.id, None)
        if self.folder.holds(entry):
            self.report.held += 1
            return
        kind, part_of = (said.kind, said.part_of) if said else self.sorter.sort(self.folder.shown(entry, record))
        about = {"WARC-Record-ID": f"<urn:uuid:{uuid4()}>", "WARC-Date": warc_date(self.moment), "WARC-Target-URI": safe_url(record.url)}
        notes = named_lines({"kind": kind, "run": self.run, "part-of": part_of, "imported-from": Path(self.report.file).name})
        _, note = make_record("metadata", {**about, "WARC-Concurrent-To": record.id}, notes)
        info, self.info = self.info, b""
        members = [one for one in (info, request.member if request else b"", note, found.member) if one]
        self.folder.adopt(replace(entry, kind=kind, run=self.run, part_of=part_of), members, self.moment, self.label)
        self.report.taken += 1
        self.report.kinds[kind] = self.report.kinds.get(kind, 0) + 1

    def _see_other(self, found: Found, record: Record) -> None:
        name = record.type or "without a type"
        self.report.others[name] = self.report.others.get(name, 0) + 1
        self.report.lost += name in LOST and self.sorter.belongs(record.url)
        about = record.fields.get("warc-concurrent-to", "")
        if name == "warcinfo" and len(found.data) <= LARGEST_REQUEST:
            self.info = found.member
        elif name == "metadata" and about and (said := why(record)).kind != UNKNOWN:
            _remember(self.notes, about, said)


def _remember(kept: dict[str, Value], key: str, value: Value) -> None:
    """Keep it, and let go of the oldest where there are many: what belongs together stands close together."""
    kept[key] = value
    if len(kept) > NEAR:
        del kept[next(iter(kept))]


def _trouble(record: Record, moment: datetime) -> str | None:
    """Why a response or revisit of the site cannot be taken."""
    if not record.id:
        return "a record without WARC-Record-ID"
    if CONTROL.search(record.url):
        return f"the address of the record {record.id} holds control characters"
    if "warc-segment-number" in record.fields:
        return f"the record {record.id} is only a segment of one"
    try:
        date = record.date
    except (KeyError, ValueError, OverflowError):
        return f"the record {record.id} has no date that can be read: {record.fields.get('warc-date')!r}"
    return f"the date of the record {record.id} is still to come: {record.fields['warc-date']}" if date > moment + SLACK else None
