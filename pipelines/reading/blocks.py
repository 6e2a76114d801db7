"""A page as the lines it prints, in order: each block of words with how much of it is links. Judges nothing; one pass over the tags, no recursion."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml.html import HtmlElement

from pipelines.reading.styles import hides
from pipelines.reading.text import normal

UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "select", "option", "textarea", "button", "iframe", "svg", "title"})
BLOCK = frozenset(
    {"p", "div", "td", "th", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "main", "tr", "table", "tbody", "ul", "ol"}
    | {"header", "footer", "aside", "nav", "form", "body", "html", "dl", "dd", "dt", "center", "blockquote", "figure", "figcaption", "caption"}
    | {"fieldset", "pre", "address"}
)


@dataclass(slots=True)
class Block:
    """The words that stand in a block element itself, not in blocks inside it."""

    element: HtmlElement
    index: int
    pieces: list[str] = field(default_factory=list)
    linked: int = 0  # letters of it inside links
    letters: int = 0

    @property
    def text(self) -> str:
        return normal("".join(self.pieces))

    @property
    def own(self) -> int:
        """Letters that are no link."""
        return self.letters - self.linked

    @property
    def is_link(self) -> bool:
        return self.linked * 10 >= self.letters * 9


class Blocks:
    """The blocks of a page that hold words, in the order they are printed."""

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.all: list[Block] = list(_blocks(root))

    def __iter__(self) -> Iterator[Block]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)


Where: TypeAlias = tuple[HtmlElement | None, bool]  # the block that words stand in, None where they are not seen; and whether in a link


def _blocks(root: HtmlElement) -> list[Block]:
    found: dict[HtmlElement, Block] = {}
    places: dict[HtmlElement, Where] = {}
    for element in root.iter():
        parent = element.getparent()
        around = places.get(parent, (root, False)) if parent is not None else (root, False)
        if isinstance(element.tag, str):
            place = places[element] = _place(element, around)
            if element.tag == "br" and place[0] in found:
                found[place[0]].pieces.append("\n")
            _add(found, element.text, place)
        if element is not root:  # what follows a comment counts too
            _add(found, element.tail, around)
    return list(found.values())


def _place(element: HtmlElement, around: Where) -> Where:
    if element.tag in UNSEEN or around[0] is None or _hidden(element):
        return None, False
    return element if element.tag in BLOCK else around[0], around[1] or element.tag == "a"


def _add(found: dict[HtmlElement, Block], words: str | None, place: Where) -> None:
    element, linked = place
    if not words or element is None:
        return
    letters = 0 if words.isspace() else len(words.strip())
    block = found.get(element)
    if block is None:
        if not letters:
            return
        block = found[element] = Block(element, len(found))
    block.pieces.append(words)
    block.letters += letters
    if linked:
        block.linked += letters


def _hidden(element: HtmlElement) -> bool:
    css, classes = element.get("style"), element.get("class")
    return (css is not None or classes is not None) and hides(css or "", classes or "")
