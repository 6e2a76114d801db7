"""What befell a site as a whole, as rows of `site_events`: many articles missing at once, unreachable, moved, frozen. Reads only; one event covers
as many visits in a row as it went on.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlite_utils

from pipelines.redirects import is_on
from pipelines.site_days import SIGNPOSTS, Days
from pipelines.vanished import IllDay

STILL = timedelta(days=180)  # without a new article while its listings answer: frozen
HELD = 5  # articles from which on that says something

TROUBLES = ("Unreachable", "Timeout", "RobotsUnreachable", "HttpServerError")
TROUBLE = f"""
SELECT f.site_id, f.at, f.url, f.reason, f.detail, f.capture_id FROM failures f WHERE f.reason IN ({", ".join("?" * len(TROUBLES))})
UNION
SELECT f.site_id, f.at, f.url, f.reason, f.detail, f.capture_id FROM captures c JOIN failures f ON f.capture_id = c.id
WHERE c.kind = 'home' AND c.status >= 400 ORDER BY 1, 2, 3, 4, 5"""  # noqa: S608 - only marks
REDIRECTS = f"""
SELECT c.site_id, substr(c.fetched_at, 1, 10), c.id, c.url, c.location FROM captures c
WHERE c.outcome = 'redirect' AND c.kind IN ({", ".join("?" * len(SIGNPOSTS))}) ORDER BY c.site_id, c.sequence"""  # noqa: S608 - only marks
NEWEST = "SELECT site_id, count(*), substr(max(first_seen), 1, 10) FROM articles GROUP BY site_id"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that befell a site, from `day` to `last_day` (UTC). `articles`: how many were missing; `capture`: one that shows it."""

    site_id: str
    kind: str
    day: str
    last_day: str
    detail: str
    articles: int | None = None
    capture_id: str | None = None

    @property
    def row(self) -> dict[str, Any]:
        return {"id": f"{self.site_id}-{self.kind}-{self.day}", **asdict(self)}


def site_events(db: sqlite_utils.Database, days: Days, ill: Iterable[IllDay]) -> list[Event]:
    """Every event of every site. `ill`: the days on which too many articles were missing (`vanished.find_vanished`)."""
    return [*_joined([*_missing(ill), *_unreachable(db, days), *_moved(db)], days), *_frozen(db, days)]


def _joined(events: Sequence[Event], days: Days) -> Iterator[Event]:
    """Events of one day each, those of visits in a row made one: it says what the day with most missing said, else the first."""
    for (site, _), alike in groupby(sorted(events, key=attrgetter("site_id", "kind", "day")), key=attrgetter("site_id", "kind")):
        visited = list(days[site])
        going, *others = alike
        for event in others:
            if visited[bisect_left(visited, event.day) - 1] != going.last_day:
                yield going
                going = event
            else:
                worst = max(going, event, key=lambda one: one.articles or 0)
                going = replace(worst, day=going.day, last_day=event.day)
        yield going


def _missing(ill: Iterable[IllDay]) -> Iterator[Event]:
    for one in ill:
        detail = f"{one.missing} of {one.known} articles were missing at once. They stay as they were: it is the site that is ill."
        yield Event(one.site, "missing", one.day, one.day, detail, one.missing, one.capture)


def _unreachable(db: sqlite_utils.Database, days: Days) -> Iterator[Event]:
    """Days on which requests came to nothing and nothing good came at all."""
    for (site, day), of_day in groupby(db.execute(TROUBLE, TROUBLES), key=lambda row: (row[0], row[1][:10])):
        if not days[site][day].good:
            troubles = list(of_day)
            reasons = ", ".join(f"{count} × {reason}" for reason, count in sorted(Counter(reason for _, _, _, reason, *_ in troubles).items()))
            _, _, url, _, said, _ = troubles[0]
            capture = next((capture for *_, capture in troubles if capture), None)
            yield Event(site, "unreachable", day, day, f"Nothing of the site could be had: {reasons}. The first: {url}: {said}", None, capture)


def _moved(db: sqlite_utils.Database) -> Iterator[Event]:
    """Days on which home or a list led to a host that is none of the site's, the first such answer of each."""
    told: set[tuple[str, str]] = set()
    for site, day, capture, url, location in db.execute(REDIRECTS, sorted(SIGNPOSTS)).fetchall():
        if (site, day) not in told and not is_on(db, site, location):
            told.add((site, day))
            yield Event(site, "moved", day, day, f"{url} leads to {location}, which is on no host of this site.", None, capture)


def _frozen(db: sqlite_utils.Database, days: Days) -> Iterator[Event]:
    """Sites whose lists still answer, though nothing new has been found there for long."""
    for site, held, newest in db.execute(NEWEST):
        last = max((day for day, said in days[site].items() if said.lists), default=newest)
        since = date.fromisoformat(newest) + STILL
        if held >= HELD and date.fromisoformat(last) >= since:
            detail = f"Its listings answer, but no new article was found from {newest} to {last}."
            yield Event(site, "frozen", since.isoformat(), last, detail)
