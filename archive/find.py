"""Articles that answer a query under filters: how many, of what kinds, and a page of them, newest or most relevant first. Reads `archive.db` only.

A query is answered from the full-text indexes over articles and attached files; without one all articles are walked by date. What is counted and
compared is bounded: of more hits than RANKED only the newest by arrival, and the answer says so.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from archive.filters import COLUMN_OF, FACETS, LISTS, SETS, Asked, first_of, where
from archive.search import Marked, Query, excerpt, highlight, match, parse

RANKED = 50_000  # hits that are filtered, sorted and ranked: the newest, by the order they came into the archive
COUNTED = 10_000  # beyond it a count says "10,000+", and kinds are counted among the newest so many
WEIGHTS = "8.0, 1.0, 4.0"  # title, text, author: a word in the title says more
FILES = 10_000  # articles found by what is attached to them

EXACT, FOLDED, BY_FILE = 0, 1, 2  # tiers of hits: accents and all as typed; with others; only by an attached file

HIT = "CREATE TEMP TABLE IF NOT EXISTS hit (rowid INTEGER PRIMARY KEY, tier INTEGER NOT NULL)"


@dataclass(frozen=True, slots=True)
class Hit:
    """One article. `exact`: accents and all as typed; `file`: the name of an attached file that answers where the article itself does not."""

    id: str
    exact: bool
    title: Marked
    snippet: Marked
    published_at: str | None = None
    province_id: str | None = None
    site_id: str = ""
    author: str | None = None
    category: str | None = None
    url: str = ""
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`total` stops at COUNTED, `more` says that there are more. `partly`: there were more hits than RANKED, and only the newest took part.
    `facets`: by name the articles of each value, most first; `facets_of` how many articles these were counted among.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False
    partly: bool = False
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    facets_of: int = 0

    @property
    def count(self) -> str:
        return f"{self.total:,}{'+' if self.more else ''}"


def find(conn: sqlite3.Connection, asked: Asked) -> Found:
    """The answer. Uses a temporary table of the connection, so one query at a time; any text is a query, none an error."""
    outer = conn.in_transaction
    try:
        return _find(conn, asked)
    finally:
        if conn.in_transaction and not outer:  # writing the temporary table began one, which would keep this state of the archive in sight
            conn.rollback()


def _find(conn: sqlite3.Connection, asked: Asked) -> Found:
    query = parse(asked.text)
    folded = match(query, exact=False)
    if folded is None and asked.text.strip():  # only what must not be, or no letter at all
        return Found()
    if folded is None:
        return _browse(conn, asked)
    exact = match(query, exact=True) if query.accented else None
    _collect(conn, asked, folded, exact)
    total, exacts = conn.execute("SELECT count(*), count(*) FILTER (WHERE tier = 0) FROM temp.hit").fetchone()
    partly = _needs_all(asked) and (total >= RANKED or bool(asked.filters)) and _reached(conn, folded) > RANKED
    if asked.sort == "relevance":
        page = _ranked(conn, asked, folded)
    elif total > COUNTED and (exact is None or exacts > asked.offset + asked.limit):
        page = _walked(conn, asked, exact or folded, tier=EXACT if exact else FOLDED)
    else:
        page = _dated(conn, asked)
    return Found(
        hits=tuple(_hits(conn, page, query)),
        total=min(total, COUNTED),
        more=total > COUNTED or (partly and bool(asked.filters)),
        partly=partly,
        facets=_facets(conn),
        facets_of=min(total, COUNTED),
    )


def _needs_all(asked: Asked) -> bool:
    """Must all hits be looked at, up to RANKED? By date and without filters those that can be counted will do: the newest are found by walking."""
    return asked.sort == "relevance" or bool(asked.filters)


def _reached(conn: sqlite3.Connection, folded: str) -> int:
    """How many articles hold the words, filters or not; no more than one past RANKED."""
    [count] = conn.execute("SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)", [folded, RANKED + 1]).fetchone()
    return int(count)


# -- with a query


def _collect(conn: sqlite3.Connection, asked: Asked, folded: str, exact: str | None) -> None:
    """Fill `temp.hit` with the hits that pass the filters, each with their tier."""
    conn.execute(HIT)
    conn.execute("DELETE FROM temp.hit")
    condition, values = where(asked)
    bound = RANKED if _needs_all(asked) else COUNTED + 1
    chosen = f"CROSS JOIN facets f ON f.article = h.rowid WHERE {condition}" if asked.filters else ""
    for tier, table, expression in ((EXACT, "articles_exact", exact), (FOLDED, "articles_fts", folded)):
        if expression:
            newest = f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT {bound}"  # noqa: S608 - our own names only
            conn.execute(f"INSERT OR IGNORE INTO temp.hit SELECT h.rowid, {tier} FROM ({newest}) h {chosen}", [expression, *values])  # noqa: S608
    attached = (
        "SELECT a.rowid FROM files_fts JOIN files w ON w.rowid = files_fts.rowid JOIN attachments t ON t.digest = w.digest"  # noqa: S608 - our own names only
        f" JOIN articles a ON a.id = t.article_id WHERE files_fts MATCH ? LIMIT {FILES}"
    )
    conn.execute(f"INSERT OR IGNORE INTO temp.hit SELECT h.rowid, {BY_FILE} FROM ({attached}) h {chosen}", [folded, *values])  # noqa: S608


_Page: TypeAlias = Sequence[tuple[int, int]]  # rowid and tier


def _dated(conn: sqlite3.Connection, asked: Asked) -> _Page:
    sql = "SELECT h.rowid, h.tier FROM temp.hit h CROSS JOIN facets f ON f.article = h.rowid ORDER BY h.tier > 0, f.published_at DESC, h.rowid DESC"
    return conn.execute(f"{sql} LIMIT ? OFFSET ?", [asked.limit, asked.offset]).fetchall()


def _walked(conn: sqlite3.Connection, asked: Asked, expression: str, *, tier: int) -> _Page:
    """By date, asking of one article after the other whether it answers: quick where most do."""
    table = "articles_exact" if tier == EXACT else "articles_fts"
    condition, values = where(asked)
    sql = (
        f"SELECT f.article, {tier} FROM facets f WHERE {condition} AND EXISTS (SELECT 1 FROM {table} WHERE rowid = f.article AND {table} MATCH ?)"  # noqa: S608
        " ORDER BY f.published_at DESC, f.article DESC LIMIT ? OFFSET ?"
    )
    return conn.execute(sql, [*values, expression, asked.limit, asked.offset]).fetchall()


def _ranked(conn: sqlite3.Connection, asked: Asked, folded: str) -> _Page:
    scores = f"SELECT rowid, bm25(articles_fts, {WEIGHTS}) AS score FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rowid DESC LIMIT {RANKED}"  # noqa: S608
    return conn.execute(
        f"SELECT h.rowid, h.tier FROM temp.hit h LEFT JOIN ({scores}) s ON s.rowid = h.rowid"  # noqa: S608
        " ORDER BY h.tier > 0, s.score IS NULL, s.score, h.rowid DESC LIMIT ? OFFSET ?",
        [folded, asked.limit, asked.offset],
    ).fetchall()


def _facets(conn: sqlite3.Connection) -> dict[str, list[tuple[str, int]]]:
    """Among the newest COUNTED hits."""
    columns = ", ".join({**COLUMN_OF, **SETS}.values())
    newest = f"SELECT rowid FROM temp.hit ORDER BY rowid DESC LIMIT {COUNTED}"  # noqa: S608
    rows = conn.execute(f"SELECT {columns} FROM ({newest}) h CROSS JOIN facets f ON f.article = h.rowid")  # noqa: S608
    counters: dict[str, Counter[object]] = {name: Counter(values) for name, values in zip((*COLUMN_OF, *SETS), zip(*rows, strict=True), strict=False)}
    for name in SETS:
        counters[name] = _apart(counters.get(name, Counter()))
    return {name: _sorted(name, counters.get(name, Counter())) for name in FACETS}


def _apart(sets: Counter[object]) -> Counter[object]:
    """Counts of sets as counts of what is in them."""
    found: Counter[object] = Counter()
    for joined, count in sets.items():
        found.update({one: count for one in str(joined).split(",") if one})
    return found


def _sorted(name: str, counter: Counter[object]) -> list[tuple[str, int]]:
    """Most first; years newest first."""
    found = [(str(value), count) for value, count in counter.items() if value is not None]
    return sorted(found, key=(lambda one: one[0]) if name == "year" else (lambda one: (one[1], one[0])), reverse=True)


# -- without a query


def _browse(conn: sqlite3.Connection, asked: Asked) -> Found:
    if not asked.filters:
        page = conn.execute(
            f"SELECT article, {FOLDED} FROM facets ORDER BY published_at DESC, article DESC LIMIT ? OFFSET ?",  # noqa: S608 - our own names only
            [asked.limit, asked.offset],
        ).fetchall()
        facets = {name: _counted(conn, "entity" if name == "cluster" else name) for name in FACETS}
        clusters = {key for (key,) in conn.execute("SELECT id FROM clusters")}
        facets["cluster"] = [one for one in facets["cluster"] if one[0] in clusters]
        facets["year"].sort(reverse=True)
        total = max(sum(count for _, count in facets["site"]), asked.offset + len(page))  # the counts may be older
        return Found(tuple(_hits(conn, page, Query())), min(total, COUNTED), total > COUNTED, facets=facets, facets_of=total)
    first = first_of(conn, asked, COUNTED)
    condition, values = where(asked, first)
    conn.execute(HIT)
    conn.execute("DELETE FROM temp.hit")
    gathered = first in LISTS or first == "province"  # not in the order of their dates: the + keeps SQLite from walking by date instead
    date = "+f.published_at" if gathered else "f.published_at"
    newest = f"SELECT f.article, {FOLDED} FROM facets f WHERE {condition} ORDER BY {date} DESC LIMIT {COUNTED + 1}"  # noqa: S608
    conn.execute(f"INSERT INTO temp.hit {newest}", values)
    [total] = conn.execute("SELECT count(*) FROM temp.hit").fetchone()
    return Found(
        tuple(_hits(conn, _dated(conn, asked), Query())), min(total, COUNTED), total > COUNTED, facets=_facets(conn), facets_of=min(total, COUNTED)
    )


def _counted(conn: sqlite3.Connection, measure: str) -> list[tuple[str, int]]:
    """From the table of counts: the same at a million articles as at ten."""
    return [
        (value, count)
        for value, count in conn.execute("SELECT value, articles FROM counts WHERE measure = ? ORDER BY articles DESC, value", [measure])
    ]


# -- what is shown


def _hits(conn: sqlite3.Connection, page: _Page, query: Query) -> Iterator[Hit]:
    columns = "id, title, text, published_at, province_id, site_id, author, category, url"
    for rowid, tier in page:
        row = conn.execute(f"SELECT {columns} FROM articles WHERE rowid = ?", [rowid]).fetchone()  # noqa: S608
        if row is None:
            continue
        article, title, text, published_at, province_id, site_id, author, category, url = row
        in_file = _in_file(conn, article, query) if tier == BY_FILE else None
        file, snippet = in_file or (None, excerpt(text, query))
        yield Hit(article, tier == EXACT, highlight(title, query), snippet, published_at, province_id, site_id, author, category, url, file)


def _in_file(conn: sqlite3.Connection, article: str, query: Query) -> tuple[str, Marked] | None:
    """The attached file that answers: its name, and where."""
    files = conn.execute("SELECT t.name, t.url, f.text FROM attachments t JOIN files f ON f.digest = t.digest WHERE t.article_id = ?", [article])
    return next(((name or url, found) for name, url, text in files if (found := excerpt(text, query)).marks), None)
