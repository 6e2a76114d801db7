"""A modest reader for pages that no layout describes: the densest block of paragraphs under a heading. Its finds are guesses and say so."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.layout import Layout
from pipelines.reading.article import Located
from pipelines.reading.select import Hit, Page, inner_text
from pipelines.reading.structured import Structured
from pipelines.reading.text import normal

LEAST = 250  # characters of running text before a block counts as an article
SHORTEST = 40  # characters of a paragraph that counts
HOLDERS = frozenset({"div", "article", "section", "main", "td", "body", "form", "span"})
OUTSIDE = frozenset({"nav", "header", "footer", "aside", "script", "style", "noscript", "select"})
LAYOUT = Layout()  # for pages of which not even a site is known


def locate(page: Page) -> Located | None:
    """Title and body, or None where there is no block of paragraphs or nothing to call it by."""
    body = densest(page.root)
    title = _title(page, body) if body is not None else None
    return Located(page, title, Hit(body, None, "densest block"), "generic") if title and body is not None else None


def densest(root: HtmlElement) -> HtmlElement | None:
    """The element whose own paragraphs hold the most words that are no links; None below `LEAST`."""
    scores: dict[HtmlElement, float] = {}
    for element, length in _paragraphs(root):
        parent = element if any(child.tag in {"br", "p", "div"} for child in element) else element.getparent()  # a leaf is a paragraph itself
        for share in (1.0, 0.5):
            if parent is not None and parent.tag in HOLDERS | {"blockquote"}:
                scores[parent] = scores.get(parent, 0.0) + share * length
                parent = parent.getparent()
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] >= LEAST else None


def _paragraphs(root: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    for element in root.iter("p", "div", "td", "article", "section"):
        if any(one.tag in OUTSIDE for one in element.iterancestors()):
            continue
        words = inner_text(element) if element.tag == "p" else "".join([element.text or "", *(child.tail or "" for child in element)])
        length = len(normal(words)) - sum(len(normal(inner_text(a))) for a in element.iter("a") if element.tag == "p")
        if length >= SHORTEST:
            yield element, length


def _title(page: Page, body: HtmlElement) -> Hit | None:
    """The nearest h1 before or in the body, else the first h1, else what the page tells machines."""
    before: HtmlElement | None = None
    for element in page.root.iter():
        if element.tag == "h1" and normal(inner_text(element)):
            before = element
            if body in element.iterancestors():
                break
        if element is body and before is not None:
            break
    if before is not None:
        return Hit(before, None, "h1")
    said = next((value for _, value in Structured.of(page.root).values("headline", "og:title")), None)
    return Hit(page.root, said, "og:title") if said else None
