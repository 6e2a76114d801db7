"""What to fetch in which state, per site, on SQLite; it survives being killed at any moment. Knows no Scrapy and no network.

A row is done only after its captures are on disk and indexed, and after everything found on its page stands in the frontier: `commit` asks
the captures to be kept first. What a kill interrupts is simply leased again. A walk over the pages of a listing is one row, its first page:
killed in the middle it begins again at page 1, and from what it knows already leaps to where it was (`reached`).
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlite_utils

from archive.data import querying, storing
from archive.records import Reason
from crawler import clock
from crawler.frontier_form import PRIORITY, Reached, Row, migrations
from crawler.visits import EARLY, Answer, Leads, Trust, next_look, next_try, trust


@dataclass(frozen=True, slots=True)
class Log:
    """What a site folder remembers of its runs, as `archive.db` shows it."""

    runs: list[dict[str, Any]]
    failures: list[dict[str, Any]]  # those that have no response, so no capture
    found: dict[str, dict[str, str]]  # section -> {address key: URL}
    totals: dict[str, int]  # section -> how many articles it says there are, where it says so


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
            migrations.apply(sqlite_utils.Database(self._db))
        self._do("BEGIN")
        self._lied = self._do("SELECT 1 FROM requests WHERE trust < 0 LIMIT 1").fetchone() is not None
        self.run, self._began = "", clock.now()

    def _do(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        with storing(self.path):
            return self._db.execute(sql, values)

    # -- a run

    def begin_run(self) -> str:
        """Take back what a killed run had leased; make what is due wait again. Returns the run's id."""
        self._began = at = clock.now()
        self.run = at.strftime("%Y%m%dT%H%M%S%f")
        self._do("UPDATE runs SET outcome = 'killed' WHERE outcome = 'running'")
        self._do("INSERT INTO runs (id, started_at, outcome) VALUES (?, ?, 'running')", (self.run, at.isoformat()))
        self._do("UPDATE requests SET state = 'waiting' WHERE state = 'leased'")
        self._do("UPDATE requests SET state = 'waiting' WHERE state IN ('done', 'failed') AND next_visit <= ?", ((at + EARLY).isoformat(),))
        self.commit()
        return self.run

    def look_again(self) -> None:
        """Make every article known wait again, whatever its schedule says."""
        self._do("UPDATE requests SET state = 'waiting', trust = min(trust, 0) WHERE kind = 'article'")

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
        rank: int = 0,
        again: timedelta | None = None,
        **hint: Any,
    ) -> bool:
        """Put an address in the frontier; True if it is new, there or to its `section`, or its `sign` says that it changed since it was found last.

        The newest address of a key is the one that is fetched. `sign` tells its freshness, such as a lastmod. Of one kind those of lowest `rank`, the
        place in their section, are fetched first. `again`: it waits, once in this run, if its last visit was that long before it, as signposts do.
        """
        named = section is not None and self._do("INSERT OR IGNORE INTO found VALUES (?, ?, ?)", (section, key, url)).rowcount > 0
        self._dirty()
        name = row_key(kind, key)
        known = self._do("SELECT id, url, sign, state, last_visit FROM requests WHERE key = ?", (name,)).fetchone()
        if known is None:
            self._do(
                "INSERT INTO requests (key, kind, method, url, body, state, priority, rank, via, sign, hint) "
                "VALUES (?, ?, 'GET', ?, x'', 'waiting', ?, ?, ?, ?, ?)",
                (name, kind, url, PRIORITY.get(kind, 0), rank, via, sign, json.dumps(hint, ensure_ascii=False)),
            )
            return True
        row, before, last_sign, state, visited = known
        fresher = sign is not None and sign != last_sign
        changed = fresher and last_sign is not None and state in {"done", "failed"}
        if before != url:  # what a section has named goes with it to its new address
            for table in ("found", "totals"):
                self._do(f"UPDATE OR REPLACE {table} SET section = ? WHERE section = ?", (url, before))  # noqa: S608 - our own names
        due = changed or (again is not None and state in {"done", "failed"} and datetime.fromisoformat(visited) + again < self._began)
        if before != url or fresher or due:
            believed = "min(trust, 0)" if changed else "trust"  # what is said to have changed is asked for whole
            self._do(
                f"UPDATE requests SET url = ?, sign = ifnull(?, sign), state = ?, trust = {believed} WHERE id = ?",  # noqa: S608 - our own words
                (url, sign, "waiting" if due else state, row),
            )
        return named or changed

    def lease(self, *, articles: bool = True) -> Row | None:
        """The next row to fetch, now leased; None when nothing waits. `articles=False` leaves articles waiting."""
        only = "" if articles else "AND kind != 'article'"
        found = self._do(
            "SELECT id, kind, method, url, body, hint, walked, reached, answer, trust FROM requests "  # noqa: S608 - our own words
            f"WHERE state = 'waiting' {only} ORDER BY priority DESC, rank, id LIMIT 1"
        ).fetchone()
        if found is None:
            return None
        row, kind, method, url, body, hint, walked, reached, answer, worth = found
        self._do("UPDATE requests SET state = 'leased', attempts = attempts + 1 WHERE id = ?", (row,))
        conditions = Answer(**json.loads(answer)).conditions if answer and worth == Trust.PROVED and not self._lied else {}
        return Row(row, kind, method, url, body, json.loads(hint), walked=bool(walked), reached=Reached.of(reached), conditions=conditions)

    def has_waiting(self, *, articles: bool = True) -> bool:
        only = "" if articles else "AND kind != 'article'"
        return self._do(f"SELECT 1 FROM requests WHERE state = 'waiting' {only} LIMIT 1").fetchone() is not None  # noqa: S608

    def waiting(self) -> int:
        return int(self._do("SELECT count(*) FROM requests WHERE state IN ('waiting', 'leased')").fetchone()[0])

    def reach(self, row: int, reached: Reached) -> None:
        """The walk of this listing has come to a page, whose articles are put in the frontier now: if it is broken off, the next goes on here."""
        self._do("UPDATE requests SET reached = ? WHERE id = ?", (reached.stored(), row))

    def finish(self, row: int, reason: Reason | None = None, *, answer: Answer | None = None, leads: Leads = Leads.THERE, cut: bool = False) -> None:
        """The row's page was fetched and what stands on it was put in the frontier. `reason`: why it is no article, where it is none.

        `answer`: what a whole answer leaves to go by; None where there is nothing, or it was 304. `leads`: an address that led astray is tried again
        as if it had failed, one that led away is left alone. `cut`: the walk was not taken to its end; the next one goes on where it is.
        """
        at = clock.now()
        sql = "SELECT kind, ifnull(first_visit, ?), attempts, answer FROM requests WHERE id = ?"
        kind, first, attempts, before = self._do(sql, (at.isoformat(), row)).fetchone()
        since = datetime.fromisoformat(first)
        astray = leads is Leads.ASTRAY
        look = next_try(attempts, since, at) if astray else next_look(since, at) if kind == "article" and leads is Leads.THERE else None
        worth = trust(Answer(**json.loads(before)) if before else None, answer)
        self._lied = self._lied or worth == Trust.LIED
        self._do(
            "UPDATE requests SET state = 'done', attempts = :attempts, walked = max(walked, :walked), first_visit = :first, last_visit = :at, "
            "next_visit = :look, reason = :reason, answer = ifnull(:answer, answer), trust = iif(trust < 0, trust, :trust), "
            "reached = iif(:cut, reached, NULL) WHERE id = :row",
            {
                "attempts": attempts if astray else 0,
                "walked": not cut,
                "first": first,
                "at": at.isoformat(),
                "look": look.isoformat() if look else None,
                "reason": reason,
                "answer": json.dumps(asdict(answer)) if answer else None,
                "trust": worth,
                "cut": cut,
                "row": row,
            },
        )
        self._dirty()

    def fail(self, row: int, reason: Reason, detail: str, *, captured: bool) -> None:
        """The row could not be fetched this time. Tried again in later runs (`visits.next_try`); without a capture the failure is kept here.

        A walk goes on where it was; where that fails again, it begins anew.
        """
        at = clock.now()
        url, attempts, first = self._do("SELECT url, attempts, ifnull(first_visit, ?) FROM requests WHERE id = ?", (at.isoformat(), row)).fetchone()
        again = next_try(attempts, datetime.fromisoformat(first), at)
        self._do(
            "UPDATE requests SET state = 'failed', first_visit = ?, last_visit = ?, next_visit = ?, reason = ?, trust = min(trust, 0), "
            "reached = iif(attempts > 1, NULL, reached) WHERE id = ?",
            (first, at.isoformat(), again.isoformat() if again else None, reason, row),
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

    def knows(self, kind: str, key: str) -> bool:
        return self._do("SELECT 1 FROM requests WHERE key = ?", (row_key(kind, key),)).fetchone() is not None

    def room(self, kind: str, key: str, most: int) -> bool:
        """Is the address known, or are there fewer than `most` of its kind?"""
        return self.knows(kind, key) or int(self._do("SELECT count(*) FROM requests WHERE kind = ?", (kind,)).fetchone()[0]) < most

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
    # Not mode=ro: a run killed while it made the file may leave a journal, which only a connection that may write rolls back.
    with querying(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'failures'").fetchone() is None:
            return Log([], [], {}, {})  # killed before it was made
        db.row_factory = sqlite3.Row
        found: dict[str, dict[str, str]] = {}
        for row in db.execute("SELECT section, key, url FROM found"):
            found.setdefault(row["section"], {})[row["key"]] = row["url"]
        totals = dict(db.execute("SELECT section, total FROM totals").fetchall())
        failures = _rows(db.execute("SELECT id, url, reason, detail, at FROM failures"))
        return Log(_rows(db.execute("SELECT * FROM runs ORDER BY id")), failures, found, totals)


def _rows(cursor: Iterable[sqlite3.Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in cursor]
