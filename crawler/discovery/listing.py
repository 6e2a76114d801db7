"""Listing pages: the article links of a section's page and the link to its next page."""

from collections.abc import Iterator

from lxml import etree, html

from crawler.discovery import MOST, Pointer, Signs
from crawler.discovery.pager import next_page
from crawler.site import Site
from crawler.urls import is_article, is_section, resolved
from pipelines.layout import compiled
from pipelines.urls import clean

DEPTH = 2  # sections are taken from the pages that the site file names and from the sections found there, no deeper
LONGEST_TITLE = 1000  # characters kept of the words of a link


def read_listing(body: str, url: str, site: Site, *, depth: int = 0) -> Signs:
    """The articles of one listing page, in the page's order, each address once, then the sections it leads to.

    `depth`: how many links lie between a page that the site file names and this one.
    """
    try:
        tree = html.document_fromstring(body.replace("\x00", "").encode("utf-8", "ignore"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError):  # nothing in it that could be an element
        return Signs(())
    selectors = site.discovery.items or ["a[href]"]
    pointers: dict[str, Pointer] = {}
    for link in _links(tree, selectors):
        address = resolved(url, link.get("href", ""))
        if address not in pointers and is_article(address, site):
            if len(pointers) == MOST:
                return Signs(tuple(pointers.values()), cut=True)
            title = " ".join(link.text_content().split())[:LONGEST_TITLE] or link.get("title", "")[:LONGEST_TITLE]
            pointers[address] = Pointer(address, "article", hint={"title": title} if title else {})
    following = next_page(tree, url, site.discovery.next)
    sections = _sections(tree, url, site, depth, following.url if following else "") if depth < DEPTH else ()
    return Signs((*pointers.values(), *sections), following)


def _sections(tree: html.HtmlElement, url: str, site: Site, depth: int, following: str) -> Iterator[Pointer]:
    """Links to further listings of the site, each once; not this page, nor the next page of its walk."""
    seen = {clean(url), clean(following), clean(site.home)}
    for link in tree.iter("a"):
        address = clean(resolved(url, link.get("href", "")))
        if address not in seen and is_section(address, site):
            seen.add(address)
            yield Pointer(address, "listing", hint={"depth": depth + 1})


def _links(tree: html.HtmlElement, selectors: list[str]) -> Iterator[html.HtmlElement]:
    """The `a` elements that the selectors name, or that stand in the elements they name, each once however these are nested."""
    seen: set[html.HtmlElement] = set()
    for selector in selectors:
        for element in compiled(selector)(tree):
            if element not in seen:
                yield from (link for link in element.iter("a") if link not in seen)
                seen.update(element.iter())
