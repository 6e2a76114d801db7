"""Which addresses of a site are its articles, and which two are one."""

import re
from urllib.parse import urlsplit

from crawler.site import Site
from pipelines import urls


def is_article(url: str, site: Site) -> bool:
    """Is this an article of the site, by host and by the site's pattern over path and query?"""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.netloc.lower() not in site.netlocs:
        return False
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    exclude = site.discovery.exclude
    return re.search(site.discovery.article, target) is not None and not (exclude and re.search(exclude, target))


def key_of(url: str, kind: str, site: Site) -> str:
    """The key of an address: an article's is its identity, anything else's is its address."""
    return urls.identity_key(url, site.layout[-1].identity_pattern if kind == "article" else None)
