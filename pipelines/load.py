"""The one writer of articles: crawl, import and rebuild all come through `apply`, in the order of each site's captures. No clock, no network.

`catch_up` feeds `apply` every capture of a site folder that the archive does not have yet; all of them again where an import has put older ones
among those it has. What depends on many rows is computed by `derive`, afterwards and whatever the order. So live rows and rebuilt rows are the same.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import sqlite_utils

from archive.captures import SiteFolder
from archive.errors import StorageError
from archive.records import Capture, Failure, FileText, Reading, Reason
from archive.reference import load_reference
from archive.removal import OF_ARTICLE, forget_site
from archive.schema import FACETS_OF
from archive.tables import open_archive, replace_children, store_reference, transaction, upsert
from pipelines import rows, urls
from pipelines.context import Context
from pipelines.judge import Result, judge, target

BATCH = 100  # captures in one transaction
BATCH_BYTES = 16 * 1024 * 1024  # of bodies, past which no further capture joins them: they are in memory all at once

OWN = "SELECT id FROM captures WHERE site_id = ?"
ORPHANS = "SELECT c.id FROM failures f JOIN captures c ON c.id = f.capture_id WHERE f.reason = ? AND f.site_id = ? AND c.refers_to IS NULL"

log = logging.getLogger(__name__)


class _Reordered(Exception):
    """The folder's captures stand in another order than when the archive took them in."""


