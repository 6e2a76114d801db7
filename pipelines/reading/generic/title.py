"""What lines are worth as the title of a page: by what the page tells machines that it is called, else by their looks."""

import re
from functools import lru_cache
from itertools import islice

from pipelines.reading import dates
from pipelines.reading.blocks import HEADER, SECTION_NAME, Block, Blocks
from pipelines.reading.generic.lines import HEADINGS, PARAGRAPH, POSTED, TITLED, TOOLS, is_header
from pipelines.reading.names import is_site
from pipelines.reading.select import Page
from pipelines.reading.text import folded, is_furniture, normal, opens_related
from pipelines.reading.tree import Element, inner_text

LONG = 25  # letters that two titles share only if they are the same
LONGEST = 400  # letters of a title; those of departments have up to 300
SHORTEST_HEADING = 4
SHORTEST = 12  # letters of a title that is no heading, or that the page tells machines; shorter ones name sections
WORDS = 6  # of a clue that may be a shortened title
MOST_CLUES = 12
BOXED = re.compile(r"portlet|block|box|widget|khung|group|menu|right|left", re.IGNORECASE)
UNTITLED = re.compile(
    r"(?:xem )?chi tiết(?: (?:tin|bài viết|tin tức))?|tin(?: tức)?(?: -)? sự kiện|tin tức|trang chủ|liên kết.*|thống kê.*"
    r"|thăm dò.*|(?:đang )?online.*|kính gửi.*",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"(?:\d{1,2}|[IVX]{1,4})[.)]\s")  # headings inside a text
SECTIONED = 8.0  # what the name of a section is worth less as a title
FEW = 20  # letters beside a date of a line that may be a title
SIZE, BOLD = re.compile(r"font-size\s*:\s*(\d+(?:\.\d+)?)\s*(pt|px)", re.IGNORECASE), re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
LARGE = 15.0  # points: texts have up to 14
LARGE_NAME = re.compile(r"(?:^|[\s:-])(?:h[1-6]|[2-6]?xl)(?:$|\s)", re.IGNORECASE)  # text-h5, text-2xl: how frameworks call a size
DEEP = 4  # tags one in the other that a title's letters stand in
SEPARATORS = re.compile(r"\s+(?:[-–—|»]|::)\s+|\s*\|\s*")
WORK = 60_000  # titles tried times lines looked at, at most
MOST_LINKS = 18  # to the page itself that are looked at


def clues_of(page: Page) -> frozenset[str]:
    """What the page tells machines that it is called, folded; whole, and the parts of its <title> but for the site's name."""
    parts = [value for _, value in page.structured.values("headline", "og:title", "twitter:title")]
    for title in list(page.root.iter("title"))[:1]:
        whole = normal(title.text or "")
        split = SEPARATORS.split(whole)
        parts += split if any(is_site(part) or UNTITLED.fullmatch(part) for part in split) else [whole, *split]
    telling = (folded(part) for part in parts if len(part) >= SHORTEST and not is_site(part) and not UNTITLED.fullmatch(part))
    return frozenset(islice(telling, MOST_CLUES))


def is_told(blocks: Blocks, clues: frozenset[str]) -> bool:
    """Does a line that may be the title say one of the clues?"""
    words = {clue.split()[0] for clue in clues if clue}
    lines = (block for block in blocks if SHORTEST <= block.letters <= LONGEST and _may_be_title(block))
    return any(_told(folded(block.text), clues) for block in lines if any(word in block.lower for word in words))


def _sections(blocks: Blocks) -> frozenset[str]:
    """The short texts of links, in small letters: menus name the sections, whatever the page tells."""
    return frozenset(piece.strip().casefold() for block in blocks if block.is_link for piece in block.pieces if len(piece) <= SECTION_NAME)


def _leading_here(page: Page) -> frozenset[str]:
    """The texts of links that lead to the page itself, in small letters: lists of new articles name it too."""
    here = (link for link in page.root.iter("a") if (led := (link.get("href") or "").lstrip("./")) and page.url.endswith(led))
    return frozenset(normal(inner_text(link)).casefold() for link in islice(here, MOST_LINKS))


def candidates(page: Page, blocks: Blocks, clues: frozenset[str]) -> list[tuple[float, Block]]:
    """The lines that may be the title, in order, each with what it is worth."""
    sections = _sections(blocks) - _leading_here(page) if clues else _sections(blocks)
    likely = (block for block in blocks if not block.aside and SHORTEST_HEADING <= block.letters <= LONGEST)
    found = [(worth, block) for block in likely if (worth := _worth(blocks, block, clues, sections))]
    most = max(10, WORK // (1 + len(blocks.all)))  # real pages have fewer
    if len(found) <= most:
        return found
    likeliest = sorted(found, key=lambda one: one[0], reverse=True)[:most]
    return sorted(likeliest, key=lambda one: one[1].index)


def _worth(blocks: Blocks, block: Block, clues: frozenset[str], sections: frozenset[str]) -> float:
    """How much a line looks like the title, less if it names a section or heads a list of links."""
    worth = _as_title(block, clues)
    if not worth:
        return worth
    behind = blocks.all[block.index + 1 : block.index + 2] if not clues else ()
    heads = any(one.linked * 2 > one.letters >= LONG and not (is_header(one) or TOOLS.search(one.text)) for one in behind)
    section = block.letters <= SECTION_NAME and block.text.casefold() in sections
    return worth - SECTIONED if heads or section else worth


def _may_be_title(block: Block) -> bool:
    """Not one of many links: Joomla links the title too."""
    return not block.is_link or block.element.tag in HEADINGS or (block.element.tag != "li" and _titled(block) > 0)


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
