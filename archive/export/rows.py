"""Tables of the archive as CSV or JSON lines, row by row with flat memory. Changes no value, save for Excel.

CSV is UTF-8 with commas, as every statistics program reads it. For Excel it begins with a byte order mark (without it, Excel takes the letters
for those of another code page), texts are cut at what a cell holds, and what Excel would take for a formula gets an apostrophe before it: the
texts are of strangers. A field of many values is a JSON array in CSV, and an array in JSON. The markup of articles is in JSON only.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import TextIOWrapper
from typing import IO, Any

import sqlite_utils

from archive.errors import UsageError
from archive.export.warcs import Progress
from archive.markup import unpack

CELL = 32_767  # characters that a cell of Excel holds
CUT = " […]"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARKUP = "html"
ARRAYS = frozenset({"tags", "images", "attachments", "variants", "region_names", "missing"})
NEWEST_FIRST = {"articles": "site_id, published_at DESC, id"}  # all others by primary key; none depends on the order of writing
TIMES = {"articles": "published_at", "captures": "fetched_at", "failures": "at", "runs": "started_at", "site_events": "day", "versions": "seen_from"}
ARTICLES = "article_id IN (SELECT id FROM articles WHERE {})"
THROUGH = {  # tables whose rows belong to articles only by another
    "files": "digest IN (SELECT digest FROM attachments WHERE article_id IN (SELECT id FROM articles WHERE {}))",
    "authors": "id IN (SELECT author_id FROM article_authors WHERE article_id IN (SELECT id FROM articles WHERE {}))",
}


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows of which table. Days, both included, are of publication for articles and what belongs to them, else of the row's own time."""

    table: str = "articles"
    sites: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


def tables(db: sqlite_utils.Database) -> list[str]:
    """The names of the tables that can be asked for."""
    found = db.conn.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name")
    return [name for (name,) in found if not name.startswith(("sqlite_", "_"))]


def count(db: sqlite_utils.Database, query: Query) -> int:
    """How many rows there are; UsageError where there is no such table, or where it has no site or time to choose by."""
    where, values = _where(db, query)
    return int(db.conn.execute(f'SELECT count(*) FROM "{query.table}" WHERE {where}', values).fetchone()[0])  # noqa: S608 - a name that was checked


def columns(db: sqlite_utils.Database, table: str) -> dict[str, str]:
    """The names of a table's columns in their order, those that are computed too, and their types."""
    return dict(db.conn.execute("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", [table]).fetchall())


def is_of_sites(db: sqlite_utils.Database, table: str) -> bool:
    """Have its rows a site, by themselves or by their articles? The others are known of all."""
    return table in THROUGH or not {"site_id", "article_id"}.isdisjoint(columns(db, table))


def write_csv(out: IO[bytes], db: sqlite_utils.Database, query: Query, *, excel: bool = False, progress: Progress = int) -> int:
    """The rows with a line of names before them; how many. `progress` gets 1 for each."""
    text = TextIOWrapper(out, encoding="utf-8-sig" if excel else "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(name for name in columns(db, query.table) if name != MARKUP)
    written = 0
    for row in _rows(db, query):
        kept = [value for name, value in row.items() if name != MARKUP]
        writer.writerow(map(_cell, kept) if excel else kept)
        written += 1
        progress(1)
    text.detach()
    return written


def write_json(out: IO[bytes], db: sqlite_utils.Database, query: Query, *, progress: Progress = int) -> int:
    """One object a line; how many. `progress` gets 1 for each."""
    written = 0
    for row in _rows(db, query):
        said = {name: json.loads(value) if name in ARRAYS and value else value for name, value in row.items()}
        if MARKUP in row:
            said[MARKUP] = unpack(row[MARKUP], row["text"])
        out.write(json.dumps(said, ensure_ascii=False).encode("utf-8") + b"\n")
        written += 1
        progress(1)
    return written


def defused(value: Any) -> Any:
    """With an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    safe = defused(value)
    return safe if len(safe) <= CELL else safe[: CELL - len(CUT)] + CUT


def _rows(db: sqlite_utils.Database, query: Query) -> Iterator[dict[str, Any]]:
    where, values = _where(db, query)
    order = NEWEST_FIRST.get(query.table) or ", ".join(f'"{name}"' for name in db.table(query.table).pks)
    found = db.conn.execute(f'SELECT * FROM "{query.table}" WHERE {where} ORDER BY {order}', values)  # noqa: S608 - names of the schema
    names = [name for name, *_ in found.description]
    return (dict(zip(names, row, strict=True)) for row in found)


def _where(db: sqlite_utils.Database, query: Query) -> tuple[str, list[str]]:
    if query.table not in tables(db):
        msg = f"the archive has no table {query.table!r}; it has {', '.join(tables(db))}"
        raise UsageError(msg)
    held, conditions, values = columns(db, query.table), ["1"], list[str]()
    if query.sites:
        conditions.append(_by(f"site_id IN ({', '.join('?' * len(query.sites))})", own="site_id" in held, held=held, query=query))
        values += query.sites
    for sign, day in ((">=", query.since), ("<=", query.until)):
        if day:
            condition = f"substr({TIMES.get(query.table, 'published_at')}, 1, 10) {sign} ?"
            conditions.append(_by(condition, own=query.table in TIMES, held=held, query=query))
            values.append(day.isoformat())
    return " AND ".join(conditions), values


def _by(condition: str, *, own: bool, held: dict[str, str], query: Query) -> str:
    """The condition on the rows themselves, or on the articles they belong to."""
    if own:
        return condition
    if by := THROUGH.get(query.table) or ("article_id" in held and ARTICLES):
        return by.format(condition)
    msg = f"the rows of {query.table} are of no one site and time, so they cannot be chosen by --site, --from or --until"
    raise UsageError(msg)
