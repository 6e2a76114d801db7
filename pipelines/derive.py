"""What depends on many rows: vanished articles, events of sites, attachments' captures, authors' names, coverage, counts, in whatever order
the rows were written.

Every statement sets the whole of what it computes, so running it again changes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlite_utils

from archive.removal import forget_unkept_files
from archive.schema import FACETS_OF
from archive.tables import replace_all, transaction
from pipelines.events import site_events
from pipelines.site_days import site_days
from pipelines.vanished import Vanished, find_vanished

# A file may stand behind redirects: what they lead to in the end is what was fetched for the address. Of the indexes only that of the URL will do,
# and SQLite chooses others: with 30,000 files that is minutes instead of a second.
ATTACHMENTS = """
WITH RECURSIVE leads AS (
  SELECT t.article_id, t.url, a.site_id, t.url AS target FROM attachments t JOIN articles a ON a.id = t.article_id
  UNION SELECT l.article_id, l.url, l.site_id, c.location FROM leads l
  JOIN captures c INDEXED BY captures_by_url
  ON c.site_id = l.site_id AND c.url = l.target AND c.kind = 'attachment' AND c.location IS NOT NULL)
UPDATE attachments SET capture_id = kept.id, content_type = kept.content_type, size = kept.size, digest = kept.content_digest FROM (
  SELECT l.article_id, l.url, c.id, c.content_type, c.size, c.content_digest, max(c.sequence)
  FROM leads l JOIN captures c INDEXED BY captures_by_url
  ON c.site_id = l.site_id AND c.url = l.target AND c.kind = 'attachment' AND c.status = 200 GROUP BY 1, 2) kept
WHERE kept.article_id = attachments.article_id AND kept.url = attachments.url AND attachments.capture_id IS NOT kept.id"""

# An author is shown as printed most often; not in capitals where there is another form.
AUTHORS = """
UPDATE authors SET name = best.name, articles = best.articles FROM (
  SELECT author_id, printed AS name, sum(count(*)) OVER (PARTITION BY author_id) AS articles,
    row_number() OVER (PARTITION BY author_id ORDER BY printed = upper(printed), count(*) DESC, printed) AS place
  FROM article_authors GROUP BY author_id, printed) best
WHERE best.place = 1 AND best.author_id = authors.id AND (authors.name IS NOT best.name OR authors.articles IS NOT best.articles)"""
UNUSED_AUTHORS = "DELETE FROM authors WHERE id NOT IN (SELECT author_id FROM article_authors)"

EACH_CLUSTER = """(SELECT * FROM facets WHERE clusters <> '') f, json_each('["' || replace(clusters, ',', '","') || '"]') e"""  # ids hold no quotes


def _of_one(key: str, value: str, rows: str = "facets", count: str = "count(*)") -> str:
    """What is counted of one thing by itself: its id, a stroke, and the value."""
    return f"SELECT {key} || '/' || {value}, {count} FROM {rows} WHERE {key} IS NOT NULL AND {value} IS NOT NULL GROUP BY 1"  # noqa: S608 - our own names


MEASURES = {
    "province": "SELECT province_id, count(*) FROM articles WHERE province_id IS NOT NULL GROUP BY 1",
    "site": "SELECT site_id, count(*) FROM articles GROUP BY 1",
    "year": "SELECT year, count(*) FROM articles WHERE year IS NOT NULL GROUP BY 1",
    "category": "SELECT category, count(*) FROM articles WHERE category IS NOT NULL GROUP BY 1",
    "author": "SELECT author, count(*) FROM articles WHERE author IS NOT NULL GROUP BY 1",
    "kind": "SELECT kind, count(DISTINCT article_id) FROM mentions GROUP BY 1",
    "scheme": "SELECT scheme, count(DISTINCT article_id) FROM mentions WHERE scheme IS NOT NULL GROUP BY 1",
    "entity": "SELECT entity, count(DISTINCT article_id) FROM mentions WHERE entity IS NOT NULL GROUP BY 1",
    "mentions.kind": "SELECT kind, count(*) FROM mentions GROUP BY 1",  # these count mentions, for the facets of their table
    "mentions.scheme": "SELECT scheme, count(*) FROM mentions WHERE scheme IS NOT NULL GROUP BY 1",
    "province/year": _of_one("province_id", "year"),
    "province/author": _of_one("province_id", "author"),
    "province/category": _of_one("province_id", "category"),
    "province/cluster": _of_one("province_id", "e.value", EACH_CLUSTER),
    "site/year": _of_one("site_id", "year"),
    "cluster/year": _of_one("e.value", "year", EACH_CLUSTER),
    "cluster/province": _of_one("e.value", "province_id", EACH_CLUSTER),
    "author/year": _of_one("author_id", "year", "article_authors JOIN articles a ON a.id = article_id", "count(DISTINCT article_id)"),
}


def derive(db: sqlite_utils.Database) -> None:
    """Bring everything derived in line with the articles and captures. Opens its own transaction."""
    with transaction(db):
        days = site_days(db)
        vanished, ill = find_vanished(db, days)
        _mark(db, vanished)
        replace_all(db, "site_events", [event.row for event in site_events(db, days, ill)])
        db.execute(ATTACHMENTS)
        forget_unkept_files(db)
        db.execute(UNUSED_AUTHORS)
        db.execute(AUTHORS)
        db.execute(f"INSERT INTO facets {FACETS_OF} WHERE a.rowid NOT IN (SELECT article FROM facets)")  # noqa: S608 - our own names
        counts = [{"measure": name, "value": str(value), "articles": n} for name, sql in MEASURES.items() for value, n in db.execute(sql)]
        replace_all(db, "counts", counts)


def _mark(db: sqlite_utils.Database, vanished: Vanished) -> None:
    """Make `vanished_at` say this of every article; rows that say it already are not touched."""
    marked = dict(db.execute("SELECT id, vanished_at FROM articles WHERE vanished_at IS NOT NULL").fetchall())
    changed = [(vanished.get(article), article) for article in sorted(marked.keys() | vanished) if vanished.get(article) != marked.get(article)]
    db.conn.executemany("UPDATE articles SET vanished_at = ? WHERE id = ?", changed)


def record_log(
    db: sqlite_utils.Database,
    site: str,
    *,
    runs: list[dict[str, Any]],
    failures: list[dict[str, Any]],
    found: Mapping[str, Mapping[str, str]],
    totals: Mapping[str, int],
) -> None:
    """Copy the log of a site folder: its runs, the failures that have no capture, and what its listings claim against what is held.

    `found`: section -> {address key: URL}; `totals`: section -> how many it says there are. Opens its own transaction.
    """
    held = {key for (key,) in db.execute("SELECT key FROM addresses WHERE site_id = ?", [site])}
    coverage = []
    for section, addresses in found.items():
        missing = sorted(url for key, url in addresses.items() if key not in held)
        claimed = max(totals.get(section, 0), len(addresses))
        claim = {"site_id": site, "section": section, "claimed": claimed, "held": len(addresses) - len(missing)}
        coverage.append(claim | {"missing": json.dumps(missing, ensure_ascii=False)})
    with transaction(db):
        replace_all(db, "runs", [run | {"site_id": site, "id": f"{site}-{run['id']}"} for run in runs], where={"site_id": site})
        replace_all(db, "failures", [one | {"site_id": site} for one in failures], where={"site_id": site, "capture_id": None})
        replace_all(db, "coverage", coverage, where={"site_id": site})
