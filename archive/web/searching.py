"""`/search`: the page, and the same answer as JSON, CSV and Atom. Every state is an address; a wrong one is told so."""

import csv
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from datasette.utils import tilde_encode
from datasette.utils.asgi import BadRequest, Response

from archive.export.rows import defused
from archive.filters import FACETS, FILTERS, Asked
from archive.find import Found, Hit, find
from archive.web.answers import page, reading, taken
from archive.web.queries import listing_names
from archive.web.words import words

PAGE, FEED, TAKEN = 20, 50, 10_000  # articles on a page, in a feed, in a download
DEEPEST = 500  # pages that can be turned
SHOWN = 12  # values of a facet
FORMATS = ("json", "csv", "atom")
NAMED = {  # by filter, which names its values are shown by
    "province": "province_labels",
    "site": "site_names",
    "cluster": "cluster_names",
    "mentions": "entity_names",
    "by": "writer_names",
}
COLUMNS = ("id", "published_at", "province_id", "site_id", "title", "author", "category", "url", "permalink")


async def search_page(datasette: Any, request: Any) -> Response:
    asked = asked_of(request.args)
    form = request.url_vars.get("format")
    number = _number(request.args, "page", 1, DEEPEST)
    if form is None:
        found, names = await _found(datasette, replace(asked, limit=PAGE, offset=PAGE * (number - 1)))
        return await page(datasette, request, "search.html", _context(asked, found, names, number))
    size = _number(request.args, "size", TAKEN if form == "csv" else FEED, TAKEN)
    found, names = await _found(datasette, replace(asked, limit=size, offset=size * (number - 1)))
    home = str(datasette.absolute_url(request, "/")).rstrip("/")
    if form == "json":
        return taken(json.dumps(_json(found, asked, home, number, size), ensure_ascii=False), "application/json; charset=utf-8")
    if form == "csv":
        return _csv(found, home, safe=request.args.get("safe") == "1")
    return _atom(found, asked, home, names)


def asked_of(args: Any) -> Asked:
    """The query and filters of an address. Raises BadRequest naming the parameter that cannot be."""
    sort = args.get("sort") or "date"
    if sort not in {"date", "relevance"}:
        msg = f"sort is {sort!r}; it can be date or relevance"
        raise BadRequest(msg)
    year = args.get("year")
    if year and not (year.isdecimal() and len(year) == 4):  # noqa: PLR2004 - digits of a year
        msg = f"year is {year[:20]!r}; it is four digits, as 2024"
        raise BadRequest(msg)
    filters: dict[str, str | int] = {name: args.get(name) for name in FILTERS if args.get(name)}
    if year:
        filters["year"] = int(year)
    return Asked(args.get("q") or "", filters, "relevance" if sort == "relevance" else "date")


def _number(args: Any, name: str, default: int, most: int) -> int:
    value = args.get(name)
    if not value:
        return default
    if not value.isdecimal() or not 1 <= int(value[:9]) <= most:
        msg = f"{name} is {value[:20]!r}; it is a number from 1 to {most}"
        raise BadRequest(msg)
    return int(value)


async def _found(datasette: Any, asked: Asked) -> tuple[Found, Mapping[str, Any]]:
    def read(conn: sqlite3.Connection) -> tuple[Found, Mapping[str, Any]]:
        clusters = dict(conn.execute("SELECT id, name FROM clusters").fetchall())
        labels = dict(conn.execute("SELECT id, label FROM provinces").fetchall())
        names = {**listing_names(conn), "cluster_names": clusters, "province_labels": labels}
        if "mentions" in asked.filters:
            names["entity_names"] = dict(conn.execute("SELECT id, number FROM decisions").fetchall()) | clusters | labels
        if "by" in asked.filters:
            names["writer_names"] = dict(conn.execute("SELECT id, name FROM authors WHERE id = ?", [asked.filters["by"]]).fetchall())
        return find(conn, asked), names

    return await reading(datasette, read)


# -- the page


def address(asked: Asked, form: str | None = None, **more: object) -> str:
    """Where an answer stands."""
    said = {"q": asked.text, **asked.filters, "sort": None if asked.sort == "date" else asked.sort, **more}
    query = urlencode({name: value for name, value in said.items() if value not in {None, ""}})
    return f"/search{'.' + form if form else ''}{'?' + query if query else ''}"


