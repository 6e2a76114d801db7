"""Which bytes of a site's WARC files go out, and where in what goes out a capture stands then. Takes no lock: a crawl may go on meanwhile.

Only what the index has seen goes out: that is durable and ends with a whole record, also in the file that is being written.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

from archive.capture_index import Entry, Index
from archive.captures import CAPTURES, INDEX, is_indexed
from archive.data import storing
from archive.errors import StorageError
from archive.warc import Record, capture_id
from archive.warc_file import number, span, walk

Wants: TypeAlias = Callable[[Entry], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """Captures of these days (UTC, both ends included), only those that may be shown."""

    since: date | None = None
    until: date | None = None
    shown: Callable[[str], bool] | None = None  # whether the capture of an id may be; None where all may

    @property
    def is_everything(self) -> bool:
        return self == Selection()

    def covers(self, entry: Entry) -> bool:
        day = entry.fetched_at.date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until) and not self.hides(entry)

    def hides(self, entry: Entry) -> bool:
        """A record that stands for a withheld body is withheld with it."""
        return self.shown is not None and not all(self.shown(one) for one in (entry.id, entry.refers_to) if one)


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Source:
    """The captures of one site, opened for reading by `opened`."""

    site: str
    folder: Path  # with the WARC files
    index: Index


@dataclass(frozen=True, slots=True)
class Part:
    """What goes out of one WARC file: whole, or those pieces of it, each from its first byte to the one after its last, in order."""

    source: Source
    path: Path
    pieces: tuple[tuple[int, int], ...]
    _starts: tuple[int, ...] = field(init=False, repr=False)  # where each piece begins in what goes out; last, where all of it ends

    def __post_init__(self) -> None:
        starts = [0]
        for start, end in self.pieces:
            starts.append(starts[-1] + end - start)
        object.__setattr__(self, "_starts", tuple(starts))

    @property
    def size(self) -> int:
        return self._starts[-1]

    def moved(self, offset: int) -> int | None:
        """Where the byte at `offset` of the file stands in what goes out; None where it stays behind."""
        at = bisect_right(self.pieces, (offset, float("inf"))) - 1
        if at < 0 or offset >= self.pieces[at][1]:
            return None
        return self._starts[at] + offset - self.pieces[at][0]

    def chunks(self) -> Iterator[bytes]:
        """The bytes; StorageError where the file has lost some that the index has seen."""
        for start, end in self.pieces:
            yield from span(self.path, start, end)

    def entries(self) -> Iterator[tuple[Entry, int]]:
        """The captures in it, and the offset of each in what goes out."""
        for entry in self.source.index.in_file(self.path.name, self.pieces[-1][1]):
            if (offset := self.moved(entry.place.offset)) is not None:
                yield entry, offset

    @property
    def name(self) -> str:
        """Of the file among those of other sites; ours begin with the site already."""
        site = self.source.site
        return self.path.name if self.path.name.startswith(f"{site}-") else f"{site}-{self.path.name}"


def holds_captures(folder: Path) -> bool:
    """Was anything of the site in this folder ever kept?"""
    return (folder / CAPTURES).is_dir()


@contextmanager
def opened(folder: Path, site: str) -> Iterator[Source]:
    """A site's folder; StorageError where it has no captures or its index is missing."""
    if not is_indexed(folder):
        msg = f"{folder / INDEX}: missing. `congthuong rebuild` makes it again from the WARC files, where there are any"
        raise StorageError(msg)
    with closing(Index(folder / INDEX, write=False)) as index:
        yield Source(site, folder / CAPTURES, index)


def parts(source: Source, selection: Selection = EVERYTHING) -> list[Part]:
    """Of each file that the index has seen, in the order of writing; a file of which nothing goes out is left out."""
    wants = None if selection.is_everything else _wanted(source.index, selection)
    seen = sorted(source.index.files().items(), key=lambda one: (number(one[0]), one[0]))
    with storing(source.folder):
        found = [Part(source, source.folder / name, _pieces(source.folder / name, end, source.index, wants)) for name, end in seen]
    return [part for part in found if part.pieces]


def _wanted(index: Index, selection: Selection) -> Wants:
    """What the selection covers, and the records whose bodies the covered ones stand for."""
    needed = {entry.refers_to for entry in index.after(0) if entry.refers_to and selection.covers(entry)}
    return lambda entry: selection.covers(entry) or (entry.id in needed and not selection.hides(entry))


def _pieces(path: Path, end: int, index: Index, wants: Wants | None) -> tuple[tuple[int, int], ...]:
    if wants is None:
        return ((0, end),) if end else ()
    pieces: list[tuple[int, int]] = []
    captures = 0
    for member in walk(path):
        if member.offset >= end:
            break
        entry = _about(member.record, index) if member.record else None
        if member.record is None or (entry and not wants(entry)):
            continue  # of damage nobody can say what it is
        captures += entry is not None
        if pieces and pieces[-1][1] == member.offset:
            pieces[-1] = (pieces[-1][0], member.offset + member.length)
        else:
            pieces.append((member.offset, member.offset + member.length))
    return tuple(pieces) if captures else ()  # a warcinfo record alone is nothing


def _about(record: Record, index: Index) -> Entry | None:
    """The capture that a record is, or that it belongs to as its request or metadata; None for what stands for itself."""
    named = record.fields.get("warc-concurrent-to") or record.fields.get("warc-refers-to", "")
    return index.by_id(capture_id(record.id)) or (index.by_id(capture_id(named)) if record.type in {"request", "metadata"} else None)
