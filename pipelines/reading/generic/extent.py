"""Where the article stands among the lines of a page: its title, its first paragraph, its last line, and the element around its paragraphs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from pipelines.reading.blocks import Block, Blocks
from pipelines.reading.generic.lines import (
    PARAGRAPH,
    TOOLS,
    ends,
    is_foot,
    is_header,
    is_paragraph,
    names_in,
    prints_date,
    within,
)
from pipelines.reading.generic.title import SHORTEST, candidates, clues_of, is_told
from pipelines.reading.select import Page
from pipelines.reading.tree import LONGEST_TEXT, Element, TooMuch

LEAST = 150  # letters of running text before a page counts as an article
NESTED = 2  # elements around a paragraph of their own that editors of parts make
BOX = 9  # lines at most of a box of other articles that stands between paragraphs
MOST_LINES = 6_000  # that are no links; real pages have up to 1,000
FAR = 300  # lines of any kind between the title and the first paragraph
NEAR = 18  # lines at most, links not counted, between the title and the first paragraph
LISTS = 0.5  # share of links above which the lines after a title are a list of others
MAIN = 0.7  # share of the paragraphs that the element of the text holds
ROOTS = frozenset({"html", "body", "form"})
OUTSTANDING = 2.0  # worth of a title that may stand right behind a paragraph
BEHIND = 4  # lines at most between a lead in a box of its own and the text
SENTENCE_END = re.compile(r"[.!?…:;\"”)]$")


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the article stands among the lines: title, first paragraph, last line (its own), and the element around all of it."""

    title: int
    first: int
    last: int
    around: Element


def find_extent(page: Page, blocks: Blocks) -> Extent | None:
    """By what the page tells machines it is called; where it tells nothing that it prints too, by looks alone."""
    lines, letters = sum([not one.is_link for one in blocks]), sum([one.own for one in blocks])
    if lines > MOST_LINES or letters > LONGEST_TEXT:
        msg = f"the page has {lines} lines and {letters} letters that are no link"
        raise TooMuch(msg)
    clues = clues_of(page)
    found = _best(page, blocks, clues if is_told(blocks, clues) else frozenset())
    if (found is None or found[0] < OUTSTANDING) and blocks.set_lines_apart():
        found = _best(page, blocks, clues if is_told(blocks, clues) else frozenset())
    return found[1] if found else None


def _best(page: Page, blocks: Blocks, clues: frozenset[str]) -> tuple[float, Extent] | None:
    """What the title is worth, and the extent."""
    best: tuple[float, float, Extent] | None = None
    for worth, block in candidates(page, blocks, clues):
        extent = _from(block, blocks)
        if extent is None:
            continue
        if not clues and worth < OUTSTANDING and block.index and is_paragraph(blocks.all[block.index - 1]):
            continue  # a line between paragraphs
        mass = weight(blocks, extent)
        whole = worth + (min(3.0, mass / 600) if clues else mass / 110 - 0.7 * _gap(blocks.all, extent))
        if best is None or whole >= best[0]:
            best = whole, worth, extent
    return best[1:] if best else None


def _gap(lines: Sequence[Block], extent: Extent) -> int:
    """How many lines the first paragraph stands below the title, without those of dates, tools and names."""
    between = lines[extent.title + 1 : extent.first + 1]
    return sum(not (one.letters < SHORTEST or is_header(one) or TOOLS.search(one.text) or names_in(one.text)) for one in between)


def _from(title: Block, blocks: Blocks) -> Extent | None:
    """The article that begins under this line, if one does."""
    lines = blocks.all
    first = _first(lines, title)
    if first is None:
        return None
    around = common(title.element, first.element)
    inside = around if around.tag not in ROOTS else branch(around, first.element)
    last = _last(lines, first.index, inside)
    if further := _further(lines, first.index, last):  # title and lead in a box of their own
        around = common(around, further.element)
        inside = around if around.tag not in ROOTS else branch(around, further.element)
        last = _last(lines, further.index, inside)
    kept = [block for block in lines[first.index : last + 1] if not block.aside]
    own, linked = sum(one.own for one in kept), sum(one.linked for one in kept)
    if own < LEAST or linked > LISTS * (own + linked):
        return None
    return Extent(title.index, first.index, last, around)


