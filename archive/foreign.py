"""Records of WARC files made by others, one after the other: gzip member by member or whole, or plain, alone or in a WACZ. Trusts nothing that a
file says of itself, and holds one record at a time.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from warcio.statusandheaders import StatusAndHeadersParserException

from archive.errors import BrokenRecord
from archive.foreign_tape import MAGIC, Inflating, Tape
from archive.warc import END, GZIP, LEVEL, PARSER, Record, parse_record

MOST = 64 * 1024 * 1024  # bytes of one record: more than the crawler keeps of a file
LONGEST_HEAD = 1 << 16
SHORT = 1 << 9  # bytes that show whether a record begins
BEGIN = b"WARC/"
ZIP = b"PK\x03\x04"
DESCRIPTION = "datapackage.json"  # by which a zip is a WACZ
WARCS = re.compile(r"archive/.+\.warc(?:\.gz)?")
CLIMBS = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")
CUT_OFF = "the record announces {} bytes, but only {} follow: it is cut off"


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at an offset of a file, that of the gzip member where it is packed: a record, or the reason why none can be had of it."""

    offset: int
    record: Record | None = None
    data: bytes = b""  # the record as it stood in the file: its gzip member where it has one of its own, else its plain bytes
    trouble: str = ""
    part: str = ""  # of a WACZ: the file in it

    @property
    def member(self) -> bytes:
        """The gzip member to keep the record in, head and block as they were."""
        return self.data if self.data.startswith(MAGIC) else gzip.compress(self.data + END, LEVEL, mtime=0)


def refusal(path: Path) -> str | None:
    """Why nothing can be read of a file, if that is so."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(ZIP)) == ZIP:
                return _no_wacz(path)
            stream.seek(0)
            named = path.name.endswith((".warc", ".warc.gz"))
            return None if named or _begins(stream.read(LONGEST_HEAD)) else "neither a WARC nor a WACZ"
    except (OSError, BadZipFile, NotImplementedError) as error:
        return f"cannot be read: {error}"


def _no_wacz(path: Path) -> str | None:
    with ZipFile(path) as archive:
        names = archive.namelist()
    if DESCRIPTION not in names:
        return f"a zip, but no WACZ: it has no {DESCRIPTION}"
    return None if any(map(WARCS.fullmatch, names)) else "a WACZ that holds no WARC file under archive/"


def read_file(path: Path) -> Iterator[Found]:
    """Everything in a WARC or WACZ, in its order; damage is said and passed over."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(ZIP)) == ZIP:
                yield from _wacz(path)
                return
            stream.seek(0)
            yield from read_records(partial(stream.read, LONGEST_HEAD), size=path.stat().st_size)
    except OSError as error:
        yield Found(0, trouble=f"cannot be read: {error}")


def _wacz(path: Path) -> Iterator[Found]:
    with ZipFile(path) as archive:
        for info in archive.infolist():
            if CLIMBS.search(info.orig_filename):
                yield Found(info.header_offset, trouble="its name leads out of the archive", part=repr(info.orig_filename))
            elif WARCS.fullmatch(info.filename):
                yield from (replace(found, part=info.filename) for found in _entry(archive, info))


def _entry(archive: ZipFile, info: ZipInfo) -> Iterator[Found]:
    try:
        with archive.open(info) as stream:
            yield from read_records(partial(stream.read, LONGEST_HEAD))
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:  # RuntimeError: it is encrypted
        yield Found(info.header_offset, trouble=f"cannot be unpacked: {error or type(error).__name__}")


def read_records(pieces: Callable[[], bytes], *, size: int | None = None) -> Iterator[Found]:
    """The records of one WARC file whose bytes `pieces` gives bit by bit, then b""; `size`, where it is known for sure, is all of them."""
    return _records(Tape(pieces, size), packed=True)


def _records(tape: Tape, *, packed: bool) -> Iterator[Found]:
    """`packed`: in gzip members too. Nothing is unpacked twice."""
    while ahead := tape.peek(LONGEST_HEAD):
        if packed and ahead.startswith(MAGIC) and _begins(ahead):
            yield from _member(tape)
        elif blank := len(ahead) - len(ahead.lstrip(b"\r\n")):
            tape.skip(blank)
        else:
            found = _next(tape, ahead)
            if found.trouble and tape.offset == found.offset:  # nobody can tell how long it is
                _to_next(tape, packed=packed)
            yield found


def _to_next(tape: Tape, *, packed: bool) -> None:
    """Go to where a record may begin next."""
    tape.skip(1)
    while tape.find(BEGIN, *([MAGIC] if packed else [])) and not _begins(tape.peek(LONGEST_HEAD)):
        tape.skip(1)


def _begins(ahead: bytes) -> bool:
    """Does a record begin here, packed or not?"""
    if ahead.startswith(MAGIC):
        with suppress(zlib.error):
            ahead = zlib.decompressobj(GZIP).decompress(ahead, SHORT)
    return ahead.lstrip(b"\r\n").startswith(BEGIN)


def _next(tape: Tape, ahead: bytes) -> Found:
    """The record that begins here. The tape has gone past it, but for where its end cannot be told."""
    start = tape.offset
    try:
        head, length = _head(ahead)
    except BrokenRecord as error:
        return Found(start, trouble=str(error))
    whole = head + length
    if tape.left is not None and whole > tape.left:
        return Found(start, trouble=CUT_OFF.format(length, tape.left - head))
    if whole > MOST:
        tape.skip(whole)
        return Found(start, trouble=f"a record of {length} bytes: no more than {MOST} are taken")
    data = tape.peek(whole)
    if len(data) < whole:
        return Found(start, trouble=CUT_OFF.format(length, len(data) - head))
    tape.skip(whole)
    try:
        return Found(start, parse_record(data), data)
    except BrokenRecord as error:
        return Found(start, trouble=str(error))


def _head(ahead: bytes) -> tuple[int, int]:
    """How long head and block of the record are that begins here."""
    ends = [at + len(blank) for blank in (END, b"\n\n") if (at := ahead.find(blank)) >= 0]
    if not ahead.startswith(BEGIN) or not ends:
        msg = "no WARC record stands here"
        raise BrokenRecord(msg)
    try:
        fields = PARSER.parse(BytesIO(ahead[: min(ends)]))
        length = int(fields.get_header("Content-Length"))
    except (StatusAndHeadersParserException, EOFError, TypeError, ValueError) as error:
        msg = "a WARC record without a head that can be read, or without its length"
        raise BrokenRecord(msg) from error
    if length < 0:
        msg = f"a record of {length} bytes"
        raise BrokenRecord(msg)
    return min(ends), length


def _member(tape: Tape) -> Iterator[Found]:
    """The records of one gzip member. One that is alone in it keeps it."""
    start = tape.offset
    inflating = Inflating(tape)
    inner = Tape(inflating.piece)
    large = inner.has(MOST + 1)
    if large:
        inflating.forget()
    found: Iterator[Found] = _records(inner, packed=False)
    if not large:
        every = list(found)
        alone = len(every) == 1 and every[0].record is not None and not (every[0].offset or inflating.damage)
        found = (replace(one, data=inflating.packed) if alone else one for one in every)
    for one in found:
        if one.record is not None or not inflating.damage:  # of a damaged member one thing is said: that it is
            trouble = f"{one.trouble} ({one.offset} bytes into its gzip member)" if one.trouble and one.offset else one.trouble
            yield replace(one, offset=start, trouble=trouble)
    if inflating.damage:
        if not large:
            tape.unread(inflating.packed)
        _to_next(tape, packed=True)
        yield Found(start, trouble=inflating.damage)
