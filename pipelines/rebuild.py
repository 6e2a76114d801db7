"""Reads every capture again into `rebuild.db` and swaps it in. The archive is a function of captures: the same rows come back."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from archive.captures import SiteFolder, is_indexed, reindex
from archive.data import DataFolder, lock
from archive.tables import swap_in
from pipelines.context import Context
from pipelines.derive import derive, record_log
from pipelines.load import Loader, Tally, open_for_writing

LONGEST_BATCH = 120.0  # seconds to wait for a run's write to the archive


@dataclass(frozen=True, slots=True)
class Source:
    """One site folder to read: its context, and the log that stands beside the captures (`record_log`'s arguments)."""

    context: Context
    log: Callable[[], dict[str, Any]]


def rebuild(
    data: DataFolder, sources: Callable[[], Iterable[Source]], *, progress: Callable[[str, Tally], None] = lambda *_: None
) -> dict[str, Tally]:
    """Make `archive.db` anew from the captures of all `sources`; what it held before is replaced. Returns a tally by site.

    `sources` is asked twice: at the beginning, and before the swap for sites that were crawled for the first time meanwhile. Locked where another
    rebuild runs.
    """
    with lock(data.rebuild_lock):
        _remove(data.rebuild_db)
        with closing(open_for_writing(data.rebuild_db)) as opened:
            tallies = _make(data, sources, opened, progress)
        _remove(data.rebuild_db)
    return tallies


def _make(
    data: DataFolder, sources: Callable[[], Iterable[Source]], db: sqlite_utils.Database, progress: Callable[[str, Tally], None]
) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for source in sources():
        tallies[source.context.site] = tally = _read(data, source, db)
        progress(source.context.site, tally)
    with lock(data.archive_lock, wait=LONGEST_BATCH):
        for source in sources():
            tally = _read(data, source, db)  # what was captured meanwhile
            tallies.setdefault(source.context.site, tally)
            record_log(db, source.context.site, **source.log())
        derive(db)
        swap_in(data.rebuild_db, data.archive_db)
    return tallies


def _read(data: DataFolder, source: Source, db: sqlite_utils.Database) -> Tally:
    site = source.context.site
    if not is_indexed(data.site(site)):
        reindex(data.site(site), site)
    with SiteFolder.open(data.site(site), site, write=False) as folder:
        return Loader(db, folder, source.context).catch_up()


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
