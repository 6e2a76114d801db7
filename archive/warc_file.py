"""WARC files as a whole: walked record by record, whatever is broken in them, and cut where a crash left them unfinished."""

import logging
import os
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from warcio.statusandheaders import StatusAndHeadersParserException

from archive.data import storing
from archive.errors import BrokenRecord, StorageError
from archive.warc import END, GZIP, MAGIC, PARSER, Record, parse_record

CHUNK = 1 << 16
PIECE = 1 << 20  # bytes copied at once
NUMBERED = re.compile(r"-\d{14}-(\d{5,9})(-.*)?\.warc(?:\.gz)?$")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Member:
    """What stands at one place of a file: a record, or the reason why there is none. `torn`: it is damaged from here to the end of the file."""

    offset: int
    length: int
    record: Record | None
    trouble: str | None = None
    torn: bool = False


def warc_files(folder: Path) -> list[Path]:
    """The WARC files of a folder in the order of their numbers, which is the order of writing. What an import adds takes the next number, before
    the name it came with: a file without a number comes after all others, and with it the order may not be that in which it was taken in.
    """
    with storing(folder):
        return sorted((one for one in folder.iterdir() if one.name.endswith((".warc.gz", ".warc"))), key=lambda one: (number(one.name), one.name))


def number(name: str) -> int:
    """The running number in a name such as `bac-kan-20260131235959-00012.warc.gz`; sys.maxsize where there is none."""
    found = NUMBERED.search(name)
    return int(found.group(1)) if found else sys.maxsize


def is_imported(name: str) -> bool:
    """Was this file brought from elsewhere? Ours have nothing between number and ending."""
    found = NUMBERED.search(name)
    return found is None or found.group(2) is not None


def walk(path: Path, start: int = 0) -> Iterator[Member]:
    """Everything in a file from `start`, the beginning of a record, on, without gaps. Damage is passed over to the next record that begins well."""
    with storing(path), path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        offset = start
        while offset < size:
            member = _member_at(stream, offset)
            if member.record is None and member.length == 0:
                following = _next_good(stream, offset + 1, size)
                member = Member(offset, following - offset, None, member.trouble, torn=following == size)
            yield member
            offset += member.length


def _member_at(stream: IO[bytes], offset: int) -> Member:
    """What stands at `offset`; of length 0 where even its end cannot be told."""
    stream.seek(offset)
    zipped = stream.read(len(MAGIC)) == MAGIC
    stream.seek(offset)
    try:
        data, length = _zipped_member(stream) if zipped else _plain_member(stream)
    except (BrokenRecord, zlib.error) as error:
        return Member(offset, 0, None, str(error))
    try:
        return Member(offset, length, parse_record(data))
    except BrokenRecord as error:
        return Member(offset, length, None, str(error))


def _zipped_member(stream: IO[bytes]) -> tuple[bytes, int]:
    inflater, parts, read = zlib.decompressobj(GZIP), [], 0
    while not inflater.eof:
        chunk = stream.read(CHUNK)
        if not chunk:
            msg = "the gzip member is cut off"
            raise BrokenRecord(msg)
        parts.append(inflater.decompress(chunk))
        read += len(chunk)
    return b"".join(parts), read - len(inflater.unused_data)


def _plain_member(stream: IO[bytes]) -> tuple[bytes, int]:
    start = stream.tell()
    try:
        head = PARSER.parse(stream)
        length = stream.tell() - start + int(head.get_header("Content-Length") or "")
    except (StatusAndHeadersParserException, EOFError, ValueError) as error:
        msg = "no WARC record stands here"
        raise BrokenRecord(msg) from error
    stream.seek(start)
    data = stream.read(length + len(END))
    if len(data) < length:
        msg = "the record is cut off"
        raise BrokenRecord(msg)
    return data, len(data)


def _next_good(stream: IO[bytes], offset: int, size: int) -> int:
    """Where the next whole record begins; the size of the file where there is none."""
    while offset < size:
        stream.seek(offset)
        chunk = stream.read(CHUNK)
        found = [at for at in (chunk.find(MAGIC), chunk.find(b"WARC/1.")) if at >= 0]
        if not found:
            offset += max(len(chunk) - 6, 1)
            continue
        offset += min(found)
        if _member_at(stream, offset).record is not None:
            return offset
        offset += 1
    return size


def cut(path: Path, offset: int) -> Path:
    """Cut `path` off at `offset`; what stood there is first put into a file beside it, whose path is returned. Both are on disk then."""
    aside = path.with_name(f"{path.name}.torn-{offset}")
    with storing(path), path.open("r+b") as stream:
        stream.seek(offset)
        with aside.open("xb") if not aside.exists() else aside.open("ab") as kept:
            while chunk := stream.read(CHUNK):
                kept.write(chunk)
            kept.flush()
            os.fsync(kept.fileno())
        stream.truncate(offset)
        os.fsync(stream.fileno())
        sync_folder(path.parent)
    return aside


def cut_torn_tail(path: Path, start: int = 0) -> int:
    """Cut what a crash left unfinished at the end of a file; the number of bytes cut, kept in a file beside it. `start` is known to be good."""
    for member in walk(path, start):
        if member.torn:
            aside = cut(path, member.offset)
            log.warning("%s: cut at %d, %d bytes that %s moved to %s", path, member.offset, member.length, member.trouble, aside.name)
            return member.length
    return 0


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a new file is only there after a crash when its folder was synced too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def span(path: Path, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a file between two offsets; StorageError where it has lost some that its index has seen."""
    left = end - start
    with storing(path), path.open("rb") as stream:
        stream.seek(start)
        while left:
            chunk = stream.read(min(PIECE, left))
            if not chunk:
                msg = f"{path}: {left} bytes that its index has seen are missing at its end; `congthuong verify` says what is lost; a backup has it"
                raise StorageError(msg)
            left -= len(chunk)
            yield chunk
