"""What our own pages show, read from `archive.db`: one function per template, found in PAGES. A further page is a further entry."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Response

from archive.errors import ArchiveError, StorageError
from archive.markup import unpack
from archive.versions import versions
from archive.web import entities, machines, marks
from archive.web.answers import page, reading
from archive.web.body import body
from archive.web.queries import Row, by_id, by_year_newest_first, counted, listing_names, newest, one, rows
from archive.web.raw import raw
from archive.web.tiles import TileMap, tile_map
from archive.web.whereabouts import file_of
from archive.withheld import is_shown, read_withheld

log = logging.getLogger(__name__)

Page = Callable[[sqlite3.Connection, str], Mapping[str, Any]]
NEWEST = 10  # articles on the home page
TOLD = 10  # versions of which an article's page says what changed; of those before them it says only that they were

ATTACHMENTS = """
SELECT t.*, f.text <> '' AS read FROM attachments t LEFT JOIN files f ON f.digest = t.digest WHERE t.article_id = ? ORDER BY t.url"""

ATTACHED = """
SELECT t.*, a.title FROM attachments t JOIN articles a ON a.id = t.article_id WHERE t.digest = ? ORDER BY a.published_at DESC, a.id, t.url"""


def of_article(conn: sqlite3.Connection, key: str, table: str, order: str) -> list[Row]:
    return rows(conn, f"SELECT * FROM {table} WHERE article_id = ? ORDER BY {order}", key)  # noqa: S608 only names of this module


async def home_page(datasette: Any, request: Any) -> Response:
    """In place of Datasette's own, which asks after every table at each look."""
    return await page(datasette, request, "index.html", await reading(datasette, home))


def home(conn: sqlite3.Connection) -> Mapping[str, Any]:
    by_site, by_entity, by_year = counted(conn, "site"), counted(conn, "entity"), counted(conn, "year")
    sites = [{**site, "articles": by_site.get(site["id"], 0)} for site in rows(conn, "SELECT id, name, home, status FROM sites")]
    captured = "SELECT sequence, fetched_at FROM captures WHERE site_id = ? ORDER BY sequence DESC"
    sites = [{**site, "captures": 0, "fetched_at": None, **_captured(one(conn, captured, site["id"]))} for site in sites]
    clusters = {row["id"]: row for row in rows(conn, "SELECT id, name FROM clusters")}
    return {
        "sites": sorted((site for site in sites if site["captures"] or site["articles"]), key=lambda site: (-site["articles"], site["name"])),
        "maps": _maps(conn),
        "years": by_year_newest_first(by_year),
        "clusters": [{**clusters[key], "articles": count} for key, count in by_entity.items() if key in clusters],
        "articles": sum(by_site.values()),
        "captures": sum(site["captures"] for site in sites),
        "fetched_at": max((site["fetched_at"] for site in sites if site["fetched_at"]), default=None),
        "newest": newest(conn, "1", limit=NEWEST),
        "withheld": withheld(conn),
        **listing_names(conn),
    }


def _maps(conn: sqlite3.Connection) -> dict[str, TileMap]:
    """Articles by province: with the borders of today, where one of before stands for the province it belongs to now, and with those of before."""
    articles = counted(conn, "province")
    provinces = rows(conn, "SELECT id, name, successor_id FROM provinces")
    today = Counter[str]()
    for row in provinces:
        today[row["successor_id"] or row["id"]] += articles.get(row["id"], 0)
    return {"today": tile_map("today", provinces, today), "before": tile_map("before", provinces, articles)}


def withheld(conn: sqlite3.Connection) -> list[Row]:
    """What nobody is shown, and why; `shown` where the archive was not rebuilt since. A file that cannot be read is the rebuild's affair to say."""
    try:
        entries = read_withheld(Path(file_of(conn)).parent).entries
    except ArchiveError as error:
        log.warning("%s", error)
        return []
    return [
        {"kind": entry.kind, "id": entry.id, "date": entry.date.isoformat(), "reason": entry.reason, "shown": is_shown(conn, entry)}
        for entry in entries
    ]


def _captured(last: Row) -> Row:
    """The captures of a site are numbered without gaps, so the last number is how many there are."""
    return {"captures": last["sequence"], "fetched_at": last["fetched_at"]} if last else {}


def articles(conn: sqlite3.Connection, _key: str) -> Mapping[str, Any]:
    return listing_names(conn)


def article(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    found = by_id(conn, "articles", key)
    mentions = of_article(conn, key, "mentions", "field DESC, start, id")
    mentions = [{**mention, "classes": marks.classes(mention), "link": marks.link(mention)} for mention in mentions]
    authors, site = of_article(conn, key, "article_authors", "position"), by_id(conn, "sites", found["site_id"])
    in_text, in_title = ([mention for mention in mentions if mention["field"] == field] for field in ("text", "title"))
    return {
        "article": found,
        "title": marks.Marked(found["title"] or "", in_title).html(),
        "body": body(_html(found), marks.Marked(found["text"], in_text), found["lead"]),
        "mentions": mentions,
        "legend": sorted({(mention["kind"], mention["scheme"] or "", mention["classes"]) for mention in mentions}),
        "authors": authors,
        "linked_data": machines.news_article(found, authors, site),
        "evidence": of_article(conn, key, "evidence", "field"),
        "claims": of_article(conn, key, "claims", "kind, start, id"),
        "versions": versions(conn, key, told=TOLD),
        "attachments": rows(conn, ATTACHMENTS, key),
        "addresses": of_article(conn, key, "addresses", "key"),
        "capture": by_id(conn, "captures", found["capture_id"]),
        "province": by_id(conn, "provinces", found["province_id"]),
        "site": site,
    }


def _html(article: Row) -> str:
    """The kept HTML; none where it does not fit the text beside it: that is for `congthuong verify` to say, and the text is shown."""
    try:
        return unpack(article["html"], article["text"])
    except StorageError as error:
        log.warning("article %s: %s", article["id"], error)
        return ""


def capture(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    found = by_id(conn, "captures", key)
    return {
        "capture": found,
        "raw": raw(conn, found),
        "failures": rows(conn, "SELECT reason, detail FROM failures WHERE capture_id = ? ORDER BY id", key),
        "site": by_id(conn, "sites", found["site_id"]),
        "article": one(conn, "SELECT id, title FROM articles WHERE id = ?", found["article_id"]),
    }


def file(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    return {"file": one(conn, "SELECT * FROM files WHERE digest = ?", key), "attached": rows(conn, ATTACHED, key)}


PAGES: dict[str, Page] = {  # by template; Datasette names them after database and table
    "table-archive-articles.html": articles,
    "row-archive-articles.html": article,
    "row-archive-captures.html": capture,
    "row-archive-files.html": file,
    "row-archive-clusters.html": entities.cluster,
    "row-archive-decisions.html": entities.decision,
    "row-archive-provinces.html": entities.province,
    "row-archive-authors.html": entities.author,
    "row-archive-sites.html": entities.site,
}
