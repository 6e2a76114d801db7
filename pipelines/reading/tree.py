"""The parsed tree of a page: plain lxml elements (lxml.html's cost twice as much to walk), and the few things that are done with them everywhere."""

from functools import cache, lru_cache
from typing import TypeAlias

from lxml import etree

from pipelines.reading.text import normal

MOST_ELEMENTS = 60_000  # of a page that is read line by line; real ones have up to 20,000
MOST_IN_BODY = 20_000  # of an article; one of 500 paragraphs and tables pasted from Word has some 10,000
LONGEST_TEXT = 1_000_000  # characters of an article: the longest laws have 500,000
COUNT, LENGTH = etree.XPath("count(descendant::*)"), etree.XPath("string-length(.)")

Element: TypeAlias = etree._Element  # lxml's name for the type


def parse(source: bytes) -> Element:
    """UTF-8 markup of any kind, with limits that no real page meets: 2,048 levels of nesting, beyond which the rest of a page is lost."""
    try:
        root = etree.fromstring(source, parser=_parser())
    except etree.XMLSyntaxError:  # nothing in it that could be an element
        root = None
    return etree.Element("html") if root is None else root


@cache
def _parser() -> etree.HTMLParser:
    """One for all pages: making it costs a twentieth of a page's parse."""
    return etree.HTMLParser(encoding="utf-8", huge_tree=True)


class TooMuch(Exception):
    """More than any article has, so that no page can take long; the message says how much."""


def bound(body: Element) -> None:
    """Raises TooMuch for an article that nobody wrote."""
    elements, letters = int(COUNT(body)), int(LENGTH(body))
    if elements > MOST_IN_BODY or letters > LONGEST_TEXT:
        msg = f"its body has {elements} elements and {letters} characters"
        raise TooMuch(msg)


def drop(element: Element) -> None:
    """Take an element out of its tree; what follows it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


CELLS = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot", "table"})
BLOCK = CELLS | {  # elements that stand on lines of their own
    *("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "main", "header", "footer", "aside", "nav", "form", "body", "html"),
    *(
        "ul",
        "ol",
        "dl",
        "dd",
        "dt",
        "center",
        "blockquote",
        "figure",
        "figcaption",
        "caption",
        "fieldset",
        "pre",
        "address",
        "details",
        "summary",
        "hr",
    ),
}
LINES = BLOCK | {"br"}


@lru_cache(maxsize=512)  # asked for every element of a page
def is_block(tag: str) -> bool:
    """Frameworks' own elements (`app-article`) stand as blocks too; icons stand in lines."""
    return tag in BLOCK or ("-" in tag and "icon" not in tag)


def inner_text(element: Element) -> str:
    """The words inside, a blank where a line or a box begins or ends; not those of scripts and styles."""
    pieces: list[str] = []
    for part in element.iter():
        before = None if part is element else part.getprevious()
        if part.tag in LINES or (before is not None and before.tag in LINES):
            pieces.append(" ")
        if isinstance(part.tag, str) and part.text and part.tag not in {"script", "style"}:
            pieces.append(part.text)
        if part is not element and part.tail:
            pieces.append(f" {part.tail}" if part.tag in LINES else part.tail)
    return "".join(pieces)


def has_words(element: Element) -> bool:
    """Is there anything in `inner_text`? Of an article's body that is known after its first line."""
    for part in element.iter():
        if isinstance(part.tag, str) and part.text and part.tag not in {"script", "style"} and normal(part.text):
            return True
        if part is not element and part.tail and normal(part.tail):
            return True
    return False


def spaced_text(element: Element) -> str:
    """Like `inner_text`, but with a blank between elements: for dates, whose day and time often stand in two."""
    return normal(" ".join(str(piece) for piece in element.itertext()))
