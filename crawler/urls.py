"""Which addresses of a site are its articles, and which two are one."""

import re
from urllib.parse import urljoin, urlsplit

from crawler.hosts import is_on
from crawler.site import Site
from pipelines import urls


def resolved(base: str, href: str) -> str:
    """The address that a link on the page `base` leads to; empty where it is none."""
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def is_article(url: str, site: Site) -> bool:
    """Is this an article of the site, by host and by the site's pattern over path and query?"""
    target, exclude = _target(url, site), site.discovery.exclude
    return target is not None and re.search(site.discovery.article, target) is not None and not (exclude and re.search(exclude, target))


def is_section(url: str, site: Site) -> bool:
    """Is this a listing that a link may lead to? Never where the site names all its listings itself."""
    target, sections = _target(url, site), site.discovery.sections
    return target is not None and sections is not None and re.search(sections, target) is not None and not is_article(url, site)


def _target(url: str, site: Site) -> str | None:
    """Path and query of an address of the site; None for an address elsewhere."""
    if not is_on(url, site.netlocs):
        return None
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def key_of(url: str, kind: str, site: Site) -> str:
    """The key of an address: an article's is its identity, anything else's is its address."""
    return urls.identity_key(url, site.layout[-1].identity_pattern if kind == "article" else None)