@dataclass(slots=True)
class Tally:
    """What one catching up brought."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failures: dict[str, int] = field(default_factory=dict)  # reason -> count


def _batch(waiting: Iterator[tuple[int, Capture]]) -> Iterator[tuple[int, Capture]]:
    """The next of them, as many as go into one transaction."""
    size = 0
    for one in islice(waiting, BATCH):
        yield one
        size += len(one[1].body)
        if size > BATCH_BYTES:
            return


def open_for_writing(path: Path, *, scratch: bool = False) -> sqlite_utils.Database:
    """The archive at `path`, made if need be, in its newest form and with the reference data of today; `scratch` as `open_archive` has it."""
    db = open_archive(path, scratch=scratch)
    with transaction(db):
        store_reference(db, load_reference())
    return db


class Loader:
    """Brings one site's captures into the archive. `lock` is held around each batch: the archive's, where others may write too."""

    def __init__(
        self, db: sqlite_utils.Database, folder: SiteFolder, context: Context, *, lock: Callable[[], AbstractContextManager[object]] = nullcontext
    ) -> None:
        self.db, self._folder, self._context, self.lock = db, folder, context, lock
        self._pattern = context.layouts[-1].identity_pattern if context.layouts else None
        self.tally = Tally()

    def catch_up(self, readings: Mapping[str, Result] | None = None) -> Tally:
        """Take in every kept capture that the archive lacks. `readings`, by capture id, spares reading again what was just read."""
        while True:
            with self.lock(), transaction(self.db):
                self._register_site()
            try:
                self._take_in({} if readings is None else readings)
            except _Reordered:
                self._begin_anew()
            else:
                return self.tally

    def _begin_anew(self) -> None:
        log.warning("%s: captures were imported among those that were read: the site is read again", self._context.site)
        with self.lock(), transaction(self.db):
            forget_site(self.db, self._context.site)
        self.tally = Tally()

    def _take_in(self, readings: Mapping[str, Result]) -> None:
        orphans = self.db.execute(ORPHANS, [Reason.ORPHAN_REVISIT, self._context.site]).fetchall()
        if any((entry := self._folder.entry(orphan)) and entry.original for (orphan,) in orphans):  # what they stand for was imported
            raise _Reordered
        waiting = self._folder.captures(after=self._loaded())
        while batch := list(_batch(waiting)):
            results = [readings[capture.id] if capture.id in readings else self._judge(sequence, capture) for sequence, capture in batch]
            with self.lock(), transaction(self.db):
                loaded = self._loaded()  # again, under the lock: a rebuild that was swapped in meanwhile may hold some of them
                if not all(self._stands(sequence, capture.id) for sequence, capture in batch):
                    raise _Reordered
                left = sum(sequence <= loaded for sequence, _ in batch)
                self.apply(batch[left:], results[left:])

    def _judge(self, sequence: int, capture: Capture) -> Result:
        """A further page is judged with the pages before it: the article comes with the one that makes it whole."""
        return judge(self._folder.pages(capture.part_of, until=sequence) if capture.part_of else [capture], self._context)

    def _loaded(self) -> int:
        """The sequence number of the newest capture that the archive has. StorageError where the folder lacks what the archive has."""
        sql = "SELECT sequence, id FROM captures WHERE site_id = ? ORDER BY sequence DESC LIMIT 1"
        found = self.db.execute(sql, [self._context.site]).fetchone()
        if found is None:
            return 0
        sequence, capture_id = found
        if self._stands(sequence, capture_id):  # what was put before it would have moved it
            return int(sequence)
        if all(self._folder.entry(one) for (one,) in self.db.execute(OWN, [self._context.site])):
            raise _Reordered
        msg = f"{self._context.site}: archive and site folder are not of one make; `congthuong rebuild` reads the folder anew"
        raise StorageError(msg)

    def _stands(self, sequence: int, capture_id: str) -> bool:
        entry = self._folder.entry(capture_id)
        return entry is not None and entry.sequence == sequence

    def _register_site(self) -> None:
        context = self._context
        site = {"id": context.site, "name": context.site_name, "home": context.home, "family": context.family, "status": context.status}
        upsert(self.db, "sites", [site])
        provinces = [
            {"site_id": context.site, "province_id": one.id, "valid_from": one.valid_from.isoformat() if one.valid_from else None}
            for one in context.provinces
        ]
        replace_children(self.db, "site_provinces", "site_id", context.site, provinces)

    def apply(self, captures: Sequence[tuple[int, Capture]], results: Sequence[Result]) -> None:
        """Write captures and what was read of them. The caller holds the transaction; order matters."""
        for (sequence, capture), result in zip(captures, results, strict=True):
            row = rows.capture_row(sequence, capture)
            row["location"] = location = target(capture)
            row["article_id"], row["outcome"] = None, "redirect" if location else "page" if capture.kind == "article" else capture.kind
            if capture.kind == "article":
                row["article_id"] = self._known(urls.identity_key(capture.url, self._pattern))
            if isinstance(result, Reading) and capture.part_of:
                row["article_id"] = self._take_whole(self._folder.pages(capture.part_of, until=sequence), result)
            elif isinstance(result, Reading):
                row["article_id"], row["outcome"] = self._take(capture, result)
            elif isinstance(result, FileText):
                upsert(self.db, "files", [rows.file_row(capture, result)])
            elif isinstance(result, Failure):
                row["outcome"] = "failure"
                self.tally.failures[result.reason] = self.tally.failures.get(result.reason, 0) + 1
                upsert(self.db, "failures", [rows.failure_row(capture, result)])
            elif location and capture.kind == "article":
                self._link(capture, location)
            upsert(self.db, "captures", [row])  # last: only now is it known what it is; keys that point at it are checked at the end

    # -- articles

    def _known(self, key: str) -> str | None:
        found = self.db.execute("SELECT article_id FROM addresses WHERE site_id = ? AND key = ?", [self._context.site, key]).fetchone()
        return found[0] if found else None

    def _take(self, capture: Capture, reading: Reading) -> tuple[str, str]:
        """The id of the article this capture shows, and the outcome: article (new or changed) or unchanged."""
        key = urls.identity_key(capture.url, self._pattern)
        led_here = self._redirects_to(capture.url)
        known, moved = self._known(key), self._moved(led_here, reading)
        article_id = known or moved or urls.article_id(self._context.site, key)
        if known and moved and known != moved and self._is_same(moved, reading):
            article_id = self._fold(known, moved)
        stored = self._stored(article_id)
        outcome = self._write(article_id, stored, capture, reading)
        for address, url in {**led_here, key: capture.url}.items():
            self._add_address(address, url, article_id, capture)
        return article_id, outcome

    def _take_whole(self, pages: Sequence[Capture], reading: Reading) -> str:
        """The id of an article that has become whole with the last of these pages; it stands with the capture of its first."""
        article_id, outcome = self._take(pages[0], reading)
        self.db.execute("UPDATE captures SET outcome = ? WHERE id = ?", [outcome, pages[0].id])
        for one in pages[:-1]:
            self.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [article_id, one.id])
        return article_id

    def _moved(self, led_here: Iterable[str], reading: Reading) -> str | None:
        """The article that stood under one of these addresses, where it is this one; a removed one may lead to any other, or to a notice."""
        for article_id in filter(None, map(self._known, led_here)):
            stored = self._stored(article_id)
            if stored and (stored["title"] == reading.article.title or stored["text"] == reading.article.text):
                return article_id
        return None

    def _is_same(self, article_id: str, reading: Reading) -> bool:
        """Is this the stored article beyond doubt? A title alone comes back every week, and many texts are no more than "see the file"."""
        stored, article = self._stored(article_id), reading.article
        if stored is None or stored["title"] != article.title:
            return False
        return stored["text"] == article.text or (article.published_at is not None and stored["published_at"] == article.published_at.isoformat())

    def _fold(self, one: str, other: str) -> str:
        """Make one of two ids that turned out to be one article, as when a listing named its new address before the old one led there: the
        captures of the younger are taken in anew for the older, whose id comes back.
        """
        older, younger = sorted((one, other), key=lambda article_id: self._stored(article_id)["first_seen"])  # type: ignore[index]  # both are stored
        captures = self.db.execute(
            "SELECT id FROM captures WHERE article_id = ? AND outcome IN ('article', 'unchanged') ORDER BY sequence", [younger]
        )
        seen = [capture_id for (capture_id,) in captures.fetchall()]
        self.db.execute("UPDATE captures SET article_id = ? WHERE article_id = ?", [older, younger])
        self.db.execute("UPDATE addresses SET article_id = ? WHERE article_id = ?", [older, younger])
        for table in OF_ARTICLE:
            replace_children(self.db, table, "article_id", younger, [])
        self.db.execute("DELETE FROM articles WHERE id = ?", [younger])
        for capture, reading in map(self._read_again, seen):
            if capture and isinstance(reading, Reading):
                self._write(older, self._stored(older), capture, reading)
        return older

    def _stored(self, article_id: str) -> dict[str, Any] | None:
        return next(iter(self.db.query("SELECT * FROM articles WHERE id = :id", {"id": article_id})), None)

    def _write(self, article_id: str, stored: dict[str, Any] | None, capture: Capture, reading: Reading) -> str:
        seen = rows.stamp(capture.fetched_at)
        if stored is None:
            self.tally.new += 1
            self._put(article_id, capture, reading, stored=False, number=1, first_seen=seen, last_seen=seen)
            return "article"
        files = self.db.execute("SELECT url, name FROM attachments WHERE article_id = ?", [article_id]).fetchall()
        new, old = rows.content(reading.article), rows.stored_content(stored, files)
        if new == old:
            self.tally.unchanged += 1
            self.db.execute("UPDATE articles SET last_seen = ? WHERE id = ? AND last_seen < ?", [seen, article_id, seen])
            return "unchanged"
        # The stored row may differ only because an older reader wrote it: the capture behind it, read by this one, decides.
        earlier, again = self._read_again(stored["capture_id"])
        same = {"stored": True, "first_seen": stored["first_seen"], "last_seen": seen}
        if earlier and isinstance(again, Reading) and rows.content(again.article) == new:
            self.tally.unchanged += 1
            self._put(article_id, earlier, again, number=stored["versions"], **same)
            return "unchanged"
        self.tally.changed += 1
        [seen_from] = self.db.execute("SELECT fetched_at FROM captures WHERE id = ?", [stored["capture_id"]]).fetchone()
        upsert(self.db, "versions", [rows.version_row(stored, files, seen_from=seen_from)])
        self._put(article_id, capture, reading, number=stored["versions"] + 1, **same)
        return "article"

    def _read_again(self, capture_id: str) -> tuple[Capture | None, Result]:
        pages = self._folder.pages(capture_id)
        if not pages or pages[0].broken:  # damaged since: what was read of it stands in the archive
            why = pages[0].broken if pages else "it is not there"
            log.error("%s: the capture %s behind a stored article cannot be read any more: %s", self._context.site, capture_id, why)
            return None, None
        return pages[0], judge(pages, self._context)

    def _put(self, article_id: str, capture: Capture, reading: Reading, *, stored: bool, number: int, first_seen: str, last_seen: str) -> None:
        """Make the article's row and all that hangs on it say what this reading says."""
        article = reading.article
        province = self._context.province_on(article.published_at.date() if article.published_at else None)
        seen = {"versions": number, "first_seen": first_seen, "last_seen": last_seen}
        made = rows.reading_rows(article_id, capture, reading)
        upsert(self.db, "articles", [row | {"province_id": province} | seen for row in made["articles"]])
        upsert(self.db, "authors", [author for author, _ in rows.author_rows(article_id, article)], only_new=True)
        if stored:
            replace_children(self.db, "claims", "article_id", article_id, [])  # before the mentions they rest on
        for table in ("article_authors", "evidence", "attachments", "mentions", "claims"):
            if stored:
                replace_children(self.db, table, "article_id", article_id, made[table])
            else:  # there is nothing of it yet
                upsert(self.db, table, made[table])
        self.db.execute(f"INSERT OR REPLACE INTO facets {FACETS_OF} WHERE a.id = ?", [article_id])

    # -- addresses

    def _add_address(self, key: str, url: str, article_id: str, capture: Capture) -> None:
        self.db.execute("INSERT OR IGNORE INTO addresses VALUES (?, ?, ?, ?, ?)", [self._context.site, key, url, article_id, capture.id])

    def _redirects_to(self, url: str) -> dict[str, str]:
        """Key and URL of every address that was seen to lead to `url`, over others too; the nearest first."""
        sql = "SELECT url FROM captures WHERE site_id = ? AND kind = 'article' AND location = ? ORDER BY sequence"
        sources = [urls.clean(url)]
        for led_to in sources:  # grows while it is walked
            found = dict.fromkeys(urls.clean(source) for (source,) in self.db.execute(sql, [self._context.site, led_to]))
            sources += [source for source in found if source not in sources]
        return {urls.identity_key(source, self._pattern): source for source in sources[1:]}

    def _link(self, capture: Capture, location: str) -> None:
        """An address that leads to a known article is another address of it."""
        if article_id := self._known(urls.identity_key(location, self._pattern)):
            self._add_address(urls.identity_key(capture.url, self._pattern), capture.url, article_id, capture)
