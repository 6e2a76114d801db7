"""Which articles have vanished: missing on two different days while their site was otherwise well; and the days on which it was not. Reads only."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import sqlite_utils

from pipelines.redirects import leads_away
from pipelines.site_days import Day, Days

DAYS = 2  # an article is gone when it was missing on that many different days
SHARE = 5  # when more than one of so many articles is missing on one day, the site is ill, not the articles
FEWEST = 3  # but fewer are no more than what an editor takes away in a day

GONE = """
SELECT c.site_id, c.sequence, c.article_id, c.id, c.fetched_at, 1 FROM failures f JOIN captures c ON c.id = f.capture_id
WHERE f.reason = 'Gone' AND c.article_id IS NOT NULL"""
# But for those right after which the article was seen, for they led to it: nearly all, and nobody need follow them one by one.
REDIRECTED = """
SELECT c.site_id, c.sequence, c.article_id, c.id, c.fetched_at, 1, c.location FROM captures c
WHERE c.kind = 'article' AND c.outcome = 'redirect' AND c.article_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM captures t WHERE t.article_id = c.article_id AND t.sequence > c.sequence AND t.sequence <= c.sequence + 5
  AND t.outcome IN ('article', 'unchanged') AND substr(t.fetched_at, 1, 10) = substr(c.fetched_at, 1, 10))"""
SEEN = "SELECT site_id, sequence, article_id, id, fetched_at, 0 FROM captures WHERE article_id = ? AND outcome IN ('article', 'unchanged')"
FIRST_SEEN = "SELECT substr(first_seen, 1, 10) FROM articles WHERE site_id = ? ORDER BY first_seen"


@dataclass(frozen=True, slots=True, order=True)
class Look:
    """One time that an article was asked for: was it missing, or there?"""

    site: str
    sequence: int
    article: str
    capture: str
    at: str
    missing: bool

    @property
    def day(self) -> str:
        return self.at[:10]


@dataclass(frozen=True, slots=True)
class IllDay:
    """So many of the `known` articles of a site were missing on this day that it is the site that is ill. `capture` is the first that showed it."""

    site: str
    day: str
    missing: int
    known: int
    capture: str


Vanished: TypeAlias = dict[str, str]  # article -> when it was first found missing


def find_vanished(db: sqlite_utils.Database, days: Days) -> tuple[Vanished, list[IllDay]]:
    """The vanished articles of all sites, and the days on which a site was ill."""
    vanished: Vanished = {}
    ill: list[IllDay] = []
    for site, looks in groupby(_looks(db), key=lambda look: look.site):
        first_seen = [day for (day,) in db.execute(FIRST_SEEN, [site])]
        gone, bad = weigh(looks, first_seen, days[site])
        vanished |= gone
        ill += bad
    return vanished, ill


def _looks(db: sqlite_utils.Database) -> list[Look]:
    """Every look at the articles that were ever missing, by site and in order."""
    looks = [Look(*row) for row in db.execute(GONE)]
    for *row, location in db.execute(REDIRECTED).fetchall():
        look = Look(*row)
        if leads_away(db, look.site, look.sequence, location, look.article):
            looks.append(look)
    looks += [Look(*row) for article in {look.article for look in looks} for row in db.execute(SEEN, [article])]
    return sorted(looks)


def weigh(looks: Iterable[Look], first_seen: Sequence[str], days: Mapping[str, Day]) -> tuple[Vanished, list[IllDay]]:
    """The same for one site, from the looks in their order and the days on which its articles were first seen, in order.

    A day counts for an article that is missing at its end. What has vanished before is neither known nor missing any more: looking at it again
    makes no day ill.
    """
    counted: dict[str, list[Look]] = {}  # article -> the first look of each day that counts, since it was last seen
    vanished: Vanished = {}
    ill: list[IllDay] = []
    for day, of_day in groupby(looks, key=lambda look: look.day):
        known = bisect_right(first_seen, day) - len(vanished)
        newly: dict[str, Look] = {}
        at_end: dict[str, Look] = {}
        for look in of_day:
            if not look.missing:
                at_end.pop(look.article, None)
                counted.pop(look.article, None)
                vanished.pop(look.article, None)
                continue
            at_end.setdefault(look.article, look)
            if look.article not in vanished:
                newly.setdefault(look.article, look)
        if len(newly) >= FEWEST and len(newly) * SHARE > known:
            first = min(newly.values())
            ill.append(IllDay(first.site, day, len(newly), known, first.capture))
        elif days[day].well:
            for article, look in at_end.items():
                counted.setdefault(article, []).append(look)
                if len(counted[article]) == DAYS:
                    vanished[article] = counted[article][0].at
    return vanished, ill
