"""The section an article stands in: the last step of a breadcrumb, a line above the title, or a link in the line of the date."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from pipelines.reading import dates
from pipelines.reading.blocks import Block
from pipelines.reading.generic.finds import Finds, links_of, made
from pipelines.reading.generic.lines import TOOLS, is_header, names_in, within
from pipelines.reading.names import is_site, kind_of
from pipelines.reading.text import folded, normal
from pipelines.reading.tree import Element, inner_text

TRAIL = re.compile(r"crumb|(?:^|[\s_-])(?:bread|bc)(?:$|[\s_-])|duong-?_?dan|vi-?_?tri(?:$|[\s_-])|path(?:$|[\s_-])|pathway", re.IGNORECASE)
BLOCK_OF_TRAIL = frozenset({"table", "section", "article", "main", "body"})
ICON_WORD = re.compile(r"(?<!\w)[a-z]+(?:_[a-z]+)+(?!\w)")  # folder_open: how fonts of icons call them
NOTHING = re.compile(
    r"(?:xem )?(?:nội dung )?chi tiết.*|liên kết.*|thống kê.*|thăm dò.*|tìm kiếm.*|đăng nhập.*|danh mục.*", re.IGNORECASE
)  # of boxes
NO_SECTION = re.compile(r"\d{4}|\d/|^[\W\d]*$|:|^(?:nhóm )?(?:pv|phóng viên)$|^(?:bbt|ban biên tập)$", re.IGNORECASE)  # nor who wrote it
STEPS = re.compile(r"\s*(?:[»›>|→▸➔·•]|(?<!\d)/|::|chevron_right|navigate_next|keyboard_arrow_right)\s*")  # the last three are what icons are called
HOME = re.compile(r"(?:trang chủ|trang nhất|home|homepage|english|tiếng việt|tìm kiếm)", re.IGNORECASE)
SECTION = re.compile(
    r"categor|(?:(?:chuyen|ten)-?_?|(?:^|[\s_-]))muc(?:$|[\s_-])|(?:chuyen|ten)-?_?muc|cat-?_?(?:name|title|heading)|section|linh-?_?vuc|ptitle|(?:module|block)-?_?title|panel-?_?head|kicker",
    re.IGNORECASE,
)
LABELS_ELSE = re.compile(r"\w ?:|(?<!\w)(?:bởi|by)(?!\w)", re.IGNORECASE)
BESIDE = re.compile(r"[\W\d]*(?P<words>[^\W\d][^\d|:•·]{3,}?)[\W\d]*")
LABELLED = re.compile(r"(?:chuyên mục|danh mục|thể loại|lĩnh vực|loại tin)\s*:\s*(?P<name>[^|•·]{4,60}?)\s*(?:[|•·].*)?", re.IGNORECASE)
LABEL = re.compile(r"(?:chuyên mục|danh mục|thể loại|lĩnh vực|loại tin)\s*:?", re.IGNORECASE)
HEADED = 3  # elements between the heading of a box and the box, at most
FAR = 60  # lines above the title in which a breadcrumb may stand
SHORTEST, SHORT, LONGEST = 4, 40, 60  # characters of a section's name


def trail_of(block: Block) -> Element | None:
    """The breadcrumb it is part of."""
    for one in (block.element, *block.element.iterancestors()):
        if _is_trail(f"{one.get('class') or ''} {one.get('id') or ''} {one.get('aria-label') or ''}"):
            return one
        if one.tag in BLOCK_OF_TRAIL:
            break
    if any(_is_step(link) for link in islice(links_of(block), 1)):
        return block.element
    parts = STEPS.split(block.text)
    menu = block.is_link and "|" in block.text
    return block.element if len(parts) > 1 and HOME.fullmatch(parts[0].strip()) and not menu else None


@lru_cache(maxsize=4096)  # lines of a page stand in the same elements
def _is_trail(names: str) -> bool:
    return TRAIL.search(names) is not None


def _is_step(link: Element) -> bool:
    """Is a link, or the span around it, called a breadcrumb?"""
    around = link.getparent()
    names = [one.get("class") or "" for one in (link, around) if one is not None and one.tag in {"a", "span"}]
    return any(map(_is_trail, names))


def names_trail(block: Block) -> bool:
    """Is it called a breadcrumb?"""
    parent = block.element.getparent()
    return _is_trail(block.names) or (parent is not None and _is_trail(f"{parent.get('class') or ''} {parent.get('id') or ''}"))


def category(block: Block, *, trail: bool, title: str, finds: Finds) -> None:
    """The last section that is named: a link of the breadcrumb, or the line itself; it is kept as an element of its own."""
    links = [words for link in links_of(block) if (words := normal(inner_text(link))) and not NOTHING.fullmatch(words)] if trail else []
    steps = [words for part in STEPS.split(block.text) if (words := normal(part))]
    if len(steps) == 1 and links and (behind := block.text.rpartition(links[-1])[2].strip(" -–»›>/")):
        links.append(behind)  # the last step is no link, and icons part them
    last = steps[-1] if len(steps) > 1 else ""
    beside = bool(links) and (links[-1].endswith(last) or last.startswith(links[-1]) or NO_SECTION.search(last) is not None)
    said = links if links and (not last or beside) else steps  # a date or a tool may stand behind the last
    if trail or block.is_link or block.letters <= SHORT:
        _name(said, title, finds)


def names_section(block: Block) -> bool:
    """A short line called after sections, or one link and no more, to a page of this site."""
    if len(block.text) <= SHORT and SECTION.search(block.element.get("class") or ""):
        return True
    links = links_of(block) if block.is_link and block.element.tag != "li" else []
    return len(links) == 1 and not (links[0].get("href") or "").startswith(("http:", "https:", "//"))


def labelled_section(lines: Sequence[Block], block: Block, finds: Finds) -> bool:
    """Chuyên mục: …; the label may stand in a line of its own before it."""
    before = lines[max(0, block.index - 1)]
    label = f"{before.text.rstrip(': ')}: " if before.element.getparent() is block.element.getparent() and LABEL.fullmatch(before.text) else ""
    found = LABELLED.fullmatch(label + block.text)
    if found:
        _name([found["name"]], "", finds)
    return found is not None


def category_beside(block: Block, title: str, finds: Finds) -> None:
    """A section that is named in the line of the date: by a link, or by words that are neither date nor tool nor name."""
    if found := LABELLED.fullmatch(block.spaced):
        _name([found["name"]], title, finds)
    for link in links_of(block):
        said, led = normal(inner_text(link)), (link.get("href") or "").lower()
        section = said[:1].isupper() and not led.startswith(("javascript:", "#")) and dates.letters_beside(said) is None
        if section and not TOOLS.search(said) and kind_of(said) not in {"person", "initials"}:
            _name([said], title, finds)
    words = dates.words_beside(block.spaced)
    beside = BESIDE.fullmatch(normal(words)) if not LABELS_ELSE.search(words) else None
    if beside and len(said := beside["words"]) <= SHORT and not (TOOLS.search(said) or names_in(said) or kind_of(said) or not said[:1].isupper()):
        _name([said], title, finds)


def category_above(lines: Sequence[Block], article: Element, title: str, finds: Finds) -> None:
    """Of a breadcrumb farther up, or of the heading of the box that the article stands in."""
    for block in lines[-FAR:]:
        if not block.is_link and names_trail(block):
            category(block, trail=True, title=title, finds=finds)
    heading = next((one for one in reversed(lines) if not (is_header(one) or TOOLS.search(one.text))), None)
    if heading is None or heading.aside or heading.linked or heading.element.tag == "li":
        return
    if any(within(article, one) for one in islice(heading.element.iterancestors(), HEADED)):
        category(heading, trail=False, title=title, finds=finds)


def category_told(sections: Sequence[str], title: str, finds: Finds) -> None:
    """What the page tells machines."""
    _name(sections, title, finds)


def _name(said: Sequence[str], title: str, finds: Finds) -> None:
    """The last of these words that may be a section's."""
    said = [normal(ICON_WORD.sub(" ", one)) for one in said]
    named = [
        one
        for one in said
        if one and not HOME.fullmatch(one) and not NOTHING.fullmatch(one) and not _is_title(folded(one), title) and not is_site(one)
    ]
    if named and SHORTEST <= len(named[-1]) <= LONGEST and not NO_SECTION.search(named[-1]):
        finds.first("category", made(named[-1]))


def _is_title(words: str, title: str) -> bool:
    """The title, or the beginning of it."""
    return words == title or (len(words) > SHORT // 2 and title.startswith(words))
