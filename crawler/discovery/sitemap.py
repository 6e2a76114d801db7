"""Sitemaps and sitemap indexes, plain or gzipped, by Scrapy's reader (which expands no entities)."""

from lxml.etree import LxmlError
from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

from crawler.discovery import Pointer, Signs, UnreadableSignpost
from crawler.site import Site
from crawler.urls import is_article

MAX_BODY = 50 * 1024 * 1024  # bytes; what sitemaps.org allows one sitemap


def read_sitemap(response: Response, site: Site) -> Signs:
    """The articles of a sitemap, or the parts of a sitemap index; `sign` is the lastmod. Raises UnreadableSignpost."""
    try:
        body = gunzip(response.body, max_size=MAX_BODY) if gzip_magic_number(response) else response.body
        sitemap = Sitemap(body)
        entries = list(sitemap)
    except (LxmlError, StopIteration, OSError, EOFError, ValueError) as error:
        msg = f"no sitemap: {error or 'empty'}"
        raise UnreadableSignpost(msg) from error
    kind = {"sitemapindex": "sitemap", "urlset": "article"}.get(sitemap.type)
    if kind is None:
        msg = f"no sitemap: its root is <{sitemap.type}>"
        raise UnreadableSignpost(msg)
    return Signs(
        tuple(
            Pointer(entry["loc"], kind, sign=entry.get("lastmod") if kind == "article" else None)
            for entry in entries
            if entry.get("loc") and (kind == "sitemap" or is_article(entry["loc"], site))
        )
    )