def _first(lines: Sequence[Block], title: Block) -> Block | None:
    """The first paragraph under a title: if one near it ends as sentences do, that."""
    found: Block | None = None
    behind = islice(lines, title.index + 1, title.index + 1 + FAR)
    for block in islice((one for one in behind if not one.is_link), NEAR):
        if ends(block):
            break
        if is_paragraph(block):
            if SENTENCE_END.search(block.text):
                return block
            found = found or block
    return found


def _further(lines: Sequence[Block], first: int, last: int) -> Block | None:
    """The paragraph right behind an extent that has but one."""
    if sum(is_paragraph(one) for one in lines[first : last + 1]) > 1:
        return None
    behind = next((one for one in lines[last + 1 : last + 1 + BEHIND] if ends(one) or is_paragraph(one)), None)
    return behind if behind is not None and not ends(behind) and not behind.aside else None


def _last(lines: Sequence[Block], first: int, inside: Element) -> int:
    """The last line before other articles, comments and the foot of the page. A box between paragraphs of one element ends nothing."""
    last = first
    holders = set[object]()  # elements around paragraphs, and what such elements are called: a text may stand in several alike
    for block in lines[first:]:
        if not within(block.element, inside):
            break
        if block.index > first and ends(block) and not _goes_on(lines, block, inside, holders):
            break
        if block.own >= PARAGRAPH and block.element.tag == "p":
            holders |= _holder(block)
        last = block.index
    return last


def _goes_on(lines: Sequence[Block], box: Block, inside: Element, holders: set[object]) -> bool:
    """Does the text go on behind a box that begins here? With a paragraph where those before stand, or with two in a row: excerpts of other
    articles stand between their titles.
    """
    behind = [one for one in lines[box.index + 1 : box.index + 1 + BOX] if one.own >= PARAGRAPH and not one.aside]
    if any(not holders.isdisjoint(_holder(one)) for one in behind):
        return True
    return any(
        other.index == one.index + 1 and not ends(one) and not ends(other) and within(one.element, inside) and one.linked == other.linked == 0
        for one, other in pairwise(behind)
    )


def boxes(lines: Sequence[Block], extent: Extent) -> Iterator[Block]:
    """The lines of boxes that stand inside the text, from their headings to the next paragraph."""
    in_box = False
    for block in lines[extent.first + 1 : extent.last + 1]:
        if ends(block):
            in_box = True
        elif block.own >= PARAGRAPH and not block.aside:
            in_box = False
        if in_box and (block.linked or ends(block) or prints_date(block)):  # not the heading of what follows
            yield block


def _holder(block: Block) -> set[object]:
    around = list(islice(block.element.iterancestors(), NESTED))
    named = {(one.getparent(), names[0]) for one in around if (names := (one.get("class") or "").split())}
    return {*around[:1], *named}


def weight(blocks: Blocks, extent: Extent) -> int:
    """Letters of the paragraphs in the element that holds most of them."""
    mass = mass_of(blocks.all, extent)
    return mass[deepest(mass)] if mass else 0


def mass_of(lines: Sequence[Block], extent: Extent) -> dict[Element, int]:
    """Letters of the article's paragraphs, by each element around them."""
    mass: dict[Element, int] = {}
    for one in lines[extent.first : extent.last + 1]:
        if one.own >= PARAGRAPH and not one.aside and not is_foot(one):
            for element in (one.element, *one.element.iterancestors()):
                mass[element] = mass.get(element, 0) + one.own
    return mass


def body_of(lines: Sequence[Block], extent: Extent) -> Element:
    """The element around most of the paragraphs: a lead may stand before it, names and files after it."""
    mass = mass_of(lines, extent)
    body = deepest(mass) if mass else lines[extent.first].element
    parent = body.getparent()
    return parent if body.tag in {"p", "li", "h1", "h2", "h3", "h4"} and parent is not None else body


def deepest(mass: dict[Element, int]) -> Element:
    """The innermost element that holds its share."""
    least = MAIN * max(mass.values())
    return max((element for element, held in mass.items() if held >= least), key=lambda element: sum(1 for _ in element.iterancestors()))


def common(one: Element, other: Element) -> Element:
    """The nearest element around both."""
    around = {other, *other.iterancestors()}
    return next(each for each in (one, *one.iterancestors()) if each in around)


def branch(around: Element, inside: Element) -> Element:
    """The child of `around` that holds `inside`."""
    below = inside
    for one in (inside, *inside.iterancestors()):
        if one is around:
            return below
        below = one
    return inside
