"""What a capture that others made was made for, by its address alone and by the links of the page before it. Asks for nothing."""

import re
from urllib.parse import urljoin, urlsplit

from archive.capture_recovery import UNKNOWN
from archive.records import Capture
from crawler.hosts import is_on
from crawler.site import Site
from crawler.urls import is_article, is_section
from pipelines.read import further_pages
from pipelines.urls import clean

FILES = re.compile(r"(?i)\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z)$")
SITEMAP = re.compile(r"(?i)sitemap[^/]*\.xml(?:\.gz)?$")


class SiteSorter:
    """Knows one site by its file. To be asked in the order in which captures stand in their file."""

    def __init__(self, site: Site) -> None:
        self._site, self._context = site, site.context()
        discovery = site.discovery
        given = {"listing": discovery.listings, "feed": discovery.feeds, "sitemap": discovery.sitemaps, "home": [site.home]}
        self._named = {_bare(urljoin(site.home, path)): kind for kind, paths in given.items() for path in paths}
        self._rest = tuple(_bare(urljoin(site.home, path)) for path in discovery.rest)
        self._firsts: dict[str, tuple[str, str]] = {}  # address of a further page -> that of its article's first, and the id of its capture

    def belongs(self, url: str) -> bool:
        """Is it an address of one of the site's hosts?"""
        return is_on(clean(url), self._site.netlocs)

    def sort(self, capture: Capture) -> tuple[str, str | None]:
        """The kind of a capture, and of a further page of an article the id of the capture of its first."""
        url = _bare(capture.url)
        if capture.method != "GET":
            return UNKNOWN, None
        if first := self._firsts.get(url):
            self._expect(capture, *first)
            return "page", first[1]
        kind = self._kind(clean(capture.url))
        if kind == "article":
            self._expect(capture, url, capture.id)
        return kind, None

    def _expect(self, capture: Capture, first: str, first_id: str) -> None:
        """The pages that this one links to as the same article's belong to the capture of the first."""
        for url in map(_bare, further_pages(capture, self._context)):
            if url != first:
                self._firsts[url] = (first, first_id)

    def _kind(self, url: str) -> str:
        path, bare = urlsplit(url).path, _bare(url)
        rules = (
            ("robots", path == "/robots.txt"),
            (self._named.get(bare, UNKNOWN), bare in self._named),
            ("rest", any(map(bare.startswith, self._rest))),
            ("article", is_article(url, self._site)),
            ("attachment", FILES.search(path)),
            ("sitemap", SITEMAP.search(path)),
            ("listing", is_section(url, self._site)),
        )
        return next((kind for kind, fits in rules if fits), UNKNOWN)


def _bare(url: str) -> str:
    """Without the scheme: sites were moved to https, their addresses otherwise kept."""
    return clean(url).partition("://")[2]
