"""What to fetch in which state, per site, on SQLite; it survives being killed at any moment. Knows no Scrapy and no network.

A row is done only after its captures are on disk and indexed, and after everything found on its page stands in the frontier: `commit` asks
the captures to be kept first. What a kill interrupts is simply leased again. A walk over the pages of a listing is one row, its first page:
killed in the middle it begins again at page 1.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive.data import querying, storing
from archive.records import Reason
from crawler import clock

FORM = """
CREATE TABLE IF NOT EXISTS requests (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, body BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'failed')), priority INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  next_visit TEXT, first_visit TEXT, last_visit TEXT, reason TEXT, via TEXT, sign TEXT, hint TEXT NOT NULL DEFAULT '{}',
  walked INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS requests_ready ON requests (state, priority DESC, id);
CREATE TABLE IF NOT EXISTS found (section TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (section, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (section TEXT PRIMARY KEY, total INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT NOT NULL, requests INTEGER NOT NULL DEFAULT 0,
  articles INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, waiting INTEGER NOT NULL DEFAULT 0, message TEXT);
CREATE TABLE IF NOT EXISTS failures (
  id TEXT PRIMARY KEY, run TEXT NOT NULL, url TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL);
"""

PRIORITY = {"rest": 50, "sitemap": 40, "feed": 30, "listing": 20, "article": 10, "attachment": 0}
# How long an address that failed is left alone, after the first time and after the second; after the third it is left for good, or until a
# signpost says that it changed. A day and more in all, so that what was removed is found missing on two days.
AGAIN = (timedelta(hours=2), timedelta(hours=22))
# Days after the first visit on which an article is looked at again: edits and removals come mostly soon.
LOOKS = (1, 3, 7, 30, 90)


@dataclass(frozen=True, slots=True)
class Row:
    """A request to make. `sign` is what a signpost said of its freshness when it was found, such as a lastmod."""

    id: int
    kind: str
    method: str
    url: str
    body: bytes
    walked: bool  # this listing was once walked to its end
    hint: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Log:
    """What a site folder remembers of its runs, as `archive.db` shows it."""

    runs: list[dict[str, Any]]
    failures: list[dict[str, Any]]  # those that have no response, so no capture
    found: dict[str, dict[str, str]]  # section -> {address key: URL}
    totals: dict[str, int]  # section -> how many articles it says there are, where it says so


def next_look(first: datetime, today: datetime) -> datetime | None:
    """When to look at an article again that was first seen then; None when it is old enough to be left alone."""
    return next((first + timedelta(days=days) for days in LOOKS if first + timedelta(days=days) > today), None)


def row_key(kind: str, key: str, *, method: str = "GET", body: bytes = b"") -> str:
    """What makes two requests one: kind, method, address key and body."""
    return hashlib.sha256(f"{kind} {method} {key} ".encode() + hashlib.sha256(body).digest()).hexdigest()[:32]


class Frontier:
    """One site's frontier, opened by the run that holds the site's lock. `kept` makes all captures so far durable."""

    def __init__(self, path: Path, *, kept: Callable[[], None], batch: int = 50) -> None:
        self.path, self._kept, self._batch, self._pending = path, kept, batch, 0
        with storing(path):
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(FORM)
        self._do("BEGIN")
        self.run = self._began = ""

    def _do(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        with storing(self.path):
            return self._db.execute(sql, values)

    # -- a run

    def begin_run(self) -> str:
        """Take back what a killed run had leased; make what is due wait again. Returns the run's id."""
        at = clock.now()
        self.run, self._began = at.strftime("%Y%m%dT%H%M%S%f"), at.isoformat()
        self._do("UPDATE runs SET outcome = 'killed' WHERE outcome = 'running'")
        self._do("INSERT INTO runs (id, started_at, outcome) VALUES (?, ?, 'running')", (self.run, self._began))
        self._do("UPDATE requests SET state = 'waiting' WHERE state = 'leased'")
        self._do("UPDATE requests SET state = 'waiting' WHERE state IN ('done', 'failed') AND next_visit <= ?", (self._began,))
        self.commit()
        return self.run

    def look_again(self) -> None:
        """Make every article known wait again, whatever its schedule says."""
        self._do("UPDATE requests SET state = 'waiting' WHERE kind = 'article'")

    def end_run(self, outcome: str, *, requests: int, articles: int, message: str | None) -> None:
        counted = self._do("SELECT count(*) FROM failures WHERE run = ?", (self.run,)).fetchone()[0]
        self._do(
            "UPDATE runs SET ended_at = ?, outcome = ?, requests = ?, articles = ?, failures = ?, waiting = ?, message = ? WHERE id = ?",
            (clock.now().isoformat(), outcome, requests, articles, counted, self.waiting(), message, self.run),
        )
        self.commit()

    # -- rows

    def add(
        self,
        kind: str,
        url: str,
        *,
        key: str,
        via: str | None = None,
        sign: str | None = None,
        section: str | None = None,
        again: bool = False,
        **hint: Any,
    ) -> bool:
        """Put an address in the frontier; True if it is new, there or to its `section`, or its `sign` says that it changed since it was found last.

        The newest address of a key is the one that is fetched. `again`: it waits once in this run even if an earlier one fetched it, as signposts do.
        """
        named = section is not None and self._do("INSERT OR IGNORE INTO found VALUES (?, ?, ?)", (section, key, url)).rowcount > 0
        self._dirty()
        name = row_key(kind, key)
        known = self._do("SELECT id, url, sign, state, last_visit FROM requests WHERE key = ?", (name,)).fetchone()
        if known is None:
            self._do(
                "INSERT INTO requests (key, kind, method, url, body, state, priority, via, sign, hint) "
                "VALUES (?, ?, 'GET', ?, x'', 'waiting', ?, ?, ?, ?)",
                (name, kind, url, PRIORITY.get(kind, 0), via, sign, json.dumps(hint, ensure_ascii=False)),
            )
            return True
        row, before, last_sign, state, visited = known
        fresher = sign is not None and sign != last_sign
        changed = fresher and last_sign is not None and state in {"done", "failed"}
        if before != url:  # what a section has named goes with it to its new address
            for table in ("found", "totals"):
                self._do(f"UPDATE OR REPLACE {table} SET section = ? WHERE section = ?", (url, before))  # noqa: S608 - our own names
        due = changed or (again and state in {"done", "failed"} and visited < self._began)
        if before != url or fresher or due:
            state = "waiting" if due else state
            self._do("UPDATE requests SET url = ?, sign = ifnull(?, sign), state = ? WHERE id = ?", (url, sign, state, row))
        return named or changed

    def lease(self, *, articles: bool = True) -> Row | None:
        """The next row to fetch, now leased; None when nothing waits. `articles=False` leaves articles waiting.

        A walk that was cut short must not end next time at what it had found already: from here until it is finished the row counts as never walked.
        """
        only = "" if articles else "AND kind != 'article'"
        found = self._do(
            f"SELECT id, kind, method, url, body, walked, hint FROM requests WHERE state = 'waiting' {only} ORDER BY priority DESC, id LIMIT 1"  # noqa: S608
        ).fetchone()
        if found is None:
            return None
        row, kind, method, url, body, walked, hint = found
        self._do("UPDATE requests SET state = 'leased', attempts = attempts + 1, walked = 0 WHERE id = ?", (row,))
        return Row(row, kind, method, url, body, walked=bool(walked), hint=json.loads(hint))

    def has_waiting(self, *, articles: bool = True) -> bool:
        only = "" if articles else "AND kind != 'article'"
        return self._do(f"SELECT 1 FROM requests WHERE state = 'waiting' {only} LIMIT 1").fetchone() is not None  # noqa: S608

    def waiting(self) -> int:
        return int(self._do("SELECT count(*) FROM requests WHERE state IN ('waiting', 'leased')").fetchone()[0])

    def finish(self, row: int, reason: Reason | None = None) -> None:
        """The row's page was fetched and what stands on it was put in the frontier. `reason`: why it is no article, where it is none."""
        at = clock.now()
        kind, first = self._do("SELECT kind, first_visit FROM requests WHERE id = ?", (row,)).fetchone()
        look = next_look(datetime.fromisoformat(first) if first else at, at) if kind == "article" else None
        self._do(
            "UPDATE requests SET state = 'done', attempts = 0, walked = 1, first_visit = ifnull(first_visit, :at), last_visit = :at, "
            "next_visit = :look, reason = :reason WHERE id = :row",
            {"at": at.isoformat(), "look": look.isoformat() if look else None, "reason": reason, "row": row},
        )
        self._dirty()

    def fail(self, row: int, reason: Reason, detail: str, *, captured: bool) -> None:
        """The row could not be fetched this time. Tried again in later runs, as `AGAIN` says; without a capture the failure is kept here."""
        at = clock.now()
        url, attempts = self._do("SELECT url, attempts FROM requests WHERE id = ?", (row,)).fetchone()
        again = (at + AGAIN[attempts - 1]).isoformat() if 0 < attempts <= len(AGAIN) else None
        self._do(
            "UPDATE requests SET state = 'failed', last_visit = ?, next_visit = ?, reason = ? WHERE id = ?", (at.isoformat(), again, reason, row)
        )
        if not captured:
            self.note_failure(url, reason, detail)
        self._dirty()

    def note_failure(self, url: str, reason: Reason, detail: str) -> None:
        """Keep a failure that no capture shows."""
        at = clock.now().isoformat()
        name = hashlib.sha256(f"{self.run} {url} {reason} {at}".encode()).hexdigest()[:16]
        self._do("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?)", (name, self.run, url, str(reason), detail, at))

    def unexplained(self, held: Collection[str], facts: Collection[Reason]) -> list[str]:
        """What signposts name, in this run or an earlier one, that is neither held nor waiting, but for what `facts` of the site explain."""
        missing = {key: url for key, url in self._do("SELECT key, url FROM found ORDER BY key, section") if key not in held}
        marks = ", ".join("?" * len(facts))
        settled = f"SELECT 1 FROM requests WHERE key = ? AND (state IN ('waiting', 'leased') OR reason IN ({marks}))"  # noqa: S608 - only marks
        return [url for key, url in missing.items() if self._do(settled, (row_key("article", key), *facts)).fetchone() is None]

    def room(self, kind: str, key: str, most: int) -> bool:
        """Is the address known, or are there fewer than `most` of its kind?"""
        if self._do("SELECT 1 FROM requests WHERE key = ?", (row_key(kind, key),)).fetchone():
            return True
        return int(self._do("SELECT count(*) FROM requests WHERE kind = ?", (kind,)).fetchone()[0]) < most

    def parametric(self) -> Iterator[str]:
        """The keys of articles found that have parameters."""
        return (key for (key,) in self._do("SELECT key FROM found WHERE key LIKE '/%?%'"))

    def claim(self, section: str, total: int) -> None:
        """Keep how many articles a section says there are."""
        self._do("INSERT OR REPLACE INTO totals VALUES (?, ?)", (section, total))

    def short_sections(self) -> list[tuple[str, int, int]]:
        """Sections that say there are more than were ever found in them: section, said, found."""
        counted = "SELECT section, total, (SELECT count(*) FROM found f WHERE f.section = t.section) AS found FROM totals t WHERE total > found"
        return self._do(counted).fetchall()

    # -- on disk

    def _dirty(self) -> None:
        self._pending += 1
        if self._pending >= self._batch:
            self.commit()

    def commit(self) -> None:
        """Captures first, then the rows that rest on them."""
        self._kept()
        self._do("COMMIT")
        self._do("BEGIN")
        self._pending = 0

    def close(self) -> None:
        self.commit()
        self._do("COMMIT")
        self._db.close()


def read_log(path: Path) -> Log:
    """The runs, failures and findings of a frontier file, which may be in use or absent."""
    if not path.exists():
        return Log([], [], {}, {})
    with querying(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        found: dict[str, dict[str, str]] = {}
        for row in db.execute("SELECT section, key, url FROM found"):
            found.setdefault(row["section"], {})[row["key"]] = row["url"]
        totals = dict(db.execute("SELECT section, total FROM totals").fetchall())
        failures = _rows(db.execute("SELECT id, url, reason, detail, at FROM failures"))
        return Log(_rows(db.execute("SELECT * FROM runs ORDER BY id")), failures, found, totals)


def _rows(cursor: Iterable[sqlite3.Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in cursor]
