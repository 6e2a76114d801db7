"""A page as the lines it prints, in order: each block of words, with how much of it is links and whether it stands in a box beside the article.

One pass over the tags, no recursion. What a box is called is the only judgement here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from pipelines.reading import dates
from pipelines.reading.styles import is_drawn, judged, names_aside
from pipelines.reading.text import normal, opens_related
from pipelines.reading.tree import COUNT, MOST_ELEMENTS, Element, TooMuch, is_block

UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "select", "option", "textarea", "button", "iframe", "svg", "title"})
BESIDE = 40  # letters beside the date in a line that is there to give it
HEADER = 140  # letters at most of a line that gives date, counter or name
SECTION_NAME = 40  # letters at most
PLACES = frozenset({"td", "div", "center", "article", "section"})  # whose lines may be set apart


@dataclass(slots=True)
class Block:
    """A line: words that stand in a block element itself, not in blocks inside it, with no block between them. A line of a date between two `<br>`
    is one of its own.
    """

    element: Element
    index: int
    box: Element | None  # the menu, box of other articles, comments or foot it stands in; the innermost
    pieces: list[str] = field(default_factory=list)
    places: list[tuple[Element, bool]] = field(default_factory=list)  # where its words are kept: in an element, or (True) behind it
    linked: int = 0  # letters of it inside links
    letters: int = 0
    own: int = 0  # letters that are no link
    is_link: bool = False
    is_part: bool = False  # are there other lines in its element?
    _text: str | None = None
    _lower: str | None = None
    _names: str | None = None
    is_header: bool | None = None  # a line of date, counter, font size, name; None until it is asked

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

    def count(self) -> None:
        """When it has all its words; its letters are asked for so often that they are counted once."""
        self.own = self.letters - self.linked
        self.is_link = self.linked * 10 >= self.letters * 9


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
        ends = child is None or not isinstance(child.tag, str) or is_block(child.tag) or child.tag in {"br", "hr"}
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
BEGINNING = (0, 0, 0, 0)  # what the open line had at its last `<br>`: pieces, places, letters, letters in links
MOST = 0.6  # share of a page's letters above which an element holds the page, and is no box beside its article, whatever it is called


class Lines:
    """The lines of a page as they come about."""

    def __init__(self) -> None:
        self.all: list[Block] = []
        self.open: Block | None = None  # the line that further words of its element belong to
        self._begun = BEGINNING
        self._last: dict[Element, Block] = {}

    def add(self, words: str, place: Place, kept: Element, behind: bool) -> None:  # noqa: FBT001 - asked for each piece of a page
        """Words that stand at the beginning of an element, or behind it."""
        element, linked, box = place
        letters = len(words.strip())
        line = self.open
        if line is None or line.element is not element:
            if not letters or element is None:
                return
            if line is not None:
                self.end()
            line = self.open = self._new(Block(element, len(self.all), box))
        line.pieces.append(words)
        line.places.append((kept, behind))
        line.letters += letters
        if linked:
            line.linked += letters

    def end(self) -> None:
        """No more words belong to the open line."""
        if self.open is not None and self._begun is not BEGINNING:
            self._set_apart(self.open)
        self.open, self._begun = None, BEGINNING

    def break_(self) -> None:
        """A `<br>`."""
        line = self.open
        if line is None:
            return
        if self._set_apart(line):
            self.open, self._begun = None, BEGINNING
        else:
            line.pieces.append("\n")
            self._begun = (len(line.pieces), len(line.places), line.letters, line.linked)

    def _new(self, line: Block) -> Block:
        before = self._last.get(line.element)
        if before is not None:
            before.is_part = line.is_part = True
        self._last[line.element] = line
        self.all.append(line)
        return line

    def _set_apart(self, line: Block) -> bool:
        """Make what came since the last `<br>` a line of its own, if it is one by its words. True if it is."""
        pieces, places, letters, linked = self._begun
        if not 0 < line.letters - letters <= HEADER:
            return False
        apart = Block(line.element, len(self.all), line.box, line.pieces[pieces:], line.places[places:], line.linked - linked, line.letters - letters)
        apart.count()
        if not _is_apart(apart) and not (letters == 0 and apart.is_link and apart.letters <= SECTION_NAME):
            return False
        if letters:
            del line.pieces[pieces:], line.places[places:]
            line.letters, line.linked = letters, linked
            self._new(apart)
        return True


def _is_apart(line: Block) -> bool:
    """Is it there to give a date, or the heading of a box of other articles? A link beside the date may name the section, not another article."""
    if not dates.YEARS.search(line.text) or (beside := dates.letters_beside(line.text)) is None:
        return opens_related(line.text)
    return beside <= BESIDE if not line.linked else beside <= BESIDE / 2 and not any(map(str.isdigit, dates.words_beside(line.text)))


def _blocks(root: Element) -> list[Block]:
    if COUNT(root) > MOST_ELEMENTS:
        msg = f"the page has more than {MOST_ELEMENTS} elements"
        raise TooMuch(msg)
    lines = Lines()
    within: list[tuple[Iterator[Element], Place, Element]] = [(iter(root), _visit(lines, root, (root, False, None)), root)]
    while within:
        children, around, holder = within[-1]  # those to come, where they stand, the element they are in
        for element in children:
            place = _visit(lines, element, around)
            if place is not NOWHERE and len(element):
                within.append((iter(element), place, element))
                break
            _leave(lines, element, place, around)
        else:
            within.pop()
            if within:
                _leave(lines, holder, around, within[-1][1])
    lines.end()
    return _freed(lines.all)


def _freed(blocks: list[Block]) -> list[Block]:
    """The blocks; those of a box that holds most of the page are not beside the article for its sake."""
    held: dict[Element, int] = {}
    whole = 0
    for block in blocks:
        block.count()
        whole += block.own
        if block.box is not None:
            held[block.box] = held.get(block.box, 0) + block.own
    large = {box for box, letters in held.items() if letters > MOST * whole}
    for block in blocks if large else ():
        if block.box in large:
            block.box = None
    return blocks


def _visit(lines: Lines, element: Element, around: Place) -> Place:
    """Take in the words at the beginning of an element; where those inside it stand."""
    tag = element.tag
    if not isinstance(tag, str):
        return NOWHERE
    place = _place(element, tag, around)
    line = lines.open
    if line is not None and place is not NOWHERE:
        if place[0] is element:
            lines.end()
        elif tag == "time":  # two of them side by side are two dates
            line.pieces.append(" ")
        elif tag == "br":
            lines.break_()
    text = element.text
    if text and (lines.open is not None or not text.isspace()):
        if is_drawn(element, text):
            element.text = None
        else:
            lines.add(text, place, element, behind=False)
    return place


def _leave(lines: Lines, element: Element, place: Place, around: Place) -> None:
    """Take in the words behind an element; behind a comment too."""
    if lines.open is not None and place[0] is element:
        lines.end()
    tail = element.tail
    if tail and (lines.open is not None or not tail.isspace()):
        lines.add(tail, around, element, behind=True)


def _place(element: Element, tag: str, around: Place) -> Place:
    """Where the words inside an element stand; itself, if it is a block."""
    block, linked, box = around
    if block is None or tag in UNSEEN:
        return NOWHERE
    classes, css = element.get("class"), element.get("style")
    if css or classes:
        hidden, boxed = judged(css or "", classes or "")
        if hidden:
            return NOWHERE
        if boxed and tag != "body":
            box = element
    if is_block(tag):
        if tag in {"nav", "footer", "aside"} or ((name := element.get("id")) is not None and names_aside(name)):
            box = element
        return element, linked, box
    if tag == "a" and not linked:
        return block, True, box
    return around if box is around[2] else (block, linked, box)
