"""What is found around the text of a page that no layout describes, and how lines are taken away from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipelines.reading import dates
from pipelines.reading.blocks import Block
from pipelines.reading.links import OTHER_ARTICLE
from pipelines.reading.names import kind_of
from pipelines.reading.text import normal
from pipelines.reading.tree import Element, inner_text, is_block

WEEKDAY = re.compile(r"(?<!\w)(?:thứ\s+\w+|chủ\s+nhật|hôm\s+nay)", re.IGNORECASE)


@dataclass(slots=True)
class Finds:
    """What was found around the text, by the key a layout would have."""

    elements: dict[str, list[Element]] = field(default_factory=dict)

    def add(self, key: str, element: Element) -> None:
        self.elements.setdefault(key, []).append(element)

    def tell_apart(self) -> None:
        """Of several lines with dates, those that say they are of an update."""
        found = self.elements.get("published", [])
        updated = [one for one in found if dates.is_update(normal("".join(one.itertext())))]
        if updated and len(updated) < len(found):
            self.elements["published"] = [one for one in found if one not in updated]
            self.elements["modified"] = updated
        elif found and len(found) == 1:
            self.elements["modified"] = found  # a line may give both

    def first(self, key: str, element: Element) -> None:
        self.elements.setdefault(key, [element])


def holds_blocks(element: Element) -> bool:
    return any(isinstance(one.tag, str) and is_block(one.tag) for one in element.iterdescendants())


def made(text: str) -> Element:
    """An element of these words alone, for what is a part of a line."""
    element = etree.Element("span")
    element.text = text
    return element


def own(block: Block) -> Element:
    """The element of a line; one made of its words alone where more stands in it: other lines, or words that are not seen."""
    if is_whole(block) and normal(inner_text(block.element)) == block.text:
        return block.element
    words = made(block.spaced)
    clear(block)
    return words


def dated(lines: Sequence[Block], block: Block) -> Element:
    """The element of a line that prints a date; with its label and its time where those stand in lines of their own beside it."""
    parts = [block]
    before, behind = lines[max(0, block.index - 1)], lines[min(block.index + 1, len(lines) - 1)]
    timed = dates.CLOCK.search(block.spaced) is not None
    if not timed and dates.CLOCK.fullmatch(behind.text):
        parts.append(behind)
    if (dates.is_label(before.text) and not dates.is_labelled(block.spaced)) or (not timed and dates.CLOCK.fullmatch(before.text)):
        parts.insert(0, before)
    if len(parts) == 1:
        return own(block)
    for one in parts:
        clear(one)
    return made(" ".join(one.spaced for one in parts))


def links_of(block: Block) -> list[Element]:
    """The links of a line, not those of other lines in its element."""
    if is_whole(block):
        return list(block.element.iter("a"))
    found: dict[Element, None] = {}
    for kept, behind in block.places:
        one = kept.getparent() if behind else kept
        while one is not None and one is not block.element:
            if one.tag == "a":
                found[one] = None
            one = one.getparent()
    return list(found)


def is_whole(block: Block) -> bool:
    """Is the line all that its element holds?"""
    return not block.is_part and not holds_blocks(block.element)


def is_timed(line: str) -> bool:
    """Is a time of day printed, and no day of the week? The clock of a page's head has that too."""
    return dates.CLOCK.search(line) is not None and not WEEKDAY.search(line)


def date_part(block: Block) -> Element | None:
    """A part of a line that is a date and no more: beside a breadcrumb, or a link to its day beside other links. Not beside the title of another
    article, but of a source.
    """
    if not dates.YEARS.search(block.spaced) or block.element.tag == "li" or not is_whole(block):
        return None
    linked = (normal("".join(link.itertext())) for link in links_of(block))
    if any(len(words) >= OTHER_ARTICLE and kind_of(words) != "agency" for words in linked):
        return None
    parts = (one for one in block.element.iterdescendants() if isinstance(one.tag, str))
    return next((one for one in parts if dates.letters_beside(normal("".join(one.itertext()))) == 0), None)


def clear(block: Block) -> None:
    """Take a line away, with the pictures in it; other lines in its element stay."""
    line = block.element
    if is_whole(block):
        line.set("hidden", "")
        return
    parts: dict[Element, list[tuple[Element, bool]]] = {}
    for kept, behind in block.places:
        top = _part(kept, line)
        if top is line or (behind and top is kept):
            _blank(kept, behind=behind)
            parts.setdefault(top, [])
        else:
            parts.setdefault(top, []).append((kept, behind))
    for top, places in parts.items():
        if top is line:
            continue
        if sum(bool(_kept(*one).strip()) for one in places) == _worded(top):  # all its words are of this line
            _hide(top)
            continue
        for kept, behind in places:
            _blank(kept, behind=behind)


def _kept(element: Element, behind: bool) -> str:  # noqa: FBT001 - a place of a block
    return (element.tail if behind else element.text) or ""


def _blank(kept: Element, *, behind: bool) -> None:
    around = kept.getparent() if behind else kept
    link = next((one for one in (around, *around.iterancestors()) if one.tag == "a"), None) if around is not None else None
    if link is not None and link.get("title") is None:  # it may be a file's, and keeps its name
        link.set("title", normal(inner_text(link)))
    if behind:
        kept.tail = None
    else:
        kept.text = None


def _worded(part: Element) -> int:
    """In how many places inside an element words are kept; behind a comment too."""
    inside = list(part.iter())
    texts = sum(bool((one.text or "").strip()) for one in inside if isinstance(one.tag, str))
    return texts + sum(bool((one.tail or "").strip()) for one in inside if one is not part)


def last_part(block: Block) -> Element:
    """What a line ends with: its element, or the child of that in or behind which its last words stand."""
    return block.element if is_whole(block) else _part(block.places[-1][0], block.element)


def _part(kept: Element, line: Element) -> Element:
    """The child of a line's element that words are kept in; the element itself for those at its beginning."""
    while kept is not line and (around := kept.getparent()) is not line and around is not None:
        kept = around
    return kept


def _hide(one: Element) -> None:
    """Hide a part of a line, and pictures beside it with no words of a line between."""
    if not _is_block(one):
        one.set("hidden", "")
    for preceding in (True, False):
        for beside in one.itersiblings(preceding=preceding):
            if _is_block(beside) or beside.tag in {"br", "hr"} or normal("".join(beside.itertext())) or (preceding and normal(beside.tail or "")):
                break
            beside.set("hidden", "")
            if not preceding and normal(beside.tail or ""):
                break


def _is_block(element: Element) -> bool:
    return not isinstance(element.tag, str) or is_block(element.tag) or holds_blocks(element)
