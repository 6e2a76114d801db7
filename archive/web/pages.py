"""What our own pages show, read from `archive.db`: one function per template, found in PAGES. A further page is a further entry."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from archive.web import marks

Row = dict[str, Any]
Page = Callable[[sqlite3.Connection, str], Mapping[str, Any]]


def rows(conn: sqlite3.Connection, sql: str, *parameters: object) -> list[Row]:
    cursor = conn.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def one(conn: sqlite3.Connection, sql: str, *parameters: object) -> Row:
    """The first row, or an empty one."""
    found = rows(conn, f"SELECT * FROM ({sql}) LIMIT 1", *parameters)  # noqa: S608 only statements of this module
    return found[0] if found else {}


def of_article(conn: sqlite3.Connection, key: str, table: str, order: str) -> list[Row]:
    return rows(conn, f"SELECT * FROM {table} WHERE article_id = ? ORDER BY {order}", key)  # noqa: S608 only names of this module


def names(conn: sqlite3.Connection, table: str) -> dict[str, str]:
    """Names by id, of a small table."""
    return dict(conn.execute(f"SELECT id, name FROM {table}").fetchall())  # noqa: S608 only names of this module


def counted(conn: sqlite3.Connection, measure: str) -> dict[str, int]:
    """Articles by value of a measure, from the counts table: the same at a million articles as at ten."""
    return dict(conn.execute("SELECT value, articles FROM counts WHERE measure = ? ORDER BY articles DESC, value", (measure,)).fetchall())


def home(conn: sqlite3.Connection, _key: str) -> Mapping[str, Any]:
    by_site, by_entity, by_year = counted(conn, "site"), counted(conn, "entity"), counted(conn, "year")
    sites = [{**site, "articles": by_site.get(site["id"], 0)} for site in rows(conn, "SELECT id, name, home, status FROM sites")]
    newest = "SELECT sequence, fetched_at FROM captures WHERE site_id = ? ORDER BY sequence DESC"
    sites = [{**site, "captures": 0, "fetched_at": None, **_captured(one(conn, newest, site["id"]))} for site in sites]
    clusters = rows(conn, "SELECT id, name FROM clusters ORDER BY decision_id, number")
    borders = {
        row["id"]: row["name"] + (f" ({row['valid_from'][:4]}–)" if row["valid_from"] else "") for row in rows(conn, "SELECT * FROM provinces")
    }
    return {
        "sites": sorted((site for site in sites if site["captures"] or site["articles"]), key=lambda site: (-site["articles"], site["name"])),
        "provinces": [{"id": key, "articles": count, "name": borders.get(key, key)} for key, count in counted(conn, "province").items()],
        "years": [{"year": year, "articles": by_year[year]} for year in sorted(by_year, reverse=True)],
        "most_in_a_year": max(by_year.values(), default=0),
        "clusters": [{**row, "articles": by_entity[row["id"]]} for row in clusters if row["id"] in by_entity],
        "articles": sum(by_site.values()),
        "captures": sum(site["captures"] for site in sites),
        "fetched_at": max((site["fetched_at"] for site in sites if site["fetched_at"]), default=None),
        "newest": rows(conn, "SELECT id, title, published_at, author, province_id, site_id FROM articles ORDER BY published_at DESC, id LIMIT 10"),
        "province_names": names(conn, "provinces"),
        "site_names": {site["id"]: site["name"] for site in sites},
    }


def _captured(newest: Row) -> Row:
    """The captures of a site are numbered without gaps, so the last number is how many there are."""
    return {"captures": newest["sequence"], "fetched_at": newest["fetched_at"]} if newest else {}


def articles(conn: sqlite3.Connection, _key: str) -> Mapping[str, Any]:
    return {"province_names": names(conn, "provinces"), "site_names": names(conn, "sites")}


def article(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    found = one(conn, "SELECT * FROM articles WHERE id = ?", key)
    mentions = of_article(conn, key, "mentions", "field DESC, start, id")
    mentions = [{**mention, "classes": marks.classes(mention), "link": marks.link(mention)} for mention in mentions]
    in_text, in_title = ([mention for mention in mentions if mention["field"] == field] for field in ("text", "title"))
    return {
        "article": found,
        "title_pieces": marks.pieces(found["title"], in_title),
        "paragraphs": marks.paragraphs(found["text"], found["lead"], in_text),
        "mentions": mentions,
        "legend": sorted({(mention["kind"], mention["scheme"] or "", mention["classes"]) for mention in mentions}),
        "authors": of_article(conn, key, "article_authors", "position"),
        "evidence": of_article(conn, key, "evidence", "field"),
        "claims": of_article(conn, key, "claims", "kind, start, id"),
        "older": of_article(conn, key, "versions", "number"),
        "attachments": of_article(conn, key, "attachments", "url"),
        "addresses": of_article(conn, key, "addresses", "key"),
        "capture": one(conn, "SELECT * FROM captures WHERE id = ?", found["capture_id"]),
        "province": one(conn, "SELECT * FROM provinces WHERE id = ?", found["province_id"]),
        "site": one(conn, "SELECT * FROM sites WHERE id = ?", found["site_id"]),
    }


def capture(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    found = one(conn, "SELECT * FROM captures WHERE id = ?", key)
    return {
        "capture": found,
        "site": one(conn, "SELECT * FROM sites WHERE id = ?", found["site_id"]),
        "article": one(conn, "SELECT id, title FROM articles WHERE id = ?", found["article_id"]),
    }


PAGES: dict[str, Page] = {  # by template; Datasette names them after database and table
    "index.html": home,
    "table-archive-articles.html": articles,
    "row-archive-articles.html": article,
    "row-archive-captures.html": capture,
}
