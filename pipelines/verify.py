"""Walks the whole chain, from the bytes of a WARC file to what the archive counts, and names every link that does not hold. Reads only.

It reads `archive.db` from one snapshot, and the site folders after it: what a crawl adds meanwhile is later in the chain and not looked at. What the
captures show differently to a better reader than the one that wrote a row is told apart from what was changed in the archive.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass

import sqlite_utils

from archive.captures import INDEX, SiteFolder, is_indexed
from archive.data import DataFolder, querying
from archive.errors import StorageError
from archive.records import Capture, Place
from archive.tables import open_archive
from archive.verify.captures import Captures, is_at_work, opened
from archive.verify.database import check_file, check_keys, check_search, is_sound
from archive.verify.findings import INDEX_AGAIN, REBUILD, REMAKE, Findings
from archive.verify.sample import Sample
from archive.withheld import OUTCOME
from pipelines import rows
from pipelines.context import Context
from pipelines.judge import target
from pipelines.verify_articles import Articles
from pipelines.verify_derived import check_derived
from pipelines.verify_files import check_file_text
from pipelines.withholding import BLANK

ARCHIVE = "archive.db"
FRONTIER_AGAIN = "Put it back from a backup, or move it away: the next crawl finds the addresses again, but not when each was last visited"
SHOWN_BY_HEADERS = ("content_type", "location", "size")  # not known of a capture that cannot be read


def verify(
    data: DataFolder, contexts: Mapping[str, Context], *, sample: Sample | None = None, progress: Callable[[str, int], object] = lambda *_: None
) -> Findings:
    """What was looked at and found in these sites' folders and in the archive; of a `sample`, or of everything.

    `contexts`: by site. Sites of the archive that have no folder are named too.
    """
    findings = Findings(progress)
    with ExitStack() as held, querying(data.archive_db):
        db = _archive(data, findings, quick=sample is not None)
        if db:
            held.callback(db.close)
        for site, context in contexts.items():
            _check_site(data, site, context, db, findings, sample)
        if db:
            _check_archive(data, db, findings, quick=sample is not None)
    return findings


def _archive(data: DataFolder, findings: Findings, *, quick: bool) -> sqlite_utils.Database | None:
    """The archive in one snapshot; None where there is none, or where nothing it says can be believed."""
    if not data.archive_db.exists():
        findings.note("no archive yet", str(data.archive_db), "`congthuong rebuild` makes it from the captures")
        return None
    try:
        db = open_archive(data.archive_db, readonly=True)
        db.conn.execute("BEGIN")
        if is_sound(db.conn, ARCHIVE, findings, quick=quick):
            return db
        db.close()
    except (StorageError, sqlite3.DatabaseError) as error:
        findings.broken("database", ARCHIVE, str(error), REMAKE)
    return None


def _check_archive(data: DataFolder, db: sqlite_utils.Database, findings: Findings, *, quick: bool) -> None:
    check_keys(db.conn, ARCHIVE, findings)
    if not quick:
        check_search(db.conn, ARCHIVE, findings)
    held = set(data.sites())
    for site, count in db.execute("SELECT site_id, count(*) FROM captures GROUP BY 1").fetchall():
        if site not in held:
            findings.broken("site", f"sites/{site}", f"is missing: {count} captures in archive.db lead nowhere", "Put the folder back from a backup")
    check_derived(db, findings, at_work=any(is_at_work(data.site(site)) for site in held))


def _check_site(data: DataFolder, site: str, context: Context, db: sqlite_utils.Database | None, findings: Findings, sample: Sample | None) -> None:
    folder = data.site(site)
    findings.count("sites")
    if not is_indexed(folder):
        findings.broken("index", f"sites/{site}/{INDEX}", "is missing", "`congthuong rebuild` makes it again from the WARC files")
        return
    for path in sorted(folder.glob("*.db")):
        way_out = INDEX_AGAIN if path.name == INDEX else FRONTIER_AGAIN
        if not check_file(path, f"sites/{site}/{path.name}", findings, quick=sample is not None, way_out=way_out) and path.name == INDEX:
            return
    try:
        index = opened(folder)
    except StorageError as error:
        findings.broken("database", f"sites/{site}/{INDEX}", str(error), INDEX_AGAIN)
        return
    with closing(index):
        captures = Captures(site, folder, index, findings)
        try:
            captures.check(sample)
        except StorageError as error:
            findings.broken("index", f"sites/{site}", str(error), "Where it is the index: " + INDEX_AGAIN)
            return
        if db:
            with SiteFolder.open(folder, site, write=False) as opened_folder:
                Rows(db, opened_folder, captures, findings, at_work=is_at_work(folder)).check(sample)
                Articles(db, opened_folder, captures, context, findings).check(sample)


@dataclass(slots=True)
class Rows:
    """The captures of one site in the archive, against its index and records, both ways."""

    db: sqlite_utils.Database
    folder: SiteFolder
    captures: Captures
    findings: Findings
    at_work: bool

    def check(self, sample: Sample | None) -> None:
        loaded, held = self.db.execute("SELECT ifnull(max(sequence), 0), count(*) FROM captures WHERE site_id = ?", [self.captures.site]).fetchone()
        last = self.folder.last_sequence()
        renumbered = sum(self._check_capture(sequence, capture) for sequence, capture in self._kept(sample, min(loaded, last)))
        if last > loaded:
            self.findings.note("not loaded yet", f"{self.captures.site}: {last - loaded} captures", self._loading, last - loaded)
        if self.captures.index.count(loaded) != held:
            self._name_unindexed()
        if renumbered:
            self._say_renumbered(renumbered)

    @property
    def _loading(self) -> str:
        return f"The next crawl of {self.captures.site} loads them, or `congthuong rebuild`"

    def _kept(self, sample: Sample | None, until: int) -> Iterator[tuple[int, Capture]]:
        if sample is None:
            for sequence, capture in self.folder.captures():
                if sequence > until:
                    return
                yield sequence, capture
            return
        for number in sample.of(until, f"{self.captures.site} captures"):
            yield from ((sequence, capture) for sequence, capture in [next(self.folder.captures(after=number - 1))] if sequence <= until)

    def _check_capture(self, sequence: int, capture: Capture) -> bool:
        """Is it only numbered otherwise?"""
        place = self.captures.name(capture.place)
        row = next(self.db.query("SELECT * FROM captures WHERE id = ?", [capture.id]), None)
        self.findings.count("captures in archive.db")
        if self.findings.names("index", place):
            return False
        if row is None:
            if self.at_work:
                self.findings.note("not loaded yet", f"{self.captures.site}: {capture.id}", self._loading)
            else:
                self.findings.broken("capture", place, f"the capture {capture.id} is in the index, but not in archive.db", REBUILD)
            return False
        expected = rows.capture_row(sequence, capture) | {"location": target(capture)}
        unknown = {*(SHOWN_BY_HEADERS if capture.broken else ()), *(BLANK if row["outcome"] == OUTCOME else ())}
        odd = [name for name in expected if name not in unknown and expected[name] != row[name]]
        if odd not in ([], ["sequence"]):
            self.findings.broken("capture", place, f"archive.db says otherwise of the capture {capture.id}: {', '.join(odd)}", REBUILD)
        check_file_text(self.db, capture, row["outcome"], self.findings)
        return odd == ["sequence"]

    def _name_unindexed(self) -> None:
        """The archive has captures that the index has not."""
        sql = "SELECT id, file, offset, length FROM captures WHERE site_id = ? ORDER BY sequence"
        for capture_id, *place in self.db.execute(sql, [self.captures.site]):
            if self.captures.index.by_id(capture_id) is None:
                trouble = f"the capture {capture_id} is in archive.db, but not in the index"
                self.findings.broken("index", self.captures.name(Place(*place)), trouble, INDEX_AGAIN)

    def _say_renumbered(self, count: int) -> None:
        what = f"{count} captures are numbered otherwise in archive.db than in the index"
        if self.at_work:
            self.findings.note("being put in order", f"{self.captures.site}: {what}", "An import is at work; verify again when it has ended")
        else:
            self.findings.broken("capture", f"sites/{self.captures.site}", what, REBUILD)
