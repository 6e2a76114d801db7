"""What a new reading of the same captures sees differently: field by field, counted by site, with examples. Walks two archives side by side, row by
row, so memory is flat.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlite_utils

from archive.errors import StorageError
from archive.markup import unpack

EXAMPLES = 5  # kept of each kind of difference
NEW, GONE = "(new)", "(gone)"

# What reading decides; not what comes of when a page was seen, nor what is counted over all. Each table with the columns that name its rows, and
# how it is read: `site` and `url` are those of the article, or of the page where there is none.
OF_ARTICLE = 'SELECT a.site_id AS site, a.url AS "url ", t.* FROM {table} t JOIN articles a ON a.id = t.article_id ORDER BY {key}'
OF_PAGE = 'SELECT t.site_id AS site, t.url AS "url ", t.* FROM {table} t WHERE {where} ORDER BY {key}'
OF_FILE = """
SELECT min(c.site_id) AS site, min(c.url) AS "url ", t.* FROM {table} t JOIN captures c ON c.content_digest = t.digest AND c.kind = 'attachment'
GROUP BY t.digest ORDER BY {key}"""
TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "articles": (("id",), OF_PAGE.replace("{where}", "1")),
    "article_authors": (("article_id", "position"), OF_ARTICLE),
    "evidence": (("article_id", "field"), OF_ARTICLE),
    "attachments": (("article_id", "url"), OF_ARTICLE),
    "mentions": (("id",), OF_ARTICLE),
    "claims": (("id",), OF_ARTICLE),
    "files": (("digest",), OF_FILE),
    "failures": (("id",), OF_PAGE.replace("{where}", "capture_id IS NOT NULL")),
}
UNREAD = {
    "articles": frozenset({"first_seen", "last_seen", "vanished_at", "read_digest"}),
    "files": frozenset({"read_digest"}),
    "attachments": frozenset({"capture_id", "content_type", "size", "digest"}),
}
NAMED = {"articles": "id", "failures": "id", "files": "digest"}
PLACE = ("site", "url ")

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    article: str  # its id; of a failure the capture's, of a file the digest
    url: str
    old: object
    new: object


@dataclass(slots=True)
class Difference:
    """One field of one table on one site: how many rows differ in it, with the first of them. (new) and (gone) stand for whole rows."""

    site: str
    table: str
    field: str
    count: int = 0
    examples: list[Example] = dataclasses.field(default_factory=list)


Differences: TypeAlias = list[Difference]


def differences(old: sqlite_utils.Database, new: sqlite_utils.Database) -> Differences:
    """Every kind of difference between two archives, by site, in the order of the tables."""
    found: dict[tuple[str, str, str], Difference] = {}
    for table, (key, sql) in TABLES.items():
        unread = UNREAD.get(table, frozenset())
        for before, after in _paired(_rows(old, sql, table, key), _rows(new, sql, table, key), key):
            row = after or before or {}
            for name, was, now in _changes(before, after, key, unread):
                one = found.setdefault((row["site"], table, name), Difference(row["site"], table, name))
                one.count += 1
                if len(one.examples) < EXAMPLES:
                    article = row[NAMED.get(table, "article_id")]
                    one.examples.append(Example(article, row["url "], was, now))
    places = list(TABLES)
    return sorted(found.values(), key=lambda one: (one.site, places.index(one.table), one.field))


def _rows(db: sqlite_utils.Database, sql: str, table: str, key: tuple[str, ...]) -> Iterator[Row]:
    cursor = db.conn.execute(sql.format(table=table, key=", ".join(f"t.{name}" for name in key)))
    columns = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(columns, values, strict=True))
        if "html" in row:
            with suppress(StorageError):  # a damaged one differs as it is
                row["html"] = unpack(row["html"], row["text"])
        yield row


def _paired(old: Iterator[Row], new: Iterator[Row], key: tuple[str, ...]) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows of one key beside each other; both come in the order of their keys."""
    before, after = next(old, None), next(new, None)
    while before or after:
        was, now = (tuple(row[name] for name in key) if row else None for row in (before, after))
        if now is None or (was is not None and was < now):
            yield before, None
            before = next(old, None)
        elif was is None or now < was:
            yield None, after
            after = next(new, None)
        else:
            yield before, after
            before, after = next(old, None), next(new, None)


def _changes(before: Row | None, after: Row | None, key: tuple[str, ...], unread: frozenset[str]) -> Iterator[tuple[str, object, object]]:
    if before is None or after is None:
        yield (GONE, _said(before or {}), None) if after is None else (NEW, None, _said(after))
        return
    for name, was in before.items():
        if was != after.get(name) and name not in {*key, *unread, *PLACE}:
            yield name, was, after.get(name)


def _said(row: Row) -> object:
    """What tells most of a whole row."""
    return next((row[name] for name in ("title", "quote", "printed", "reason", "raw", "name") if row.get(name)), None)
