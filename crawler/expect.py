"""Measures what the archive holds of a site against the `[expect]` of its file. Reads; what comes of it is said elsewhere."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlite_utils

from crawler.site import Site
from pipelines.reading.dates import VIETNAM

DAYS, MONTH = 90, 30  # the days that the number of articles is measured over; a month's
NEWEST, FEWEST = 100, 20  # articles that a share is measured over; fewer say nothing
TOLERANCE = 10  # points that a share may be below the expected one
LEAST = 0.5  # of the expected number

WENT_WELL = "SELECT 1 FROM runs WHERE site_id = ? AND outcome IN ('complete', 'partial', 'short') LIMIT 1"
# An undated article counts by the day it was first seen: it was published by then.
LATELY = """SELECT count(*) FROM articles WHERE site_id = :site
  AND (published_at BETWEEN :since AND :now OR (published_at IS NULL AND first_seen >= :seen_since))"""
SHARES = """SELECT count(*), count(author), count(published_at) FROM (
  SELECT nullif(author, '') AS author, published_at FROM articles WHERE site_id = ? ORDER BY first_seen DESC, published_at DESC LIMIT ?)"""


def shortfalls(db: sqlite_utils.Database, site: Site, now: datetime, *, backfilled: bool) -> list[str]:
    """What the site gives less of than its file expects, in words; nothing where all is well or too little is held to say so.

    `backfilled`: nothing of it waits to be fetched. Only then is the number of articles looked at, and not in a site's first run.
    """
    return [*_number(db, site, now, backfilled=backfilled), *_shares(db, site)]


def _number(db: sqlite_utils.Database, site: Site, now: datetime, *, backfilled: bool) -> Iterator[str]:
    expected = site.expect.articles_per_month
    if expected is None or not backfilled or db.execute(WENT_WELL, [site.id]).fetchone() is None:
        return
    here, since = now.astimezone(VIETNAM), timedelta(days=DAYS)  # the archive's texts of dates and of visits are each of one time zone
    values = {"site": site.id, "now": here.isoformat(), "since": (here - since).isoformat(), "seen_since": (now - since).isoformat()}
    monthly = db.execute(LATELY, values).fetchone()[0] * MONTH / DAYS
    if monthly < expected * LEAST:
        yield f"{monthly:.3g} articles a month, {expected:g} expected"


def _shares(db: sqlite_utils.Database, site: Site) -> Iterator[str]:
    wanted = {"an author": site.expect.with_author, "a date": site.expect.with_date}
    if all(share is None for share in wanted.values()):
        return
    newest, *counts = db.execute(SHARES, [site.id, NEWEST]).fetchone()
    for (what, share), count in zip(wanted.items(), counts, strict=True):
        if share is not None and newest >= FEWEST and round(100 * share - 100 * count / newest, 6) > TOLERANCE:
            yield f"{100 * count / newest:.0f} % of the newest {newest} articles have {what}, {100 * share:g} % expected"
