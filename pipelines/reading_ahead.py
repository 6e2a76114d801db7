"""Reading captures in other processes, ahead of the one that writes, in order. That one reads too wherever nothing is ready to be written.

A process ends with the one that started it; nothing is written.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from threading import Thread
from typing import TypeAlias

from archive.capture_index import Entry
from archive.captures import SiteFolder
from archive.data import DataFolder
from archive.errors import RunFailed
from archive.records import Capture
from pipelines.context import Context
from pipelines.judge import Result, judge

SPAN = 25  # captures that a process is given at once
SPAN_BYTES = 1_000_000  # or so many of their records
AHEAD = 3  # spans that are under way for each process, or read and not yet taken
KEPT = 1000  # results kept for the loader, which asks for those of one batch

Read: TypeAlias = tuple[int, Capture, Result]


class ReadFolder(SiteFolder):
    """A site folder for reading, whose captures may come up to a number only, and with what other processes made of them in `readings`."""

    pool: "Readers | None" = None
    until: int | None = None

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.readings: dict[str, Result] = {}  # by capture id, which come while the loader goes on

    def captures(self, *, after: int = 0, bodies: bool = True) -> Iterator[tuple[int, Capture]]:
        entries = takewhile(lambda one: self.until is None or one.sequence <= self.until, self._index.after(after))
        if self.pool is None or not bodies:
            yield from ((entry.sequence, self._load(entry, bodies=bodies)) for entry in entries)
            return
        for sequence, capture, result in self.pool.read(self, self._site, entries):
            self.readings[capture.id] = result
            yield sequence, capture
            while len(self.readings) > KEPT:
                del self.readings[next(iter(self.readings))]

    def read(self, entries: Iterable[Entry], context: Context) -> Iterator[Read]:
        for entry in entries:
            capture = self._load(entry)
            pages = self.pages(capture.part_of, until=entry.sequence) if capture.part_of else [capture]
            yield entry.sequence, replace(capture, body=b""), judge(pages, context)  # between processes bodies would cost as much as all else


class Readers:
    """The other processes; `readers` opens and ends them."""

    def __init__(self, pool: ProcessPoolExecutor, contexts: Mapping[str, Context], jobs: int) -> None:
        self._pool, self._contexts, self._most = pool, contexts, AHEAD * jobs

    def knows(self, context: Context) -> bool:
        """Do they read by this very context? A site file may have changed since they began."""
        return self._contexts.get(context.site) == context

    def read(self, folder: ReadFolder, site: str, entries: Iterable[Entry]) -> Iterator[Read]:
        """The captures with what they are, in order. RunFailed where a process was killed."""
        waiting: deque[_Span] = deque()
        try:
            for span in _spans(entries):
                waiting.append(_Span(span, self._pool.submit(_read, site, span)))
                if len(waiting) >= self._most:
                    yield from self._first(waiting, folder, site)
            while waiting:
                yield from self._first(waiting, folder, site)
        except BrokenProcessPool as error:
            msg = "a reading process was killed, perhaps for want of memory. The archive is as it was; run it again with fewer --jobs"
            raise RunFailed(msg) from error

    def _first(self, waiting: "deque[_Span]", folder: ReadFolder, site: str) -> list[Read]:
        """The first of the spans; until it is ready, the last that no process has begun is read here."""
        while not waiting[0].future.done():
            mine = next((one for one in reversed(waiting) if one.read is None and one.future.cancel()), None)
            if mine is None:
                break
            mine.read = list(folder.read(mine.entries, self._contexts[site]))
        first = waiting.popleft()
        return first.future.result() if first.read is None else first.read


@dataclass(slots=True)
class _Span:
    """Captures to be read in one go, by a process or, once `read`, by this one."""

    entries: list[Entry]
    future: Future[list[Read]]
    read: list[Read] | None = None


@contextmanager
def readers(data: DataFolder, contexts: Mapping[str, Context], jobs: int) -> Iterator[Readers | None]:
    """Processes that read the captures of these sites, so that with this one there are `jobs`; None for one."""
    if jobs == 1:
        yield None
        return
    # Not fork: what this process has open (databases, threads) is not for children.
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs - 1, mp_context=spawn, initializer=_begin, initargs=(data, dict(contexts)))
    try:
        yield Readers(pool, contexts, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _spans(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    span: list[Entry] = []
    size = 0
    for entry in entries:
        span.append(entry)
        size += entry.place.length
        if len(span) >= SPAN or size >= SPAN_BYTES:
            yield span
            span, size = [], 0
    if span:
        yield span


# -- in the processes

_given: list[tuple[DataFolder, Mapping[str, Context]]] = []


def _begin(data: DataFolder, contexts: Mapping[str, Context]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the one that writes ends the others
    Thread(target=_end_with_parent, daemon=True).start()
    _given.append((data, contexts))


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


@lru_cache(maxsize=1)
def _folder(site: str) -> ReadFolder:
    data, _ = _given[0]
    return ReadFolder.open(data.site(site), site, write=False)


def _read(site: str, entries: list[Entry]) -> list[Read]:
    _, contexts = _given[0]
    return list(_folder(site).read(entries, contexts[site]))
