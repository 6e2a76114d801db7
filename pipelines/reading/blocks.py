"""A page as the lines it prints, in order: each block of words, with how much of it is links and whether it stands in a box beside the article.

One pass over the tags, no recursion. What a box is called is the only judgement here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

from pipelines.reading.styles import hides
from pipelines.reading.text import normal
from pipelines.reading.tree import MOST_ELEMENTS, Element, TooMuch

UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "select", "option", "textarea", "button", "iframe", "svg", "title"})
BLOCK = frozenset(
    {"p", "div", "td", "th", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "main", "tr", "table", "tbody", "ul", "ol"}
    | {"header", "footer", "aside", "nav", "form", "body", "html", "dl", "dd", "dt", "center", "blockquote", "figure", "figcaption", "caption"}
    | {"fieldset", "pre", "address"}
)
PLACES = frozenset({"td", "div", "center"})  # whose lines may be set apart
ASIDE = re.compile(  # one name of a class or id
    r"\S*(?:comment(?!s?-(?:open|closed))|binh-?_?luan|related|lien-?_?quan|sidebar|footer|breadcrumb|other-?_?(?:news|article|item)|tin-?_?khac|tin-?_?cu"
    r"|cung-?_?chuyen|cung-?_?muc|navbar|navigation|captcha|tham-?_?do|thong-?_?ke|quang-?_?cao|duong-?_?dan|sharing|addthis)\S*"
    r"|(?:\S*[_-])?(?:menu|nav|poll|counter|share|social|tags?|path|(?<!elementor-)widget)(?:[_-]?(?:box|list|wrap(?:per)?|area|block|links?|bar|buttons?|icons?|line|items?))?",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Block:
    """The words that stand in a block element itself, not in blocks inside it."""

    element: Element
    index: int
    box: Element | None  # the menu, box of other articles, comments or foot it stands in; the innermost
    pieces: list[str] = field(default_factory=list)
    linked: int = 0  # letters of it inside links
    letters: int = 0
    _text: str | None = None
    _lower: str | None = None
    _names: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = normal("".join(self.pieces))
        return self._text

    @property
    def spaced(self) -> str:
        """With a blank between elements, for dates: what only its looks set apart would be glued to them else (`20/03/2019` and `993` views)."""
        return normal(" ".join(self.pieces)) if len(self.pieces) > 1 else self.text

    @property
    def lower(self) -> str:
        """For looking things up in it: small letters, no blank before a colon."""
        if self._lower is None:
            self._lower = self.text.casefold().replace(" :", ":")
        return self._lower

    @property
    def names(self) -> str:
        """Class and id of the element."""
        if self._names is None:
            self._names = f"{self.element.get('class') or ''} {self.element.get('id') or ''}"
        return self._names

    @property
    def aside(self) -> bool:
        return self.box is not None

    @property
    def own(self) -> int:
        """Letters that are no link."""
        return self.letters - self.linked

    @property
    def is_link(self) -> bool:
        return self.linked * 10 >= self.letters * 9


class Blocks:
    """The blocks of a page that hold words, in the order they are printed."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self.all: list[Block] = _blocks(root)

    def set_lines_apart(self) -> bool:
        """Words in tags of their own between two `<br>` or `<hr>` become blocks, as pages of old set their titles. True if there were any."""
        places = {around for one in self._root.iter("br", "hr") if (around := one.getparent()) is not None and around.tag in PLACES}
        wrapped = [place for place in places if _wrap_lines(place)]
        if wrapped:
            self.all = _blocks(self._root)
        return bool(wrapped)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.all)


def _wrap_lines(place: Element) -> bool:
    """True if there were any."""
    line: list[Element] = []
    wrapped = False
    plain = not (place.text or "").strip()  # no words outside tags since the line began
    for child in [*place, None]:
        ends = child is None or not isinstance(child.tag, str) or child.tag in BLOCK or child.tag in {"br", "hr"}
        if child is not None and not ends:
            line.append(child)
            plain = plain and not (child.tail or "").strip()
            continue
        if line and plain and any("".join(one.itertext()).strip() for one in line):
            around = etree.Element("div")
            line[0].addprevious(around)
            around.extend(line)
            wrapped = True
        line, plain = [], child is not None and not (child.tail or "").strip()
    return wrapped


