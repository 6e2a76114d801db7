"""What the captures of one day (UTC) say of a site as a whole: did anything good come, did its listings answer, and its home page? Reads only."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import sqlite_utils

LISTS = frozenset({"listing", "feed", "sitemap", "rest"})
SIGNPOSTS = LISTS | {"home"}
NOT_GOOD = frozenset({"failure", "redirect", "robots"})  # outcomes of captures that show nothing of what a site publishes
ANSWERED = frozenset({200, 304})  # a home page that is there

OUTCOMES = "SELECT DISTINCT site_id, substr(fetched_at, 1, 10), outcome FROM captures"
HOMES = "SELECT site_id, substr(fetched_at, 1, 10), status, max(sequence) FROM captures WHERE kind = 'home' GROUP BY 1, 2"
UNANSWERED = "SELECT DISTINCT site_id, substr(at, 1, 10) FROM failures WHERE capture_id IS NULL"


@dataclass(frozen=True, slots=True)
class Day:
    good: bool = False  # something came that is a page, a list or a file
    lists: bool = False  # one of its lists answered
    home: int | None = None  # status of the newest capture of the home page, where there is one

    @property
    def well(self) -> bool:
        """Was the site there, so that what was missing on it was missing indeed? The home page decides, where it was asked for."""
        return self.good if self.home is None else self.home in ANSWERED


Days: TypeAlias = Mapping[str, Mapping[str, Day]]  # site -> day it was visited, as 2025-03-01, in order -> what that day says


def site_days(db: sqlite_utils.Database) -> Days:
    """Every day on which a site was asked for something, answered or not."""
    outcomes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for site, day, outcome in db.execute(OUTCOMES):
        outcomes[site, day].add(outcome)
    for site, day in db.execute(UNANSWERED):
        outcomes[site, day] |= set()
    homes = {(site, day): status for site, day, status, _ in db.execute(HOMES)}
    days: dict[str, dict[str, Day]] = defaultdict(dict)
    for site, day in sorted(outcomes):
        came = outcomes[site, day] - NOT_GOOD
        days[site][day] = Day(good=bool(came), lists=bool(came & LISTS), home=homes.get((site, day)))
    return dict(days)