def _context(asked: Asked, found: Found, names: Mapping[str, Any], number: int) -> dict[str, Any]:
    more = found.total > number * PAGE or (found.more and len(found.hits) == PAGE)
    return {
        "asked": asked,
        "found": found,
        "facets": [_facet(name, asked, found, names) for name in FACETS if found.facets.get(name)],
        "chosen": [
            {"name": name, "label": _label(name, str(value), names), "off": address(asked.under(name, None))} for name, value in asked.filters.items()
        ],
        "sorts": {"date": address(replace(asked, sort="date")), "relevance": address(replace(asked, sort="relevance"))},
        "page": number,
        "before": address(asked, page=number - 1 if number > 2 else None) if number > 1 else None,  # noqa: PLR2004 - the first page needs no number
        "after": address(asked, page=number + 1) if more and number < DEEPEST else None,
        "downloads": {form: address(asked, form) for form in FORMATS},
        "safe_csv": address(asked, "csv", safe=1),
        **names,
    }  # fmt: skip


def _facet(name: str, asked: Asked, found: Found, names: Mapping[str, Any]) -> dict[str, Any]:
    chosen = str(asked.filters.get(name))
    values = [
        {
            "label": _label(name, value, names),
            "count": count,
            "chosen": value == chosen,
            "address": address(asked.under(name, None if value == chosen else value)),
        }
        for value, count in found.facets[name][:SHOWN]
    ]
    return {"name": name, "values": values, "more": max(0, len(found.facets[name]) - SHOWN)}


def _label(name: str, value: str, names: Mapping[str, Any]) -> str:
    if name in {"scheme", "kind"}:
        return str(words()[name].get(value, value))
    known: Mapping[str, str] = names.get(NAMED.get(name, ""), {})
    return known.get(value, value)


# -- for machines


def _permalink(hit: Hit, home: str) -> str:
    return f"{home}/archive/articles/{tilde_encode(hit.id)}"


def _json(found: Found, asked: Asked, home: str, number: int, size: int) -> dict[str, Any]:
    articles = [_article(hit, home) for hit in found.hits]
    return {
        "query": asked.text,
        "filters": asked.filters,
        "sort": asked.sort,
        "total": found.total,
        "total_is_exact": not found.more,
        "partly_ranked": found.partly,
        "articles": articles,
        "facets": {name: [{"value": value, "articles": count} for value, count in values] for name, values in found.facets.items()},
        "facets_counted_among": found.facets_of,
        "next": home + address(asked, "json", page=number + 1, size=size) if len(found.hits) == size and number < DEEPEST else None,
    }


def _article(hit: Hit, home: str) -> dict[str, Any]:
    shown = {name: getattr(hit, name, None) for name in COLUMNS} | {"title": hit.title.text, "permalink": _permalink(hit, home)}
    return {**shown, "snippet": hit.snippet.text, "exact": hit.exact, "file": hit.file}


def _csv(found: Found, home: str, *, safe: bool) -> Response:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    defuse: Callable[[Any], Any] = defused if safe else lambda value: value
    for hit in found.hits:
        row = _article(hit, home)
        writer.writerow([defuse(row[name]) for name in COLUMNS])
    return taken(out.getvalue(), "text/csv; charset=utf-8", {"content-disposition": 'attachment; filename="articles.csv"'})


def _atom(found: Found, asked: Asked, home: str, names: Mapping[str, Any]) -> Response:
    say = words()
    labels = ", ".join(filter(None, [asked.text, *(_label(name, str(value), names) for name, value in asked.filters.items())]))
    title = f"{say['site']['title']}: {labels}" if labels else say["site"]["title"]
    updated = max((hit.published_at for hit in found.hits if hit.published_at), default="1970-01-01T00:00:00+00:00")
    entries = "".join(_entry(hit, home, names) for hit in found.hits)
    own = home + address(asked, "atom")
    feed = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(own)}</id><title>{_xml(title)}</title><updated>{escape(updated)}</updated>"
        f'<link rel="self" href={quoteattr(own)}/><link rel="alternate" href={quoteattr(home + address(asked))}/>{entries}</feed>\n'
    )
    return taken(feed, "application/atom+xml; charset=utf-8")


def _entry(hit: Hit, home: str, names: Mapping[str, Any]) -> str:
    link = _permalink(hit, home)
    author = hit.author or names["site_names"].get(hit.site_id, hit.site_id)
    at = hit.published_at or "1970-01-01T00:00:00+00:00"
    return (
        f"<entry><id>{escape(link)}</id><title>{_xml(hit.title.text)}</title><updated>{escape(at)}</updated><published>{escape(at)}</published>"
        f"<author><name>{_xml(author)}</name></author><link href={quoteattr(link)}/><summary>{_xml(hit.snippet.text)}</summary></entry>"
    )


def _xml(text: str) -> str:
    """As XML 1.0 can hold it."""
    return escape("".join(one for one in text if one >= " " or one in "\n\t"))
