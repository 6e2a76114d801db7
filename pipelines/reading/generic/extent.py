"""Where the article stands among the lines of a page: its title, its first paragraph, its last line, and the element around its paragraphs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from pipelines.reading import dates
from pipelines.reading.blocks import HEADER, SECTION_NAME, Block, Blocks
from pipelines.reading.generic.lines import (
    HEADINGS,
    PARAGRAPH,
    POSTED,
    TITLED,
    TOOLS,
    ends,
    is_foot,
    is_header,
    is_paragraph,
    names_in,
    prints_date,
    within,
)
from pipelines.reading.names import is_site
from pipelines.reading.select import Page
from pipelines.reading.text import folded, is_furniture, normal, opens_related
from pipelines.reading.tree import LONGEST_TEXT, Element, TooMuch, inner_text

LONG = 25  # letters that two titles share only if they are the same
LONGEST = 400  # letters of a title; those of departments have up to 300
SHORTEST_HEADING = 4
SHORTEST = 12  # letters of a title that is no heading, or that the page tells machines; shorter ones name sections
WORDS = 6  # of a clue that may be a shortened title
LEAST = 150  # letters of running text before a page counts as an article
NESTED = 2  # elements around a paragraph of their own that editors of parts make
BOX = 9  # lines at most of a box of other articles that stands between paragraphs
MOST_LINES = 6_000  # that are no links; real pages have up to 1,000
WORK = 60_000  # titles tried times lines looked at, at most
MOST_CLUES = 12
FAR = 300  # lines of any kind between the title and the first paragraph
NEAR = 18  # lines at most, links not counted, between the title and the first paragraph
LISTS = 0.5  # share of links above which the lines after a title are a list of others
MAIN = 0.7  # share of the paragraphs that the element of the text holds
ROOTS = frozenset({"html", "body", "form"})
BOXED = re.compile(r"portlet|block|box|widget|khung|group|menu|right|left", re.IGNORECASE)
UNTITLED = re.compile(
    r"(?:xem )?chi tiết(?: (?:tin|bài viết|tin tức))?|tin(?: tức)?(?: -)? sự kiện|tin tức|trang chủ|liên kết.*|thống kê.*"
    r"|thăm dò.*|(?:đang )?online.*|kính gửi.*",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"(?:\d{1,2}|[IVX]{1,4})[.)]\s")  # headings inside a text
SECTIONED = 8.0  # what the name of a section is worth less as a title
OUTSTANDING = 2.0  # worth of a title that may stand right behind a paragraph
FEW = 20  # letters beside a date of a line that may be a title
BEHIND = 4  # lines at most between a lead in a box of its own and the text
SIZE, BOLD = re.compile(r"font-size\s*:\s*(\d+(?:\.\d+)?)\s*(pt|px)", re.IGNORECASE), re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
LARGE = 15.0  # points: texts have up to 14
LARGE_NAME = re.compile(r"(?:^|[\s:-])(?:h[1-6]|[2-6]?xl)(?:$|\s)", re.IGNORECASE)  # text-h5, text-2xl: how frameworks call a size
DEEP = 4  # tags one in the other that a title's letters stand in
SENTENCE_END = re.compile(r"[.!?…:;\"”)]$")
SEPARATORS = re.compile(r"\s+(?:[-–—|»]|::)\s+|\s*\|\s*")


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
    clues = _clues(page)
    found = _best(page, blocks, clues if _is_told(blocks, clues) else frozenset())
    if (found is None or found[0] < OUTSTANDING) and blocks.set_lines_apart():
        found = _best(page, blocks, clues if _is_told(blocks, clues) else frozenset())
    return found[1] if found else None


def _is_told(blocks: Blocks, clues: frozenset[str]) -> bool:
    """Does a line that may be the title say one of the clues?"""
    words = {clue.split()[0] for clue in clues if clue}
    lines = (block for block in blocks if SHORTEST <= block.letters <= LONGEST and _may_be_title(block))
    return any(_told(folded(block.text), clues) for block in lines if any(word in block.lower for word in words))


def _may_be_title(block: Block) -> bool:
    """Not one of many links: Joomla links the title too."""
    return not block.is_link or block.element.tag in HEADINGS or (block.element.tag != "li" and _titled(block) > 0)


def _best(page: Page, blocks: Blocks, clues: frozenset[str]) -> tuple[float, Extent] | None:
    """What the title is worth, and the extent."""
    best: tuple[float, float, Extent] | None = None
    sections = _sections(blocks) - _leading_here(page) if clues else _sections(blocks)
    likely = (block for block in blocks if not block.aside and SHORTEST_HEADING <= block.letters <= LONGEST)
    candidates = [(worth, block) for block in likely if (worth := _worth(blocks, block, clues, sections))]
    most = max(10, WORK // (1 + len(blocks.all)))  # real pages have fewer
    if len(candidates) > most:
        likeliest = sorted(candidates, key=lambda one: one[0], reverse=True)[:most]
        candidates = sorted(likeliest, key=lambda one: one[1].index)
    for worth, block in candidates:
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


def _sections(blocks: Blocks) -> frozenset[str]:
    """The short texts of links, in small letters: menus name the sections, whatever the page tells."""
    return frozenset(piece.strip().casefold() for block in blocks if block.is_link for piece in block.pieces if len(piece) <= SECTION_NAME)


def _worth(blocks: Blocks, block: Block, clues: frozenset[str], sections: frozenset[str]) -> float:
    """How much a line looks like the title, less if it names a section or heads a list of links."""
    worth = _as_title(block, clues)
    if not worth:
        return worth
    behind = blocks.all[block.index + 1 : block.index + 2] if not clues else ()
    heads = any(one.linked * 2 > one.letters >= LONG and not (is_header(one) or TOOLS.search(one.text)) for one in behind)
    section = block.letters <= SECTION_NAME and block.text.casefold() in sections
    return worth - SECTIONED if heads or section else worth


def _leading_here(page: Page) -> frozenset[str]:
    """The texts of links that lead to the page itself, in small letters: lists of new articles name it too."""
    here = (link for link in page.root.iter("a") if (led := (link.get("href") or "").lstrip("./")) and page.url.endswith(led))
    return frozenset(normal(inner_text(link)).casefold() for link in islice(here, NEAR))


def _gap(lines: Sequence[Block], extent: Extent) -> int:
    """How many lines the first paragraph stands below the title, without those of dates, tools and names."""
    between = lines[extent.title + 1 : extent.first + 1]
    return sum(not (one.letters < SHORTEST or is_header(one) or TOOLS.search(one.text) or names_in(one.text)) for one in between)


def _clues(page: Page) -> frozenset[str]:
    """What the page tells machines that it is called, folded; whole, and the parts of its <title> but for the site's name."""
    parts = [value for _, value in page.structured.values("headline", "og:title", "twitter:title")]
    for title in list(page.root.iter("title"))[:1]:
        whole = normal(title.text or "")
        split = SEPARATORS.split(whole)
        parts += split if any(is_site(part) or UNTITLED.fullmatch(part) for part in split) else [whole, *split]
    telling = (folded(part) for part in parts if len(part) >= SHORTEST and not is_site(part) and not UNTITLED.fullmatch(part))
    return frozenset(islice(telling, MOST_CLUES))


