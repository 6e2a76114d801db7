"""Feeds, sitemaps, REST lists and listings of a site as `Signs`, and by them its newest articles, with as few requests as that takes."""

from collections.abc import Iterator
from urllib.parse import urljoin

from scrapy.http import HtmlResponse

from crawler.discovery import Signs, UnreadableSignpost
from crawler.discovery.rest import first_page
from crawler.discovery.signposts import read_signpost
from crawler.probe import Answer, NotFetched, Probe
from crawler.site import Site
from crawler.urls import is_article, key_of
from pipelines.urls import clean


def signs_of(kind: str, answer: Answer, site: Site) -> Signs:
    """What the answer points at. Raises UnreadableSignpost."""
    if not answer.ok:
        msg = f"HTTP {answer.status}"
        raise UnreadableSignpost(msg)
    response = HtmlResponse(answer.url, headers=dict(answer.headers), body=answer.body)
    return read_signpost(kind, response, site, {})


def newest(probe: Probe, site: Site, count: int) -> list[str]:
    """Some of the site's newest articles, each once: by the signposts of its file until there are `count`; what cannot be had is passed over."""
    found: dict[str, str] = {}
    for kind, url in signposts(site):
        for address in _articles(probe, site, kind, url):
            found.setdefault(key_of(address, "article", site), address)
        if len(found) >= count:
            break
    return list(found.values())[:count]


def signposts(site: Site) -> Iterator[tuple[str, str]]:
    """Kind and address, the one that tells what is new first."""
    discovery = site.discovery
    kinds = {"feed": discovery.feeds, "rest": [*map(first_page, discovery.rest)], "listing": discovery.listings, "sitemap": discovery.sitemaps}
    for kind, paths in kinds.items():
        for path in paths:
            yield kind, urljoin(site.home, path)
    if not discovery.listings:
        yield "listing", site.home


def _articles(probe: Probe, site: Site, kind: str, url: str) -> list[str]:
    try:
        pointers = signs_of(kind, probe.get(url), site).pointers
        if kind == "sitemap" and pointers and pointers[0].kind == "sitemap":
            part = next((one for one in pointers if "post" in one.url or "news" in one.url), pointers[0])
            pointers = signs_of(kind, probe.get(part.url), site).pointers
    except (NotFetched, ValueError):  # UnreadableSignpost, or an address in it that is none
        return []
    if kind == "sitemap":
        pointers = tuple(sorted(pointers, key=lambda one: one.sign or "", reverse=True))
    return [clean(one.url) for one in pointers if is_article(one.url, site)]
