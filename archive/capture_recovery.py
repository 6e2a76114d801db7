"""Brings the index of a site's captures in line with its WARC files, after a crash or from nothing. Changes a file only to cut a torn tail."""

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from archive.capture_index import Entry, Index
from archive.data import storing
from archive.encoding import content_digest
from archive.errors import BrokenRecord
from archive.records import Place
from archive.warc import Record, capture_id, digest_fits, read_record, sha256
from archive.warc_file import cut, walk, warc_files

UNKNOWN = "unknown"  # kind of a record that does not say why it was fetched
DIGESTS = frozenset({"sha1", "sha256", "md5"})  # that say which body a revisit stands for where it names no record

log = logging.getLogger(__name__)


def bring_in_line(folder: Path, index: Index) -> None:
    """Index what the files hold past what the index has seen, and drop the rows past the end of the last file. Committed when this returns."""
    seen = index.files()
    paths, taken = warc_files(folder), 0
    for missing in sorted(seen.keys() - {path.name for path in paths}):
        log.error("%s is missing: its captures cannot be read until it is back", folder / missing)
    for path in paths:
        start, size = seen.get(path.name, 0), path.stat().st_size
        if size < start and path == paths[-1]:
            start = _drop_lost(path, size, index)
        elif size < start:
            log.error("%s: %d bytes are missing at its end: the captures that stood there cannot be read", path, start - size)
        if size > start:
            taken += _take_in(path, start, index)
    if taken:
        settle(folder, index)
    index.commit()


def settle(folder: Path, index: Index) -> None:
    """After records were taken in, some of them imported: find the originals of revisits, whichever came first, and put all in the order of time."""
    found = index.put_in_order()
    while found:
        found = sum(_settled(orphan, folder, index) for orphan in index.orphans()) > 0  # one that is found may be another one's original


def _settled(orphan: Entry, folder: Path, index: Index) -> bool:
    try:
        record = read_record(folder / orphan.place.file, orphan.place.offset, orphan.place.length)
        original = _original(record, index) or _body_of(record, orphan, folder, index)
    except (BrokenRecord, ValueError):  # damaged since
        return False
    if original is None:
        return False
    index.resolve(orphan.id, original)
    return True


def _body_of(record: Record, orphan: Entry, folder: Path, index: Index) -> Entry | None:
    """What a revisit stands for that names no record: of its address and no later, a body that its digest is of."""
    digest = record.fields.get("warc-payload-digest", "")
    if digest.partition(":")[0].lower().replace("-", "") not in DIGESTS:
        return None
    return next((one for one in index.bodies(orphan.url, orphan.fetched_at) if _is_of(digest, one, folder)), None)


def _is_of(digest: str, entry: Entry, folder: Path) -> bool:
    try:
        return digest_fits(digest, read_record(folder / entry.place.file, entry.place.offset, entry.place.length).http.body)
    except BrokenRecord:
        return False


def _drop_lost(path: Path, size: int, index: Index) -> int:
    """The file ends before what was once on disk: forget the captures that are gone. Returns where the whole ones end."""
    gone = index.drop_past(path.name, size)
    names = ", ".join(entry.id for entry in gone[:20])
    log.error("%s ends at %d: %d captures are lost (%s). Rebuild the archive: it may still hold them", path, size, len(gone), names)
    last = index.last_in(path.name)
    end = last.place.offset + last.place.length if last else 0
    index.set_seen(path.name, end)
    return end


def _take_in(path: Path, start: int, index: Index) -> int:
    """Index what the file holds from there on; the number of captures."""
    taking = Taking(path.name, index)
    end = start
    for member in walk(path, start):
        if member.torn:
            aside = cut(path, member.offset)
            log.warning("%s: cut off at %d (%s); the %d bytes are kept in %s", path, member.offset, member.trouble, member.length, aside.name)
            break
        end = member.offset + member.length
        if member.record is None:
            log.error("%s at %d: %s; passed over", path, member.offset, member.trouble)
            continue
        try:
            taking.take(member.record, Place(path.name, member.offset, member.length))
        except (BrokenRecord, KeyError, ValueError) as error:
            log.error("%s at %d: no capture can be made of this record: %r", path, member.offset, error)  # noqa: TRY400 - no defect of ours
    index.set_seen(path.name, end)
    if taking.count:
        log.info("%s: %d captures indexed", path, taking.count)
    with storing(path), path.open("rb") as stream:
        os.fsync(stream.fileno())  # a killed process leaves records that are written but may not be on disk
    return taking.count


@dataclass(frozen=True, slots=True)
class Why:
    """Why a capture was made, in which run, and which capture it continues, as its metadata record says."""

    kind: str = UNKNOWN
    run: str = ""
    part_of: str | None = None


@dataclass(slots=True)
class Taking:
    """What is known while the records of one file go by: request and metadata stand before the response they belong to.

    Mostly a request names its response; of some makers the response names its request.
    """

    file: str
    index: Index
    methods: dict[str, str] = field(default_factory=dict)  # by record id of the response, or of the request where that does not name one
    reasons: dict[str, Why] = field(default_factory=dict)  # by record id of the response
    count: int = 0

    def take(self, record: Record, place: Place) -> None:
        about = record.fields.get("warc-concurrent-to", "")
        if record.type == "request" and record.is_http:
            self.methods[about or record.id] = record.http.first[0]
        elif record.type == "metadata":
            self.reasons[about] = why(record)
        elif record.type in {"response", "revisit"} and record.is_http:
            method = self.methods.pop(record.id, None) or self.methods.pop(about, None) or "GET"
            reason = self.reasons.pop(record.id, Why())
            entry = make_entry(record, place, self.index, method=method, reason=reason)
            if self.index.add(entry):
                self.count += 1
            else:
                log.warning("%s at %d: the record %s is held already", place.file, place.offset, record.id)


def why(metadata: Record) -> Why:
    said = metadata.named
    return Why(said.get("kind", UNKNOWN), said.get("run", ""), said.get("part-of"))


def make_entry(record: Record, place: Place, index: Index, *, method: str, reason: Why) -> Entry:
    """The row of a response or revisit record that comes next in the index: the same when it is written and when it is found again."""
    message = record.http
    revisit = record.type == "revisit"
    original = _original(record, index) if revisit else None
    if original:
        payload, decoded = original.payload_digest, original.content_digest
    elif revisit:
        payload = decoded = record.fields.get("warc-payload-digest", "")
    else:
        payload = sha256(message.body)
        encodings = message.header("content-encoding")
        decoded = content_digest(message.body, encodings) if encodings else payload
    return Entry(
        sequence=index.last() + 1,
        id=capture_id(record.id),
        record_id=record.id,
        url=record.url,
        fetched_at=record.date,
        method=method,
        status=int(message.first[1]),
        kind=reason.kind,
        run=reason.run,
        place=place,
        payload_digest=payload,
        content_digest=decoded,
        revisit=revisit,
        refers_to=original.id if original else None,
        original=original.place if original else None,
        part_of=reason.part_of,
    )


def _original(record: Record, index: Index) -> Entry | None:
    """The record that has the body of this revisit: by id as we write it, by URL and date as others do. None where that is a revisit without one."""
    found = index.by_id(capture_id(record.fields.get("warc-refers-to", "")))
    url, moment = record.fields.get("warc-refers-to-target-uri"), record.fields.get("warc-refers-to-date")
    if found is None and url and moment:
        found = index.by_url_and_date(url.strip("<>"), Record({"warc-date": moment}, b"").date)
    if found and found.revisit:
        return index.by_id(found.refers_to) if found.refers_to else None
    return found
