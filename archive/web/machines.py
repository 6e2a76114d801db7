"""What machines ask of the whole archive: robots.txt, the sitemap, and articles as schema.org sees them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from datasette.utils import tilde_encode
from datasette.utils.asgi import NotFound, Response
from markupsafe import Markup

from archive.web.answers import DATABASE

IN_A_FILE = 10_000  # addresses of a sitemap; the protocol allows 50,000
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


async def nothing(datasette: Any, request: Any) -> Response:  # noqa: ARG001 - as routes are called
    """Datasette's pages for its makers: they say where the archive lies, or are of no use without accounts."""
    msg = "there is no such page"
    raise NotFound(msg)


async def robots(datasette: Any, request: Any) -> Response:
    """Everything may be read; queries by SQL, and every way to sort a table, need not be walked."""
    lines = (
        "User-agent: *",
        "Disallow: /archive?sql=",
        "Disallow: /*_facet",
        "Disallow: /*_sort",
        "",
        f"Sitemap: {datasette.absolute_url(request, '/sitemap.xml')}",
    )
    answer: Response = Response.text("\n".join(lines) + "\n")
    return answer


async def sitemap(datasette: Any, request: Any) -> Response:
    """An index of files of addresses by the order of arrival, so that a file changes only while it is the last one."""
    number = request.url_vars.get("number")
    home = str(datasette.absolute_url(request, "/")).rstrip("/")
    if number is None:
        [last] = (await datasette.get_database(DATABASE).execute("SELECT ifnull(max(rowid), 0) FROM articles")).first()
        files = "".join(f"<sitemap><loc>{escape(home)}/sitemap-{one}.xml</loc></sitemap>" for one in range(1, max(1, -(-last // IN_A_FILE)) + 1))
        return _xml(f'<sitemapindex xmlns="{SITEMAPS}">{files}</sitemapindex>')
    first = (int(number) - 1) * IN_A_FILE
    sql = "SELECT id FROM articles WHERE rowid > ? AND rowid <= ? ORDER BY rowid"
    ids = await datasette.get_database(DATABASE).execute_fn(lambda conn: [one for (one,) in conn.execute(sql, [first, first + IN_A_FILE])])
    if not ids and int(number) > 1:
        msg = f"there is no sitemap {number}"
        raise NotFound(msg)
    places = "".join(f"<url><loc>{escape(home)}/archive/articles/{tilde_encode(one)}</loc></url>" for one in ids)
    return _xml(f'<urlset xmlns="{SITEMAPS}">{places}</urlset>')


def _xml(body: str) -> Response:
    answer: Response = Response(f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n', content_type="application/xml; charset=utf-8")
    return answer


def news_article(article: Mapping[str, Any], authors: Sequence[Mapping[str, Any]], site: Mapping[str, Any]) -> dict[str, Any]:
    """The article as schema.org's NewsArticle; what is not known is left out."""
    known = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article["title"],
        "datePublished": article["published_at"],
        "dateModified": article["modified_at"],
        "inLanguage": article["language"],
        "articleSection": article["category"],
        "author": [{"@type": "Person", "name": one["printed"]} for one in authors if one["role"] == "text"],
        "publisher": {"@type": "GovernmentOrganization", "name": site.get("name"), "url": site.get("home")} if site else None,
        "isBasedOn": article["url"],
        "abstract": article["lead"],
    }
    return {name: value for name, value in known.items() if value}


def in_script(value: object) -> Markup:
    """JSON that may stand inside a script element of HTML: no letter of it can end that."""
    text = json.dumps(value)  # ASCII only: nothing in it turns the writing around either
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - every letter that markup is made of is escaped