# Where the words of an element stand: the block (None where they are not seen), whether in a link, and in which box beside the article, if in one.
Place: TypeAlias = tuple[Element | None, bool, Element | None]
NOWHERE: Place = (None, False, None)
MOST = 0.6  # share of a page's letters above which an element holds the page, and is no box beside its article, whatever it is called


def _blocks(root: Element) -> list[Block]:
    found: dict[Element, Block] = {}
    within: list[tuple[Iterator[Element], Place, str | None]] = [(iter(root), _visit(found, root, (root, False, None)), None)]
    count = 0
    while within:
        children, around, tail = within[-1]  # those to come, where they stand, what follows them
        element = next(children, None)
        if element is None:
            within.pop()
            if tail:
                _add(found, tail, within[-1][1])
            continue
        count += 1
        if count > MOST_ELEMENTS:
            msg = f"the page has more than {MOST_ELEMENTS} elements"
            raise TooMuch(msg)
        place = _visit(found, element, around)
        if place is not NOWHERE and len(element):
            within.append((iter(element), place, element.tail))
        elif tail := element.tail:  # what follows a comment counts too
            _add(found, tail, around)
    return _freed(list(found.values()))


def _freed(blocks: list[Block]) -> list[Block]:
    """The blocks; those of a box that holds most of the page are not beside the article for its sake."""
    held: dict[Element, int] = {}
    whole = 0
    for block in blocks:
        own = block.letters - block.linked
        whole += own
        if block.box is not None:
            held[block.box] = held.get(block.box, 0) + own
    large = {box for box, letters in held.items() if letters > MOST * whole}
    for block in blocks if large else ():
        if block.box in large:
            block.box = None
    return blocks


def _visit(found: dict[Element, Block], element: Element, around: Place) -> Place:
    """Take in the words at the beginning of an element; where those inside it stand."""
    tag = element.tag
    if not isinstance(tag, str):
        return NOWHERE
    place = _place(element, tag, around)
    if tag == "time" and place[0] in found:  # two of them side by side are two dates
        found[place[0]].pieces.append(" ")
    if text := element.text:
        _add(found, text, place)
    if tag == "br" and place[0] in found:
        found[place[0]].pieces.append("\n")
    return place


def _place(element: Element, tag: str, around: Place) -> Place:
    block, linked, box = around
    if block is None or tag in UNSEEN:
        return NOWHERE
    classes, css = element.get("class"), element.get("style")
    if css or classes:
        hidden, boxed = _judged(css or "", classes or "")
        if hidden:
            return NOWHERE
        if boxed and tag != "body":
            box = element
    if tag in BLOCK:
        if tag in {"nav", "footer", "aside"} or ((name := element.get("id")) is not None and names_aside(name)):
            box = element
        return element, linked, box
    return (block, True, box) if tag == "a" and not linked else (block, linked, box)


@lru_cache(maxsize=8192)  # the elements of a page, and the pages of a site, mostly look alike
def _judged(css: str, classes: str) -> tuple[bool, bool]:
    """Is an element hidden, and is it called a box beside the article?"""
    return hides(css, classes), names_aside(classes)


@lru_cache(maxsize=8192)
def names_aside(names: str) -> bool:
    return any(ASIDE.fullmatch(one) for one in names.split())


def _add(found: dict[Element, Block], words: str, place: Place) -> None:
    element, linked, box = place
    if element is None:
        return
    letters = 0 if words.isspace() else len(words.strip())
    block = found.get(element)
    if block is None:
        if not letters:
            return
        block = found[element] = Block(element, len(found), box)
    block.pieces.append(words)
    block.letters += letters
    if linked:
        block.linked += letters