def _as_title(block: Block, clues: frozenset[str]) -> float:
    """How much a line looks like the title; 0 if not at all."""
    heading = HEADINGS.get(str(block.element.tag), 0)
    if block.letters < SHORTEST and not heading:
        return 0.0
    if not _may_be_title(block) or (block.is_link and not heading and not clues):
        return 0.0
    titled = _titled(block)
    text = folded(block.text)
    told = _told(text, clues)
    mixed = block.linked * 3 > block.letters and not (told or heading)
    linked_title = (told and (heading or titled > 0)) or (not clues and heading >= HEADINGS["h2"] and titled > 0)  # Joomla links the title to itself
    if not (heading or titled > 0 or told or not clues) or (block.is_link and not linked_title) or mixed:
        return 0.0
    if _says_other(block, told=told > 0):
        return 0.0
    if clues:
        return heading + titled + told
    unlike = block.text.endswith((".", ":", ";")) or NUMBERED.match(block.text) is not None
    return heading + titled + 0.5 + _looks(block.element) - 3 * unlike


def _says_other(block: Block, *, told: bool) -> bool:
    """Is it the name of a section or of the site, an account, a tool, the heading of a box, or a line that is there to give a date?"""
    text = block.text
    if not told and block.letters < SECTION_NAME and TOOLS.search(block.spaced):
        return True
    if UNTITLED.fullmatch(text) or POSTED.match(text) or opens_related(text) or is_site(text) or (not told and is_furniture(text)):
        return True
    short = block.letters < PARAGRAPH or (len(text) <= HEADER and dates.YEARS.search(text) is not None and dates.is_labelled(block.spaced))
    beside = dates.letters_beside(block.spaced) if not told and short else None
    titled = block.element.tag in HEADINGS or text.endswith((")", "]"))  # a title may speak of a day, or have its own in brackets behind it
    return beside is not None and not (beside >= FEW and titled)


def _looks(element: Element) -> int:
    """How much the letters of a line look like a title's: what they are called, their size and weight, by the tags that begin with them."""
    score, one = 0, element
    for _ in range(DEEP):
        css = one.get("style") or ""
        named = one is not element and TITLED.search(one.get("class") or one.get("id") or "")
        size = float(((found := SIZE.search(css)) and found[1]) or 0) * (0.75 if found and found[2] == "px" else 1)
        large = (
            size > LARGE
            or LARGE_NAME.search(one.get("class") or "") is not None
            or (one.tag == "font" and (one.get("size") or "") in {"4", "5", "6", "+1", "+2"})
        )
        score += 2 * bool(named) + 2 * large + (one.tag in {"b", "strong"} or BOLD.search(css) is not None)
        if len(one) == 0 or (one.text or "").strip() or not isinstance(one[0].tag, str):
            break
        one = one[0]
    return score


def _titled(block: Block) -> int:
    """What the name of its element says for or against it."""
    return _named_title(block.names)


@lru_cache(maxsize=8192)
def _named_title(named: str) -> int:
    return (-2 if BOXED.search(named) else 2) if TITLED.search(named) else 0


def _told(text: str, clues: frozenset[str]) -> int:
    if text in clues:
        return 6
    return 4 if any(_begins(text, one) for one in clues) else 3 if any(_nearly(text, one) for one in clues) else 0


def _nearly(text: str, clue: str) -> bool:
    """Has it all words of the clue and few others? Titles are shortened for machines."""
    if not len(clue) <= len(text) <= 1.5 * len(clue):
        return False
    words, said = set(clue.split()), text.split()
    return len(words) >= WORDS and words.issubset(said)


def _begins(text: str, clue: str) -> bool:
    """Is one the beginning of the other, long enough to be no chance?"""
    return min(len(text), len(clue)) >= LONG and (clue.startswith(text) or text.startswith(clue))


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
