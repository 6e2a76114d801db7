"""Verifies what depends on many rows by computing it again: counts, authors, vanished articles, events of sites. Reads only."""

from collections.abc import Mapping
from typing import Any

import sqlite_utils

from archive.schema import FACETS_OF
from archive.verify.findings import REBUILD, Findings
from pipelines.derive import MEASURES
from pipelines.events import site_events
from pipelines.site_days import site_days
from pipelines.vanished import find_vanished

AUTHORS = """
SELECT a.id, a.articles, ifnull(made.articles, 0) FROM authors a
LEFT JOIN (SELECT author_id, count(*) AS articles FROM article_authors GROUP BY 1) made ON made.author_id = a.id"""
# A run derives at its end: a site that has a capture later than the end of its last run is in the middle of one, or it was killed.
UNFINISHED = """
SELECT s.id FROM sites s WHERE (SELECT max(fetched_at) FROM captures WHERE site_id = s.id) >
  ifnull((SELECT max(ended_at) FROM runs WHERE site_id = s.id), '')"""


def check_derived(db: sqlite_utils.Database, findings: Findings, *, at_work: bool) -> None:
    """Everything that `derive` sets for the reader's eye, against the rows it is made of. Behind a run that has not ended it may lag."""
    days = site_days(db)
    vanished, ill = find_vanished(db, days)
    counted = {(name, str(value)): count for name, sql in MEASURES.items() for value, count in db.execute(sql)}
    events = {event.row["id"]: event.row for event in site_events(db, days, ill)}
    pairs: dict[str, tuple[Mapping[Any, Any], Mapping[Any, Any]]] = {
        "counts": ({(measure, value): count for measure, value, count in db.execute("SELECT measure, value, articles FROM counts")}, counted),
        "authors.articles": _authors(db),
        "articles.vanished_at": (dict(db.execute("SELECT id, vanished_at FROM articles WHERE vanished_at IS NOT NULL").fetchall()), vanished),
        "facets": _facets(db),
        "site_events": ({row["id"]: row for row in db.query("SELECT * FROM site_events")}, events),
    }
    unfinished = at_work or db.execute(UNFINISHED).fetchone() is not None
    for what, (held, made) in pairs.items():
        findings.count("derived values", len(made))
        odd = sorted((key for key in held.keys() | made.keys() if held.get(key) != made.get(key)), key=repr)
        if odd and unfinished:
            findings.note("not derived yet", what, "The end of the run, or the next one, does")
        elif odd:
            said = f"{len(odd)} values are not what the rows make of them, the first for {odd[0]}"
            findings.broken("derived", f"archive.db: {what}", said, REBUILD)


def _facets(db: sqlite_utils.Database) -> tuple[dict[int, str], dict[int, str]]:
    """Of those articles whose row for searching is not what the article's rows make of it: as held, and as made."""
    odd = ((f"SELECT * FROM ({one} EXCEPT {other})") for one, other in (("SELECT * FROM facets", FACETS_OF), (FACETS_OF, "SELECT * FROM facets")))  # noqa: S608 - our own names only
    held, made = ({row[0]: repr(row[1:]) for row in db.execute(sql)} for sql in odd)
    return held, made


def _authors(db: sqlite_utils.Database) -> tuple[dict[str, int], dict[str, int]]:
    rows = db.execute(AUTHORS).fetchall()
    return {author: held for author, held, _ in rows}, {author: made for author, _, made in rows}
