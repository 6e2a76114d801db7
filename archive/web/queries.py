"""Small reads that the pages share: rows as dictionaries, names, counts, lists of articles. Reads only."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]

LISTED = "articles.id, title, published_at, author, province_id, site_id, category"  # what a list shows of an article
SHOWN = 20  # articles on the page of a cluster, a province, an author; the rest is one link away
TOLD = 500  # meetings, and awards, on the page of a cluster; its claims hold all
COMMON = 5_000  # articles from which on it is quicker to walk all by date than to sort those that mention a thing


def rows(conn: sqlite3.Connection, sql: str, *parameters: object) -> list[Row]:
    cursor = conn.execute(sql, parameters)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor]


def one(conn: sqlite3.Connection, sql: str, *parameters: object) -> Row:
    """The first row, or an empty one."""
    found = rows(conn, f"SELECT * FROM ({sql}) LIMIT 1", *parameters)  # noqa: S608 only statements of the pages
    return found[0] if found else {}


def by_id(conn: sqlite3.Connection, table: str, key: object) -> Row:
    return one(conn, f"SELECT * FROM {table} WHERE id = ?", key)  # noqa: S608 only names of the pages


def counted(conn: sqlite3.Connection, measure: str) -> dict[str, int]:
    """Articles by value of a measure, from the counts table: the same at a million articles as at ten."""
    return dict(conn.execute("SELECT value, articles FROM counts WHERE measure = ? ORDER BY articles DESC, value", (measure,)).fetchall())


def counted_of(conn: sqlite3.Connection, measure: str, *keys: str) -> dict[str, int]:
    """The same of one thing, or of several together: articles by year (`province/year`) of the provinces with these ids, most first."""
    found = Counter[str]()
    for key in keys:
        begins = f"{key}/"
        sql = "SELECT substr(value, ?), articles FROM counts WHERE measure = ? AND value >= ? AND value < ?"
        found.update(dict(conn.execute(sql, (len(begins) + 1, measure, begins, f"{key}0")).fetchall()))  # 0 comes after /
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def by_year_newest_first(counts: Mapping[str, int]) -> list[Row]:
    """Without gaps: a year in which nothing was published is told too."""
    years = [int(year) for year in counts]
    return [{"year": year, "articles": counts.get(str(year), 0)} for year in range(max(years), min(years) - 1, -1)] if years else []


def count(conn: sqlite3.Connection, measure: str, value: str) -> int:
    found: Row = one(conn, "SELECT articles FROM counts WHERE measure = ? AND value = ?", measure, value)
    return int(found.get("articles", 0))


def listing_names(conn: sqlite3.Connection) -> Mapping[str, Any]:
    """Names by id, which the lists of articles show."""
    return {f"{table[:-1]}_names": dict(conn.execute(f"SELECT id, name FROM {table}").fetchall()) for table in ("provinces", "sites")}  # noqa: S608


def newest(conn: sqlite3.Connection, condition: str, *parameters: object, limit: int = SHOWN) -> list[Row]:
    """Articles under an SQL condition, newest first, undated last."""
    return rows(conn, f"SELECT {LISTED} FROM articles WHERE {condition} ORDER BY published_at DESC, id LIMIT {limit}", *parameters)  # noqa: S608


def mentioning(conn: sqlite3.Connection, entity: str) -> Mapping[str, Any]:
    """The newest articles that mention a cluster, decision or province, and how many there are."""
    articles = count(conn, "entity", entity)
    probe = "EXISTS (SELECT 1 FROM mentions WHERE entity = ? AND article_id = articles.id)"
    gather = "id IN (SELECT article_id FROM mentions WHERE entity = ?)"
    return {"mentioning": newest(conn, probe if articles > COMMON else gather, entity), "mentioned": articles}


def facts_of(conn: sqlite3.Connection, cluster: str) -> list[Row]:
    """Who articles say is in a cluster and leads it, newest years first; with what the reference data says, and the newest article that says so."""
    return rows(
        conn,
        "SELECT f.*, p.name AS province, c.quote, a.id AS article_id, a.published_at FROM cluster_facts f JOIN provinces p ON p.id = f.province_id"
        " JOIN claims c ON c.id = (SELECT n.id FROM claims n JOIN articles m ON m.id = n.article_id WHERE n.entity = f.cluster_id AND n.kind = f.kind"
        "  AND n.subject_entity = f.province_id AND n.year IS f.year ORDER BY m.published_at DESC, n.id LIMIT 1)"
        " JOIN articles a ON a.id = c.article_id WHERE f.cluster_id = ?"
        " ORDER BY f.kind = 'member', f.year DESC, f.kind DESC, f.articles DESC, p.name",
        cluster,
    )


def told_of(conn: sqlite3.Connection, cluster: str, kind: str) -> list[Row]:
    """Its meetings (`event`) or its `award`s as articles tell of them, newest years first; day and place are of one article, never of two.
    At most TOLD; one that another says all of, and more, is left out.
    """
    told = rows(
        conn,
        "SELECT what, c.year, subject_entity, p.name AS province, day, place, quote, article_id, max(published_at) AS"
        " published_at, count(DISTINCT article_id) AS articles FROM claims c JOIN articles a ON a.id = article_id LEFT JOIN provinces p"
        " ON p.id = subject_entity WHERE entity = ? AND c.kind = ? GROUP BY c.year, what, subject_entity, day, place"
        " ORDER BY c.year DESC, what, day, articles DESC LIMIT ?",
        cluster,
        kind,
        TOLD,
    )
    return without_vaguer(told)


def without_vaguer(told: Sequence[Row]) -> list[Row]:
    """Of tellings of the same thing without those that another one says all of, and more."""
    days, places, more = set[Any](), set[Any](), set[Any]()  # that are told together with a place, with a day, with either
    for row in told:
        what = (row["what"], row["year"], row["subject_entity"])
        if row["day"] and row["place"]:
            days.add((what, row["day"]))
            places.add((what, row["place"]))
        if row["day"] or row["place"]:
            more.add(what)
    kept = []
    for row in told:
        what, day, place = (row["what"], row["year"], row["subject_entity"]), row["day"], row["place"]
        vaguer = ((what, day) in days if day else (what, place) in places) if bool(day) != bool(place) else not day and what in more
        if not vaguer:
            kept.append(row)
    return kept
