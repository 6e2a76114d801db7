"""Reads every capture again into `rebuild.db` and swaps it in. The archive is a function of captures: the same rows come back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from archive.captures import SiteFolder
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


def rebuild(data: DataFolder, sources: Iterable[Source], *, progress: Callable[[str, Tally], None] = lambda *_: None) -> dict[str, Tally]:
    """Make `archive.db` anew from the captures of all `sources`; what it held before is replaced. Returns a tally by site."""
    sources = list(sources)
    _remove(data.rebuild_db)
    db = open_for_writing(data.rebuild_db)
    try:
        tallies = {}
        for source in sources:
            tallies[source.context.site] = tally = _read(data, source, db)
            progress(source.context.site, tally)
        with lock(data.archive_lock, wait=LONGEST_BATCH):
            for source in sources:
                _read(data, source, db)  # what was captured meanwhile
                record_log(db, source.context.site, **source.log())
            derive(db)
            swap_in(data.rebuild_db, data.archive_db)
    finally:
        db.close()
    _remove(data.rebuild_db)
    return tallies


def _read(data: DataFolder, source: Source, db: sqlite_utils.Database) -> Tally:
    with SiteFolder.open(data.site(source.context.site), source.context.site, write=False) as folder:
        return Loader(db, folder, source.context).catch_up()


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
