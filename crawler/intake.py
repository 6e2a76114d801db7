"""Puts what signposts point at in the frontier, within the bounds of the site: links to ever-new addresses are a trap. Asks for nothing."""

from collections import Counter
from datetime import timedelta
from typing import Any

from crawler.bounds import Variants
from crawler.discovery import MOST, Pointer, Signs
from crawler.frontier import Frontier
from crawler.frontier_form import Row
from crawler.site import Site
from crawler.urls import key_of
from pipelines.urls import clean

EVERY_RUN = timedelta(0)
BELIEVED = timedelta(days=7)  # a part of a sitemap index that is said to be unchanged is looked at once in this time all the same


class Intake:
    """One run's way into its frontier."""

    def __init__(self, site: Site, frontier: Frontier) -> None:
        self._site, self._frontier = site, frontier
        self._variants = Variants(frontier.parametric(), site.discovery.max_variants)
        self._said: set[str] = set()  # bounds that were reported, each once in a run

    def add(self, kind: str, url: str, *, section: str | None = None, **said: Any) -> bool:
        """Put an address in the frontier; True if that is news, as `Frontier.add` says."""
        return self._frontier.add(kind, clean(url), key=key_of(url, kind, self._site), section=section, **said)

    def take(self, signs: Signs, row: Row, *, first: int = 0) -> tuple[int, list[str]]:
        """Put all that a page of the signpost `row` points at in the frontier: how much of it is news, and what was left out, in words.

        `first`: how many articles stand before this page. Signposts have the newest first, so those of every section come before older ones.
        """
        found, left_out = 0, Counter[str]()
        for rank, one in enumerate(signs.pointers, first):
            bound = self._bound(one, row)
            if bound is not None:
                left_out[bound] += 1
            elif one.kind == "article":
                found += self.add(one.kind, one.url, section=row.url, sign=one.sign, rank=rank, via=row.url, **one.hint)
            else:  # a part of a sitemap index or a section
                self.add(one.kind, one.url, sign=one.sign, again=BELIEVED if one.sign else EVERY_RUN, via=row.url, **one.hint)
        words = [f"{bound}: {count} left out" for bound, count in left_out.items() if bound not in self._said]
        self._said |= left_out.keys()
        if signs.cut:
            words.append(f"{row.url} names more than {MOST} addresses on one page; the others are left out")
        return found, words

    def _bound(self, one: Pointer, row: Row) -> str | None:
        """The bound that keeps an address out, if one does."""
        discovery, key = self._site.discovery, key_of(one.url, one.kind, self._site)
        if one.kind == "article":
            path = one.url.partition("?")[0]
            return None if self._variants.admits(key) else f"{path} has more variants than max_variants = {discovery.max_variants}"
        if one.kind == "sitemap":
            room = self._frontier.room("sitemap", key, discovery.max_pages)
            return None if room else f"{row.url} leads to more sitemaps than max_pages = {discovery.max_pages}"
        room = self._frontier.room("listing", key, discovery.max_sections)
        return None if room else f"links lead to more sections than max_sections = {discovery.max_sections}"
