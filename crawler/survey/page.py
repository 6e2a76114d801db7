"""A fetched page as a survey sees it: its links with their words and where they stand. Asks for nothing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree, html

from crawler.fingerprint import Shown
from crawler.hosts import is_on
from crawler.probe import Answer
from crawler.urls import resolved
from pipelines.urls import clean

MENUS = frozenset({"nav", "header", "footer"})
MENU_WORDS = ("menu", "nav")
NEAR = 4  # elements around a link that say where it stands; those further out differ from one kind of page to the next
TITLE_LETTERS, TITLE_WORDS = 30, 6  # an article's title has at least so many


@dataclass(frozen=True, slots=True)
class Link:
    url: str  # cleaned
    text: str
    place: str  # tags, ids and classes of the elements around it: the same for the links of one list
    in_menu: bool

    @property
    def like_title(self) -> bool:
        """Do its words look like those of an article, by their length?"""
        return len(self.text) >= TITLE_LETTERS and len(self.text.split()) >= TITLE_WORDS


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    tree: html.HtmlElement
    links: tuple[Link, ...]  # to its own site, in the page's order


def page_of(answer: Answer, netlocs: Collection[str]) -> Page:
    text = answer.text or "<html></html>"
    try:
        tree = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # nothing but comments
        tree = html.document_fromstring("<html></html>")
    return Page(answer.url, tree, tuple(_links(tree, answer.url, netlocs)))


def _links(tree: html.HtmlElement, url: str, netlocs: Collection[str]) -> Iterator[Link]:
    for element in tree.iter("a"):
        address = resolved(url, element.get("href") or "#")
        if is_on(address, netlocs):
            around = [one for one in element.iterancestors() if one.tag not in {"html", "body"}]
            words = " ".join(element.text_content().split()) or " ".join((element.get("title") or "").split())
            yield Link(clean(address), words, "/".join(map(_sign, around[:NEAR])), any(map(_is_menu, around)))


def _sign(element: html.HtmlElement) -> str:
    return f"{element.tag!s}#{element.get('id', '')}.{element.get('class', '')}"


def _is_menu(element: html.HtmlElement) -> bool:
    said = f"{element.get('id', '')} {element.get('class', '')} {element.get('role', '')}".lower()
    return element.tag in MENUS or any(word in said for word in MENU_WORDS)


def target(url: str) -> str:
    """Path and query."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def shown(answer: Answer, page: Page) -> Shown:
    """What of the page tells the system behind it."""
    generators = page.tree.xpath("//meta[translate(@name, 'GENRATO', 'genrato') = 'generator']/@content")
    return Shown(answer.headers, answer.text, tuple(map(str, generators)), tuple(dict.fromkeys(target(one.url) for one in page.links)))
