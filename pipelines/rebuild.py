"""Reads captures again into `rebuild.db` and swaps it in, or says what that would change. Whatever ends it before that leaves `archive.db` as it was.

The archive is a function of captures and of what is withheld: the same rows come back.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from archive.captures import is_indexed, reindex
from archive.data import DataFolder, lock
from archive.removal import clean_search, forget_site
from archive.tables import copy_of, snapshot, swap_in, transaction
from archive.withheld import Withheld, read_withheld
from pipelines.context import Context
from pipelines.derive import derive, record_log
from pipelines.differences import Differences, differences
from pipelines.load import Tally, open_for_writing
from pipelines.reading_ahead import Readers, ReadFolder, readers
from pipelines.withholding import WithholdingLoader

LONGEST_BATCH = 120.0  # seconds to wait for a run's write to the archive


@dataclass(frozen=True, slots=True)
class Source:
    """One site folder to read: its context, and the log that stands beside the captures (`record_log`'s arguments)."""

    context: Context
    log: Callable[[], dict[str, Any]]


Sources = Callable[[], Iterable[Source]]
Progress = Callable[[str, Tally], None]


def rebuild(
    data: DataFolder, sources: Sources, *, sites: Collection[str] = (), jobs: int = 1, progress: Progress = lambda *_: None
) -> dict[str, Tally]:
    """Make `archive.db` anew from the captures of all `sources`; what it held before is replaced. Returns a tally by site.

    With `sites` only these are read again, and those for which `withheld.toml` has changed; of the others the rows are taken over as they are.
    `jobs` processes read, this one among them. `sources` is asked again before the swap, for sites that were crawled for the first time
    meanwhile. Locked where another rebuild runs.
    """
    with _begun(data, sources, sites, jobs) as made:
        tallies = made.read_all(progress)
        made.swap()
    return tallies


def compare(
    data: DataFolder,
    sources: Sources,
    *,
    sites: Collection[str] = (),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
    apply: Callable[[Differences], bool] = lambda _: False,
) -> Differences:
    """What a rebuild would make of the captures that `archive.db` has, against what it says of them. It is swapped in only if `apply` says so."""
    with snapshot(data.archive_db) as live, _begun(data, sources, sites, jobs) as made:
        loaded = dict(live.execute("SELECT site_id, max(sequence) FROM captures GROUP BY 1").fetchall())
        made.read_all(progress, loaded=loaded)
        found = differences(live, made.db)
        if apply(found):
            made.swap()
    return found


@dataclass(slots=True)
class _Rebuild:
    """A rebuild under way."""

    data: DataFolder
    sources: Sources
    db: sqlite_utils.Database
    withheld: Withheld
    pool: Readers | None

    def read_all(self, progress: Progress = lambda *_: None, *, loaded: Mapping[str, int] | None = None) -> dict[str, Tally]:
        """Load every capture that `db` lacks, or of those only that are `loaded` in the archive: up to a number for each site."""
        tallies: dict[str, Tally] = {}
        for source in self.sources():
            site = source.context.site
            with self._loader(source, until=None if loaded is None else loaded.get(site, 0)) as (loader, folder):
                tallies[site] = loader.catch_up(folder.readings)
            progress(site, tallies[site])
        return tallies

    def swap(self) -> None:
        """Take in what was captured meanwhile, and put all in the place of the archive. UsageError where `withheld.toml` names what is not there."""
        self.read_all()  # most of it without the lock, for which crawls wait
        held: set[str] = set()
        with lock(self.data.archive_lock, wait=LONGEST_BATCH):
            for source in self.sources():
                with self._loader(source) as (loader, folder):
                    loader.catch_up(folder.readings)
                    record_log(self.db, source.context.site, **loader.public(source.log()))
                    held |= loader.held()
            self.withheld.check(held)
            derive(self.db)
            if self.withheld.entries:
                clean_search(self.db)
            swap_in(self.data.rebuild_db, self.data.archive_db)

    def forget(self, sites: Collection[str]) -> None:
        """Leave these sites to be read again."""
        stale = set(sites)
        for source in self.sources():
            with self._loader(source) as (loader, _):
                if not loader.in_force():
                    stale.add(source.context.site)
        with transaction(self.db):
            for site in sorted(stale):
                forget_site(self.db, site)

    @contextmanager
    def _loader(self, source: Source, *, until: int | None = None) -> Iterator[tuple[WithholdingLoader, ReadFolder]]:
        site = source.context.site
        path = self.data.site(site)
        if not is_indexed(path):
            reindex(path, site)
        with ReadFolder.open(path, site, write=False) as folder:
            folder.pool = self.pool if self.pool and self.pool.knows(source.context) else None
            folder.until = until
            yield WithholdingLoader(self.db, folder, source.context, self.withheld), folder


@contextmanager
def _begun(data: DataFolder, sources: Sources, sites: Collection[str], jobs: int) -> Iterator[_Rebuild]:
    withheld = read_withheld(data.path)
    contexts = {one.context.site: one.context for one in sources()}
    with lock(data.rebuild_lock):
        _remove(data.rebuild_db)
        taken_over = bool(sites) and data.archive_db.exists()
        if taken_over:
            copy_of(data.archive_db, data.rebuild_db)
        with readers(data, contexts, jobs) as pool, closing(open_for_writing(data.rebuild_db, scratch=True)) as db:
            made = _Rebuild(data, sources, db, withheld, pool)
            if taken_over:
                made.forget(sites)
            yield made
        _remove(data.rebuild_db)


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
