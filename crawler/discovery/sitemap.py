"""Sitemaps and sitemap indexes, plain or gzipped, by Scrapy's reader (which expands no entities)."""

from itertools import islice

from lxml.etree import LxmlError
from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

from crawler.discovery import MOST, Pointer, Signs, UnreadableSignpost
from crawler.hosts import is_on
from crawler.site import Site
from crawler.urls import is_article

MAX_BODY = 50 * 1024 * 1024  # bytes; what sitemaps.org allows one sitemap


def read_sitemap(response: Response, site: Site) -> Signs:
    """The articles of a sitemap, or the parts of a sitemap index, the latest change first; `sign` is the lastmod. Raises UnreadableSignpost."""
    try:
        body = gunzip(response.body, max_size=MAX_BODY) if gzip_magic_number(response) else response.body
        sitemap = Sitemap(body)
        entries = [(loc, entry.get("lastmod")) for entry in islice(sitemap, MOST + 1) if (loc := entry.get("loc"))]
    except (LxmlError, StopIteration, OSError, EOFError, ValueError) as error:
        msg = f"no sitemap: {error or 'empty'}"
        raise UnreadableSignpost(msg) from error
    kind = {"sitemapindex": "sitemap", "urlset": "article"}.get(sitemap.type)
    if kind is None:
        msg = f"no sitemap: its root is <{sitemap.type}>"
        raise UnreadableSignpost(msg)
    own = [(url, changed) for url, changed in entries[:MOST] if is_on(url, site.netlocs)]
    if entries and not own:
        msg = f"none of the {len(entries)} addresses of the sitemap is on the site, the first: {entries[0][0][:200]}"
        raise UnreadableSignpost(msg)
    own.sort(key=lambda entry: entry[1] or "", reverse=True)
    named = (Pointer(url, kind, sign=changed) for url, changed in own if kind == "sitemap" or is_article(url, site))
    return Signs(tuple(named), cut=len(entries) > MOST)
