"""Listing pages: the article links of a section's page and the link to its next page."""

from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import html

from crawler.discovery import Pointer, Signs
from crawler.discovery.pager import next_page
from crawler.site import Site
from crawler.urls import is_article
from pipelines.layout import compiled


def read_listing(body: str, url: str, site: Site) -> Signs:
    """The pointers of one listing page, in the page's order, each address once."""
    if not body.strip():
        return Signs(())
    tree = html.document_fromstring(body.encode(), parser=html.HTMLParser(encoding="utf-8"))
    selectors = site.discovery.items or ["a[href]"]
    pointers: dict[str, Pointer] = {}
    for link in _links(tree, selectors):
        address = urljoin(url, link.get("href", "").strip())
        if is_article(address, site) and address not in pointers:
            title = " ".join(link.text_content().split()) or link.get("title", "")
            pointers[address] = Pointer(address, "article", hint={"title": title} if title else {})
    return Signs(tuple(pointers.values()), next_page(tree, url, site.discovery.next))


def _links(tree: html.HtmlElement, selectors: list[str]) -> Iterator[html.HtmlElement]:
    """The `a` elements that the selectors name, or that stand in the elements they name."""
    for selector in selectors:
        for element in compiled(selector)(tree):
            yield from [element] if element.tag == "a" else element.iter("a")
