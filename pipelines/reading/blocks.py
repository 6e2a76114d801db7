"""A page as the lines it prints, in order: each block of words with how much of it is links. Judges nothing; one pass over the tags, no recursion."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

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

    @cached_property
    def by_element(self) -> dict[HtmlElement, Block]:
        return {one.element: one for one in self.all}


def _blocks(root: HtmlElement) -> list[Block]:
    found: list[Block] = []
    current: dict[HtmlElement, Block] = {}  # by block element
    places: dict[HtmlElement, tuple[HtmlElement | None, bool]] = {}  # of each element: the block its words stand in, and whether in a link

    def add(words: str | None, place: tuple[HtmlElement | None, bool]) -> None:
        element, linked = place
        if not words or element is None:
            return
        block = current.get(element)
        letters = len(words.strip()) if words.isascii() or not words.isspace() else 0
        if block is None:
            if not letters:
                return
            block = current[element] = Block(element, len(found))
            found.append(block)
        block.pieces.append(words)
        block.letters += letters
        if linked:
            block.linked += letters

    for element in root.iter():
        parent = element.getparent()
        around = places.get(parent, (root, False)) if parent is not None else (root, False)
        tag = element.tag
        if not isinstance(tag, str):  # a comment: what follows it still counts
            add(element.tail, around)
            continue
        if tag in UNSEEN or around[0] is None or _hidden(element):
            place: tuple[HtmlElement | None, bool] = (None, False)
        else:
            place = (element if tag in BLOCK else around[0], around[1] or tag == "a")
            if tag == "br" and (block := current.get(place[0])):
                block.pieces.append("\n")
        places[element] = place
        add(element.text, place)
        if element is not root:
            add(element.tail, around)
    return found


def _hidden(element: HtmlElement) -> bool:
    css, classes = element.get("style"), element.get("class")
    return (css is not None or classes is not None) and hides(css or "", classes or "")
